"""Reads ``presets.toml``: the providers a user can name and the facts of each. Opens no connection and no provider."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

#: How a provider is spoken to; ``registry.py`` holds what speaks each.
ApiName = Literal["script", "chat", "responses", "messages", "ollama", "llamacpp", "vllm", "lmstudio", "editor"]


class Preset(BaseModel):
    """One table of ``presets.toml``, whose head says what each value is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    api: ApiName
    example: str
    base_url: str = ""
    needs_address: bool = False
    needs_key: bool = False
    key_variable: str = ""
    key_header: str = "bearer"
    output_limit: str = "max_tokens"
    any_name: str = ""
    hosts: tuple[str, ...] = ()
    source: str = ""

    def serves(self, host: str) -> bool:
        """Whether a server at ``host`` is this service, by whatever provider it is reached."""
        own = urlsplit(self.base_url).hostname
        return host == own or any(host.endswith(end) for end in self.hosts)


def read_presets(text: str | None = None) -> dict[str, Preset]:
    """The presets by name, in the order of the file (of ``text`` if it is given).

    Raises ``ValueError`` (``tomllib.TOMLDecodeError``, ``pydantic.ValidationError``) for a mistake.
    """
    if text is None:
        text = files("sightline.models").joinpath("presets.toml").read_text(encoding="utf-8")
    return {name: Preset(name=name, **table) for name, table in tomllib.loads(text).items()}
