"""Asks for one reply of a turn: the prompt is made for the model that will read it, anew for each that is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sightline.models.gateway import TurnModels
from sightline.models.messages import Message, ModelResponse, ReasoningDelta, StreamEvent, TextDelta
from sightline.models.parameters import Wanted
from sightline.models.questions import Given, Hearing, Question, Target
from sightline.prompts.build import Prompt
from sightline.tasks.result import Attempt, Listener, TurnEvent, TurnRequest, TurnStage, stage_event

#: Makes the prompt for a model.
MakePrompt = Callable[[Target], Awaitable[Prompt]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply, and the prompt it answers."""

    attempt: Attempt
    response: ModelResponse
    prompt: Prompt


async def answer(request: TurnRequest, make: MakePrompt, models: TurnModels, listener: Listener) -> Reply:
    """The answer to a question that changes nothing: one from before where there is one. Raises ``ModelError``."""
    wanted = Wanted(task_type=request.task_type)
    question = _Question(make)
    given = await models.ask(
        Question(wanted=wanted, fit=question.fit, words=request.task, reusable=True, fresh=request.fresh),
        _hearing(listener, 1),
    )
    reply = question.reply(given)
    return replace(reply, attempt=replace(reply.attempt, reused=given.reused))


async def ask(
    make: MakePrompt,
    models: TurnModels,
    wanted: Wanted,
    listener: Listener,
    *,
    number: int,
    expects: Callable[[], int] = int,
) -> Reply:
    """The model's reply, the ``number``-th of its turn; ``expects`` as in ``Question``. Raises ``ModelError``."""
    question = _Question(make)
    given = await models.ask(Question(wanted=wanted, fit=question.fit, expects=expects), _hearing(listener, number))
    return question.reply(given)


class _Question:
    """Remembers the prompt that was made last: the one that was answered."""

    def __init__(self, make: MakePrompt) -> None:
        self._make = make
        self._prompt: Prompt | None = None

    async def fit(self, target: Target) -> tuple[tuple[Message, ...], int]:
        self._prompt = await self._make(target)
        return self._prompt.messages, self._prompt.tokens

    def reply(self, given: Given) -> Reply:
        assert self._prompt is not None, "nothing is answered before it is asked"
        response = given.response
        attempt = Attempt(
            reply=response.text,
            asked=self._prompt.messages[-1].content,
            usage=response.usage,
            seconds=response.total_seconds,
        )
        return Reply(attempt=attempt, response=response, prompt=self._prompt)


def _hearing(listener: Listener, number: int) -> Hearing:
    """Tells the pieces of a reply as they come, and what happens on the way to it."""

    def listen(event: StreamEvent) -> None:
        if isinstance(event, TextDelta):
            listener(TurnEvent(kind="text", text=event.text, stage=TurnStage.MODEL, attempt=number))
        elif isinstance(event, ReasoningDelta):
            listener(TurnEvent(kind="reasoning", text=event.text, stage=TurnStage.MODEL, attempt=number))

    def told(sentence: str) -> None:
        listener(TurnEvent(kind="stage", text=sentence, stage=TurnStage.CONTEXT, attempt=number))

    # Whoever hears of it may count on the request being on its way.
    return Hearing(event=listen, begun=lambda: listener(stage_event(TurnStage.MODEL, number)), told=told)
