"""Sends a request again where that cannot do harm: before the first byte of content. Knows status codes, no model.

Again: a refused connection, 429 and 5xx, since the server has said that it is done with the first one. Never: a broken
or silent connection, since it may be at work on it, and any refusal that the caller knows to be permanent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from email.utils import parsedate_to_datetime

from sightline.transport.errors import ConnectFailed, ConnectFailure
from sightline.transport.policy import HttpRequest, RetryPolicy
from sightline.transport.pool import HttpResponse, Pool

#: Waits so many seconds. Cancelling the task ends the wait.
Sleep = Callable[[float], Awaitable[None]]
#: Whether asking again cannot mend a refusal, by its status and the beginning of its body.
Permanent = Callable[[int, bytes], bool]

#: Bytes of a refusal's body that are looked at.
LARGEST_REFUSAL = 64 << 10

_TOO_MANY_REQUESTS = 429


def _never(status: int, body: bytes) -> bool:  # noqa: ARG001  the shape of ``Permanent``
    return False


@asynccontextmanager
async def stream_with_retries(
    pool: Pool,
    request: HttpRequest,
    policy: RetryPolicy,
    *,
    permanent: Permanent = _never,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[HttpResponse, None]:
    """Like ``Pool.stream``, but asks again as this file says. The last answer or error is the caller's."""
    async with AsyncExitStack() as stack:
        yield await _answer(pool, request, policy, permanent, sleep, stack)


async def _answer(
    pool: Pool, request: HttpRequest, policy: RetryPolicy, permanent: Permanent, sleep: Sleep, stack: AsyncExitStack
) -> HttpResponse:
    tries = 0
    while True:
        tries += 1
        usual = min(policy.first_wait * 2 ** (tries - 1), policy.longest_wait)
        last = tries >= policy.tries
        try:
            response = await stack.enter_async_context(pool.stream(request))
        except ConnectFailed as error:
            if last or error.reason is not ConnectFailure.REFUSED:
                raise
            await sleep(usual)
            continue
        wait = _wait(response.status, response.headers, usual)
        if last or wait is None or wait > policy.longest_wait:
            return response
        if permanent(response.status, await response.peek(LARGEST_REFUSAL)):
            return response
        # Closed before the wait: nothing is held open while nothing happens.
        await stack.aclose()
        await sleep(wait)


def _wait(status: int, headers: Mapping[str, str], usual: float) -> float | None:
    """Seconds to wait before asking again; ``None`` where asking again is no use."""
    if status != _TOO_MANY_REQUESTS and not 500 <= status < 600:
        return None
    asked = retry_after(headers)
    return usual if asked is None else asked


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for (RFC 9110, 10.2.3); ``None`` without one that can be read.

    A date is measured from the answer's own ``Date``, so that neither clock matters.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        asked = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, asked.total_seconds())
