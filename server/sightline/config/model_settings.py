"""The sections that say which models answer, how they are asked, and how they are reached."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, SecretStr

from sightline.config.section import NARROWING, USER_ONLY, Section
from sightline.models.catalogue import ModelFacts
from sightline.models.parameters import TASKS
from sightline.prompts.classify import TASK_TYPES

Value = TypeVar("Value", int, float)

_TEMPERATURES = {name: task.temperature for name, task in TASKS.items() if task.temperature is not None}

#: Headers that the protocol itself writes.
_NOT_OURS = ("host", "content-length", "transfer-encoding", "connection", "content-type", "accept", "accept-encoding")


def _sendable(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or name.lower() in _NOT_OURS:
            raise ValueError(f"{name!r} is no header that may be set")
        text = value.get_secret_value()
        if not (text.isascii() and text.isprintable()):
            raise ValueError(f"the value of {name} holds characters that no header can carry")
    return {name.lower(): value for name, value in headers.items()}


def _known_tasks(values: dict[str, Value]) -> dict[str, Value]:
    if unknown := sorted({*values} - {*TASK_TYPES}):
        raise ValueError(f"unknown kind of task {', '.join(unknown)}; known are {', '.join(TASK_TYPES)}")
    return values


class ModelSettings(Section):
    """Which model answers, where it is and with which key. User scope only."""

    name: Annotated[
        str,
        Field(
            description="PROVIDER:MODEL, such as `openai:gpt-4.1`, `ollama:qwen2.5-coder`, `lmstudio:NAME`, "
            "`llamacpp:NAME`, `vllm:NAME`, `editor:NAME` or `scripted:FILE`. Environment: SIGHTLINE_MODEL.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    base_url: Annotated[
        str,
        Field(
            description="Address of an OpenAI-compatible API, with its `/v1`. Empty: the provider's usual one. "
            "Environment: SIGHTLINE_BASE_URL.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    api_key: Annotated[
        SecretStr,
        Field(
            description="The key. Better kept in the environment (SIGHTLINE_API_KEY) or the editor's secret store.",
            json_schema_extra=USER_ONLY,
        ),
    ] = SecretStr("")
    api: Annotated[
        Literal["", "chat", "responses", "messages"],
        Field(
            description="How the server is spoken to, where its provider does not say: OpenAI's chat completions or "
            "Responses, or Anthropic's Messages.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    path: Annotated[
        str,
        Field(
            description="What is added to the base URL for a request. Empty: what the API has, such as "
            "`/chat/completions`.",
            pattern="^(/.*)?$",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    key_header: Annotated[
        str,
        Field(
            description="`bearer`, or the name of the header that holds the key alone. Empty: what the provider has.",
            pattern="^[A-Za-z0-9-]*$",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    headers: Annotated[
        dict[str, SecretStr],
        Field(description="More headers for each request to this server.", json_schema_extra=USER_ONLY),
        AfterValidator(_sendable),
    ] = {}
    private: Annotated[
        bool | None,
        Field(
            description="Whether what it is asked stays in your own network: `false` for a proxy of yours that hands "
            "on to a cloud, `true` for a server of yours at a public address. Unset: judged by address and name.",
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    window: Annotated[
        int | None,
        Field(
            description="Context window in tokens, where the server does not tell it.",
            ge=512,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    max_output_tokens: Annotated[
        int | None,
        Field(
            description="Most tokens of one reply; unset leaves it to the server.", ge=64, json_schema_extra=USER_ONLY
        ),
    ] = None
    temperature: Annotated[
        float | None,
        Field(
            description="Sampling temperature, for every task; unset: by kind of task (`tasks.temperature`).",
            ge=0,
            le=2,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    top_p: Annotated[
        float | None,
        Field(
            description="Tokens are chosen among the likeliest of this share; unset: what the model's vendor advises.",
            gt=0,
            le=1,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    top_k: Annotated[
        int | None,
        Field(
            description="Tokens are chosen among this many; unset: what the model's vendor advises.",
            ge=1,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    repetition_penalty: Annotated[
        float | None,
        Field(
            description="Penalty for repeating tokens, 1 for none; unset: none in edits, which repeat what is there.",
            gt=0,
            le=2,
            json_schema_extra=USER_ONLY,
        ),
    ] = None


class TaskSettings(Section):
    """How kinds of task are asked for: `implement`, `refactor`, `fix`, `test`, `document`, `explain`, `review`."""

    temperature: Annotated[
        dict[str, Annotated[float, Field(ge=0, le=2)]],
        Field(
            description="Sampling temperature by kind of task, where `model.temperature` is unset and the model's "
            "vendor advises none. What you do not name keeps its default.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_known_tasks),
    ] = _TEMPERATURES
    max_output_tokens: Annotated[
        dict[str, Annotated[int, Field(ge=64)]],
        Field(
            description="Most tokens of one reply, reasoning included, by kind of task; before "
            "`model.max_output_tokens`. A reply that meets the limit is never applied.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_known_tasks),
    ] = {}


class LocalSettings(Section):
    """Limits for models in your own network. They never touch a model of a cloud service."""

    token_limit: Annotated[
        int | None,
        Field(
            description="Most tokens of the context window that is used, whatever the server tells. Environment: "
            "SIGHTLINE_LOCAL_TOKEN_LIMIT.",
            ge=512,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    max_tokens: Annotated[
        int | None,
        Field(
            description="Most tokens of one reply. Environment: SIGHTLINE_LOCAL_MAX_TOKENS.",
            ge=64,
            json_schema_extra=USER_ONLY,
        ),
    ] = None


class CatalogueSettings(Section):
    """What you know of models better than Sightline's own list."""

    models: Annotated[
        dict[str, ModelFacts],
        Field(
            description='Facts by `"PROVIDER:MODEL"` or `"MODEL"`, `*` for any: window, prompt_limit, '
            "max_output_tokens, prices (prompt, output, cached, cache_write: US dollars for a million tokens), "
            "cache_minimum, rejects, advice (temperature, top_p, top_k, repetition_penalty), reasons, tokenizer.",
            json_schema_extra=USER_ONLY,
        ),
    ] = {}


