"""Features for editors that know only the protocol: run, ask where a person must decide, apply, show the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types

from sightline.checks.acceptance import Acceptance
from sightline.features.feature import Feature, FeatureResult
from sightline.lsp.apply import apply_edit, judging, landed_by_itself
from sightline.lsp.chat import Asked, run_feature
from sightline.lsp.results import feature_json
from sightline.lsp.session import Session
from sightline.tasks.result import TurnResult, TurnVerdict

APPLY, IN_SPITE, DISCARD = "Apply", "Apply anyway", "Discard"

#: A message box holds no essay (characters); the whole text is in the command's answer and in the log.
_MOST_SHOWN = 2_000


async def run_and_apply(
    session: Session, feature: Feature, turn: str, asked: Asked, told: Callable[[str], None]
) -> dict[str, Any]:
    """Runs a feature; an accepted edit without findings is applied at once, anything else is put to the user.

    Answers as ``sightline.run`` does, with ``applied`` as ``sightline.apply`` answers (null if nothing was applied). An
    edit that the editor got with a code action and has applied by itself is only recorded; then the answer is
    ``{command, turn, applied}`` alone.
    """
    landed = await landed_by_itself(session, turn)
    if landed is not None:
        return {"command": feature.name, "turn": turn, "applied": landed}
    result = await run_feature(session, feature.name, turn, asked, told)
    applied = None
    if result.turn is None or result.turn.changes.is_empty:
        kind = types.MessageType.Info if _is_answer(result) else types.MessageType.Error
        session.client.show(kind, shortened(result.text))
    elif await _wanted(session, result, result.turn):
        told("applying")
        engine = session.engine
        word = _word(result.turn)
        applied = await apply_edit(session, lambda: engine.prepare(turn, word), judging(engine, turn, word))
    else:
        session.engine.discard(turn)
    return {**feature_json(session, result), "applied": applied}


def shortened(text: str) -> str:
    """As much of ``text`` as a message box can hold."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN].rstrip()} …"


def _is_answer(result: FeatureResult) -> bool:
    return result.turn is None or result.turn.verdict is TurnVerdict.ANSWERED


def _word(turn: TurnResult) -> Acceptance:
    """What the user accepted with their answer: all that was listed in the question, and nothing that comes later."""
    if turn.verdict is TurnVerdict.REJECTED:
        return Acceptance(everything=True, reason=f"chose {IN_SPITE!r}")
    listed = turn.report.findings if turn.report is not None else ()
    return Acceptance(reasons={finding.id: f"chose {APPLY!r}" for finding in listed})


async def _wanted(session: Session, result: FeatureResult, turn: TurnResult) -> bool:
    if turn.verdict is TurnVerdict.REJECTED:
        answer = await session.client.choose(types.MessageType.Error, shortened(result.text), (DISCARD, IN_SPITE))
        return answer == IN_SPITE
    if turn.report is None or not turn.report.findings:
        return True
    answer = await session.client.choose(types.MessageType.Warning, shortened(result.text), (APPLY, DISCARD))
    return answer == APPLY
