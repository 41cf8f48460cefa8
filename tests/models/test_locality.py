"""Where a model runs: on this host, in one's own network, or in the open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.models.locality import Locality, is_private_host, locality_of

HERE = (
    "http://localhost:11434", "http://127.0.0.1:8080/v1", "http://127.8.9.1", "http://[::1]:1234/v1", "http://0.0.0.0:8000",
    "http://LOCALHOST.:1234", "http://llm.localhost/v1", "http://2130706433/v1", "http://127.1/v1", "http://0x7f.1/v1",
    "http://[::ffff:127.0.0.1]/v1", "http://0177.0.0.1/",
)  # fmt: skip
NEAR = (
    "http://192.168.1.20:11434", "http://10.0.0.5/v1", "http://172.16.0.1:8000", "http://169.254.1.1", "http://gpu-box:1234",
    "http://nas.local/v1", "http://llm.lan", "https://llm.internal", "http://x.home.arpa", "http://[fd00::1]:8080/v1",
    "http://[fe80::1%25eth0]/v1", "http://[::ffff:10.1.2.3]/v1", "http://3232235777/",
)  # fmt: skip
OPEN = (
    "https://api.openai.com/v1", "http://8.8.8.8:11434", "http://172.32.0.1", "http://192.169.0.1", "http://11.0.0.1",
    "http://[2606:4700::1111]:8080/v1", "http://134744072/v1", "http://192.0.2.7/v1", "http://100.64.0.1:11434",
    "https://localhost.example.com", "https://127.0.0.1.nip.io/v1", "https://my.local.example/v1", "http://1.2.3.4.5/v1",
    "http://999999999999/", "http://0x808.0x808/", "https://user:x@api.openai.com/v1", "http://localhost@evil.example/v1",
)  # fmt: skip


@pytest.mark.parametrize("url", HERE)
def test_this_host(url: str) -> None:
    found = locality_of(url, "qwen2.5-coder:7b")
    assert (found.on_this_host, found.private, found.self_hosted) == (True, True, True)


@pytest.mark.parametrize("url", NEAR)
def test_another_host_of_ones_own_network(url: str) -> None:
    found = locality_of(url, "qwen2.5-coder:7b")
    assert (found.on_this_host, found.private, found.self_hosted) == (False, True, True)


@pytest.mark.parametrize("url", OPEN)
def test_the_open_network_outranks_ports_and_names(url: str) -> None:
    found = locality_of(url, "qwen2.5-coder-7b-q4_k_m.gguf")
    assert (found.on_this_host, found.private) == (False, False)
    assert found.reason


def test_a_server_of_ones_own_in_the_open_network() -> None:
    found = locality_of("http://llm.example.com:11434/v1")
    assert (found.private, found.self_hosted) == (False, True)
    assert not locality_of("https://llm.example.com/v1").self_hosted


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "kimi-k2:cloud", "GLM-4.6:Cloud ", "deepseek-v3.1:671b-cloud"])
@pytest.mark.parametrize("url", ["http://localhost:11434", "http://192.168.1.20:11434/v1"])
def test_models_that_ollama_hands_on_are_cloud_models(url: str, model: str) -> None:
    assert locality_of(url, model) == Locality(
        on_this_host=False,
        private=False,
        self_hosted=False,
        reason="its name is that of a model which Ollama hands on to its cloud",
    )


def test_a_remote_host_that_the_server_names() -> None:
    found = locality_of("http://localhost:11434", "mine", remote_host="https://ollama.com:443")
    assert (found.on_this_host, found.private) == (False, False)
    assert "ollama.com" in found.reason
    assert locality_of("http://localhost:11434", "mine", remote_host="http://192.168.0.9:11434").private


@pytest.mark.parametrize("model", ["claude-cloudy", "cloud", "cloudbreak:7b", "mycloud"])
def test_names_that_only_sound_like_it(model: str) -> None:
    assert locality_of("http://localhost:11434", model).private


@pytest.mark.parametrize("model", ["qwen2.5-coder:7b", "x.gguf", "m-Q4_K_M", "llama3.2:1.5b", "qwen-mlx"])
def test_without_an_address_a_name_is_a_guess_that_is_never_private(model: str) -> None:
    assert locality_of("", model) == replace(locality_of("", model), self_hosted=True, private=False)
    assert not locality_of("", "gpt-4.1").self_hosted


def test_the_users_word_outranks_all() -> None:
    assert locality_of("https://llm.company.example/v1", private=True).private
    refused = locality_of("http://localhost:11434", private=False)
    assert (refused.private, refused.on_this_host) == (False, False)
    assert locality_of("http://localhost:11434", "x:cloud", private=True).private


@given(st.text(), st.text(), st.text(), st.none() | st.booleans())
def test_any_texts_give_an_answer(url: str, model: str, remote: str, private: bool | None) -> None:
    found = locality_of(url, model, remote_host=remote, private=private)
    assert found.reason
    assert found.private or not found.on_this_host
    if private is not None:
        assert found.private is private
    assert isinstance(is_private_host(url), bool)


@given(st.ip_addresses(), st.integers(min_value=1, max_value=65535), st.sampled_from(["", "m", "m:7b", "m.gguf"]))
def test_addresses_of_the_open_network_are_never_private(address: object, port: int, model: str) -> None:
    text = f"[{address}]" if ":" in str(address) else str(address)
    found = locality_of(f"http://{text}:{port}/v1", model)
    if getattr(address, "is_global", False) and getattr(address, "ipv4_mapped", None) is None:
        assert not found.private
    assert found.private is is_private_host(str(address))
