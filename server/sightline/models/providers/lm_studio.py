"""LM Studio: chat by the completions API; loading, unloading and windows by its own (``/api/v1``, since 0.4).

Asked for a model that is not loaded, LM Studio loads it just in time, with the window it likes, and lets go of the one
it loaded so before: a title asked of a small model costs the chat model its place. So models are loaded by name before
they are asked. Before 0.4 nothing but a request can load one (``/api/v0`` only lists them): it is sent with a ``ttl``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from sightline.base.machine_memory import ReadMemory, read_memory
from sightline.models.fitting import LARGEST_UNASKED, rounded_window, window_for
from sightline.models.messages import ModelError, ModelFailure, ModelRequest, StreamEvent
from sightline.models.policy import ModelPolicy
from sightline.models.provider import LoadedModel, WindowReport
from sightline.models.providers.native import NativeAddresses
from sightline.models.providers.openai_compatible import OpenAICompatibleProvider
from sightline.models.servers import LM_STUDIO, rows
from sightline.models.shortage import not_loaded
from sightline.transport.pool import Pool
from sightline.transport.retry import Sleep

_LARGER = (
    "Set model.window to the tokens you want: LM Studio is then asked to load the model so. Or lower context.budget."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A model that is there, with what of it is loaded.

    ``trained`` is the largest window it can have, ``size`` its bytes on disk.
    """

    key: str
    trained: int | None
    size: int | None
    instances: tuple[LoadedModel, ...]


