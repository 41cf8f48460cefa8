"""The list of models holds together, says only what a source says, and unknown stays unknown."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sightline.models.catalogue import (
    SAMPLING,
    Catalogue,
    ModelFacts,
    Prices,
    profile_of,
    read_catalogue,
)
from sightline.models.messages import Sampling, Usage
from sightline.models.registry import PROVIDERS

TEXT = files("sightline.models").joinpath("catalogue.toml").read_text(encoding="utf-8")
CATALOGUE = read_catalogue(TEXT)


def test_services_are_those_that_can_be_named() -> None:
    kinds = [kind for service in CATALOGUE.service for kind in service.kinds]
    assert len(kinds) == len(set(kinds))
    assert set(PROVIDERS) - set(kinds) == {"scripted", "custom", "editor"}
    assert set(kinds) <= set(PROVIDERS)


def test_every_fact_has_a_source_of_a_day_that_has_been() -> None:
    for name, source in CATALOGUE.sources.items():
        assert date(2024, 1, 1) < source.checked <= date(2026, 11, 22), name
        assert len(source.at) > 10
    used = {source for entry in (*CATALOGUE.service, *CATALOGUE.family, *CATALOGUE.model) for source in entry.sources}
    assert used == set(CATALOGUE.sources)


@pytest.mark.parametrize("model", CATALOGUE.model, ids=lambda model: f"{model.service}:{model.names[0]}")
def test_the_numbers_of_a_model_fit_each_other(model: ModelFacts) -> None:
    assert model.window
    assert model.max_output_tokens is None or model.max_output_tokens <= model.window
    assert model.prompt_limit is None or model.prompt_limit < model.window
    assert 1_000 <= model.window <= 4_000_000
    prices = model.prices
    assert prices is not None
    assert prices.prompt is not None
    if model.roles != ("embedding",):
        assert prices.output is not None
        assert prices.output >= prices.prompt
    assert prices.cached is None or prices.cached < prices.prompt
    assert prices.cache_write is None or prices.cache_write > prices.prompt
    for tier in prices.tiers:
        assert tier.above < model.window
        assert tier.prompt > prices.prompt


def test_names_are_found_however_they_are_written() -> None:
    for model in CATALOGUE.model:
        for name in model.names:
            assert name == name.lower()
            kind = next(service.kinds[0] for service in CATALOGUE.service if service.name == model.service)
            host = urlsplit(PROVIDERS[kind].base_url).hostname or ""
            assert profile_of("openai", host, name.upper()).facts.window == model.window
    dated = profile_of("openai", "api.openai.com", "gpt-4o-2024-08-06")
    assert dated.facts.window == 128_000
    assert profile_of("anthropic", "api.anthropic.com", "claude-opus-4-5-20251101").facts.window == 200_000
    assert profile_of("openai", "generativelanguage.googleapis.com", "models/gemini-2.5-pro").known


@pytest.mark.parametrize("kind", PROVIDERS)
def test_every_provider_has_a_service_or_is_any_server(kind: str) -> None:
    profile = profile_of(kind, "", "nobody-knows-this")
    assert set(profile.parameters) <= set(SAMPLING)
    assert profile.facts.prices is None
    assert profile.facts.window is None
    assert not profile.known


def test_an_unknown_model_gets_what_is_safe() -> None:
    anywhere = profile_of("openai", "models.example.org", "x")
    assert (anywhere.service, set(anywhere.parameters)) == ("", set(SAMPLING))
    assert anywhere.asked_only == {"top_k", "repetition_penalty"}
    # A later model of a service some of whose models refuse a temperature may refuse it too.
    assert profile_of("openai", "api.openai.com", "gpt-9").asked_only == {"temperature", "top_p"}
    assert profile_of("openai", "api.openai.com", "gpt-4.1").asked_only == frozenset()
    assert "temperature" in profile_of("openai", "api.openai.com", "gpt-5.9-new").rejected


def test_a_host_that_only_looks_like_one_is_another() -> None:
    assert profile_of("openai", "mine.openai.azure.com", "gpt-4.1").service == "openai"
    for host in ("api.openai.com.evil.example", "evil-openai.azure.com.example", "openai.azure.com"):
        assert profile_of("openai", host, "gpt-4.1").service == ""
        assert profile_of("openai", host, "gpt-4.1").facts.prices is None


def test_what_a_model_is_holds_wherever_it_runs_and_what_it_costs_does_not() -> None:
    hosted = profile_of("openai", "api.z.ai", "glm-4.6")
    local = profile_of("ollama", "127.0.0.1", "glm-4.6")
    routed = profile_of("openai", "openrouter.ai", "z-ai/glm-4.6")
    assert hosted.advice == local.advice == routed.advice == Sampling(temperature=1.0, top_p=0.95, top_k=40)
    assert hosted.facts.prices is not None
    assert (local.facts.prices, local.facts.window) == (None, None)
    assert (routed.facts.prices, routed.facts.window) == (None, None)


def test_names_of_parameters_are_those_of_the_service() -> None:
    assert profile_of("llamacpp", "127.0.0.1", "m").parameters["repetition_penalty"] == "repeat_penalty"
    assert profile_of("vllm", "127.0.0.1", "m").parameters["repetition_penalty"] == "repetition_penalty"


def test_the_users_own_entry_wins_field_by_field() -> None:
    own = {"openai:gpt-4.1": ModelFacts(window=50_000, rejects=("top_p",))}
    profile = profile_of("openai", "api.openai.com", "gpt-4.1", own)
    assert profile.facts.window == 50_000
    assert profile.facts.max_output_tokens == 32_768
    assert profile.rejected == {"top_p"}
    assert profile_of("openai", "api.openai.com", "gpt-4.1-mini", own).facts.window == 1_047_576


def test_the_most_exact_of_the_users_entries_counts() -> None:
    own = {
        "*": ModelFacts(window=1_000),
        "ollama:*": ModelFacts(window=2_000),
        "Qwen*": ModelFacts(window=3_000),
        "ollama:qwen3:8b": ModelFacts(window=4_000),
    }
    assert profile_of("ollama", "", "qwen3:8b", own).facts.window == 4_000
    assert profile_of("ollama", "", "llama3", own).facts.window == 2_000
    assert profile_of("vllm", "", "qwen3", own).facts.window == 3_000
    assert profile_of("vllm", "", "other", own).facts.window == 1_000


@given(kind=st.text(), host=st.text(), model=st.text(), key=st.text())
def test_a_profile_is_total(kind: str, host: str, model: str, key: str) -> None:
    profile = profile_of(kind, host, model, {key: ModelFacts(window=5)})
    assert set(profile.parameters) <= set(SAMPLING)
    assert not set(profile.parameters) & profile.rejected


def test_an_unknown_price_is_unknown_and_never_nothing() -> None:
    usage = Usage(prompt_tokens=1_000, output_tokens=10)
    assert Prices().cost(usage) is None
    assert Prices(prompt=1.0).cost(usage) is None
    assert Prices(prompt=1.0, output=2.0).cost(Usage(output_tokens=5)) is None
    for field in ("prompt", "output", "cached", "cache_write"):
        with pytest.raises(ValidationError):
            Prices.model_validate({field: 0})


def test_a_cost_counts_the_cache_and_the_tier() -> None:
    prices = Prices.model_validate(
        {
            "prompt": 2.0,
            "output": 10.0,
            "cached": 0.2,
            "cache_write": 2.5,
            "tiers": [{"above": 200_000, "prompt": 4.0, "output": 20.0, "cached": 0.4}],
        }
    )
    usage = Usage(prompt_tokens=100_000, cached_tokens=60_000, cache_written_tokens=10_000, output_tokens=1_000)
    assert prices.cost(usage) == pytest.approx((30_000 * 2 + 60_000 * 0.2 + 10_000 * 2.5 + 1_000 * 10) / 1e6)
    assert prices.cost(Usage(prompt_tokens=200_001, output_tokens=0)) == pytest.approx(200_001 * 4 / 1e6)
    # Where a cached token's price is not known it counts as read: never too cheap.
    assert Prices(prompt=2.0, output=1.0).cost(usage) == pytest.approx((100_000 * 2 + 1_000) / 1e6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('sources = ["models.dev"]', 'sources = ["hearsay"]'), "no such source: hearsay"),
        (('service = "openai"', 'service = "opnai"'), "no such service: opnai"),
        (('names = ["gpt-4o-mini"]', 'names = ["gpt-4o"]'), "said twice"),
        (("window = 128_000", "window = 0"), "greater than 0"),
        (("window = 128_000", "windw = 1"), "Extra inputs"),
        (("prices = { prompt = 2.5", "prices = { prompt = 0"), "greater than 0"),
    ],
)
def test_a_mistake_in_the_list_is_found(change: tuple[str, str], words: str) -> None:
    broken = TEXT.replace(*change, 1)
    assert broken != TEXT
    with pytest.raises(ValidationError, match=words):
        read_catalogue(broken)


def test_the_list_is_one_value() -> None:
    assert isinstance(CATALOGUE, Catalogue)
    with pytest.raises(ValidationError):
        CATALOGUE.model[0].window = 1
