"""Turns what a user says about a model (``SIGHTLINE_MODEL`` and its companions) into a :class:`ModelPolicy`.

Reads no environment and no file: ``config/`` does that and hands the values in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from sightline.base.errors import UsageError
from sightline.models.locality import is_private_host
from sightline.models.messages import ModelError, ModelFailure, Sampling
from sightline.models.policy import ModelPolicy, Secret
from sightline.models.presets import Preset
from sightline.models.registry import PROVIDERS
from sightline.transport.gate import PUBLIC_GATE, GatePolicy
from sightline.transport.policy import PUBLIC_RETRIES, RetryPolicy


def select_model(
    choice: str,
    *,
    base_url: str = "",
    api_key: str | Secret = "",
    window: int | None = None,
    max_output_tokens: int | None = None,
    sampling: Sampling | None = None,
) -> ModelPolicy:
    """The policy for ``choice``, a text like ``ollama:qwen2.5-coder:7b`` (see :data:`PROVIDERS`).

    Raises ``ModelError`` (``NOT_CONFIGURED``) when nothing is chosen, or a public service without its key, and
    :class:`UsageError` for a choice or address that cannot be read. Messages never repeat the key.
    """
    kind, name = _parts(choice.strip())
    key = api_key if isinstance(api_key, Secret) else Secret(api_key)
    given = _checked(base_url.strip())
    private = is_private_host(urlsplit(given or kind.base_url).hostname or "")
    policy = ModelPolicy(
        kind=kind.name,
        name=name,
        base_url=given or kind.base_url,
        api_key=key,
        window=window,
        max_output_tokens=max_output_tokens,
        sampling=sampling or Sampling(),
        key_header=kind.key_header,
        output_limit=_output_limit(kind, given),
        retries=RetryPolicy() if private else PUBLIC_RETRIES,
        gate=GatePolicy() if private else PUBLIC_GATE,
    )
    if not kind.base_url and not kind.needs_address:
        return replace(policy, base_url="", api_key=Secret(""))
    if kind.needs_address and not given:
        raise ModelError(
            ModelFailure.NOT_CONFIGURED,
            f"{choice.strip()!r} needs the address of its server.",
            hint=f"Set SIGHTLINE_BASE_URL, or model.base_url in your settings ({kind.title}).",
        )
    if kind.needs_key and not key and not given:
        own = f" or {kind.key_variable}" if kind.key_variable else ""
        raise ModelError(
            ModelFailure.NOT_CONFIGURED,
            f"{choice.strip()!r} is a model of {urlsplit(kind.base_url).hostname}, which needs a key.",
            hint=f"Set SIGHTLINE_API_KEY{own}; for another server of this API set SIGHTLINE_BASE_URL to its address.",
        )
    return policy


def _output_limit(kind: Preset, given: str) -> str:
    """What the server calls the limit on output: servers that copy an API keep its older name, ``max_tokens``."""
    if not given or kind.needs_address:
        return kind.output_limit
    host = urlsplit(given).hostname or ""
    return next((preset.output_limit for preset in PROVIDERS.values() if preset.serves(host)), "max_tokens")


#: APIs of which a service may have several.
_PUBLIC_APIS = ("chat", "responses", "messages")


def with_listed_api(policy: ModelPolicy) -> ModelPolicy:
    """``policy``, spoken to as the list of models (or the user's entry in it) says, where the user said nothing else.

    Some models are served by one of their service's APIs alone. A path of the user's is that of the API they meant.
    """
    listed, kind = policy.profile.facts.api, PROVIDERS[policy.kind]
    if listed is None or policy.api is not None or policy.path or kind.api not in _PUBLIC_APIS or listed == kind.api:
        return policy
    return replace(policy, api=listed)


def own_key(choice: str, base_url: str, environment: Mapping[str, str]) -> str:
    """The key that the service of ``choice`` has its own tools find in ``environment``, "" where there is none.

    It is for the service's own address alone: with a ``base_url`` of the user's there is none.
    """
    kind = PROVIDERS.get(choice.partition(":")[0].strip().lower())
    return environment.get(kind.key_variable, "") if kind and kind.key_variable and not base_url.strip() else ""


def not_configured() -> ModelError:
    """The error for asking a model where none is chosen."""
    examples = ", ".join(kind.example for kind in PROVIDERS.values())
    return ModelError(
        ModelFailure.NOT_CONFIGURED,
        "No model is configured.",
        hint=f"Set SIGHTLINE_MODEL, or model.name in your settings (for example {examples}), with SIGHTLINE_BASE_URL "
        "and SIGHTLINE_API_KEY where the server needs them. `sightline models` lists the servers of this machine.",
    )


def _parts(choice: str) -> tuple[Preset, str]:
    if not choice:
        raise not_configured()
    prefix, _, name = choice.partition(":")
    kind = PROVIDERS.get(prefix.strip().lower())
    name = name.strip()
    if kind is None or not (name or kind.any_name):
        missing = f"names no model after {prefix!r}" if kind else "does not begin with a provider"
        raise UsageError(
            f"The model {choice!r} {missing}.",
            hint=f"Write PROVIDER:MODEL with one of {', '.join(PROVIDERS)}; for example {(kind or _ANY).example}.",
            kind="model_choice",
        )
    return kind, name or kind.any_name


_ANY = PROVIDERS["openai"]


def _checked(base_url: str) -> str:
    """``base_url`` as it is written, once it is an address without credentials or a query."""
    if not base_url:
        return ""
    hint = "Write it like http://127.0.0.1:8080/v1."
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError:
        raise UsageError("The base URL is not a URL.", hint=hint, kind="base_url") from None
    if parts.username or parts.password:
        # Not repeated: it holds a password.
        hint = "Put the key into SIGHTLINE_API_KEY."
        raise UsageError("The base URL holds a user name or password.", hint=hint, kind="base_url")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"The base URL {base_url!r} names no http server.", hint=hint, kind="base_url")
    if parts.query or parts.fragment:
        raise UsageError("The base URL has a query or fragment, which would be lost.", hint=hint, kind="base_url")
    return base_url
