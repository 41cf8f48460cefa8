"""How much room a prompt has where a server tells its window, where it does not, and who is told of a guess."""

from __future__ import annotations

from typing import Any

import pytest

from sightline.base.memory_system import memory_system
from sightline.models.fitting import prompt_room
from sightline.models.gateway import Gateway, ModelStores
from sightline.models.members import Member, ModelSet
from sightline.models.messages import Message
from sightline.models.parameters import Wanted
from sightline.models.questions import About, Hearing, Question, Target
from sightline.models.routing import Asked, Routing
from sightline.models.selection import select_model
from support.loopback import Exchange, LoopbackServer
from support.voices import CHAT


@pytest.mark.parametrize(
    ("name", "told", "own", "window"),
    [
        ("coder-7b", None, None, 4_096),  # nothing better is known than its size
        ("coder-70b", None, None, 32_768),
        ("coder-70b", None, 8_192, 8_192),
        ("coder-7b", 20_000, None, 20_000),
        ("coder", None, None, None),  # nor is its size
    ],
)
async def test_a_window_is_assumed_by_size_where_nobody_tells_one_and_said_once(
    server: LoopbackServer, name: str, told: int | None, own: int | None, window: int | None
) -> None:
    async def lists(exchange: Exchange) -> None:
        row: dict[str, Any] = {"id": name} if told is None else {"id": name, "context_length": told}
        await exchange.answer(200, {"data": [row]})

    async def replies(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(CHAT.reply("Yes."))

    server.routes |= {"GET /v1/models": lists, "POST /v1/chat/completions": replies}
    gateway, rooms, sentences = Gateway(memory_system(), ModelStores), list[int | None](), list[str]()
    policy = select_model(f"openai:{name}", base_url=server.base_url, window=own)
    models = ModelSet(members={"model": Member(name="model", policy=policy)}, routing=Routing(primary="model"))

    async def fit(target: Target) -> tuple[tuple[Message, ...], int]:
        rooms.append(target.room)
        return (Message(role="user", content="Hi"),), 20

    for turn in ("one", "two"):
        asked = await gateway.turn(models, Asked(role="chat"), About(turn=turn, task="explain"))
        question = Question(wanted=Wanted(task_type="explain"), fit=fit)
        await asked.ask(question, Hearing(event=lambda _: None, begun=lambda: None, told=sentences.append))
    await gateway.close()
    assert rooms == [None if window is None else prompt_room(window, None)] * 2
    assumed = told is None and own is None and window is not None
    assert [sentence for sentence in sentences if "are assumed" in sentence] == sentences
    assert len(sentences) == (1 if assumed else 0)
