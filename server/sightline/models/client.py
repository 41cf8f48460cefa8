"""Puts a provider's stream together and refuses what must not be used. Knows no server and no edit format.

Three replies look whole and are not: one whose prompt was cut by the server, one that is empty, and one that stopped
at a limit. The first two are errors here; the third carries ``Finish.LENGTH`` where the limit on output was met and
``Finish.WINDOW`` where the context window was full, which callers never parse for edits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable

from sightline.base.system import Clock
from sightline.models.fitting import limit_met, prompt_size
from sightline.models.messages import (
    Finish,
    Finished,
    ModelError,
    ModelFailure,
    ModelRequest,
    ModelResponse,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from sightline.models.provider import Provider, TokenCounting, WindowReport
from sightline.models.reasoning import split_unopened

#: Called for each event of the stream, in order; the stream waits for it.
EventListener = Callable[[StreamEvent], Awaitable[None] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionLimits:
    """What a reply must hold to.

    A prompt counts as cut when the server read fewer than ``1 - truncation_margin`` of the tokens we estimate for it,
    and at least ``truncation_slack`` fewer. The margin is wider than our estimate is ever off on real prompts (+28 %
    of the true count at most, see ``tokens.py``, which makes 0.78 of the estimate), and narrower than a real cut:
    Ollama keeps half of the window, so at most 0.65 of the estimate even where that is a fifth too low. Servers that
    keep nearly all of a prompt slip through; that is what the check against the window before sending is for.
    ``counted_margin`` stands in where the server itself counted the prompt before, and a request's own
    ``prompt_margin`` where it is smaller.

    ``doubtful_share`` is the share of the window from which on an estimate may be wrong about what fits: there the
    server is asked to count, where it can.

    ``reply_characters`` bounds text and reasoning together, against a server that never ends.
    """

    truncation_margin: float = 0.35
    counted_margin: float = 0.02
    truncation_slack: int = 64
    doubtful_share: float = 0.7
    reply_characters: int = 8_000_000


async def complete(
    provider: Provider,
    request: ModelRequest,
    *,
    clock: Clock,
    listener: EventListener | None = None,
    window: int | None = None,
    limits: CompletionLimits | None = None,
) -> ModelResponse:
    """The whole reply to ``request``.

    ``window`` is the user's own limit in tokens, in force beside what the server reports. Raises
    :class:`ModelError`: ``WINDOW_EXCEEDED`` before anything is sent when the prompt is larger than the known window,
    ``TRUNCATED_PROMPT`` when the server read less than was sent, ``EMPTY_REPLY`` for a reply without text, and
    whatever the provider raises. Cancelling closes the stream at once.
    """
    limits = limits or CompletionLimits()
    report = await provider.window_report(request.model)
    sent = await _sent(provider, request, report, limits)
    _check_window(sent, report, window)
    begun = clock.monotonic()
    first: float | None = None
    pieces = _Pieces(limits.reply_characters)
    finished: Finished | None = None
    async with aclosing(provider.stream(request)) as events:
        async for event in events:
            if isinstance(event, Finished):
                finished = event
            else:
                if first is None:
                    first = clock.monotonic() - begun
                pieces.add(event)
            if listener is not None and isawaitable(waiting := listener(event)):
                await waiting
    assert finished is not None, "a provider's stream ended without Finished"
    if _was_cut(sent, finished.usage, limits):
        # Asked again: a model that was not loaded before is now, and its window with it.
        raise _truncated(sent, finished.usage, await provider.window_report(request.model))
    reasoning, text = pieces.parts()
    if not text.strip() and finished.finish in (Finish.STOP, Finish.OTHER):
        raise _empty_reply(reasoning)
    return ModelResponse(
        text=text,
        reasoning=reasoning,
        finish=await _finish(provider, request, sent, report, finished),
        usage=finished.usage,
        model=request.model,
        first_token_seconds=first,
        total_seconds=clock.monotonic() - begun,
        served_model=finished.model,
        waited=finished.waited,
    )


async def _finish(
    provider: Provider, request: ModelRequest, sent: _Sent, report: WindowReport, finished: Finished
) -> Finish:
    """Why the reply ended; of one that met a limit, which limit that was."""
    if finished.finish is not Finish.LENGTH:
        return finished.finish
    return limit_met(
        finished.finish,
        finished.usage,
        # A server that is too busy to be asked again said it before.
        window=(await provider.window_report(request.model)).tokens or report.tokens,
        max_output_tokens=request.max_output_tokens,
        prompt=sent.tokens,
    )


class _Pieces:
    """The deltas of one reply, within a bound."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []

    def add(self, event: TextDelta | ReasoningDelta) -> None:
        text = event.text
        self._size += len(text)
        if self._size > self._limit:
            raise ModelError(
                ModelFailure.PROTOCOL,
                f"The model's reply passed {self._limit:,} characters and was stopped.",
                hint="Set model.max_output_tokens, or choose another model: this one does not come to an end.",
            )
        (self._text if type(event) is TextDelta else self._reasoning).append(text)

    def parts(self) -> tuple[str, str]:
        """(reasoning, text)"""
        reasoning, text = "".join(self._reasoning), "".join(self._text)
        if reasoning:
            return reasoning, text
        return split_unopened(text)


