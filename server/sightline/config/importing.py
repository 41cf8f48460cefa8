"""Reads the model settings of aider and Continue into ours. Writes nothing and never takes a key along.

Keys stay where they are: what is found of them is said, with the variable to put them into.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from sightline.base.errors import UsageError
from sightline.models.normalise import boolean, number, plain
from sightline.models.registry import PROVIDERS

#: Names of providers elsewhere, where they are not ours.
_PROVIDERS = {
    "ollama_chat": "ollama",
    "lm_studio": "lmstudio",
    "llama.cpp": "llamacpp",
    "hosted_vllm": "vllm",
    "together_ai": "together",
    "xAI": "xai",
    "google": "gemini",
}
_BY_NAME = (("claude", "anthropic"), ("gpt-", "openai"), ("o1", "openai"), ("o3", "openai"), ("o4", "openai"))
_LARGEST = 1 << 20


@dataclass(slots=True)
class Imported:
    """A settings table of user scope, and what a person should know of it."""

    table: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    notes: list[str] = field(default_factory=list[str])

    def set(self, section: str, key: str, value: object) -> None:
        """Takes ``value`` over unless it is nothing, or said already."""
        if value is not None and value != "":
            self.table.setdefault(section, {}).setdefault(key, value)

    def fact(self, model: str, key: str, value: object) -> None:
        """A fact of ``model`` (``PROVIDER:MODEL``)."""
        if value is not None:
            models: dict[str, Any] = self.table.setdefault("catalogue", {}).setdefault("models", {})
            models.setdefault(model, {}).setdefault(key, value)


def read_foreign(files: Mapping[str, str]) -> Imported:
    """What ``files`` (name → text) of aider or Continue say. Raises :class:`UsageError` for a text that is neither."""
    found = Imported()
    for name, text in sorted(files.items(), key=lambda item: "metadata" in item[0]):
        data = _data(name, text)
        base = name.replace("\\", "/").rpartition("/")[2]
        if base.endswith(".model.metadata.json"):
            _aider_metadata(data, found)
        elif isinstance(data, list):
            _aider_models(data, found)
        elif isinstance(data, dict) and "models" in data:
            _continue(cast("dict[str, Any]", data), found)
        elif isinstance(data, dict):
            _aider(cast("dict[str, Any]", data), found)
        else:
            raise UsageError(f"{name} holds no settings of aider or Continue.", kind="import")
    return found


def as_toml(imported: Imported) -> str:
    """The settings as TOML for ``sightline.toml``, notes as comments first."""
    # Notes repeat what the files say, which must not become a line of its own.
    lines = [f"# {' '.join(note.split())}" for note in imported.notes]
    for section, values in imported.table.items():
        if section == "catalogue":
            for model, facts in values["models"].items():
                lines += ["", f"[catalogue.models.{_toml(model)}]"]
                lines += [f"{key} = {_toml(value)}" for key, value in facts.items()]
        else:
            lines += ["", f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
    return "\n".join(lines).strip() + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        rows = (f"{_toml(key)} = {_toml(entry)}" for key, entry in cast("dict[str, Any]", value).items())
        return "{ " + ", ".join(rows) + " }"
    # TOML's escapes are JSON's, but for pairs of surrogates; and it wants one for DEL.
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return text.encode("utf-8", "replace").decode("utf-8")


def _data(name: str, text: str) -> Any:
    if len(text) > _LARGEST:
        raise UsageError(f"{name} is too large for a settings file.", kind="import")
    try:
        return plain(json.loads(text) if name.endswith(".json") else yaml.safe_load(text))
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        what = "JSON" if name.endswith(".json") else "YAML"
        raise UsageError(f"{name} is not valid {what}.", hint=str(error).replace("\n", " "), kind="import") from None


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    for row in cast("list[Any]", value) if isinstance(value, list) else []:
        if isinstance(row, dict):
            yield cast("dict[str, Any]", row)


def _table(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    read = number(value)
    return int(read) if read is not None and read >= 1 else None


def _choice(name: str) -> str:
    """``ollama_chat/qwen3:8b`` → ``ollama:qwen3:8b``; "" where no provider of ours is meant."""
    provider, slash, rest = name.partition("/")
    provider = _PROVIDERS.get(provider, provider)
    if slash and provider in PROVIDERS:
        return f"{provider}:{rest}"
    known = next((ours for start, ours in _BY_NAME if name.startswith(start)), "")
    return f"{known}:{name}" if known and not slash else ""


def _aider(data: dict[str, Any], found: Imported) -> None:
    """``.aider.conf.yml``."""
    name = _text(data.get("model"))
    choice = _choice(name)
    if name and not choice:
        found.notes.append(f"aider's model {name!r} is not one of ours: set model.name to PROVIDER:MODEL.")
    found.set("model", "name", choice)
    if choice.startswith("openai:"):
        found.set("model", "base_url", _text(data.get("openai-api-base")))
    for key in sorted(data):
        if key.endswith("api-key") and data[key]:
            found.notes.append(f"A key ({key!r}) was not taken over: set SIGHTLINE_API_KEY, or the provider's own.")


def _aider_models(data: Any, found: Imported) -> None:
    """``.aider.model.settings.yml``."""
    for row in _rows(data):
        choice = _choice(_text(row.get("name")))
        if not choice:
            continue
        extra = _table(row.get("extra_params"))
        if boolean(row.get("use_temperature")) is False:
            found.fact(choice, "rejects", ["temperature"])
        temperatures = (extra.get("temperature"), row.get("use_temperature"))
        advice = {"temperature": next((t for t in map(number, temperatures) if t is not None), None)}
        advice |= {"top_p": number(extra.get("top_p")), "top_k": _whole(extra.get("top_k"))}
        found.fact(choice, "advice", {key: value for key, value in advice.items() if value is not None} or None)
        found.fact(choice, "max_output_tokens", _whole(extra.get("max_tokens")))
        found.fact(choice, "window", _whole(extra.get("num_ctx")))


def _aider_metadata(data: Any, found: Imported) -> None:
    """``.aider.model.metadata.json``: prices are for one token there."""
    for name, row in _table(data).items():
        choice, values = _choice(name), _table(row)
        if not choice:
            continue
        found.fact(choice, "window", _whole(values.get("max_input_tokens") or values.get("max_tokens")))
        found.fact(choice, "max_output_tokens", _whole(values.get("max_output_tokens")))
        costs = (("prompt", "input_cost_per_token"), ("output", "output_cost_per_token"))
        prices = {ours: round(float(cost) * 1e6, 6) for ours, key in costs if (cost := number(values.get(key)))}
        found.fact(choice, "prices", prices or None)


def _continue(data: dict[str, Any], found: Imported) -> None:
    """Continue's ``config.yaml`` or ``config.json``: the first model that chats or edits answers."""
    for row in _rows(data.get("models")):
        provider = _text(row.get("provider"))
        choice = _choice(f"{provider}/{_text(row.get('model'))}")
        title = _text(row.get("name")) or _text(row.get("title")) or choice
        if _text(row.get("apiKey")):
            found.notes.append(f"The key of {title!r} was not taken over: set SIGHTLINE_API_KEY.")
        if not choice:
            found.notes.append(f"{title!r} was left out: there is no provider {provider!r}.")
            continue
        options = {**_table(row.get("completionOptions")), **_table(row.get("defaultCompletionOptions"))}
        window = _whole(options.get("contextLength") or row.get("contextLength"))
        roles = row.get("roles") or ["chat"]
        if found.table.get("model") or not {"chat", "edit"} & {*map(str, roles)}:
            found.notes.append(f"{title!r} ({choice!r}) is left out: one model answers.")
            found.fact(choice, "window", window)
            continue
        found.set("model", "name", choice)
        found.set("model", "base_url", _text(row.get("apiBase")))
        found.set("model", "window", window)
        found.set("model", "max_output_tokens", _whole(options.get("maxTokens")))
        for ours, key in (("temperature", "temperature"), ("top_p", "topP"), ("top_k", "topK")):
            found.set("model", ours, number(options.get(key)))
        request = _table(row.get("requestOptions"))
        if request.get("headers"):
            found.notes.append(f"Headers of {title!r} were not taken over: they may hold keys (see model.headers).")
        found.set("network", "ca_file", _text(request.get("caBundlePath")))
