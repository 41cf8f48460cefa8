"""Two windows share the queue for a local server and how much it takes, also when one of them dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.database import open_cache
from sightline.base.memory_system import ManualClock
from sightline.base.process_life import ProcessMark, is_gone, this_process
from sightline.base.system import RealClock
from sightline.models.leases import LASTS, SCHEMA, VERSION, LeaseBook, SharedPlaces
from sightline.transport.gate import GatePolicy, Gates, Level, Outcome, QueueFull

WHERE = "http://127.0.0.1:11434"
HERE = this_process()
#: Processes that live: this one under another name of its machine, of which nothing can be told.
OTHER = ProcessMark(space="another machine", number=1, started=1.0)


def book(folder: Path, clock: ManualClock | RealClock, process: ProcessMark | None = None) -> LeaseBook:
    return LeaseBook(open_cache(str(folder / "leases.sqlite3"), version=VERSION, schema=SCHEMA), clock, process)


def test_places_go_to_those_who_came_first_whoever_they_are(tmp_path: Path) -> None:
    clock = ManualClock()
    one, two = book(tmp_path, clock), book(tmp_path, clock, OTHER)
    first, standing = one.enter(WHERE, 2)
    assert (standing.granted, standing.alone) == (True, True)
    second, standing = two.enter(WHERE, 2)
    assert (standing.granted, standing.alone) == (True, False)
    third, standing = one.enter(WHERE, 2)
    fourth, later = two.enter(WHERE, 2)
    assert not standing.granted
    assert not later.granted
    elsewhere, standing = two.enter("http://127.0.0.1:1234", 1)
    assert standing.granted
    two.leave(second, WHERE, Outcome.FINE, 2)
    assert not two.look(fourth, WHERE, 2).granted  # the one before it is first
    assert one.look(third, WHERE, 2).granted
    one.leave(first, WHERE, Outcome.FINE, 2)
    assert two.look(fourth, WHERE, 2).granted
    for place in (third, fourth, elsewhere):
        one.leave(place, WHERE, Outcome.ABANDONED, 2)
    one.close()
    two.close()


def test_what_was_too_much_for_one_is_too_much_for_all(tmp_path: Path) -> None:
    clock = ManualClock()
    one, two = book(tmp_path, clock), book(tmp_path, clock, OTHER)
    place, _ = one.enter(WHERE, 4)
    one.leave(place, WHERE, Outcome.BUSY, 4)
    places = [two.enter(WHERE, 4) for _ in range(3)]
    assert [standing.granted for _, standing in places] == [True, True, False]
    for number, _ in places:
        two.leave(number, WHERE, Outcome.FINE, 4)
    for _ in range(7):
        number, _ = one.enter(WHERE, 4)
        one.leave(number, WHERE, Outcome.FINE, 4)
    assert [two.enter(WHERE, 4)[1].granted for _ in range(4)] == [True, True, True, False]
    one.close()
    two.close()


def test_a_lease_that_is_not_renewed_ends_and_one_that_is_does_not(tmp_path: Path) -> None:
    clock = ManualClock()
    one, two = book(tmp_path, clock, OTHER), book(tmp_path, clock)
    kept, _ = one.enter(WHERE, 1)
    waits, standing = two.enter(WHERE, 1)
    for _ in range(5):
        clock.seconds += LASTS * 0.9
        one.renew({kept: (WHERE, True)})
        two.renew({waits: (WHERE, False)})
        assert not two.look(waits, WHERE, 1).granted
    clock.seconds += LASTS * 1.1
    two.renew({waits: (WHERE, False)})
    assert two.look(waits, WHERE, 1).granted
    assert not standing.granted
    one.close()
    two.close()


@given(st.lists(st.sampled_from(Outcome), max_size=200), st.integers(1, 8))
def test_the_level_stays_between_one_and_what_is_allowed(outcomes: list[Outcome], most: int) -> None:
    level = Level(allowed=most)
    for outcome in outcomes:
        level = level.after(outcome, most)
        assert 1 <= level.allowed <= most
        assert 0 <= level.fine < 10


def test_who_lives() -> None:
    assert not is_gone(HERE)
    assert not is_gone(OTHER)
    assert is_gone(ProcessMark(space=HERE.space, number=HERE.number, started=1.0))
    assert is_gone(ProcessMark(space=HERE.space, number=2**22 + 1, started=1.0))


# Through the gate


class Window:
    """One process's gates, over the database that all share."""

    def __init__(self, folder: Path, process: ProcessMark | None = None) -> None:
        self.places = SharedPlaces(lambda: book(folder, RealClock(), process))
        self.gates = Gates()
        self.gates.share(self.places)

    async def ask(self, going: asyncio.Event, entered: asyncio.Event, *, seconds: float = 60) -> bool:
        """Whether it was alone."""
        policy = GatePolicy(concurrent=1, queue_seconds=seconds, shared=True)
        async with self.gates.at(WHERE, policy).turn() as turn:
            entered.set()
            await going.wait()
            turn.outcome = Outcome.FINE
            return turn.alone


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[tuple[Window, Window]]:
    pair = Window(tmp_path), Window(tmp_path, OTHER)
    yield pair
    for window in pair:
        await window.places.close()
        await window.places.close()