@dataclass(frozen=True, slots=True)
class _Sent:
    """Tokens of the prompt. ``exact`` says that the server counted them; ``margin`` by which share they may be off."""

    tokens: int
    exact: bool = False
    margin: float | None = None


async def _sent(provider: Provider, request: ModelRequest, report: WindowReport, limits: CompletionLimits) -> _Sent:
    estimate = prompt_size(request)
    room = report.room
    if room and estimate > room * limits.doubtful_share and isinstance(provider, TokenCounting):
        counted = await provider.count_tokens(request)
        if counted is not None:
            return _Sent(counted, exact=True)
    return _Sent(estimate, margin=request.prompt_margin)


def _check_window(sent: _Sent, report: WindowReport, own: int | None) -> None:
    source = report.source if report.room == report.tokens else ""
    known = [(tokens, source) for tokens, source in ((report.room, source), (own, "your settings")) if tokens]
    if not known:
        return
    tokens, source = min(known)
    if sent.tokens > tokens:
        holds = f"holds {tokens:,} (says {source})" if source else f"can be made to hold {tokens:,}"
        about = "" if sent.exact else "about "
        raise ModelError(
            ModelFailure.WINDOW_EXCEEDED,
            f"The prompt is {about}{sent.tokens:,} tokens and the model's window {holds}. Nothing was sent.",
            hint=report.hint if report.hint and source != "your settings" else _SMALLER_PROMPT,
        )


_SMALLER_PROMPT = "Lower the context budget (context.budget), or load the model with a larger window."


def _was_cut(sent: _Sent, usage: Usage, limits: CompletionLimits) -> bool:
    """Whether the server read less than was sent. Not told, or told as nothing at all, says nothing about that."""
    read = usage.prompt_tokens or 0
    if not read:
        return False
    cached = usage.cached_tokens or 0
    if cached > read:
        read += cached  # Such a server counts what it had cached apart from what it read.
    margin = limits.truncation_margin if sent.margin is None else min(limits.truncation_margin, sent.margin)
    margin = limits.counted_margin if sent.exact else margin
    return read < sent.tokens * (1 - margin) and sent.tokens - read >= limits.truncation_slack


def check_prompt_read(sent: int, usage: Usage, window: WindowReport) -> None:
    """Raises ``ModelError`` (``TRUNCATED_PROMPT``) where the server read less than we think was ``sent`` (tokens)."""
    if _was_cut(_Sent(sent), usage, CompletionLimits()):
        raise _truncated(_Sent(sent), usage, window)


def _truncated(sent: _Sent, usage: Usage, report: WindowReport) -> ModelError:
    window = f" Its window holds {report.tokens:,} (says {report.source})." if report.tokens else ""
    return ModelError(
        ModelFailure.TRUNCATED_PROMPT,
        f"The server read {usage.prompt_tokens:,} tokens of a prompt of about {sent.tokens:,}: it cut the prompt "
        f"without saying so.{window} The reply was thrown away.",
        hint=report.hint or _SMALLER_PROMPT,
    )


def _empty_reply(reasoning: str) -> ModelError:
    if reasoning:
        return ModelError(
            ModelFailure.EMPTY_REPLY,
            "The model reasoned and then gave no reply.",
            hint="Raise model.max_output_tokens, or turn the model's reasoning down.",
        )
    return ModelError(
        ModelFailure.EMPTY_REPLY,
        "The model's reply is empty.",
        hint="Try again. Some servers answer so when the prompt is larger than the loaded window: lower "
        "context.budget, or load the model with a larger window.",
    )
