"""What a user writes into ``SIGHTLINE_MODEL`` and its companions."""

from __future__ import annotations

import pytest

from sightline.base.errors import UsageError
from sightline.models.messages import ModelError, ModelFailure, Sampling
from sightline.models.registry import PROVIDERS
from sightline.models.selection import own_key, select_model


@pytest.mark.parametrize(
    ("choice", "kind", "name", "base_url"),
    [
        ("scripted:/tmp/a:b.txt", "scripted", "/tmp/a:b.txt", ""),
        ("scripted:C:\\replies.txt", "scripted", "C:\\replies.txt", ""),
        ("ollama:qwen2.5-coder:7b", "ollama", "qwen2.5-coder:7b", "http://127.0.0.1:11434/v1"),
        (" LMStudio: qwen/qwen3 ", "lmstudio", "qwen/qwen3", "http://127.0.0.1:1234/v1"),
        ("llamacpp:any", "llamacpp", "any", "http://127.0.0.1:8080/v1"),
        ("llamacpp", "llamacpp", "default", "http://127.0.0.1:8080/v1"),
        ("llamacpp:", "llamacpp", "default", "http://127.0.0.1:8080/v1"),
        ("vllm:Qwen/Q", "vllm", "Qwen/Q", "http://127.0.0.1:8000/v1"),
    ],
)
def test_choices(choice: str, kind: str, name: str, base_url: str) -> None:
    policy = select_model(choice)
    assert (policy.kind, policy.name, policy.base_url) == (kind, name, base_url)


def test_every_example_of_the_registry_is_a_choice() -> None:
    for kind in PROVIDERS.values():
        address = "https://example.com/v1" if kind.needs_address else ""
        assert select_model(kind.example, base_url=address, api_key="k").kind == kind.name


@pytest.mark.parametrize("choice", ["azure:mine", "custom:mine"])
def test_a_server_without_an_address_of_its_own_needs_the_users(choice: str) -> None:
    with pytest.raises(ModelError) as caught:
        select_model(choice, api_key="k")
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED
    assert "SIGHTLINE_BASE_URL" in caught.value.hint


def test_the_key_of_a_services_own_tools_goes_to_that_service_alone() -> None:
    found = {"ANTHROPIC_API_KEY": "theirs", "OPENAI_API_KEY": "other", "": "nobody's"}
    assert own_key("anthropic:m", "", found) == "theirs"
    assert own_key(" Anthropic : m", " ", found) == "theirs"
    assert own_key("anthropic:m", "https://elsewhere.example/v1", found) == ""
    for choice in ("ollama:m", "scripted:m", "oracle:m", ""):
        assert own_key(choice, "", found) == ""
    with pytest.raises(ModelError) as caught:
        select_model("anthropic:m")
    assert "ANTHROPIC_API_KEY" in caught.value.hint


def test_a_base_url_is_taken_as_it_is_written() -> None:
    for url in ("http://10.0.0.5:8080/v1", "http://10.0.0.5:8080", "https://openrouter.ai/api/v1/", "http://[::1]:1/x"):
        assert select_model("openai:m", base_url=f" {url} ").base_url == url
        assert select_model("ollama:m", base_url=url).base_url == url


def test_everything_else_is_carried_along() -> None:
    policy = select_model(
        "ollama:m", api_key="k", window=4096, max_output_tokens=512, sampling=Sampling(temperature=0.1)
    )
    assert (policy.api_key.reveal(), policy.window, policy.max_output_tokens, policy.sampling.temperature) == (
        *("k", 4096, 512, 0.1),
    )


def test_a_scripted_model_has_neither_address_nor_key() -> None:
    policy = select_model("scripted:f", base_url="http://127.0.0.1:1/v1", api_key="k")
    assert (policy.base_url, bool(policy.api_key)) == ("", False)


def test_without_a_choice_the_hint_names_the_variables() -> None:
    for nothing in ("", "  \n"):
        with pytest.raises(ModelError) as caught:
            select_model(nothing)
        assert caught.value.failure is ModelFailure.NOT_CONFIGURED
        for name in ("SIGHTLINE_MODEL", "SIGHTLINE_BASE_URL", "SIGHTLINE_API_KEY", "sightline models"):
            assert name in caught.value.hint


def test_nothing_is_sent_to_a_public_service_without_a_key() -> None:
    with pytest.raises(ModelError) as caught:
        select_model("openai:gpt-4.1")
    assert caught.value.failure is ModelFailure.NOT_CONFIGURED
    assert "SIGHTLINE_API_KEY" in caught.value.hint
    assert "SIGHTLINE_BASE_URL" in caught.value.hint
    assert select_model("openai:gpt-4.1", api_key="k").base_url == "https://api.openai.com/v1"


@pytest.mark.parametrize("choice", ["gpt-4.1", "qwen2.5:7b", "openai", "openai:", "ollama: ", ":m", "scripted:"])
def test_choices_that_cannot_be_read(choice: str) -> None:
    with pytest.raises(UsageError) as caught:
        select_model(choice, api_key="k")
    assert "PROVIDER:MODEL" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080",
        "ftp://h/v1",
        "http://",
        "http://h:port/v1",
        "http://[bad/v1",
        "https://me:hidden@h/v1",
        "http://h/v1?api-version=hidden",
        "http://h/v1#hidden",
    ],
)
def test_addresses_that_cannot_be_used(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        select_model("openai:m", base_url=url, api_key="k")
    assert caught.value.hint
    assert "hidden" not in str(caught.value)
