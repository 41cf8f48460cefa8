"""``/undo``: takes back the last applied edit or that of a named turn, whole or in part.

What is newer and in the way is never overwritten: then nothing happens, and the files are named.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undo:
    name: str = "undo"
    title: str = "Undo Sightline's last edit"
    action: str = ""
    uses_model: bool = False
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """``[TURN] [NUMBER …]``: of a turn, and of that edit some hunks alone.

        The edit waits under the request's own turn, for the door to apply like any other.
        """
        words = request.text.replace(",", " ").split()
        numbers = [word for word in words if word.isdecimal() and len(word) < 6]  # a turn's name may be all digits
        turn = one_turn(self.name, [word for word in words if word not in numbers])
        hunks = tuple(map(int, numbers))
        return ready(self.name, "Undo", request, context, await context.prepare_undo(turn, hunks, request.turn))


def one_turn(name: str, words: list[str]) -> str | None:
    """The turn that is named, if any. Raises :class:`UsageError` for more words than one."""
    if len(words) > 1:
        raise UsageError(f"/{name} takes the name of one turn.", hint="Without one the last edit is meant.")
    return words[0] if words else None


def ready(
    command: str, title: str, request: FeatureRequest, context: FeatureContext, paths: tuple[WorkspacePath, ...]
) -> FeatureResult:
    """Tells that an edit of these files waits under the request's turn."""
    return FeatureResult(
        command=command,
        turn_id=request.turn,
        revision=context.view.revision,
        text=f"**{title} ready** for {', '.join(map(str, paths))}. Nothing is written yet.",
        places=(),
        data={"files": [str(path) for path in paths]},
    )


FEATURE = _Undo()
