"""Asks the model of a turn: counted, within limits, written down, and not at all where a reply from before will do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from sightline.base.system import Clock
from sightline.models.cache import key_of
from sightline.models.calibration import Calibration
from sightline.models.client import EventListener, complete
from sightline.models.messages import ModelRequest, ModelResponse, ReasoningDelta, StreamEvent, TextDelta, Usage
from sightline.models.parameters import Wanted
from sightline.models.policy import ModelPolicy, request_for
from sightline.models.provider import Provider
from sightline.models.replies import Replies
from sightline.models.serving import Hearing, Serving
from sightline.models.spending import Account, accounted
from sightline.prompts.build import Prompt
from sightline.tasks.result import Attempt, Listener, TurnEvent, TurnRequest, TurnStage, stage_event


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The model that answers, and how it is asked.

    ``calibration`` learns how many tokens a prompt is, ``account`` writes down what is asked and holds it to limits,
    ``replies`` are those from before. ``serving`` sees that the model is there, and how long it is waited for.
    """

    provider: Provider
    policy: ModelPolicy
    repair_rounds: int = 3
    calibration: Calibration | None = None
    account: Account | None = None
    replies: Replies | None = None
    serving: Serving | None = None


async def answer(
    request: TurnRequest, prompt: Prompt, choice: ModelChoice, clock: Clock, listener: Listener
) -> tuple[Attempt, ModelResponse]:
    """The answer to a question that changes nothing: one from before where there is one. Raises ``ModelError``."""
    wanted = Wanted(task_type=request.task_type)
    if choice.replies is None:
        return await ask(prompt, choice, wanted, clock, listener, number=1)
    asked = await _request(prompt, choice, wanted)
    key = key_of(choice.policy, asked, task=request.task_type, question=request.task)

    async def start(hear: EventListener) -> ModelResponse:
        listener(stage_event(TurnStage.MODEL, 1))
        return await _completed(asked, choice, clock, Hearing(listener=hear, warn=_warning(listener, 1)))

    reply = await choice.replies.ask(key, start, _telling(listener, 1), fresh=request.fresh)
    response, reused = reply.response, ""
    if reply.cached is not None:
        alike = " to nearly the same question" if reply.cached.alike else ""
        reused = f"This is the reply of {reply.cached.age_seconds:.0f} s ago{alike}; add --fresh to ask the model anew."
        response = replace(response, usage=Usage())
        listener(TurnEvent(kind="text", text=response.text, stage=TurnStage.MODEL, attempt=1))
        if choice.account is not None:
            await choice.account.reused(response)
    return replace(_attempt(prompt, response), reused=reused), response


async def ask(
    prompt: Prompt, choice: ModelChoice, wanted: Wanted, clock: Clock, listener: Listener, *, number: int
) -> tuple[Attempt, ModelResponse]:
    """The model's reply to ``prompt``, the ``number``-th of its turn. Raises ``ModelError``."""
    request = await _request(prompt, choice, wanted)
    # Told last: who hears of it may count on the request being on its way.
    listener(stage_event(TurnStage.MODEL, number))
    hearing = Hearing(listener=_telling(listener, number), warn=_warning(listener, number))
    response = await _completed(request, choice, clock, hearing)
    return _attempt(prompt, response), response


async def _request(prompt: Prompt, choice: ModelChoice, wanted: Wanted) -> ModelRequest:
    tokens, margin = prompt.tokens, None
    if choice.calibration is not None:
        tokens, margin = await asyncio.to_thread(choice.calibration.count, choice.policy, prompt.messages)
    return request_for(choice.policy, prompt.messages, wanted, prompt_tokens=tokens, prompt_margin=margin)


async def _completed(request: ModelRequest, choice: ModelChoice, clock: Clock, hearing: Hearing) -> ModelResponse:
    policy = choice.policy
    if choice.serving is not None:
        work = choice.serving.complete(choice.provider, policy, request, clock=clock, hearing=hearing)
    else:
        work = complete(choice.provider, request, clock=clock, listener=hearing.listener, window=policy.window)
    response = await (accounted(choice.account, request, work, clock) if choice.account else work)
    if choice.calibration is not None and request.prompt_tokens is not None:
        reported = response.usage.prompt_tokens
        await asyncio.to_thread(choice.calibration.observe, policy, estimated=request.prompt_tokens, reported=reported)
    return response


def _telling(listener: Listener, number: int) -> EventListener:
    """Tells the pieces of a reply as they come."""

    def listen(event: StreamEvent) -> None:
        if isinstance(event, TextDelta):
            listener(TurnEvent(kind="text", text=event.text, stage=TurnStage.MODEL, attempt=number))
        elif isinstance(event, ReasoningDelta):
            listener(TurnEvent(kind="reasoning", text=event.text, stage=TurnStage.MODEL, attempt=number))

    return listen


def _warning(listener: Listener, number: int) -> Callable[[str], None]:
    """Tells what the user should know of how the model runs."""
    return lambda text: listener(TurnEvent(kind="stage", text=text, stage=TurnStage.MODEL, attempt=number))


def _attempt(prompt: Prompt, response: ModelResponse) -> Attempt:
    return Attempt(
        reply=response.text,
        asked=prompt.messages[-1].content,
        usage=response.usage,
        seconds=response.total_seconds,
    )
