"""One provider of each API of the registry, and a server that speaks to it: what tests of faults have in common."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from sightline.base.memory_system import memory_system
from sightline.models.messages import Message, ModelError, ModelRequest, StreamEvent, TextDelta
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.provider import Provider
from sightline.models.registry import PROVIDERS, open_provider
from sightline.transport.policy import RetryPolicy
from sightline.transport.pool import Pool
from support.loopback import Exchange, LoopbackServer, Route
from support.voices import VOICES, Voice

KEY = "faults-key-0123456789"
#: One provider of each API: the others of an API differ in addresses alone (``test_conformance`` asks them all).
HTTP = list({kind.api: name for name, kind in reversed(PROVIDERS.items()) if kind.api in VOICES}.values())
ASK = ModelRequest(
    model="tiny", messages=(Message(role="user", content="Hi 🎉 \ud800"),), max_output_tokens=64, prompt_tokens=20
)
TEXTS = ("Grüße, ", "世界 🎉", " done")


@dataclass
class Line:
    """A provider, the server it asks and how that server speaks."""

    kind: str
    voice: Voice
    server: LoopbackServer
    pool: Pool

    async def provider(self, **fields: Any) -> Provider:
        given: dict[str, Any] = {"retries": RetryPolicy(tries=1), **fields}
        policy = ModelPolicy(kind=self.kind, name="tiny", base_url=self.server.base_url, api_key=Secret(KEY), **given)
        return await open_provider(policy, memory_system(), pool=self.pool)

    def answer(self, route: Route) -> None:
        self.server.routes[self.voice.route] = route

    def sends(self, *pieces: bytes) -> None:
        async def route(exchange: Exchange) -> None:
            await exchange.begin(200, content_type=self.voice.media_type, connection="close")
            for piece in pieces:
                await exchange.send(piece)

        self.answer(route)

    @property
    def asked(self) -> int:
        """How many requests for a reply the server had."""
        return sum(exchange.path.endswith(self.voice.path) for exchange in self.server.exchanges)

    async def events(self, **fields: Any) -> list[StreamEvent]:
        async with aclosing((await self.provider(**fields)).stream(ASK)) as stream:
            return [event async for event in stream]

    async def fails(self, **fields: Any) -> ModelError:
        with pytest.raises(ModelError) as caught:
            await self.events(**fields)
        assert caught.value.hint
        assert KEY not in f"{caught.value}{caught.value.hint}"
        return caught.value


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))
