"""When a time stamp is believed, and when the file is read instead."""

from sightline.base.memory_system import MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.workspace.scanned import ScannedFile
from sightline.workspace.stamps import Stamp, compare_stamps

PATH = WorkspacePath("/w", "a.py")
NOW = 1000.0


class CountingFiles(MemoryFiles):
    reads = 0

    def read(self, path: str, limit: int | None = None) -> bytes:
        self.reads += 1
        return super().read(path, limit)


def looked(
    content: str,
    modified: float,
    before: dict[WorkspacePath, Stamp],
    now: float = NOW,
    told: tuple[WorkspacePath, ...] = (),
) -> tuple[dict[WorkspacePath, Stamp], bool, int]:
    """Stamps after looking at one file; whether it counts as changed; how often it was read."""
    files = CountingFiles({PATH.absolute: content.encode()})
    system = System(files=files, clock=memory_system().clock, processes=memory_system().processes)
    found = ScannedFile(path=PATH, size=len(content), mtime_ns=int(modified * 1e9))
    difference = compare_stamps(system, before, [found], now, told=told)
    return {**before, **difference.stamps}, PATH in difference.changed, files.reads


def test_a_new_file_is_changed_and_an_old_one_is_not_read() -> None:
    stamps, changed, reads = looked("one", 900, {})
    assert (changed, reads) == (True, 0)
    _, changed, reads = looked("one", 900, stamps)
    assert (changed, reads) == (False, 0)


def test_a_file_modified_within_two_seconds_is_read_again_until_it_is_settled() -> None:
    stamps, changed, reads = looked("one", 999, {})
    assert (changed, reads) == (True, 1)
    stamps, changed, reads = looked("two", 999, stamps, now=1001)
    assert (changed, reads) == (True, 1), "same size, same time, other text"
    stamps, changed, reads = looked("two", 999, stamps, now=1002)
    assert (changed, reads) == (False, 0), "settled at 1001, two seconds after its time"


def test_a_file_that_a_watcher_speaks_of_is_changed_again_while_its_time_is_not_trusted() -> None:
    """Whoever was told of it first may have read it between two writers, when it was empty."""
    stamps, _, _ = looked("one", 999, {})
    stamps, changed, _ = looked("one", 999, stamps, now=1002, told=(PATH,))
    assert changed
    _, changed, reads = looked("one", 999, stamps, now=1003, told=(PATH,))
    assert (changed, reads) == (False, 0)


def test_a_touched_file_whose_text_is_known_is_no_change() -> None:
    stamps, _, _ = looked("one", 999, {})
    stamps, changed, _ = looked("one", 1500, stamps, now=2000)
    assert not changed
    assert stamps[PATH].mtime_ns == int(1500e9)


def test_a_touched_file_whose_text_is_not_known_is_a_change() -> None:
    stamps, _, _ = looked("one", 900, {})
    _, changed, _ = looked("one", 950, stamps)
    assert changed


def test_a_time_in_the_future_is_never_believed() -> None:
    stamps, _, _ = looked("one", 5000, {})
    _, changed, _ = looked("two", 5000, stamps, now=1003)
    assert changed
