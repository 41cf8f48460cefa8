"""What a user can name, and what every feature is given and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.context.overview import Overview
from sightline.context.pack import ContextPack
from sightline.graph.view import GraphView
from sightline.prompts.build import Prompt
from sightline.tasks.by_hand import HandedOut, Pasted
from sightline.tasks.result import Listener, TurnRequest, TurnResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRequest:
    """A command as the user gave it: ``/fix the rounding`` is ``command="fix"``, ``text="the rounding"``.

    ``turn`` is chosen by the caller and names the turn in events, apply, discard and undo. ``model`` is the name of the
    user's model to ask ("" for the one that routing finds); what ``conversation`` names stays with its model.
    ``answers`` is the turn of the prompt that ``text`` replies to, "" for the last one that was handed out.
    """

    command: str
    turn: str
    text: str = ""
    root: str = ""
    path: WorkspacePath | None = None
    span: Span | None = None
    mentions: tuple[str, ...] = ()
    diagnostics: tuple[str, ...] = ()
    budget: int | None = None
    model: str = ""
    conversation: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """A place shown as a link; ``line`` is one-based."""

    path: WorkspacePath
    line: int
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureResult:
    """An answer. ``text`` is Markdown for people, ``data`` the same as JSON for programs.

    ``turn`` is set when a model was asked or an edit was tried; the edit waits for the user's word under that turn's
    name.
    """

    command: str
    turn_id: str
    revision: int
    text: str
    places: tuple[FoundPlace, ...] = ()
    data: Mapping[str, Any] | None = None
    turn: TurnResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureContext:
    """What a feature may use: the snapshot it was asked at, and the verbs of the rooms below.

    ``overview`` says what a root is made of. ``propose`` tries an edit that no model made: turn, label and change set
    against ``view``. ``hand_out`` makes a prompt that the user takes to a model by hand, ``take_reply`` tries what it
    replied: turn, reply, and the turn of the prompt.
    """

    view: GraphView
    listener: Listener
    run_turn: Callable[[TurnRequest], Awaitable[TurnResult]]
    build_prompt: Callable[[TurnRequest], Awaitable[tuple[ContextPack, Prompt]]]
    propose: Callable[[str, str, ChangeSet], Awaitable[TurnResult]]
    hand_out: Callable[[TurnRequest], Awaitable[HandedOut]]
    take_reply: Callable[[str, str, str], Awaitable[Pasted]]
    diagnose: Callable[[WorkspacePath, Span | None], Awaitable[tuple[str, ...]]]
    overview: Callable[[str], Awaitable[Overview]]
    prepare_undo: Callable[[str | None, Collection[int], str], Awaitable[tuple[WorkspacePath, ...]]]
    prepare_redo: Callable[[str | None, str], Awaitable[tuple[WorkspacePath, ...]]]
    default_budget: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One of several things a command can do at a place. ``text`` is what to ask the command for to have it done.

    ``preferred``: nothing else comes into question. ``mends`` are the diagnostics of the request it answers.
    """

    title: str
    text: str
    preferred: bool = False
    mends: tuple[str, ...] = ()


class Feature(Protocol):
    """One command. ``action`` is the LSP code action kind it is offered as, "" for chat only.

    ``uses_model`` tells doors whether the command may take long and costs tokens. ``early``: it answers from paths,
    texts and imports alone while definitions are being read, and says so.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def uses_model(self) -> bool: ...

    @property
    def early(self) -> bool: ...

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """Answers the request. Raises ``SightlineError`` with a hint for what the user can mend."""
        ...


@runtime_checkable
class OffersChoices(Protocol):
    """A feature that is offered as a code action only where it has something to offer, once for each choice."""

    def offers(self, request: FeatureRequest, view: GraphView) -> tuple[Offer, ...]:
        """What it can do at the request's place, best first. Called in a thread; raises nothing for odd requests."""
        ...
