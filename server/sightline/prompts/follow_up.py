"""The next message of a conversation: what changed since, the code that is new, the task. What was sent stays as it is.

A server reads only what is new of such a prompt. The rules of a conversation are those it began with; a task of another
kind brings its own along.
"""

from __future__ import annotations

from collections.abc import Callable

from sightline.base.paths import WorkspacePath
from sightline.context.pack import ContextPack
from sightline.context.repository_notes import NO_NOTES, RepositoryNotes
from sightline.models.messages import Message
from sightline.models.tokens import count_messages
from sightline.prompts.build import (
    NOTHING_MORE,
    Additions,
    Prompt,
    UsedTemplate,
    manifest_of,
    notes_text,
    one_line,
    task_text,
    template,
    workspace_text,
)
from sightline.prompts.classify import complexity_of
from sightline.prompts.conversation import Conversation, PastTurn
from sightline.prompts.since import Since

#: Turns told of a conversation whose messages were dropped, and characters of the task and the reply of each.
MOST_EARLIER, EARLIER_TASK, EARLIER_REPLY = 20, 300, 300

_UNTOUCHED = "No code that is shown above has changed."

#: Answers the digest of a file as it is now, "" if there is none.
DigestNow = Callable[[WorkspacePath], str]


def build_follow_up(  # noqa: PLR0913  what there was, what is new, and how it is asked for
    conversation: Conversation,
    since: Since,
    task_type: str,
    task: str,
    pack: ContextPack,
    edit_format_instructions: str,
    *,
    diagnostics: tuple[str, ...] = (),
    digest_now: DigestNow,
    additions: Additions = NOTHING_MORE,
) -> Prompt:
    """The prompt of a task that goes on with ``conversation``, which has messages.

    ``pack`` was made with what is known of the files. ``edit_format_instructions`` are "" where they were given above.
    """
    head = "\n\n".join((template("follow_up"), *_outcome(conversation, digest_now), since.text or _UNTOUCHED)) + "\n\n"
    notes = _new_notes(conversation, additions.notes)
    code = notes_text(notes) + (workspace_text(pack) if pack.text else "# Task\n\n")
    names = _rules(conversation, task_type, additions, edits=bool(edit_format_instructions))
    texts = (*(additions.templates.text(name, task_type) for name in names), edit_format_instructions.strip())
    rules = "".join(f"{text}\n\n" for text in texts if text)
    content = head + code + rules + task_text(task_type, task, pack, diagnostics)
    number = len(conversation.messages)
    messages = (*conversation.messages, Message(role="user", content=content))
    return Prompt(
        messages=messages,
        stable_prefix="".join(message.content for message in conversation.messages) + head + code,
        manifest=(*conversation.manifest, *manifest_of((*since.slices, *notes.slices, *pack.slices), number)),
        tokens=count_messages(messages),
        task_type=task_type,
        complexity=complexity_of(task),
        templates=tuple(
            UsedTemplate(name=name, origin=additions.templates.origin(name)) for name in ("follow_up", *names)
        ),
    )


def earlier_text(conversation: Conversation, digest_now: DigestNow) -> str:
    """What is told of a conversation whose messages are not: its tasks, in short, and what became of the last edit."""
    if not conversation.turns:
        return ""
    told = conversation.turns[-MOST_EARLIER:]
    lines = [
        f"{number}. {_in_short(turn)}" for number, turn in enumerate(told, len(conversation.turns) - len(told) + 1)
    ]
    parts = ["# Earlier in this conversation", "\n".join(lines), *_outcome(conversation, digest_now)]
    return "\n\n".join(parts) + "\n\n"


def _new_notes(conversation: Conversation, notes: RepositoryNotes) -> RepositoryNotes:
    """``notes``, unless each of them stands in the messages as it is now."""
    had = {(entry.path, entry.digest) for entry in conversation.manifest}
    return notes if {(str(piece.path), piece.digest) for piece in notes.slices} - had else NO_NOTES


def _rules(conversation: Conversation, task_type: str, additions: Additions, *, edits: bool) -> tuple[str, ...]:
    """The templates that the conversation has not had yet; ``edits``: the rules for these are to be told."""
    kind = (task_type,) if task_type != conversation.task_type else ()
    return (*kind, *(("edits", *(("analyse",) if additions.analyse else ())) if edits else ()))


def _outcome(conversation: Conversation, digest_now: DigestNow) -> list[str]:
    """What became of the last edit, by what the files say."""
    last = next((turn for turn in reversed(conversation.turns) if turn.changes), None)
    if last is None:
        return []
    now = {path: digest_now(path) for path in last.changes}
    which = "The edit of your last reply" if last is conversation.turns[-1] else "Your last edit"
    if all(now[path] == after for path, (_, after) in last.changes.items()):
        return [f"{which} was applied."]
    if all(now[path] == before for path, (before, _) in last.changes.items()):
        return [f"{which} was not applied: the files are as they were before it."]
    return [f"{which} was applied in part, or its files have been changed since."]


def _in_short(turn: PastTurn) -> str:
    """One line on a turn: the task, the edited files, the beginning of an answer."""
    text = f"{turn.task_type}: {one_line(turn.task)[:EARLIER_TASK]}"
    if turn.changes:
        files = ", ".join(f"`{path.relative}`" for path in sorted(turn.changes)[:MOST_EARLIER])
        return f"{text} (you edited {files})"
    return f"{text} (you answered: {one_line(turn.reply)[:EARLIER_REPLY]})"
