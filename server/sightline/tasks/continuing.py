"""What a conversation is after a turn: everything that was sent and answered, and what its reader then knows."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.context.known import Known
from sightline.models.messages import Message
from sightline.prompts.build import Prompt
from sightline.prompts.classify import is_read_only
from sightline.prompts.conversation import Conversation, PastTurn
from sightline.tasks.fitting import Fitting
from sightline.tasks.result import TurnResult

#: What stands for a reply without words: servers refuse an empty message.
_NO_WORDS = "(No reply.)"


def continued(fitting: Fitting, last: Prompt, known: Known, result: TurnResult) -> Conversation:
    """The conversation of a turn that ended with ``result``, the answer to the prompt ``last``."""
    opening, request = fitting.opening, fitting.request
    assert opening is not None, "a turn that ended has begun"
    reply = redact(result.text) if result.text.strip() else _NO_WORDS
    past = PastTurn(
        turn=request.turn,
        task_type=request.task_type,
        task=redact(request.task),
        reply=redact(result.text),
        verdict=result.verdict.value,
        changes=_digests(result),
    )
    before = opening.conversation
    return Conversation(
        name=request.conversation,
        messages=(*last.messages, Message(role="assistant", content=reply)),
        known=known,
        manifest=last.manifest,
        turns=(*before.turns, past),
        task_type=request.task_type,
        edit_format=before.edit_format if is_read_only(request.task_type) else fitting.edit_format,
        model=before.model,
        private=before.private,
    )


def _digests(result: TurnResult) -> dict[WorkspacePath, tuple[str, str]]:
    """The texts of the edited files before and after the edit."""
    changes = result.changes
    if changes.is_empty:
        return {}
    after = changes.texts_after(result.base.__getitem__)
    digests = {path: (text.digest if (text := result.base.get(path)) else "") for path in changes.paths_before}
    return {
        path: (digests.get(path, ""), text.digest if (text := after.get(path)) else "")
        for path in sorted({*changes.paths_before, *changes.paths_after})
    }
