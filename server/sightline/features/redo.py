"""``/redo``: brings back the edit that was taken back last, or that of a named turn."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult
from sightline.features.undo import one_turn, ready


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redo:
    name: str = "redo"
    title: str = "Bring back the edit that was undone"
    action: str = ""
    uses_model: bool = False
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """``[TURN]``: the edit waits under the request's own turn, for the door to apply like any other."""
        turn = one_turn(self.name, request.text.split())
        return ready(self.name, "Redo", request, context, await context.prepare_redo(turn, request.turn))


FEATURE = _Redo()
