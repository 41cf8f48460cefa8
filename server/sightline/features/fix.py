"""``/fix``: mends what is wrong at the selection.

The editor's diagnostics are used where they come along. Many editors send only their own client's (neovim#30002), so
the findings of our own checks on that file are added.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.features.feature import FeatureContext, FeatureRequest
from sightline.features.model_feature import ModelFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fix(ModelFeature):
    async def diagnostics(self, request: FeatureRequest, context: FeatureContext) -> tuple[str, ...]:
        if request.path is None:
            return request.diagnostics
        found = await context.diagnose(request.path, request.span)
        return (*request.diagnostics, *(line for line in found if line not in request.diagnostics))


FEATURE = _Fix(name="fix", title="Fix this", action="quickfix", task="Fix the problems at the selected place.")