class LMStudioProvider(OpenAICompatibleProvider):
    """One LM Studio. What this provider has it load it may load anew with a larger window; what others loaded stays."""

    def __init__(
        self,
        policy: ModelPolicy,
        pool: Pool,
        *,
        owns_pool: bool = False,
        sleep: Sleep = asyncio.sleep,
        memory: ReadMemory = read_memory,
    ) -> None:
        self._memory = memory
        super().__init__(policy, pool, owns_pool=owns_pool, sleep=sleep)
        self._own = NativeAddresses(self._api, policy)
        self._ours: set[str] = set()
        self._at_work: Counter[str] = Counter()
        self._loading = asyncio.Lock()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamEvent, None]:
        instance = await self._instance_for(request)
        self._at_work[instance] += 1
        try:
            async with aclosing(super().stream(replace(request, model=instance))) as events:
                async for event in events:
                    yield event
        finally:
            self._at_work[instance] -= 1

    async def window_report(self, model: str) -> WindowReport:
        listed = await self._listed()
        found = _find(listed or (), model)
        if found is None:
            return await super().window_report(model)
        held = _widest(found)
        tokens = held.window if held else None
        changeable = held is None or held.instance in self._ours
        largest = self._largest(found) if changeable else None
        own = self._policy.window
        if tokens is not None and own is not None and own < tokens:
            return WindowReport(tokens=own, source="your settings")
        source = LM_STUDIO.source if tokens else ""
        return WindowReport(
            tokens=tokens, source=source, hint=_LARGER if changeable else LM_STUDIO.larger, largest=largest
        )

    async def holds(self, model: str) -> bool:
        """Since 0.4, see :meth:`load`."""
        return _find(await self._listed() or (), model) is not None

    async def loaded(self) -> tuple[LoadedModel, ...]:
        newer = rows(await self._own.told("/api/v1/models"), "models")
        if newer:
            return tuple(instance for row in newer for instance in _listed_row(row).instances)
        older = rows(await self._own.get("/api/v0/models"), "data")
        return tuple(
            LoadedModel(name=name, instance=name, window=_positive(row.get("loaded_context_length")))
            for row in older
            if row.get("state") == "loaded" and isinstance(name := row.get("id"), str)
        )

    async def load(self, model: str, *, window: int | None = None, keep_seconds: float | None = None) -> LoadedModel:  # noqa: ARG002  it has no such thing for what is loaded by name
        """See ``ModelLoading``. Before 0.4 it cannot be told to: what is there is what is given back."""
        async with self._loading:
            listed = await self._listed()
            found = _find(listed or (), model)
            held = _widest(found) if found else None
            if held and (held.window or 0) >= (window or 0):
                return held
            if not listed:
                return await self._found_before(model)
            if held and held.instance in self._ours and not self._at_work[held.instance]:
                await self.unload(held)
            asked: dict[str, Any] = {"model": found.key if found else model, "echo_load_config": True}
            if window is not None:
                asked["context_length"] = min(window, (found and found.trained) or window)
            try:
                answer = await self._own.post("/api/v1/models/load", asked, model)
            except ModelError as error:
                if error.failure not in (ModelFailure.SERVER, ModelFailure.BAD_REQUEST):
                    raise
                weights = found.size if found else None
                raise await not_loaded(error, self._policy, model, weights, read=self._memory) from None
            told = _table(answer).get("instance_id")
            instance = told if isinstance(told, str) else asked["model"]
            self._ours.add(instance)
            again = _find(await self._listed() or (), instance)
            window = _positive(_table(_table(answer).get("load_config")).get("context_length"))
            made = LoadedModel(name=asked["model"], instance=instance, window=window)
            return next((row for row in again.instances if row.instance == instance), made) if again else made

    async def unload(self, model: LoadedModel) -> None:
        self._ours.discard(model.instance)
        try:
            await self._own.post("/api/v1/models/unload", {"instance_id": model.instance}, model.name)
        except ModelError as error:
            if error.failure is not ModelFailure.NOT_FOUND:
                raise

    async def _instance_for(self, request: ModelRequest) -> str:
        """The name to ask for: an instance with room for the prompt, loaded now where there is none."""
        found = _find(await self._listed() or (), request.model)
        if found is None:
            return request.model
        needed = window_for(request)
        held = _widest(found)
        if held is None:
            held = await self.load(request.model, window=self._policy.window or request.window)
        largest = self._largest(found)
        if (held.window or 0) < needed and held.instance in self._ours and largest > (held.window or 0):
            held = await self.load(request.model, window=min(self._policy.window or rounded_window(needed), largest))
        return held.instance

    def _largest(self, found: _Listed) -> int:
        own = self._policy.window
        return min(own or LARGEST_UNASKED, found.trained or own or LARGEST_UNASKED)

    def _body(self, request: ModelRequest) -> bytes:
        """With how long a model that is loaded just in time stays; LM Studio leaves it out for one loaded by name."""
        body, keep = super()._body(request), self._policy.keep_seconds
        return body if keep is None else body[:-1] + f', "ttl": {max(1, round(keep))}}}'.encode()

    async def _listed(self) -> tuple[_Listed, ...] | None:
        """What is there by the newer API; ``None`` where that is not there."""
        found = rows(await self._own.told("/api/v1/models"), "models")
        listed = tuple(_listed_row(row) for row in found if isinstance(row.get("key"), str))
        return listed or None

    async def _found_before(self, model: str) -> LoadedModel:
        held = next((row for row in await self.loaded() if row.name == model), None)
        return held or LoadedModel(name=model, instance=model)


def _listed_row(row: Mapping[str, Any]) -> _Listed:
    key = str(row.get("key") or "")
    size = _positive(row.get("size_bytes"))
    instances = tuple(
        LoadedModel(
            name=key,
            instance=instance,
            window=_positive(_table(loaded.get("config")).get("context_length")),
            size=size,
        )
        for loaded in rows(row, "loaded_instances")
        if isinstance(instance := loaded.get("id"), str)
    )
    return _Listed(key=key, trained=_positive(row.get("max_context_length")), size=size, instances=instances)


def _find(listed: tuple[_Listed, ...], model: str) -> _Listed | None:
    """The model that ``model`` names, by its key or by an instance of it (then that instance alone)."""
    for found in listed:
        if found.key == model:
            return found
        named = tuple(instance for instance in found.instances if instance.instance == model)
        if named:
            return replace(found, instances=named)
    return None


def _widest(found: _Listed) -> LoadedModel | None:
    return max(found.instances, key=lambda instance: instance.window or 0, default=None)


def _table(data: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}


def _positive(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
