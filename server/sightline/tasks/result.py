"""What a turn is asked and what it answers. Plain values; this file runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.base.text import Span, Text
from sightline.checks.check import CheckReport
from sightline.edits.proposal import Placement, Unmatched
from sightline.models.messages import Usage
from sightline.models.questions import Answered
from sightline.prompts.build import Prompt
from sightline.prompts.conversation import Conversation


class TurnStage(StrEnum):
    """Where a turn is; shown to the user as it goes."""

    CONTEXT = "context"
    PROMPT = "prompt"
    MODEL = "model"
    EDITS = "edits"
    CHECKS = "checks"
    REPAIR = "repair"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEvent:
    """Something that happened in a turn. ``text`` is the next piece of the reply, of the reasoning, or a sentence."""

    kind: Literal["stage", "text", "reasoning", "attempt"]
    text: str
    stage: TurnStage
    attempt: int


Listener = Callable[[TurnEvent], None]


def stage_event(stage: TurnStage, attempt: int) -> TurnEvent:
    """Tells that a turn has come to ``stage``."""
    return TurnEvent(kind="stage", text=stage.value, stage=stage, attempt=attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRequest:
    """One task for a model. ``budget`` is the context's share of the prompt in tokens.

    ``mentions`` are paths, folders or symbols the user named outside the text; ``focus`` is the selection or cursor;
    ``diagnostics`` are sentences with ``path:line`` that the user wants to be rid of. ``edit_format`` is "" for the
    one that is best for the model. ``fresh`` wants no reply from before. ``model`` is the name of the model that the
    user named for this task ("" for none); what ``conversation`` names stays with the model it began with. ``reader``
    is the model the prompt is made for, as its server calls it, ``reader_thinks`` whether it is known to think by
    itself.
    """

    turn: str
    task_type: str
    task: str
    root: str
    budget: int
    focus: tuple[WorkspacePath, Span | None] | None = None
    mentions: tuple[str, ...] = ()
    diagnostics: tuple[str, ...] = ()
    open_files: tuple[WorkspacePath, ...] = ()
    edit_format: str = ""
    fresh: bool = False
    model: str = ""
    reader: str = ""
    reader_thinks: bool = False
    conversation: str = ""

    @property
    def label(self) -> str:
        """What the history calls an edit of this turn: it is kept, and so without secrets."""
        return redact(f"{self.task_type}: {self.task}")[:120]


class TurnVerdict(StrEnum):
    """What came of a turn."""

    ANSWERED = "answered"  # a reply without edits, as asked
    ACCEPTED = "accepted"  # edits that passed every check
    REJECTED = "rejected"  # edits that did not, after all repair rounds
    NO_EDITS = "no_edits"  # edits were asked for and none came


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One reply and what was found in it.

    ``asked`` is the message it answers, the last of the prompt; ``located`` says how its edits were placed;
    ``problems`` are sentences about unreadable parts; ``reused`` is one about a reply that was given before.
    """

    reply: str
    usage: Usage
    asked: str = ""
    unmatched: tuple[Unmatched, ...] = ()
    located: tuple[Placement, ...] = ()
    problems: tuple[str, ...] = ()
    report: CheckReport | None = None
    seconds: float = 0.0
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsRound:
    """A reply that asked for more code: of each name what it came to, and the tokens of code that were added."""

    attempt: Attempt
    answers: tuple[tuple[str, str], ...]
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """The outcome. ``changes`` is against the snapshot of ``revision``, and empty unless accepted or rejected.

    ``base`` holds the texts of the files it touches as they were in that snapshot.

    ``ripple`` are files that no reply edited before a repair was asked for or something was mended without the model;
    ``requested`` are the places of ``base`` in the other edited files that were edited by then, ``replaced`` files that
    a reply meant to make although they are there.

    ``answered`` says which model answered and why; ``model`` is its name as ``PROVIDER:NAME``.

    A rejected turn keeps its changes so that a person can look at them; nothing applies them by itself. ``mended`` are
    sentences on what was put right without the model, ``stopped`` one on why no further repair was asked for.

    ``needs`` are the rounds in which the model asked for more code; ``prompt`` is the first, and with those the last
    before an edit came. ``conversation`` is the one of the request with this turn, ``None`` where there is none.
    """

    turn: str
    verdict: TurnVerdict
    revision: int
    text: str
    changes: ChangeSet
    attempts: tuple[Attempt, ...]
    prompt: Prompt
    model: str
    base: Mapping[WorkspacePath, Text] = field(default_factory=dict[WorkspacePath, Text])
    report: CheckReport | None = None
    diff: str = ""
    ripple: frozenset[WorkspacePath] = frozenset()
    requested: Mapping[WorkspacePath, tuple[Span, ...]] = field(default_factory=dict[WorkspacePath, "tuple[Span, ...]"])
    replaced: frozenset[WorkspacePath] = frozenset()
    mended: tuple[str, ...] = ()
    stopped: str = ""
    answered: Answered | None = None
    needs: tuple[NeedsRound, ...] = ()
    conversation: Conversation | None = None
