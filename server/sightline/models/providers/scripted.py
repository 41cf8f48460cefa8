"""A model that answers from a file: for tests, demonstrations and trying Sightline without a model.

It opens no connection, needs no clock and no chance: the same file and the same prompts give the same events. The
file's format is read by ``models/script.py``.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from sightline.base.errors import UsageError
from sightline.base.system import FileSystem
from sightline.models.messages import (
    Finished,
    ModelError,
    ModelFailure,
    ModelRequest,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from sightline.models.provider import ModelInfo, WindowReport
from sightline.models.script import Script, ScriptedReply, parse_script
from sightline.models.tokens import count_messages, count_tokens

_LARGEST_SCRIPT = 16 << 20


class ScriptedProvider:
    """Gives the replies of a script, each as often as it says, the first that fits the prompt."""

    def __init__(
        self,
        script: Script,
        *,
        source: str = "the script",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._script = script
        self._source = source
        self._sleep = sleep
        self._given = [0] * len(script.replies)
        #: Every request so far, for tests to look at.
        self.requests: list[ModelRequest] = []

    @property
    def name(self) -> str:
        return "scripted"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        self.requests.append(request)
        reply = self._next(request)
        pieces = [ReasoningDelta(text=piece) for piece in _cut(reply.reasoning, reply.pieces)]
        pieces += [TextDelta(text=piece) for piece in _cut(_text(reply), reply.pieces)]
        for number in range(len(pieces) + 1):
            if reply.fail is not None and number == min(reply.fail_after, len(pieces)):
                raise self._failure(reply, reply.fail)
            if reply.hang_after is not None and number == min(reply.hang_after, len(pieces)):
                await asyncio.Event().wait()
            if number < len(pieces):
                if reply.delay:
                    await self._sleep(reply.delay)
                yield pieces[number]
        yield Finished(finish=reply.finish, usage=_usage(reply, request), model=request.model)

    async def models(self) -> tuple[ModelInfo, ...]:
        names = self._script.models or (self._source,)
        return tuple(ModelInfo(name=name, window=self._script.window) for name in names)

    async def window_report(self, model: str) -> WindowReport:  # noqa: ARG002  one window for all it is asked for
        return WindowReport(tokens=self._script.window, source=self._source if self._script.window else "")

    async def window(self, model: str) -> int | None:
        return (await self.window_report(model)).tokens

    async def close(self) -> None:
        """Nothing is open."""

    def _failure(self, reply: ScriptedReply, failure: ModelFailure) -> ModelError:
        message = reply.message or f"The scripted model fails: {failure.value}."
        return ModelError(failure, message, hint=f"It is told to by {self._source}, line {reply.line}.")

    def _next(self, request: ModelRequest) -> ScriptedReply:
        prompt = "\n".join(message.content for message in request.messages)
        left = [
            index
            for index, reply in enumerate(self._script.replies)
            if not reply.times or self._given[index] < reply.times
        ]
        for index in left:
            if all(text in prompt for text in self._script.replies[index].when):
                self._given[index] += 1
                return self._script.replies[index]
        waiting = ", ".join(f"line {self._script.replies[index].line}" for index in left)
        reason = f"none of those left fits the prompt ({waiting})" if left else "all of them have been given"
        raise ModelError(
            ModelFailure.NOT_FOUND,
            f"The scripted model has no reply for request {len(self.requests)}: {reason}.",
            hint=f"Add a reply to {self._source}, or give one 'times: always'.",
        )


def scripted_from_file(
    files: FileSystem, path: str, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> ScriptedProvider:
    """The provider of the script at ``path``.

    Raises ``ModelError`` (``NOT_CONFIGURED``) when it cannot be read and :class:`UsageError` when it is not a script.
    """
    try:
        data = files.read(path, _LARGEST_SCRIPT)
    except OSError as error:
        raise ModelError(
            ModelFailure.NOT_CONFIGURED,
            f"The scripted model's file {path} cannot be read: {error.strerror}.",
            hint="Give the path of a script: SIGHTLINE_MODEL=scripted:FILE.",
        ) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", hint="Save the script as UTF-8.", kind="script") from error
    return ScriptedProvider(parse_script(text, path), source=path, sleep=sleep)


def _text(reply: ScriptedReply) -> str:
    return reply.text + _garbage(reply.garbage, reply.line)


def _garbage(size: int, seed: int) -> str:
    """``size`` printable characters without meaning, the same for the same seed."""
    parts: list[str] = []
    for block in range(-(-size // 64)):
        digest = hashlib.blake2b(f"{seed}:{block}".encode()).digest()
        parts.append("".join(chr(0x20 + byte % 0x5F) for byte in digest))
    return "".join(parts)[:size]


def _cut(text: str, pieces: int) -> list[str]:
    """``text`` in ``pieces`` parts of nearly equal length (never more than characters), or by lines for 0."""
    if not text:
        return []
    if not pieces:
        return text.splitlines(keepends=True)
    pieces = min(pieces, len(text))
    bounds = [len(text) * number // pieces for number in range(pieces + 1)]
    return [text[bounds[number] : bounds[number + 1]] for number in range(pieces)]


def _usage(reply: ScriptedReply, request: ModelRequest) -> Usage:
    if not reply.usage:
        return Usage()
    estimate = request.prompt_tokens if request.prompt_tokens is not None else count_messages(request.messages)
    return Usage(
        prompt_tokens=estimate if reply.prompt_tokens is None else reply.prompt_tokens,
        cached_tokens=reply.cached_tokens,
        output_tokens=reply.output_tokens or count_tokens(_text(reply)) + count_tokens(reply.reasoning),
        reasoning_tokens=count_tokens(reply.reasoning) or None,
    )
