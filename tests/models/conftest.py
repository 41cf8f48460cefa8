"""A loopback server and a pool for tests of the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from sightline.transport.pool import Pool
from support.loopback import LoopbackServer, loopback_server


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with loopback_server() as running:
        yield running


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    # Loopback servers speak no TLS: reading the certificates would be most of a test's time.
    async with Pool(transport=httpx.AsyncHTTPTransport(verify=False)) as opened:
        yield opened
