"""The servers that our tests speak for are such as the vendors' own clients understand: they check the wire."""

from __future__ import annotations

import anthropic
import openai
import pytest

from support.chat_server import answers, streams
from support.loopback import LoopbackServer
from support.voices import CHAT, MESSAGES, RESPONSES, Voice

TEXTS = ("Grüße, ", "世界 🎉")


def speaks(server: LoopbackServer, voice: Voice) -> None:
    thought = voice.thought("hm") if voice is not MESSAGES else b""
    server.routes[f"POST /v1{voice.path}"] = streams(
        voice.begin + thought + voice.reply(*TEXTS).removeprefix(voice.begin)
    )


async def test_chat_completions(server: LoopbackServer) -> None:
    speaks(server, CHAT)
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
        chunks = [chunk async for chunk in stream]
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == "".join(TEXTS)
    assert [chunk.usage.prompt_tokens for chunk in chunks if chunk.usage] == [20]


async def test_responses(server: LoopbackServer) -> None:
    speaks(server, RESPONSES)
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
        stream = await client.responses.create(model="tiny", input="Hi", stream=True)
        events = [event async for event in stream]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "".join(TEXTS)
    assert events[-1].type == "response.completed"
    usage = events[-1].response.usage
    assert usage is not None
    assert usage.input_tokens == 20


async def test_messages(server: LoopbackServer) -> None:
    speaks(server, MESSAGES)
    async with anthropic.AsyncAnthropic(base_url=server.root, api_key="k", max_retries=0) as client:
        asked = client.messages.stream(model="tiny", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
        async with asked as stream:
            message = await stream.get_final_message()
    assert [block.text for block in message.content if block.type == "text"] == ["".join(TEXTS)]
    assert message.stop_reason == "end_turn"
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (8, 8, 4)


async def test_refusals(server: LoopbackServer) -> None:
    server.routes["POST /v1/messages"] = answers(529, {**MESSAGES.refusal("overloaded_error", "later")})
    server.routes["POST /v1/chat/completions"] = answers(429, {**CHAT.refusal("rate_limit_exceeded", "later")})
    async with anthropic.AsyncAnthropic(base_url=server.root, api_key="k", max_retries=0) as client:
        with pytest.raises(anthropic.APIStatusError, match="later") as caught:
            await client.messages.create(model="tiny", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
        assert caught.value.status_code == 529
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as other:
        with pytest.raises(openai.RateLimitError, match="later"):
            await other.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "Hi"}])
