"""``/undo``: takes back the last applied edit, or the one of a named turn, where nothing newer is in its way."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undo:
    name: str = "undo"
    title: str = "Undo Sightline's last edit"
    action: str = ""
    uses_model: bool = False
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """The edit waits under the request's own turn, for the door to apply like any other."""
        prepared = context.prepare_undo(request.text.strip() or None, request.turn)
        names = ", ".join(str(path) for path in prepared)
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=context.view.revision,
            text=f"**Undo ready** for {names}. Nothing is written yet.",
            places=(),
            data={"files": [str(path) for path in prepared]},
        )


FEATURE = _Undo()
