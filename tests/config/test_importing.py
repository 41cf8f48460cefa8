"""Settings of aider and Continue, as ours: what fits, without keys, and what is left out is said."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.errors import UsageError
from sightline.config.importing import as_toml, read_foreign
from sightline.config.settings import Settings

AIDER = """\
model: ollama_chat/qwen2.5-coder:7b
openai-api-key: sk-secret
api-key:
  - deepseek=dk-secret
weak-model: deepseek/deepseek-chat
editor-model: openai/corp
auto-commits: no
"""
AIDER_MODELS = """\
- name: ollama_chat/qwen2.5-coder:7b
  edit_format: diff
  extra_params:
    num_ctx: 16384
    temperature: 0.4
    top_k: "20"
- name: openai/corp
  use_temperature: false
- name: unknown/thing
"""
AIDER_METADATA = {"deepseek/deepseek-chat": {"max_input_tokens": 64000, "input_cost_per_token": 1.4e-07}, "sample": {}}
CONTINUE = """\
name: mine
models:
  - name: Autocomplete
    provider: ollama
    model: starcoder2:3b
    roles: [autocomplete]
  - name: Coder
    provider: openai
    model: corp-coder
    apiBase: https://models.example.org/v1
    apiKey: sk-secret
    roles: [chat, edit]
    defaultCompletionOptions: {contextLength: 32768, maxTokens: "4096", temperature: 0.2, topP: 0.9}
    requestOptions: {caBundlePath: /ca.pem, headers: {X-Key: hk-secret}}
  - name: Odd
    provider: sagemaker
    model: x
  - name: Second coder!
    provider: ollama
    model: qwen2.5-coder:7b
    roles: [edit, embed]
  - name: Third
    provider: ollama
    model: qwen3:8b
  - name: Ranks
    provider: ollama
    model: ranks
    roles: [rerank]
"""


def imported(**files: str) -> tuple[dict[str, Any], str]:
    found = read_foreign({name.replace("_", "."): text for name, text in files.items()})
    text = as_toml(found)
    table = tomllib.loads(text)
    Settings.model_validate(table)
    assert "secret" not in text
    return table, text


def test_aiders_settings() -> None:
    files = {
        ".aider.conf.yml": AIDER,
        ".aider.model.settings.yml": AIDER_MODELS,
        ".aider.model.metadata.json": json.dumps(AIDER_METADATA),
    }
    text = as_toml(read_foreign(files))
    table = tomllib.loads(text)
    Settings.model_validate(table)
    assert table == {
        "model": {"name": "ollama:qwen2.5-coder:7b"},
        "models": {"weak": {"roles": ["fast"], "name": "deepseek:deepseek-chat"}},
        "catalogue": {
            "models": {
                "ollama:qwen2.5-coder:7b": {"advice": {"temperature": 0.4, "top_k": 20}, "window": 16384},
                "openai:corp": {"rejects": ["temperature"]},
                "deepseek:deepseek-chat": {"window": 64000, "prices": {"prompt": 0.14}},
            }
        },
    }
    assert text.count("was not taken over") == 2
    assert "editor-model 'openai/corp' is left out: aider asks it in architect mode alone" in text
    assert "secret" not in text


@pytest.mark.parametrize("mode", ["architect: true", "edit-format: architect"])
def test_aiders_editor_model_edits_in_architect_mode(mode: str) -> None:
    more = "openai-api-base: http://127.0.0.1:9/v1\n"
    table, text = imported(aider_conf_yml=f"{AIDER}{more}{mode}\n")
    assert table["models"]["editor"] == {
        "roles": ["edit"],
        "name": "openai:corp",
        "base_url": "http://127.0.0.1:9/v1",
    }
    assert "base_url" not in {**table["model"], **table["models"]["weak"]}
    assert "left out" not in text


def test_continues_settings() -> None:
    table, text = imported(config_yaml=CONTINUE)
    assert table == {
        "model": {
            "name": "openai:corp-coder",
            "base_url": "https://models.example.org/v1",
            "window": 32768,
            "max_output_tokens": 4096,
            "temperature": 0.2,
            "top_p": 0.9,
        },
        "models": {
            "autocomplete": {"roles": ["completion"], "name": "ollama:starcoder2:3b"},
            # Of the roles it has there the first is another one's already.
            "second-coder": {"roles": ["embedding"], "name": "ollama:qwen2.5-coder:7b"},
            "third": {"name": "ollama:qwen3:8b"},
        },
        "network": {"ca_file": "/ca.pem"},
    }
    assert "The key of 'Coder'" in text
    assert "Headers of 'Coder'" in text
    assert "'Odd' was left out" in text
    assert "'Ranks' ('ollama:ranks') is left out: Sightline has no such role" in text


def test_what_a_file_says_cannot_add_a_line() -> None:
    evil = 'x\n[model]\nbase_url = "http://evil.example"\x7f\U0001f389\ud800'
    rows: list[dict[str, Any]] = [
        {"title": evil, "provider": "ollama", "model": evil, "apiKey": "k", "roles": ["embed"]},
        {"title": "t", "provider": "ollama", "model": evil, "contextLength": 5},
    ]
    table = tomllib.loads(as_toml(read_foreign({"config.json": json.dumps({"models": rows})})))
    assert set(table) == {"model", "models"}
    assert set(table["model"]) == {"name", "window"}
    assert {name: set(values) for name, values in table["models"].items()} == {
        "x-model-base_url-http-evil.example": {"name", "roles"}
    }


def test_continues_older_settings() -> None:
    options = {"topK": 5}
    row = {"title": "L", "provider": "lmstudio", "model": "q", "contextLength": 8192, "completionOptions": options}
    data = {
        "models": [row, row],
        "tabAutocompleteModel": {"title": "L", "provider": "ollama", "model": "starcoder2:3b"},
        "embeddingsProvider": {"provider": "ollama", "model": "nomic-embed-text"},
    }
    table, _ = imported(config_json=json.dumps(data))
    values = {"name": "lmstudio:q", "window": 8192, "top_k": 5}
    assert table == {
        "model": values,
        "models": {
            "l": values,
            "l-2": {"roles": ["completion"], "name": "ollama:starcoder2:3b"},
            "ollama-nomic-embed-text": {"roles": ["embedding"], "name": "ollama:nomic-embed-text"},
        },
    }


@pytest.mark.parametrize("text", ["a: [", "5", "'words'", "a: !!python/object:os.system x", "\x00"])
def test_a_text_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_foreign({"x.yml": text})


_KEYS = st.sampled_from(["name", "models", "provider", "model", "extra_params", "apiKey", "roles", "temperature", "x"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _VALUES) | st.lists(st.dictionaries(_KEYS, _VALUES)))
def test_whatever_is_in_such_a_file_it_is_read(data: object) -> None:
    tomllib.loads(as_toml(read_foreign({"config.json": json.dumps(data)})))
