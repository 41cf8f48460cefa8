"""``/overview``: what the workspace is made of: entry points, layers, habits, last changes. Calls no model."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.context.overview_text import overview_report, overview_text
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace
from sightline.models.tokens import count_tokens

#: Tokens of the answer, where the request names no budget.
USUAL_BUDGET = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overview:
    name: str = "overview"
    title: str = "Show what the workspace is made of"
    action: str = ""
    uses_model: bool = False
    early: bool = True

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        root = request.root or context.view.workspace.roots[0]
        found = await context.overview(root)
        text = overview_text(found, request.budget or USUAL_BUDGET, count_tokens)
        if unread := context.view.coverage().unread:
            text += f"\n\n_The definitions of {unread:,} files are not read yet._"
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=context.view.revision,
            text=text,
            places=tuple(FoundPlace(path=WorkspacePath(root, name), line=1, label=name) for name, _ in found.modules),
            data={**overview_report(found)},
        )


FEATURE = _Overview()
