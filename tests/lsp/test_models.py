"""``sightline.models``: an editor's picker is told what can be chosen, in the very words of the settings."""

from sightline.lsp.models import choosable_models
from sightline.models.selection import select_model
from support.loopback import Exchange, loopback_server


async def models(exchange: Exchange) -> None:
    await exchange.answer(200, {"data": [{"id": "qwen3:14b"}, {"id": "llama3:8b"}]})


async def version(exchange: Exchange) -> None:
    await exchange.answer(200, {"version": "0.33.3"})


async def running(exchange: Exchange) -> None:
    await exchange.answer(200, {"models": []})


async def test_every_model_that_answers_can_be_chosen_as_it_is_told() -> None:
    routes = {"GET /api/version": version, "GET /api/ps": running, "GET /v1/models": models}
    async with loopback_server(**routes) as server:
        told = await choosable_models((server.base_url,))
        (found,) = told["servers"]
        assert found["title"] == "Ollama"
        assert [model["name"] for model in found["models"]] == ["ollama:qwen3:14b", "ollama:llama3:8b"]
        policy = select_model(found["models"][0]["name"], base_url=found["baseUrl"])
        assert (policy.name, policy.base_url) == ("qwen3:14b", server.base_url)


async def test_the_kinds_of_provider_are_told_where_no_server_answers() -> None:
    told = await choosable_models(())
    assert told["servers"] == []
    openai = next(kind for kind in told["providers"] if kind["name"] == "openai")
    assert openai["needsKey"] is True
    assert select_model(openai["example"], api_key="k").kind == "openai"