async def test_one_window_waits_for_the_other(windows: tuple[Window, Window]) -> None:
    going, first, second = asyncio.Event(), asyncio.Event(), asyncio.Event()
    one = asyncio.create_task(windows[0].ask(going, first))
    await first.wait()
    two = asyncio.create_task(windows[1].ask(going, second))
    with pytest.raises(QueueFull, match="other windows"):
        await _impatient(windows[1])
    assert not second.is_set()
    going.set()
    assert await one is True
    assert await two is False
    assert windows[0].gates.states()[WHERE].shared


async def _impatient(window: Window) -> None:
    other = Gates()
    other.share(window.places)
    async with other.at(WHERE, GatePolicy(concurrent=1, queue_seconds=0.05, shared=True)).turn():
        pass


async def test_a_window_that_gives_up_gives_its_place_in_the_queue_away(windows: tuple[Window, Window]) -> None:
    going, first, last = asyncio.Event(), asyncio.Event(), asyncio.Event()
    one = asyncio.create_task(windows[0].ask(going, first))
    await first.wait()
    given_up = asyncio.create_task(windows[1].ask(going, asyncio.Event()))
    await asyncio.sleep(0.05)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    two = asyncio.create_task(windows[1].ask(going, last))
    going.set()
    assert await one is True
    await two
    assert last.is_set()


async def test_a_server_that_is_not_shared_asks_no_database(tmp_path: Path) -> None:
    def never() -> LeaseBook:
        raise AssertionError

    gates = Gates()
    gates.share(SharedPlaces(never))
    async with gates.at(WHERE, GatePolicy()).turn() as turn:
        assert turn.alone


async def test_a_database_that_cannot_be_used_is_no_reason_to_wait(tmp_path: Path) -> None:
    window = Window(tmp_path)
    broken = book(tmp_path, RealClock())
    broken.close()
    window.places = SharedPlaces(lambda: broken)
    window.gates.share(window.places)
    going = asyncio.Event()
    going.set()
    assert await window.ask(going, asyncio.Event()) is True
    await window.places.close()


# Two real processes


_OTHER_WINDOW = """
import asyncio, sys
from sightline.base.database import open_cache
from sightline.base.system import RealClock
from sightline.models.leases import SCHEMA, VERSION, LeaseBook, SharedPlaces
from sightline.transport.gate import GatePolicy, Gates

async def main(path, where):
    gates = Gates()
    gates.share(SharedPlaces(lambda: LeaseBook(open_cache(path, version=VERSION, schema=SCHEMA), RealClock())))
    async with gates.at(where, GatePolicy(concurrent=1, shared=True)).turn():
        print("entered", flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_the_place_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OTHER_WINDOW, str(tmp_path / "leases.sqlite3"), WHERE, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"entered\n"
        window = Window(tmp_path)
        going, entered = asyncio.Event(), asyncio.Event()
        going.set()
        task = asyncio.create_task(window.ask(going, entered))
        await asyncio.sleep(0.1)
        assert not entered.is_set()
        process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        await process.wait()
        assert await asyncio.wait_for(task, 20) is False  # long before the lease ends by itself
        await window.places.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
