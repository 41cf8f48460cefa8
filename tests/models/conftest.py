"""Servers to ask (a bare one, and those that load models), and a pool for tests of the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from sightline.models.registry import PROVIDERS
from sightline.transport.pool import Pool
from support.chat_server import answers
from support.fake_lm_studio import FakeLMStudio, Model, fake_lm_studio
from support.fake_ollama import FakeOllama, fake_ollama
from support.fault_line import HTTP, Line
from support.loopback import LoopbackServer, loopback_server
from support.voices import VOICES


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with loopback_server() as running:
        yield running


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    # Loopback servers speak no TLS: reading the certificates would be most of a test's time.
    async with Pool(transport=httpx.AsyncHTTPTransport(verify=False)) as opened:
        yield opened


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with fake_ollama() as running:
        yield running


@pytest.fixture
async def studio() -> AsyncIterator[FakeLMStudio]:
    async with fake_lm_studio() as running:
        running.models |= {name: Model() for name in ("chat", "fast", "third")}
        yield running


@pytest.fixture(params=HTTP)
async def line(request: pytest.FixtureRequest, server: LoopbackServer, pool: Pool) -> Line:
    voice = VOICES[PROVIDERS[request.param].api]
    for path in voice.lists:
        server.routes[f"GET {path}"] = answers(200, {**voice.listing(["tiny", "other"])})
    for path, status in voice.status.items():
        server.routes[f"GET {path}"] = answers(200, {**status})
    return Line(request.param, voice, server, pool)