class CacheSettings(Section):
    """Answers from a moment ago, for questions that are asked again. Edits are never taken from it."""

    enabled: Annotated[
        bool, Field(description="Whether an answer is given again for the same question.", json_schema_extra=NARROWING)
    ] = True
    similar: Annotated[
        bool,
        Field(
            description="Whether it is given for nearly the same words too (85 % of them), about the same code. Such "
            "an answer is marked.",
            json_schema_extra=NARROWING,
        ),
    ] = True
    seconds: Annotated[
        float,
        Field(description="How long an answer may be given again, in seconds.", ge=0, json_schema_extra=NARROWING),
    ] = 300.0
    entries: Annotated[
        int, Field(description="How many answers are kept.", ge=1, le=100_000, json_schema_extra=USER_ONLY)
    ] = 500


class SpendingSettings(Section):
    """Limits on money, by Sightline's list of prices. A price that is not known cannot be held to them."""

    per_turn: Annotated[
        float | None,
        Field(
            description="Most US dollars of one task, its repair rounds included.", ge=0, json_schema_extra=NARROWING
        ),
    ] = None
    per_day: Annotated[
        float | None,
        Field(
            description="Most US dollars of the last 24 hours, of all workspaces.", ge=0, json_schema_extra=NARROWING
        ),
    ] = None


class NetworkSettings(Section):
    """How model servers are reached. Environment variables such as HTTP_PROXY are not read."""

    proxy: Annotated[
        SecretStr,
        Field(
            description="Proxy for all servers but those of this machine, such as `http://HOST:PORT`; it may hold a "
            "password.",
            json_schema_extra=USER_ONLY,
        ),
    ] = SecretStr("")
    ca_file: Annotated[
        str,
        Field(
            description="PEM file of the authorities to trust instead of the usual ones, such as a company's own.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    client_certificate: Annotated[
        str,
        Field(
            description="PEM file of the certificate to show to servers that ask for one (mTLS).",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    client_key: Annotated[
        str,
        Field(
            description="PEM file of its key, not encrypted, where it is not in the certificate's file.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
