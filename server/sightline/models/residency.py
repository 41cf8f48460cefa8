"""Which models a local server holds, and for how long: loaded before they are asked, kept as the user wants, let go.

Driven by what the server reports and by nothing else: a model may come and go by other hands at any time. Only what was
loaded here is unloaded here. One of these for one server; it opens nothing and asks no model anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sightline.base.system import Clock
from sightline.models.messages import ModelError
from sightline.models.provider import LoadedModel, ModelLoading

#: Seconds that a model stays without a request where neither a time nor a strategy is set.
USUAL_KEEP = 600.0
#: Seconds between two looks at what is to be let go or kept.
LOOK_AGAIN = 30.0
#: Share of a model beside the graphics card from which on its replies are noticeably slower.
SPILL_TOLD = 0.02


class KeepStrategy(StrEnum):
    """Where a model is to be loaded from again: from memory it never left, from a fast disk, or it is not kept."""

    RAM = "ram"
    SSD = "ssd"
    NONE = "none"


KEEP_SECONDS = {KeepStrategy.RAM: 1800.0, KeepStrategy.SSD: 120.0, KeepStrategy.NONE: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidencyPolicy:
    """What the user wants. Names are names of models; times are seconds without a request.

    ``ttl`` holds for single models and outranks ``strategy``. ``persistent`` models are never chosen to make room, and
    their time is renewed as long as this program lives; they are not kept for ever. ``preload`` is loaded at the start.
    ``max_models`` is how many the server is to hold at once.
    """

    max_models: int = 2
    strategy: KeepStrategy | None = None
    ttl: Mapping[str, float] = field(default_factory=dict[str, float])
    persistent: frozenset[str] = frozenset()
    preload: tuple[str, ...] = ()

    def keep_seconds(self, model: str) -> float:
        """How long ``model`` stays: its own time, else the strategy's, else ten minutes."""
        if model in self.ttl:
            return max(0.0, self.ttl[model])
        return USUAL_KEEP if self.strategy is None else KEEP_SECONDS[self.strategy]

    def is_persistent(self, model: str) -> bool:
        """Whether ``model``, as a server calls it, is one of ``persistent``."""
        return any(_tagless(model) == _tagless(wanted) for wanted in self.persistent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What became of a wish for a model. ``model`` is ``None`` where there is no room for it; ``reason`` says why."""

    model: LoadedModel | None
    reason: str
    evicted: tuple[str, ...] = ()
    load_seconds: float | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A model in the server's memory as a user may want to see it. ``ours`` says that it was loaded from here."""

    model: LoadedModel
    ours: bool
    persistent: bool
    uses: int
    idle_seconds: float | None
    load_seconds: float | None
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedHoldings:
    """What windows of this user had loaded at one server: seconds without a request, by instance.

    ``others``: another window asks that server too; ``asking``: it does so right now.
    """

    idle: Mapping[str, float] = field(default_factory=dict[str, float])
    others: bool = False
    asking: bool = False


class Sharing(Protocol):
    """What the windows of a user tell each other of one server. Never raises."""

    async def held(self) -> SharedHoldings:
        """What is known now. From then on this window counts as one that asks the server."""
        ...

    async def hold(self, instance: str) -> None:
        """``instance`` was loaded here, or is used here now."""
        ...

    async def drop(self, instance: str) -> None:
        """``instance`` was unloaded."""
        ...


@dataclass(slots=True)
class _Record:
    """What is known of one model's use from here."""

    uses: int = 0
    at_work: int = 0
    last_use: float = 0.0
    load_seconds: float | None = None
    window: int | None = None
    helper: bool = True  # nothing but helper requests used it

    def worth(self, now: float) -> float:
        """More for a model used often and lately: what is worth least goes first."""
        return self.uses / (1.0 + (now - self.last_use) / 60.0)


class Residency:
    """The models of one server. What any window of the user had loaded there is as good as loaded from here."""

    def __init__(
        self, server: ModelLoading, policy: ResidencyPolicy, clock: Clock, sharing: Sharing | None = None
    ) -> None:
        self._server = server
        self._sharing = sharing
        self._shared = SharedHoldings()
        self._policy = policy
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._ours: dict[str, LoadedModel] = {}  # by instance
        self._begun: set[str] = set()  # loads that were cancelled: the server may go on with them
        self._placing = asyncio.Lock()

    @asynccontextmanager
    async def using(
        self, model: str, *, window: int | None = None, usual: int | None = None, helper: bool = False
    ) -> AsyncGenerator[Placement, None]:
        """Places ``model`` (see :meth:`place`) and holds it while the block runs. Raises ``ModelError``."""
        placement = await self.place(model, window=window, usual=usual, helper=helper)
        if placement.model is None:
            yield placement
            return
        record = self._record(model)
        record.at_work += 1
        try:
            yield placement
        finally:
            record.at_work -= 1
            record.last_use = self._clock.monotonic()
            await self._hold(placement.model)
            if not self._policy.keep_seconds(model) and not record.at_work:
                await self._let_go(model)

    async def place(
        self, model: str, *, window: int | None = None, usual: int | None = None, helper: bool = False
    ) -> Placement:
        """Has the server hold ``model`` with at least ``window`` tokens, and makes room where that is ours to make.

        ``usual`` is the window it is loaded with where it is not there; one that is there may have a smaller one.
        A ``helper`` request (a title, a summary, a completion) never costs the model of a conversation its place: it
        is refused instead, and can be answered by the model that is there. Raises ``ModelError``.
        """
        return await self._place(model, window, usual, helper=helper, makes_room=True)

    async def _place(
        self, model: str, window: int | None, usual: int | None = None, *, helper: bool, makes_room: bool
    ) -> Placement:
        async with self._placing:
            loaded = await self._loaded()
            held = _named(loaded, model, self._ours)
            if held is not None and (window is None or (held.window or window) >= window):
                self._used(model, helper=helper)
                await self._hold(held)
                return Placement(model=held, reason=f"{model} is loaded", warning=spill_warning(held))
            others = [row for row in loaded if held is None or row.instance != held.instance]
            leaving = self._leaving(others, helper=helper)
            if (leaving is None and helper) or (leaving != [] and not makes_room):
                names = ", ".join(row.name for row in others)
                what = "a helper request" if helper else "what is loaded at the start"
                reason = f"there is no room for {model} beside {names}, and {what} takes nobody's place"
                return Placement(model=None, reason=reason)
            for row in leaving or ():
                await self._unload(row)
            return await self._load(model, window or usual, tuple(row.name for row in leaving or ()), helper=helper)

    async def preload(self, usual: int | None = None) -> tuple[str, ...]:
        """Loads what the user wants loaded at the start, in the order they named it. Never evicts and never raises.

        With a window of ``usual`` tokens. Gives a sentence for each that could not be loaded.
        """
        problems: list[str] = []
        for model in self._policy.preload:
            try:
                placement = await self._place(model, None, usual, helper=False, makes_room=False)
            except ModelError as error:
                problems.append(error.message)
            else:
                problems += [] if placement.model else [placement.reason]
        return tuple(problems)

    async def look(self) -> None:
        """Lets go of what nobody has asked for long enough, and renews what is persistent. Never raises."""
        now = self._clock.monotonic()
        async with self._placing:
            try:
                loaded = {row.instance: row for row in await self._loaded()}
            except ModelError:
                return
            self._ours = {name: row for name, row in self._ours.items() if name in loaded}
            for instance, model in tuple(self._ours.items()):
                record, keep = self._record(model.name), self._policy.keep_seconds(model.name)
                if self._policy.is_persistent(model.name):
                    await self._renew(loaded[instance], max(keep, LOOK_AGAIN * 3))
                elif not self._at_work(record) and self._idle(instance, now - record.last_use) > keep:
                    await self._unload(model, quiet=True)

    async def watch(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Looks again and again until the task is cancelled."""
        while True:
            await sleep(LOOK_AGAIN)
            await self.look()

    async def residents(self) -> tuple[Resident, ...]:
        """What the server holds now. Raises ``ModelError``."""
        now = self._clock.monotonic()
        found: list[Resident] = []
        for model in await self._server.loaded():
            record = next((row for name, row in self._records.items() if _same(name, model)), None)
            found.append(
                Resident(
                    model=model,
                    ours=model.instance in self._ours,
                    persistent=self._policy.is_persistent(model.name),
                    uses=record.uses if record else 0,
                    idle_seconds=now - record.last_use if record else None,
                    load_seconds=record.load_seconds if record else None,
                    warning=spill_warning(model),
                )
            )
        return tuple(found)

    async def held_bytes(self) -> int:
        """Bytes of all that the server holds, as far as it tells. Never raises."""
        try:
            return sum(row.size or 0 for row in await self._server.loaded())
        except ModelError:
            return 0

    async def is_loaded(self, model: str) -> bool:
        """Whether the server holds ``model`` now. Never raises."""
        try:
            return _named(await self._server.loaded(), model, self._ours) is not None
        except ModelError:
            return False

    async def close(self, *, expiring: bool = True) -> None:
        """Has the server let go of what was loaded from here and is still there. Never raises; may be called twice.

        ``expiring``: also of what the server will let go of by itself.
        """
        async with self._placing:
            if self._begun or self._ours:
                with suppress(ModelError):
                    await self._loaded()
            if self._shared.others:
                self._ours.clear()  # The others will let go of them.
            for model in tuple(self._ours.values()):
                if expiring or model.expires is None:
                    await self._unload(model, quiet=True)

    async def _loaded(self) -> tuple[LoadedModel, ...]:
        """What the server holds. What came of a load that was cancelled here is ours too."""
        loaded = await self._server.loaded()
        if self._sharing is not None:
            self._shared = await self._sharing.held()
        for row in loaded:
            if row.instance in self._shared.idle and row.instance not in self._ours:
                self._ours[row.instance] = row
                self._record(row.name).last_use = self._clock.monotonic() - self._shared.idle[row.instance]
            for model in [name for name in self._begun if _same(name, row)]:
                self._begun.discard(model)
                self._ours[row.instance] = row
                self._record(model).last_use = self._clock.monotonic()
        return loaded

    async def _hold(self, model: LoadedModel) -> None:
        instance = model.instance or model.name
        if self._sharing is not None and instance in self._ours:
            await self._sharing.hold(instance)

    def _at_work(self, record: _Record) -> bool:
        """Whether a model answers now, here or perhaps in another window."""
        return bool(record.at_work) or self._shared.asking

    def _idle(self, instance: str, here: float) -> float:
        """Seconds without a request by any window, where it is ``here`` seconds without one from here."""
        return min(here, self._shared.idle.get(instance, here))

    def _record(self, model: str) -> _Record:
        return self._records.setdefault(model, _Record())

    def _used(self, model: str, *, helper: bool) -> None:
        record = self._record(model)
        record.uses += 1
        record.last_use = self._clock.monotonic()
        record.helper = record.helper and helper

    def _leaving(self, others: list[LoadedModel], *, helper: bool) -> list[LoadedModel] | None:
        """What has to go so that one more fits; ``None`` where what may go is not enough."""
        excess = len(others) + 1 - max(1, self._policy.max_models)
        if excess <= 0:
            return []
        now = self._clock.monotonic()
        candidates: list[tuple[float, LoadedModel]] = []
        for row in others:
            record = next((known for name, known in self._records.items() if _same(name, row)), _Record())
            spared = self._policy.is_persistent(row.name) or self._at_work(record) or (helper and not record.helper)
            if row.instance in self._ours and not spared:
                candidates.append((record.worth(now), row))
        candidates.sort(key=lambda pair: pair[0])
        return [row for _, row in candidates[:excess]] if len(candidates) >= excess else None

    async def _load(self, model: str, window: int | None, evicted: tuple[str, ...], *, helper: bool) -> Placement:
        begun = self._clock.monotonic()
        try:
            held = await self._server.load(model, window=window, keep_seconds=self._policy.keep_seconds(model))
        except asyncio.CancelledError:
            self._begun.add(model)
            raise
        seconds = self._clock.monotonic() - begun
        self._ours[held.instance or held.name] = held
        await self._hold(held)
        self._used(model, helper=helper)
        record = self._record(model)
        record.load_seconds, record.window = seconds, held.window
        room = f", in the place of {', '.join(evicted)}" if evicted else ""
        reason = f"{model} was loaded{room}"
        return Placement(model=held, reason=reason, evicted=evicted, load_seconds=seconds, warning=spill_warning(held))

    async def _renew(self, held: LoadedModel, keep: float) -> None:
        try:
            await self._server.load(held.name, window=held.window, keep_seconds=keep)
        except ModelError:
            return  # The next look tries again; a task that needs the model will say what is wrong.

    async def _let_go(self, model: str) -> None:
        async with self._placing:
            for row in tuple(self._ours.values()):
                if _same(model, row) and not self._policy.is_persistent(row.name):
                    await self._unload(row, quiet=True)

    async def _unload(self, model: LoadedModel, *, quiet: bool = False) -> None:
        self._ours.pop(model.instance or model.name, None)
        if self._sharing is not None:
            await self._sharing.drop(model.instance or model.name)
        try:
            await self._server.unload(model)
        except ModelError:
            if not quiet:
                raise


def spill_warning(model: LoadedModel) -> str:
    """What to tell the user of a model that a graphics card holds in part; "" where there is nothing to tell."""
    if model.spilled < SPILL_TOLD:
        return ""
    return (
        f"{model.spilled:.0%} of {model.name} has no room on the graphics card, so its replies come several times "
        "slower. A smaller window (model.window), a smaller quantisation or fewer loaded models would make room."
    )


def _named(loaded: tuple[LoadedModel, ...], model: str, ours: Mapping[str, LoadedModel]) -> LoadedModel | None:
    """The model as it is loaded, the widest of several; of equal ones the one that is ours."""
    found = [row for row in loaded if _same(model, row)]
    return max(found, key=lambda row: (row.window or 0, row.instance in ours), default=None)


def _same(model: str, row: LoadedModel) -> bool:
    return model == row.instance or _tagless(model) == _tagless(row.name)


def _tagless(name: str) -> str:
    return name.removesuffix(":latest").casefold()
