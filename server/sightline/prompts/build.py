"""``Prompt``: the exact messages sent for a task, and a manifest of every piece of code in them.

Bytes that stay the same come first, so that a server can reuse what it has read of an earlier prompt: the rules of the
task type, the edit format, then the workspace context, and the task last. There is no time stamp, no name of a machine
and nothing random: the same input gives the same bytes. This file sends nothing and chooses no code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sightline.base.errors import UsageError
from sightline.base.redact import redact
from sightline.context.candidates import Step
from sightline.context.pack import ContextPack, Slice
from sightline.context.repository_notes import NO_NOTES, RepositoryNotes
from sightline.models.messages import Message
from sightline.models.tokens import count_messages
from sightline.prompts.classify import TASK_TYPES, Complexity, complexity_of, is_read_only
from sightline.prompts.template_set import BUILT_IN, TemplateSet, template

__all__ = ["Additions", "ManifestEntry", "Prompt", "build_prompt", "manifest_of", "one_line", "system_text", "template"]

_HINTS: dict[Complexity, str] = {
    "simple": "Keep the edit small.",
    "moderate": "",
    "complex": "This task touches several places. List them first, one line each; then edit all of them.",
}
_NO_CODE = "No code of the workspace was found for this task.\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One piece of code in a prompt. Lines are one-based and inclusive; ``form`` as in ``context/render.py``.

    ``digest`` is that of the text it is of, ``version`` the editor's number for that text where the file is open.
    ``message`` counts the messages of the prompt from 0. ``chain`` is the way through the graph that brought the piece
    in: the piece itself first, what the request led to last; empty for what the graph ties to nothing.
    """

    path: str
    start_line: int
    end_line: int
    form: str
    tokens: int
    reasons: tuple[str, ...]
    name: str = ""
    digest: str = ""
    version: int | None = None
    message: int = 1
    chain: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What a prompt has besides the task and its code. All but ``notes`` stays the same from task to task.

    ``analyse``: the model is asked to look at names, errors and patterns first. ``conventions`` are sentences on how
    the workspace is written, ``notes`` what instruction files of the repository say of the files that are shown.
    ``needs``: the model may ask for more code. ``overview`` says what the workspace is made of, "" for nothing.
    """

    templates: TemplateSet = BUILT_IN
    analyse: bool = False
    conventions: tuple[str, ...] = ()
    notes: RepositoryNotes = NO_NOTES
    needs: bool = True
    overview: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedTemplate:
    """A text that a prompt is made of, and the file it comes from."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Messages ready to send. ``tokens`` estimates all of them.

    ``stable_prefix`` is how the concatenated contents begin, up to the task: it does not depend on the task's words.
    """

    messages: tuple[Message, ...]
    stable_prefix: str
    manifest: tuple[ManifestEntry, ...]
    tokens: int
    task_type: str
    complexity: Complexity
    templates: tuple[UsedTemplate, ...] = ()


NOTHING_MORE = Additions()
#: The prompt of an edit for which no model was asked, or one that nobody knows.
NO_PROMPT = Prompt(messages=(), stable_prefix="", manifest=(), tokens=0, task_type="", complexity="simple")


def build_prompt(  # noqa: PLR0913  a task, its code, and four things that decide how it is asked
    task_type: str,
    task: str,
    pack: ContextPack,
    edit_format_instructions: str,
    *,
    diagnostics: tuple[str, ...] = (),
    additions: Additions = NOTHING_MORE,
    earlier: str = "",
) -> Prompt:
    """The prompt for a task. ``edit_format_instructions`` is left out for the kinds of task that change nothing.

    ``earlier`` is what is left of a conversation whose messages had to be dropped.
    Secrets in the task and the diagnostics are taken out. Raises :class:`UsageError` for an unknown ``task_type``.
    """
    complexity = complexity_of(task)
    system = system_text(task_type, edit_format_instructions, additions)
    notes = additions.notes
    head = overview_section(additions.overview) + earlier + notes_text(notes) + workspace_text(pack)
    messages = (
        Message(role="system", content=system),
        Message(role="user", content=head + task_text(task_type, task, pack, diagnostics)),
    )
    return Prompt(
        messages=messages,
        stable_prefix=system + head,
        manifest=manifest_of((*notes.slices, *pack.slices)),
        tokens=count_messages(messages),
        task_type=task_type,
        complexity=complexity,
        templates=tuple(
            UsedTemplate(name=name, origin=additions.templates.origin(name)) for name in _names_of(task_type, additions)
        ),
    )


def system_text(task_type: str, edit_format_instructions: str, additions: Additions = NOTHING_MORE) -> str:
    """The system message of a kind of task: the same bytes for every task of that kind and edit format."""
    if task_type not in TASK_TYPES:
        raise UsageError(f"There is no task type {task_type!r}.", hint=f"Use one of: {', '.join(TASK_TYPES)}.")
    parts = [additions.templates.text(name, task_type) for name in _names_of(task_type, additions)]
    if not is_read_only(task_type):
        parts.append(edit_format_instructions.strip())
    if additions.conventions:
        lines = (f"- {one_line(redact(sentence))}" for sentence in additions.conventions)
        parts.append("How this code base is written, as measured:\n" + "\n".join(lines))
    return "\n\n".join(part for part in parts if part) + "\n"


def _names_of(task_type: str, additions: Additions) -> tuple[str, ...]:
    """The templates of a kind of task in their order."""
    first = ("base", "reading", *(("needs",) if additions.needs else ()), task_type)
    if is_read_only(task_type):
        return first
    return (*first, "edits", *(("analyse",) if additions.analyse else ()))


def manifest_of(slices: Iterable[Slice], message: int = 1) -> tuple[ManifestEntry, ...]:
    """An entry for every piece, all of them in the message of this number."""
    return tuple(_entry(piece, message) for piece in slices)


def _entry(piece: Slice, message: int) -> ManifestEntry:
    return ManifestEntry(
        path=str(piece.path),
        start_line=piece.first,
        end_line=piece.last,
        form=piece.form.value,
        tokens=piece.tokens,
        reasons=piece.reasons,
        name=piece.name,
        digest=piece.digest,
        version=piece.version,
        message=message,
        chain=piece.chain,
    )


def overview_section(text: str) -> str:
    """What the workspace is made of, as a section that stays the same from task to task; "" for nothing."""
    return f"# Overview\n\n{text}\n\n" if text else ""


def notes_text(notes: RepositoryNotes) -> str:
    """What instruction files say, as a section; "" where they say nothing."""
    return f"{template('notes')}\n\n{notes.text}" if notes.text else ""


def workspace_text(pack: ContextPack) -> str:
    """The code of ``pack`` as a section, and the title of the task after it."""
    return f"# Workspace\n\n{pack.text or _NO_CODE}# Task\n\n"


def task_text(task_type: str, task: str, pack: ContextPack, diagnostics: tuple[str, ...]) -> str:
    """The task, with what was selected, what is to be resolved and a hint by its complexity."""
    hint = "" if is_read_only(task_type) else _HINTS[complexity_of(task)]
    parts = [redact(task.strip())]
    if pack.focus is not None:
        path, first, last = pack.focus
        where = f"line {first}" if first == last else f"lines {first}-{last}"
        parts.append(f"Selected in the editor: `{path}`, {where}.")
    if pack.told:
        parts.append(pack.told)
    if diagnostics:
        parts.append("Diagnostics to resolve:\n" + "\n".join(f"- {redact(one_line(text))}" for text in diagnostics))
    if hint:
        parts.append(hint)
    return "\n\n".join(part for part in parts if part) + "\n"


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space, so that it cannot pose as a section of the prompt."""
    return " ".join(text.split())
