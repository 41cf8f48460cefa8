"""What is known of models and services: ``catalogue.toml``, checked, and a user's own entries over it.

Everything is optional, and unknown is ``None``: a price that no source tells is unknown and never 0. A model that is
not in the catalogue gets what holds of every server of its API.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sightline.models.messages import Sampling, Usage
from sightline.models.presets import Preset, read_presets

#: What chooses the next token, by the names in ``Sampling``.
Parameter = Literal["temperature", "top_p", "top_k", "repetition_penalty"]
SAMPLING: tuple[Parameter, ...] = ("temperature", "top_p", "top_k", "repetition_penalty")

EditFormat = Literal["search_replace", "patch", "diff", "symbol", "whole_file"]
ModelRole = Literal["chat", "edit", "fast", "completion", "embedding"]

_Price = Annotated[float, Field(gt=0, description="US dollars for a million tokens; left out: unknown.")]
_Tokens = Annotated[int, Field(gt=0)]

#: Days at the end of names: ``gpt-4o-2024-08-06``, ``claude-opus-4-5-20251101``.
_DATED = re.compile(r"-(?:20\d{2}-\d{2}-\d{2}|20\d{6})$")


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriceTier(_Facts):
    """The prices of a request whose prompt is larger than ``above`` tokens."""

    above: _Tokens
    prompt: _Price
    output: _Price
    cached: _Price | None = None


class Prices(_Facts):
    """US dollars for a million tokens. ``None`` is unknown, never free."""

    prompt: _Price | None = None
    output: _Price | None = None
    cached: _Price | None = None
    cache_write: _Price | None = None
    tiers: tuple[PriceTier, ...] = ()

    def cost(self, usage: Usage) -> float | None:
        """US dollars of a request with ``usage``; ``None`` where a price or a count it needs is not known.

        What came from a cache at an unknown price counts as read anew, so a cost is never too low for that.
        """
        prompt, output, cached, written = self.prompt, self.output, self.cached, self.cache_write
        if usage.prompt_tokens is None or usage.output_tokens is None:
            return None
        for tier in sorted(self.tiers, key=lambda tier: tier.above):
            if usage.prompt_tokens > tier.above:
                prompt, output, cached = tier.prompt, tier.output, tier.cached
        if prompt is None or (output is None and usage.output_tokens):
            return None
        from_cache, to_cache = usage.cached_tokens or 0, usage.cache_written_tokens or 0
        read = max(usage.prompt_tokens - from_cache - to_cache, 0)
        parts = (
            (read, prompt),
            (from_cache, cached or prompt),
            (to_cache, written or prompt),
            (usage.output_tokens, output or 0.0),
        )
        return sum(tokens * price for tokens, price in parts) / 1_000_000


class Advice(_Facts):
    """What the vendor advises for choosing the next token."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=1)] | None = None
    repetition_penalty: Annotated[float, Field(gt=0, le=2)] | None = None

    def sampling(self) -> Sampling:
        """The same as a value of requests."""
        return Sampling(
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=self.top_k,
            repetition_penalty=self.repetition_penalty,
        )


class ModelFacts(_Facts):
    """Facts of one model; what is left out is unknown. The form of a user's own entries too.

    ``window`` is prompt and reply together; ``prompt_limit`` is the most of it that the prompt may be. ``rejects``
    are parameters that the model refuses or ignores, ``cache_minimum`` the shortest prompt that is cached.
    """

    window: _Tokens | None = None
    prompt_limit: _Tokens | None = None
    max_output_tokens: _Tokens | None = None
    prices: Prices | None = None
    cache_minimum: _Tokens | None = None
    edit_format: EditFormat | None = None
    rejects: tuple[Parameter, ...] | None = None
    advice: Advice | None = None
    reasons: bool | None = None
    tokenizer: str | None = None
    api: Literal["chat", "responses", "messages"] | None = None
    roles: tuple[ModelRole, ...] | None = None


class _Sourced(_Facts):
    sources: Annotated[tuple[str, ...], Field(min_length=1)]


class _Source(_Facts):
    checked: date
    at: str


class _Service(_Sourced):
    name: str
    title: str
    kinds: tuple[str, ...]
    anywhere: bool = False
    parameters: dict[Parameter, str]
    asked_only: tuple[Parameter, ...] = ()
    one_of: tuple[Parameter, ...] = ()
    cache_minimum: _Tokens | None = None
    marks_requests: bool = False


class _Family(ModelFacts, _Sourced):
    names: tuple[str, ...]


class _Model(ModelFacts, _Sourced):
    service: str
    names: tuple[str, ...]


