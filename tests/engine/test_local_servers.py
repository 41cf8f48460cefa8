"""What two windows do together for one local server, from the settings to the wire."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sightline.base.database import open_cache
from sightline.base.machine_memory import MachineMemory
from sightline.base.memory_system import ManualClock
from sightline.base.process_life import ProcessMark
from sightline.base.system import RealClock
from sightline.config.settings import Settings
from sightline.engine.limits import gate_policy
from sightline.models.leases import SCHEMA, VERSION, LeaseBook
from sightline.models.local_servers import LocalServers
from sightline.models.messages import Message, ModelError, ModelFailure, ModelRequest, ModelResponse
from sightline.models.parameters import Wanted
from sightline.models.policy import request_for
from sightline.models.providers.llama_cpp import LlamaCppProvider
from sightline.models.residency import ResidencyPolicy
from sightline.models.selection import select_model
from sightline.transport.pool import Pool
from support.chat import reply
from support.chat_server import streams
from support.loopback import Exchange, LoopbackServer, loopback_server

ENOUGH = MachineMemory(total=64 << 30, available=32 << 30)
SHORT = MachineMemory(total=64 << 30, available=1 << 30)
HI = (Message(role="user", content="Hi"),)


class Window:
    """The way of one window to ``server``."""

    def __init__(
        self, server: LoopbackServer, folder: Path, process: ProcessMark | None = None, **limits: float
    ) -> None:
        settings = Settings.model_validate({"limits": limits})
        policy = select_model("llamacpp:tiny", base_url=server.base_url)
        self.policy = replace(policy, gate=gate_policy(policy, settings.limits, lambda: ENOUGH))
        self.pool = Pool(transport=httpx.AsyncHTTPTransport(verify=False))
        self.provider = LlamaCppProvider(self.policy, self.pool)
        self.memory = ENOUGH
        self.servers = LocalServers(ResidencyPolicy(), ManualClock(), stays=False, memory=lambda: self.memory)
        connection = open_cache(str(folder / "leases.sqlite3"), version=VERSION, schema=SCHEMA)
        self.servers.attach(self.pool, LeaseBook(connection, RealClock(), process))
        self.serving = self.servers.serving(None)

    async def ask(self) -> ModelResponse:
        request = ModelRequest(model="tiny", messages=HI)
        return await self.serving.complete(self.provider, self.policy, request, clock=ManualClock())

    async def close(self) -> None:
        await self.servers.close()
        await self.pool.close()


async def test_two_windows_ask_a_server_as_much_as_one_would(tmp_path: Path) -> None:
    arrived, going = asyncio.Event(), asyncio.Event()
    under_way = most = 0

    async def slow(exchange: Exchange) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        arrived.set()
        await going.wait()
        under_way -= 1
        await streams(reply("Hello"))(exchange)

    other = ProcessMark(space="of which nothing can be told", number=1, started=1.0)
    async with loopback_server(**{"POST /v1/chat/completions": slow}) as server:
        one, two = Window(server, tmp_path, concurrent=1), Window(server, tmp_path, other, concurrent=1)
        first = asyncio.create_task(one.ask())
        await arrived.wait()
        second = asyncio.create_task(two.ask())
        impatient = Window(server, tmp_path, other, concurrent=1, queue_seconds=1)
        impatient.policy = replace(impatient.policy, gate=replace(impatient.policy.gate, queue_seconds=0.05))
        impatient.provider = LlamaCppProvider(impatient.policy, impatient.pool)
        with pytest.raises(ModelError) as caught:
            await impatient.ask()
        assert caught.value.failure is ModelFailure.QUEUE_FULL
        assert "other windows" in caught.value.message
        assert "limits.queue_seconds" in caught.value.hint
        going.set()
        assert (await first).text == (await second).text == "Hello"
        assert most == 1
        for window in (one, two, impatient):
            await window.close()


async def test_while_memory_is_short_less_is_asked_of_a_model_here(tmp_path: Path) -> None:
    async with loopback_server(**{"POST /v1/chat/completions": streams(reply("Hello"))}) as server:
        window = Window(server, tmp_path)
        window.memory = SHORT
        told = await window.serving.pressed(window.policy)
        assert "memory is short on this machine" in told
        asked = request_for(window.policy, HI, Wanted(task_type="explain"), pressed=bool(told))
        assert asked.max_output_tokens == 1_024
        assert request_for(window.policy, HI, Wanted(task_type="explain")).max_output_tokens is None
        await window.ask()
        assert [state.limit for state in window.pool.gates.states().values()] == [1]
        elsewhere = select_model("ollama:m", base_url="http://192.168.0.9:11434")
        assert await window.serving.pressed(elsewhere) == ""
        await window.close()
