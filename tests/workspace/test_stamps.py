"""When a time stamp is believed, and when the file is read instead."""

from hypothesis import given
from hypothesis import strategies as st

from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.workspace.scanned import ScannedFile, stamp_of
from sightline.workspace.stamps import Stamp, Stamps, compare_stamps

PATH = WorkspacePath("/w", "a.py")
NOW = 1000.0
stamps_drawn = st.builds(
    Stamp, st.integers(0, 2**40), st.integers(-(2**62), 2**62), st.none() | st.just("digest"), st.floats(0, 4e9)
)


class CountingFiles(MemoryFiles):
    reads = 0

    def read(self, path: str, limit: int | None = None) -> bytes:
        self.reads += 1
        return super().read(path, limit)


def looked(
    content: str,
    modified: float,
    before: Stamps,
    now: float = NOW,
    told: tuple[WorkspacePath, ...] = (),
) -> tuple[Stamps, bool, int]:
    """Stamps after looking at one file; whether it counts as changed; how often it was read."""
    files = CountingFiles({PATH.absolute: content.encode()})
    system = System(files=files, clock=memory_system().clock, processes=memory_system().processes)
    found = ScannedFile(PATH, stamp_of(len(content), int(modified * 1e9)))
    difference = compare_stamps(system, before, [found], now, told=told)
    after = Stamps()
    after.update(before)
    after.update(difference.stamps)
    return after, PATH in difference.changed, files.reads


def test_a_new_file_is_changed_and_an_old_one_is_not_read() -> None:
    stamps, changed, reads = looked("one", 900, Stamps())
    assert (changed, reads) == (True, 0)
    _, changed, reads = looked("one", 900, stamps)
    assert (changed, reads) == (False, 0)


def test_a_file_modified_within_two_seconds_is_read_again_until_it_is_settled() -> None:
    stamps, changed, reads = looked("one", 999, Stamps())
    assert (changed, reads) == (True, 1)
    stamps, changed, reads = looked("two", 999, stamps, now=1000.5)
    assert (changed, reads) == (True, 1), "same size, same time, other text"
    stamps, changed, reads = looked("two", 999, stamps, now=1000.7)
    assert (changed, reads) == (False, 1)
    stamps, changed, reads = looked("two", 999, stamps, now=1001)
    assert (changed, reads) == (True, 1), "who was told at 1000.5 may have read it empty, between two writers"
    stamps, changed, reads = looked("two", 999, stamps, now=1002)
    assert (changed, reads) == (False, 0), "settled at 1001, two seconds after its time"


def test_a_file_that_a_watcher_speaks_of_is_changed_again_while_its_time_is_not_trusted() -> None:
    """Whoever was told of it first may have read it between two writers, when it was empty."""
    stamps, _, _ = looked("one", 999, Stamps())
    stamps, changed, _ = looked("one", 999, stamps, now=1002, told=(PATH,))
    assert changed
    _, changed, reads = looked("one", 999, stamps, now=1003, told=(PATH,))
    assert (changed, reads) == (False, 0)


def test_a_touched_file_whose_text_is_known_is_no_change() -> None:
    stamps, _, _ = looked("one", 999, Stamps())
    stamps, _, _ = looked("one", 999, stamps, now=1001)
    stamps, changed, _ = looked("one", 1500, stamps, now=2000)
    assert not changed
    found = stamps.get(PATH)
    assert found is not None
    assert found.mtime_ns == int(1500e9)


def test_a_touched_file_whose_text_is_not_known_is_a_change() -> None:
    stamps, _, _ = looked("one", 900, Stamps())
    _, changed, _ = looked("one", 950, stamps)
    assert changed


def test_a_time_in_the_future_is_never_believed() -> None:
    stamps, _, _ = looked("one", 5000, Stamps())
    _, changed, _ = looked("two", 5000, stamps, now=1003)
    assert changed
    stamps, _, _ = looked("one", 5000, Stamps())
    stamps, changed, reads = looked("one", 5000, stamps, now=2000)
    assert (changed, reads) == (False, 1), "nor does it count as changed at every look"


@given(st.lists(st.tuples(st.integers(0, 3), st.none() | stamps_drawn)))
def test_stamps_are_a_dictionary(steps: list[tuple[int, Stamp | None]]) -> None:
    expected: dict[WorkspacePath, Stamp] = {}
    stamps, newer = Stamps(), Stamps()
    for number, stamp in steps:
        path = WorkspacePath("/w", f"{number}.py")
        if stamp is None:
            stamps.update(newer)
            newer = Stamps()
            stamps.drop(path)
            expected.pop(path, None)
        else:
            newer.put(ScannedFile(path, stamp_of(stamp.size, stamp.mtime_ns)), stamp.digest, stamp.checked)
            expected[path] = stamp
    stamps.update(newer)
    assert len(stamps) == len(expected)
    assert set(stamps) == set(expected)
    for path, stamp in expected.items():
        found = stamps.get(path)
        assert found is not None
        assert (found[:3], found.is_racy) == (stamp[:3], stamp.is_racy)
    assert stamps.get(PATH) is None
