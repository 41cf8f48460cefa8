"""The sections that say how much model servers are asked, how long they are waited for, and what local ones hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sightline.config.section import USER_ONLY, Section


class LimitSettings(Section):
    """How much a model server is asked at once, and how long is waited for it."""

    concurrent: Annotated[
        int,
        Field(
            description="Requests to one server at once. 0: by memory for a server on this machine (1 below 16 GB, 2 "
            "below 32, 3 below 64, else 4), 2 in a private network, 10 for a public service.",
            ge=0,
            le=64,
            json_schema_extra=USER_ONLY,
        ),
    ] = 0
    queue_seconds: Annotated[
        float,
        Field(
            description="How long a request waits for others to the same server, in seconds.",
            ge=1,
            le=86_400,
            json_schema_extra=USER_ONLY,
        ),
    ] = 120.0
    connect_seconds: Annotated[
        float,
        Field(description="How long a server may take to be reached.", ge=0.1, le=600, json_schema_extra=USER_ONLY),
    ] = 5.0
    first_token_seconds: Annotated[
        float | None,
        Field(
            description="How long the first token of a reply may take. Unset: 600 seconds, and for models of your own "
            "machines what loading and reading the prompt may take, by what they took before.",
            ge=1,
            le=86_400,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    between_tokens_seconds: Annotated[
        float,
        Field(
            description="How long a reply that has begun may be silent. A reply that moves is never cut.",
            ge=1,
            le=86_400,
            json_schema_extra=USER_ONLY,
        ),
    ] = 120.0


class ResidencySettings(Section):
    """Which models a local server (Ollama, LM Studio, llama.cpp's router) holds for you, and for how long."""

    max_models: Annotated[
        int,
        Field(
            description="Models that a server is to hold at once. What is used least goes first; what others loaded "
            "stays.",
            ge=1,
            le=64,
            json_schema_extra=USER_ONLY,
        ),
    ] = 2
    strategy: Annotated[
        Literal["", "ram", "ssd", "none"],
        Field(
            description="How long a model stays without a request: `ram` 30 minutes, `ssd` (it is loaded again "
            "quickly) 2, `none` not at all. Empty: 10 minutes.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    ttl: Annotated[
        dict[str, Annotated[float, Field(ge=0, le=604_800)]],
        Field(
            description='Seconds that single models stay, by name, such as `{"qwen2.5-coder:7b" = 3600}`; before '
            "`strategy`.",
            json_schema_extra=USER_ONLY,
        ),
    ] = {}
    persistent: Annotated[
        tuple[str, ...],
        Field(
            description="Names of models that never make room for others and stay as long as the editor runs.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ()
    preload: Annotated[
        tuple[str, ...],
        Field(
            description="Names of models that are loaded in the background when the editor starts, where there is "
            "room.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ()
