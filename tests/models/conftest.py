"""A loopback server and a pool for tests of the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sightline.transport.pool import Pool
from support.loopback import LoopbackServer, loopback_server


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with loopback_server() as running:
        yield running


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool() as opened:
        yield opened
