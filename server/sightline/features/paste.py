"""``/paste``: the reply of a web chat, pasted: tried and checked as if a model of ours had sent it. Asks no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace
from sightline.features.narrate import narrate_turn
from sightline.tasks.by_hand import NextMessage
from sightline.tasks.result import TurnResult, TurnVerdict

_HOW = "Copy the whole reply of the chat: edits look like the blocks that the prompt asks for."
_FENCED = "Code in a fence is an edit only with the path of its file on the line above the fence."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paste:
    name: str = "paste"
    title: str = "Apply the reply from the clipboard"
    action: str = ""
    uses_model: bool = False
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """Raises :class:`UsageError` when the text is empty, or the prompt itself (kind ``still_the_prompt``)."""
        pasted = await context.take_reply(request.turn, request.text, request.answers)
        result = pasted.result
        findings = result.report.findings if result is not None and result.report is not None else ()
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=result.revision if result is not None else context.view.revision,
            text=_told(result, request.text) if result is not None else "\n\n".join(pasted.told),
            places=tuple(FoundPlace(path=each.path, line=each.line, label=each.message) for each in findings),
            data={"next": _next_json(pasted.next)},
            turn=result,
        )


def _told(result: TurnResult, reply: str) -> str:
    last = result.attempts[-1]
    nothing = not last.unmatched and not last.problems and result.verdict is TurnVerdict.NO_EDITS
    hints = ([_HOW] + [_FENCED] * ("```" in reply)) if nothing and not result.stopped else []
    return "\n\n".join((narrate_turn(result), *hints))


def _next_json(following: NextMessage | None) -> dict[str, Any] | None:
    if following is None:
        return None
    return {"kind": following.kind, "message": following.message, "prompt": following.whole}


FEATURE = _Paste()
