"""Reads the model settings of aider and Continue into ours. Writes nothing and never takes a key along.

Keys stay where they are: what is found of them is said, with the variable to put them into. One model becomes
``[model]``, the others ``[models.NAME]`` with their roles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from sightline.base.errors import UsageError
from sightline.config.routing_settings import PRIMARY
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
#: Continue's roles as ours, and those of a model that names none.
_ROLES = {"chat": "chat", "edit": "edit", "autocomplete": "completion", "embed": "embedding"}
_USUAL_ROLES = ("chat", "edit")
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class Imported:
    """A settings table of user scope, and what a person should know of it."""

    table: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    notes: list[str] = field(default_factory=list[str])

    def set(self, section: str, key: str, value: object) -> None:
        """Takes ``value`` over unless it is nothing, or said already."""
        if value is not None and value != "":
            self.table.setdefault(section, {}).setdefault(key, value)

    def named(self, title: str, roles: list[str]) -> dict[str, Any]:
        """The table of one more model, under a name made of ``title``, for ``roles``."""
        models: dict[str, dict[str, Any]] = self.table.setdefault("models", {})
        plain = _NO_NAME.sub("-", title).strip("-._").lower() or "other"
        names = (plain, *(f"{plain}-{number}" for number in range(2, len(models) + 4)))
        name = next(name for name in names if name not in models and name != PRIMARY)
        models[name] = {"roles": roles} if roles else {}
        return models[name]

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
        elif section == "models":
            for name, own in values.items():
                lines += ["", f"[models.{_toml(name)}]", *(f"{key} = {_toml(value)}" for key, value in own.items())]
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
    """``.aider.conf.yml``: the model, the one for small things, and in architect mode the one that edits."""
    address = _text(data.get("openai-api-base"))
    architect = boolean(data.get("architect")) is True or _text(data.get("edit-format")) == "architect"
    for key, name, role in (("model", "", ""), ("weak-model", "weak", "fast"), ("editor-model", "editor", "edit")):
        wanted = _text(data.get(key))
        choice = _choice(wanted)
        if wanted and not choice:
            found.notes.append(f"aider's {key} {wanted!r} is not one of ours: set its name to PROVIDER:MODEL.")
        if not choice:
            continue
        if key == "editor-model" and not architect:
            found.notes.append(f"aider's editor-model {wanted!r} is left out: aider asks it in architect mode alone.")
            continue
        values = found.named(name, [role]) if name else found.table.setdefault("model", {})
        _put(values, "name", choice)
        if choice.startswith("openai:"):
            _put(values, "base_url", address)
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
    """Continue's ``config.yaml`` or ``config.json``. The first model that chats or edits is ours for all that no other
    is for; each role is the first one's that has it, as there.
    """
    taken: set[str] = set()
    for row in _continues_rows(data):
        provider = _text(row.get("provider"))
        choice = _choice(f"{provider}/{_text(row.get('model'))}")
        title = _text(row.get("name")) or _text(row.get("title")) or choice
        if _text(row.get("apiKey")):
            found.notes.append(f"The key of {title!r} was not taken over: set SIGHTLINE_API_KEY.")
        if not choice:
            found.notes.append(f"{title!r} was left out: there is no provider {provider!r}.")
            continue
        roles = [role for name in map(str, _listed(row.get("roles")) or _USUAL_ROLES) if (role := _ROLES.get(name))]
        if not roles:
            found.notes.append(f"{title!r} ({choice!r}) is left out: Sightline has no such role.")
            continue
        own = [role for role in dict.fromkeys(roles) if role not in taken]
        taken |= {*roles}
        if not found.table.get("model") and {"chat", "edit"} & {*own}:
            values = found.table.setdefault("model", {})
        else:
            values = found.named(title, own)
        _put(values, "name", choice)
        _continues_values(row, values)
        request = _table(row.get("requestOptions"))
        if request.get("headers"):
            found.notes.append(f"Headers of {title!r} were not taken over: they may hold keys (see model.headers).")
        found.set("network", "ca_file", _text(request.get("caBundlePath")))


def _continues_rows(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All models; the older form has those of two roles by themselves."""
    yield from _rows(data.get("models"))
    for key, role in (("tabAutocompleteModel", "autocomplete"), ("embeddingsProvider", "embed")):
        for row in _rows(data[key] if isinstance(data.get(key), list) else [data.get(key)]):
            yield {**row, "roles": [role]}


def _continues_values(row: dict[str, Any], values: dict[str, Any]) -> None:
    options = {**_table(row.get("completionOptions")), **_table(row.get("defaultCompletionOptions"))}
    _put(values, "base_url", _text(row.get("apiBase")))
    _put(values, "window", _whole(options.get("contextLength") or row.get("contextLength")))
    _put(values, "max_output_tokens", _whole(options.get("maxTokens")))
    for ours, key in (("temperature", "temperature"), ("top_p", "topP"), ("top_k", "topK")):
        _put(values, ours, number(options.get(key)))


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _put(values: dict[str, Any], key: str, value: object) -> None:
    """Takes ``value`` over unless it is nothing, or said already."""
    if value is not None and value != "":
        values.setdefault(key, value)
