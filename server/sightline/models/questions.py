"""What tasks hand to the gateway and get back: a question, who is told what meanwhile, a reply with its reasons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sightline.models.client import EventListener
from sightline.models.messages import Message, ModelResponse, StreamEvent
from sightline.models.parameters import Wanted
from sightline.models.policy import ModelPolicy
from sightline.models.routing import Candidate, Why
from sightline.models.tokens import TokenCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a turn is: its name, its kind of task, and the conversation it belongs to ("" for none)."""

    turn: str
    task: str
    conversation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The model a prompt is made for. ``room`` is how many tokens it may have, ``None`` where that is not known.

    ``number`` counts the models that were asked for this turn, from 0. ``counter`` counts tokens as this model does.
    """

    policy: ModelPolicy
    room: int | None
    number: int
    counter: TokenCounter = TokenCounter()  # noqa: RUF009  a frozen value


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. ``fit`` makes the messages for a model, anew for each that is asked.

    ``reusable`` says that a reply from before will do; ``words`` are then those of the user's question, by which one
    much like it is found. ``fresh`` wants none from before all the same. ``expects`` says, once ``fit`` is done, how
    many tokens the reply cannot do without (0 where nobody knows): a limit below that is an error before anything is
    sent.
    """

    wanted: Wanted
    fit: Callable[[Target], Awaitable[tuple[tuple[Message, ...], int]]]
    expects: Callable[[], int] = int
    words: str = ""
    reusable: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Who is told what on the way: each event of the stream, that a request is sent, and sentences for people."""

    event: EventListener
    begun: Callable[[], None]
    told: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Which model answered and why. ``passed`` were asked before it, each with what went wrong; ``left_out`` not asked.

    ``model`` is ``PROVIDER:NAME``, ``name`` what the user calls it; ``why`` is who spoke for the first of them.
    """

    name: str
    model: str
    where: str
    reason: str
    why: Why = Why.PRIMARY
    passed: tuple[Candidate, ...] = ()
    left_out: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A reply. ``reused`` says in a sentence that it is one from before, "" for a new one."""

    response: ModelResponse
    answered: Answered
    reused: str = ""


class Heard:
    """Passes events on, and knows whether there was any."""

    def __init__(self, listener: EventListener) -> None:
        self._listener = listener
        self.anything = False

    def __call__(self, event: StreamEvent) -> Awaitable[None] | None:
        self.anything = True
        return self._listener(event)
