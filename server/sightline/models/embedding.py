"""Has texts made into vectors by the model whose role that is, with the privacy, the queue and the record of any other.

Nothing in Sightline needs one: what uses vectors works without, and no other model stands in, whose vectors would mean
something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from sightline.models.client import check_prompt_read
from sightline.models.gateway import Gateway
from sightline.models.members import ModelSet, where_of
from sightline.models.messages import Finish, ModelError, ModelFailure, ModelRequest, ModelResponse, Usage
from sightline.models.policy import ModelPolicy
from sightline.models.privacy import refuse_handing_on
from sightline.models.provider import Embedding
from sightline.models.routing import Asked, choose_route, role_owner
from sightline.models.serving import Hearing
from sightline.models.spending import Account, accounted
from sightline.models.tokens import count_tokens

#: Texts and characters of one request: servers refuse larger ones (OpenAI 2,048 texts and 300,000 tokens).
MOST_TEXTS, MOST_CHARACTERS = 64, 200_000
#: The kind of task that the record calls it.
TASK = "embed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """``rows`` holds one vector for each text, in their order. ``model`` is ``PROVIDER:NAME``, ``where`` it runs."""

    rows: tuple[tuple[float, ...], ...]
    model: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedder:
    """Who makes vectors; ``decides`` is another text for each server and model: such vectors are not comparable."""

    model: str
    where: str
    decides: str


def can_embed(models: ModelSet) -> bool:
    """Whether one of the user's models has the role."""
    return embedder(models) is not None


def embedder(models: ModelSet) -> Embedder | None:
    """The model with the role, ``None`` where none has it. Nothing is asked."""
    name = role_owner("embedding", {name: member.routable() for name, member in models.members.items()})
    policy = models.members[name].policy if name else None
    if policy is None:
        return None
    decides = " ".join((policy.kind, policy.base_url, policy.path, policy.name))
    return Embedder(model=f"{policy.kind}:{policy.name}", where=where_of(policy), decides=decides)


async def embed(
    gateway: Gateway, models: ModelSet, texts: Sequence[str], *, turn: str, leave: bool, private: bool = False
) -> Embedded:
    """The vectors of ``texts``, by the model with the role ``embedding``.

    ``turn`` names them in the record; ``leave``: the user lets this workspace's requests go from private models to
    clouds; ``private``: private models alone are asked what the texts are for. Raises ``ModelError``
    (``NOT_CONFIGURED`` where no model has the role or its server has no such thing, ``PRIVACY``, and what asking a
    model raises) and ``SightlineError`` of settings.
    """
    routables = {name: member.routable() for name, member in models.members.items()}
    route = choose_route(Asked(role="embedding", leave=leave, private=private), models.routing, routables)
    member = models.members[route.candidates[0].name]
    provider = await gateway.provider(member)
    policy = member.policy
    assert policy is not None, "a member without a policy has no provider"
    if not isinstance(provider, Embedding):
        raise ModelError(
            ModelFailure.NOT_CONFIGURED,
            f"{policy.kind}:{policy.name} has the role embedding, and its server makes no embeddings in a way that is "
            "known here.",
            hint="Give the role to a model of Ollama or of an OpenAI-compatible server.",
        )
    if route.stays:
        await refuse_handing_on(policy, provider)
    ledger = (await gateway.stores()).ledger
    account = Account(ledger, policy, models.spending, gateway.system.clock, turn=turn, task=TASK) if ledger else None
    rows: list[tuple[float, ...]] = []
    for part in _parts(texts):
        rows += await _embedded(gateway, provider, policy, account, part)
    if len({len(row) for row in rows}) > 1:
        raise ModelError(ModelFailure.PROTOCOL, f"{policy.kind}:{policy.name} gave vectors of several lengths.")
    return Embedded(rows=tuple(rows), model=f"{policy.kind}:{policy.name}", where=where_of(policy))


async def _embedded(
    gateway: Gateway, provider: Embedding, policy: ModelPolicy, account: Account | None, texts: tuple[str, ...]
) -> tuple[tuple[float, ...], ...]:
    clock, serving = gateway.system.clock, await gateway.serving()
    tokens = sum(count_tokens(text) for text in texts)
    request = ModelRequest(model=policy.name, messages=(), prompt_tokens=tokens, max_output_tokens=0)
    found: tuple[tuple[float, ...], ...] = ()

    async def work() -> ModelResponse:
        nonlocal found
        begun = clock.monotonic()
        async with AsyncExitStack() as held:
            if serving is not None:
                # What runs beside a task never costs the model of a conversation its place.
                await held.enter_async_context(serving.placed(provider, policy, request, Hearing(), helper=True))
            vectors = await provider.embed(policy.name, texts)
        usage = Usage(prompt_tokens=vectors.tokens, output_tokens=0)
        check_prompt_read(tokens, usage, await provider.window_report(policy.name))
        found = vectors.rows
        return ModelResponse(
            text="",
            reasoning="",
            finish=Finish.STOP,
            usage=usage,
            model=policy.name,
            first_token_seconds=None,
            total_seconds=clock.monotonic() - begun,
        )

    await (accounted(account, request, work(), clock) if account else work())
    return found


def _parts(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """``texts`` in requests that servers take."""
    parts: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if parts[-1] and (len(parts[-1]) >= MOST_TEXTS or size + len(text) > MOST_CHARACTERS):
            parts.append([])
            size = 0
        parts[-1].append(text)
        size += len(text)
    return [tuple(part) for part in parts if part]