class Catalogue(_Facts):
    """The whole file. Refuses sources, services and names that do not fit together."""

    sources: dict[str, _Source]
    service: tuple[_Service, ...]
    family: tuple[_Family, ...]
    model: tuple[_Model, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Catalogue:
        entries: tuple[_Sourced, ...] = (*self.service, *self.family, *self.model)
        if unknown := {name for entry in entries for name in entry.sources} - self.sources.keys():
            raise ValueError(f"no such source: {', '.join(sorted(unknown))}")
        services = {service.name for service in self.service}
        if unknown := {model.service for model in self.model} - services:
            raise ValueError(f"no such service: {', '.join(sorted(unknown))}")
        rows = [f"{model.service}:{name}" for model in self.model for name in model.names]
        rows += [service.name for service in self.service]
        if twice := {row for row in rows if rows.count(row) > 1}:
            raise ValueError(f"said twice: {', '.join(sorted(twice))}")
        return self


#: Every server of the chat completions API reads the first two; the others are names that many of them know.
_ANY_SERVER = _Service(
    name="",
    title="another server",
    kinds=(),
    parameters={
        "temperature": "temperature",
        "top_p": "top_p",
        "top_k": "top_k",
        "repetition_penalty": "repetition_penalty",
    },
    asked_only=("top_k", "repetition_penalty"),
    sources=("",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """All that is known of one model at one service.

    ``parameters`` are those of sampling that may be sent, with their names on the wire; those of ``asked_only`` only
    where the user or the task asked for them; of those in ``one_of`` only the first that is given. ``rejected`` are
    those that the model is known to refuse. ``marks_requests``: a request as a whole may be marked for caching, not
    only a block of it. Sizes are in tokens. ``checked`` is the day of the oldest source.
    """

    service: str
    title: str
    model: str
    facts: ModelFacts
    parameters: Mapping[Parameter, str]
    asked_only: frozenset[Parameter] = frozenset()
    rejected: frozenset[Parameter] = frozenset()
    one_of: tuple[Parameter, ...] = ()
    marks_requests: bool = False
    sources: tuple[str, ...] = ()
    checked: date | None = None
    known: bool = False
    advice: Sampling = field(default_factory=Sampling)

    @property
    def prompt_limit(self) -> int | None:
        """The largest prompt, in tokens, a reply of no length left out."""
        limits = [limit for limit in (self.facts.window, self.facts.prompt_limit) if limit is not None]
        return min(limits, default=None)


def profile_of(kind: str, host: str, model: str, own: Mapping[str, ModelFacts] | None = None) -> ModelProfile:
    """What is known of ``model``. Total: an unknown model, host or kind gets what holds of any server.

    ``kind`` is a provider's name in ``presets.toml``, ``host`` where it is asked ("" for its usual place). A known host
    outranks the kind. ``own`` are the user's entries by ``KIND:MODEL`` or ``MODEL``; patterns (``*``) are allowed,
    and the most exact name wins.
    """
    catalogue = _catalogue()
    service = _service(catalogue, kind, host)
    name = _plain(model)
    found = _by_name(service.name).get(name)
    # Routers and hubs put the vendor before the name: it runs elsewhere, but it is the same model.
    family = _family(name.rpartition("/")[2])
    layers: list[ModelFacts] = [entry for entry in (family, found, _own(kind, model, own or {})) if entry]
    facts = ModelFacts(cache_minimum=service.cache_minimum)
    for layer in layers:
        stated = {key: getattr(layer, key) for key in ModelFacts.model_fields if getattr(layer, key) is not None}
        facts = facts.model_copy(update=stated)
    sources = tuple(dict.fromkeys(at for entry in (service, family, found) if entry for at in entry.sources if at))
    rejected = frozenset(facts.rejects or ())
    # A model that says what it refuses takes the rest, and so does one of the service's own that refuses nothing.
    settled = found is not None or facts.rejects is not None or facts.reasons is False
    return ModelProfile(
        service=service.name,
        title=service.title,
        model=model,
        facts=facts,
        parameters={name: wire for name, wire in service.parameters.items() if name not in rejected},
        asked_only=frozenset() if settled and service.name else frozenset(service.asked_only),
        rejected=rejected,
        one_of=service.one_of,
        marks_requests=service.marks_requests,
        sources=tuple(catalogue.sources[source].at for source in sources),
        checked=min((catalogue.sources[source].checked for source in sources), default=None),
        known=bool(layers),
        advice=facts.advice.sampling() if facts.advice else Sampling(),
    )


def read_catalogue(text: str) -> Catalogue:
    """The catalogue in ``text`` (TOML). Raises ``ValueError`` where it does not hold together."""
    return Catalogue.model_validate(tomllib.loads(text))


@cache
def _catalogue() -> Catalogue:
    return read_catalogue(files("sightline.models").joinpath("catalogue.toml").read_text(encoding="utf-8"))


@cache
def _presets() -> Mapping[str, Preset]:
    return read_presets()


@cache
def _by_name(service: str) -> dict[str, _Model]:
    return {name: model for model in _catalogue().model if model.service == service for name in model.names}


def _service(catalogue: Catalogue, kind: str, host: str) -> _Service:
    """The service at ``host``; of a kind that is always the same whatever its host, or where its host is not told."""
    host = host.lower().rstrip(".")
    # Local servers share an address, so only those of public services tell anything.
    public = [preset for preset in _presets().values() if preset.needs_key or preset.hosts]
    at_host = next((preset.name for preset in public if host and preset.serves(host)), "")
    for service in catalogue.service:
        if at_host in service.kinds or (kind in service.kinds and (service.anywhere or not host)):
            return service
    return _ANY_SERVER


def _family(name: str) -> _Family | None:
    families = _catalogue().family
    return next((family for family in families if any(fnmatchcase(name, pattern) for pattern in family.names)), None)


def _own(kind: str, model: str, own: Mapping[str, ModelFacts]) -> ModelFacts | None:
    """The user's entry: one that names the provider before one that does not, an exact one before a pattern."""
    wanted = (f"{kind}:{model}".lower(), model.lower())
    fits = [key for key in own if any(fnmatchcase(name, key.lower()) for name in wanted)]
    best = max(fits, key=lambda key: (key.lower() in wanted, len(key)), default=None)
    return own[best] if best is not None else None


def _plain(model: str) -> str:
    """The name without a day at its end and without what Gemini's list puts before it, in lower case."""
    return _DATED.sub("", model.lower().strip().removeprefix("models/"))
