"""Finding the servers of this machine: what listens is told, what does not costs nothing, and no model is loaded."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from sightline.models.discovery import LONGEST_LOOK, discover, usual_addresses
from sightline.models.provider import ModelInfo
from sightline.models.selection import select_model
from sightline.transport.pool import Pool
from support.loopback import Exchange, Route, loopback_server
from support.virtual_time import run_in_virtual_time


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool() as opened:
        yield opened


def tells(body: object) -> Route:
    async def route(exchange: Exchange) -> None:
        assert "authorization" not in exchange.headers
        assert isinstance(body, dict | str)
        await exchange.answer(200, body)  # pyright: ignore[reportUnknownArgumentType]  JSON of any shape

    return route


def test_the_usual_addresses_are_those_of_the_four_local_servers() -> None:
    assert usual_addresses() == tuple(f"http://127.0.0.1:{port}/v1" for port in (11434, 1234, 8080, 8000))


async def test_servers_are_found_with_their_models_and_windows(pool: Pool) -> None:
    running = {"models": [{"name": "qwen3:14b", "model": "qwen3:14b", "context_length": 4096}]}
    routes = {
        "GET /api/version": tells({"version": "0.33.3"}),
        "GET /api/ps": tells(running),
        "GET /v1/models": tells({"data": [{"id": "qwen3:14b"}, {"id": "llama3:8b"}]}),
    }
    other = {"GET /v1/models": tells({"data": [{"id": "served"}]})}
    async with loopback_server(**routes) as ollama, loopback_server(**other) as unknown:
        found = await discover(pool, (ollama.base_url, unknown.base_url))
    assert [(server.kind, server.title) for server in found] == [
        ("ollama", "Ollama"),
        ("openai", "OpenAI-compatible API"),
    ]
    assert found[0].models == (ModelInfo(name="qwen3:14b", window=4096), ModelInfo(name="llama3:8b"))
    assert found[1].models == (ModelInfo(name="served"),)
    assert not found[0].is_usual
    assert all(exchange.method == "GET" for exchange in (*ollama.exchanges, *unknown.exchanges))


async def test_a_choice_that_was_found_can_be_selected(pool: Pool) -> None:
    async with loopback_server(**{"GET /v1/models": tells({"data": [{"id": "a:b"}]})}) as server:
        (found,) = await discover(pool, (server.base_url,))
    policy = select_model(found.choice(found.models[0].name), base_url=found.base_url)
    assert (policy.kind, policy.name, policy.base_url) == ("openai", "a:b", server.base_url)


async def test_a_server_without_models_is_found_where_it_is_known(pool: Pool) -> None:
    routes = {"GET /api/version": tells({"version": "1"}), "GET /api/ps": tells({"models": []})}
    async with loopback_server(**routes) as server:
        (found,) = await discover(pool, (server.base_url,))
    assert (found.kind, found.models) == ("ollama", ())


async def test_what_is_no_model_server_is_left_out(pool: Pool) -> None:
    async def rude(exchange: Exchange) -> None:
        await exchange.send(b"\x00\x01 not HTTP")

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        async with (
            loopback_server() as only_404,
            loopback_server(**{"GET /v1/models": tells("<html>")}) as web,
            loopback_server(**{"GET /v1/models": rude}) as strange,
        ):
            assert await discover(pool, (nobody, only_404.base_url, web.base_url, strange.base_url)) == ()


def test_a_server_that_hangs_is_not_waited_for() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def look() -> object:
        async with Pool(transport=httpx.MockTransport(hang)) as mocked:
            return await discover(mocked, ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"))

    found, seconds = run_in_virtual_time(look())
    assert found == ()
    assert seconds <= LONGEST_LOOK


async def test_only_this_machine_is_asked(pool: Pool) -> None:
    for url in ("http://192.0.2.1:8080/v1", "http://gpu-box:8080/v1", "http://127.0.0.1.example.invalid/v1"):
        with pytest.raises(AssertionError, match="loopback"):
            await discover(pool, (url,))
