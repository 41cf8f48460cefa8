"""A change set reaches the disk as a whole or not at all: errors at every step, cancellation, crashes, refusals."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import ChangeConflict, PathOutsideRoot, SightlineError, SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.system import TEMPORARY_PREFIX, RealFiles, System
from sightline.base.text import Span, Text, TextEdit
from sightline.workspace.write import Recovery, apply_to_disk, recover
from support.kill_points import changes_of, make_tree
from support.trees import read_tree, system_at, write_tree

#: Kills between the first file that is moved and the end of the journal; others come on top.
KILL_POINTS = 100


class FailingFiles(RealFiles):
    """Calls ``fail`` before every operation that changes the disk, with its number and its path."""

    def __init__(self, fail: Callable[[int, str], None]) -> None:
        self.fail = fail
        self.count = 0

    def _next(self, path: str) -> None:
        self.count += 1
        self.fail(self.count, path)

    def write(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        self._next(path)
        super().write(path, data, mode=mode)

    def write_new(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        self._next(path)
        super().write_new(path, data[: len(data) // 2], mode=mode)  # what a full disk leaves
        os.unlink(path)
        super().write_new(path, data, mode=mode)

    def remove(self, path: str) -> None:
        self._next(path)
        super().remove(path)

    def rename(self, old: str, new: str) -> None:
        self._next(new)
        super().rename(old, new)


@pytest.fixture(name="root")
def root_fixture(tmp_path: Path) -> Path:
    make_tree(tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture(name="journal")
def journal_fixture(tmp_path: Path) -> str:
    return str(tmp_path / "state/journal")


@pytest.fixture(name="system")
def system_fixture(tmp_path: Path) -> System:
    return system_at(tmp_path / "home")


def failing(system: System, fail: Callable[[int, str], None]) -> System:
    return replace(system, files=FailingFiles(fail))


async def apply(system: System, root: Path, journal: str) -> None:
    await apply_to_disk(system, changes_of(str(root)), journal)


async def operations_needed(system: System, root: Path, journal: str) -> int:
    """How many operations an undisturbed application takes; leaves the tree after it."""
    counting = failing(system, lambda _number, _path: None)
    await apply(counting, root, journal)
    assert isinstance(counting.files, FailingFiles)
    return counting.files.count


async def test_every_kind_of_change_at_once(root: Path, journal: str, system: System) -> None:
    await apply(system, root, journal)
    assert read_tree(root) == {
        "edit.py": (b"\xef\xbb\xbf1\r\ntwo\r\nend", 0o644),
        "script.sh": (b"#!/bin/sh\necho\necho 2\n", 0o755),
        "sub/": (b"", 0o755),
        "new/": (b"", 0o755),
        "new/deep/": (b"", 0o755),
        "new/deep/moved.py": (b"# moved\n", 0o644),
        "swap_a.py": (b"b\n", 0o644),
        "swap_b.py": (b"a\n", 0o644),
        "other/": (b"", 0o755),
        "other/made.py": (b"made\n", 0o644),
        "untouched.py": (b"same\n", 0o644),
    }
    assert os.listdir(journal) == ["apply.lock"]
    assert recover(system, journal) == Recovery()


async def test_an_error_at_any_operation_leaves_the_tree_as_it_was(root: Path, journal: str, system: System) -> None:
    before = read_tree(root)
    needed = await operations_needed(system, root, journal)
    assert needed > 15
    for wanted in range(1, needed + 1):
        _reset(root)

        def fail(number: int, path: str, wanted: int = wanted) -> None:
            if number == wanted:
                raise PermissionError(13, "Permission denied", path)

        with pytest.raises(SightlineError) as caught:
            await apply(failing(system, fail), root, journal)
        assert caught.value.kind == "not_writable"
        assert caught.value.hint
        assert read_tree(root) == before, wanted
        assert os.listdir(journal) == ["apply.lock"]


async def test_a_disk_that_fails_for_good_is_recovered_from_later(root: Path, journal: str, system: System) -> None:
    before = read_tree(root)
    needed = await operations_needed(system, root, journal)
    torn = 0
    for wanted in range(1, needed + 1):
        _reset(root)

        def fail(number: int, path: str, wanted: int = wanted) -> None:
            if number >= wanted:
                raise OSError(5, "Input/output error", path)

        with pytest.raises(SightlineError) as caught:
            await apply(failing(system, fail), root, journal)
        assert caught.value.kind in ("not_writable", "recovery_failed")
        after_failure = read_tree(root)
        torn += after_failure != before
        recovery = recover(system, journal)
        found = read_tree(root)
        # Only the removal of the journal was left to do: the change had reached every file.
        assert found == before or (wanted == needed and recovery == Recovery()), wanted
        assert os.listdir(journal) == ["apply.lock"]
    assert torn > 5, "the failures must have torn the tree, or nothing was tried"


async def test_cancelling_at_any_operation_leaves_the_tree_before_or_after(
    root: Path, journal: str, system: System
) -> None:
    before = read_tree(root)
    needed = await operations_needed(system, root, journal)
    after = read_tree(root)
    states: list[str] = []
    for wanted in range(1, needed + 1):
        _reset(root)
        reached, go_on = threading.Event(), threading.Event()

        def wait(number: int, _path: str, wanted: int = wanted) -> None:
            if number == wanted:
                reached.set()  # noqa: B023  used before the loop goes on
                assert go_on.wait(10)  # noqa: B023

        task = asyncio.create_task(apply(failing(system, wait), root, journal))
        assert await asyncio.to_thread(reached.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # again, while it takes back
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        found = read_tree(root)
        states.append("before" if found == before else "after" if found == after else f"torn at {wanted}")
        assert os.listdir(journal) == ["apply.lock"]
    assert set(states) == {"before", "after"}
    assert states == sorted(states, reverse=True), "after the last operation began it is done, before that it is not"


@pytest.mark.slow
def test_kill_9_at_random_points_leaves_the_tree_before_or_after(tmp_path: Path) -> None:
    """At calls into C, in the application and again in the recovery; see ``support/kill_points.py``."""
    script = Path(__file__).parents[1] / "support/kill_points.py"
    command = [sys.executable, str(script), str(tmp_path), "20260101", str(KILL_POINTS)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    first, *points = map(json.loads, output.splitlines())
    assert first["after"]["other/made.py"]
    assert {point["state"] for point in points} <= {"before", "after"}
    assert not any(point["left"] for point in points)
    assert sum(point["between"] for point in points) == KILL_POINTS
    assert sum(point["torn"] for point in points) > KILL_POINTS // 2, "the kills must have torn the tree"


def _reset(root: Path) -> None:
    for folder, folders, names in os.walk(root, topdown=False):
        for name in names:
            os.unlink(os.path.join(folder, name))
        for name in folders:
            os.rmdir(os.path.join(folder, name))
    make_tree(root)


# Refusals --------------------------------------------------------------------------------------------------------


def edit(root: Path | str, name: str, before: bytes, *edits: TextEdit) -> ChangeSet:
    path = WorkspacePath(str(root), name)
    return ChangeSet(base={path: Text(before).digest}, edits=(FileEdit(path=path, edits=edits),))


def prepend(root: Path | str, name: str, before: bytes) -> ChangeSet:
    return edit(root, name, before, TextEdit(Span(0, 0), b"# "))


def create(root: Path | str, name: str) -> ChangeSet:
    return ChangeSet(creates=(FileCreate(path=WorkspacePath(str(root), name), text=Text(b"new\n")),))


def delete(root: Path, name: str, before: bytes) -> ChangeSet:
    path = WorkspacePath(str(root), name)
    return ChangeSet(base={path: Text(before).digest}, deletes=(path,))


def rename(root: Path, old: str, before: bytes, new: str) -> ChangeSet:
    path = WorkspacePath(str(root), old)
    return ChangeSet(
        base={path: Text(before).digest}, renames=(FileRename(old=path, new=WorkspacePath(str(root), new)),)
    )


async def test_refusals_change_nothing_and_say_why(tmp_path: Path, journal: str, system: System) -> None:
    write_tree(
        tmp_path, {"outside.py": "x\n", "w/a.py": "a\n", "w/b.py": "b\n", "w/read_only.py": "r\n", "w/z.py": "z\n"}
    )
    root = tmp_path / "w"
    (root / "binary.py").write_bytes(b"\0")
    (root / "latin.py").write_bytes(b"\xe4")
    (root / "read_only.py").chmod(0o444)
    (root / "link_out.py").symlink_to("../outside.py")
    (root / "up").symlink_to("..")
    (root / "dangling.py").symlink_to("nothing.py")
    (root / "alias.py").symlink_to("a.py")
    before = read_tree(root) | {"outside": ((tmp_path / "outside.py").read_bytes(), 0)}
    both = prepend(root, "a.py", b"a\n"), prepend(root, "alias.py", b"a\n")
    cases: list[tuple[ChangeSet, type[SightlineError], str]] = [
        (prepend(root, "a.py", b"other\n"), ChangeConflict, "change_conflict"),
        (prepend(root, "missing.py", b""), ChangeConflict, "change_conflict"),
        (prepend(root, "a.py/below.py", b""), ChangeConflict, "change_conflict"),
        (delete(root, "b.py", b"other\n"), ChangeConflict, "change_conflict"),
        (create(root, "a.py"), ChangeConflict, "change_conflict"),
        (create(root, "dangling.py"), ChangeConflict, "change_conflict"),
        (create(root, "up"), PathOutsideRoot, "path_outside_root"),
        (create(root, "a.py/below.py"), SightlineError, "not_writable"),
        (rename(root, "a.py", b"a\n", "b.py"), ChangeConflict, "change_conflict"),
        (rename(root, "alias.py", b"a\n", "c.py"), ChangeConflict, "change_conflict"),
        (delete(root, "alias.py", b"a\n"), ChangeConflict, "change_conflict"),
        (prepend(root, "link_out.py", b"x\n"), PathOutsideRoot, "path_outside_root"),
        (create(root, "up/made.py"), PathOutsideRoot, "path_outside_root"),
        (prepend(root, "up/outside.py", b"x\n"), PathOutsideRoot, "path_outside_root"),
        (prepend(root, "read_only.py", b"r\n"), SightlineError, "read_only"),
        (delete(root, "read_only.py", b"r\n"), SightlineError, "read_only"),
        (prepend(root, "binary.py", b"\0"), SourceUnavailable, "binary"),
        (prepend(root, "latin.py", b"\xe4"), SourceUnavailable, "undecodable"),
        (create(root, "long" * 80), SightlineError, "not_writable"),
        (
            ChangeSet(base={**both[0].base, **both[1].base}, edits=both[0].edits + both[1].edits),
            ChangeConflict,
            "change_conflict",
        ),
    ]
    innocent = prepend(root, "z.py", b"z\n")
    for changes, error, kind in cases:
        together = replace(changes, base={**changes.base, **innocent.base}, edits=changes.edits + innocent.edits)
        with pytest.raises(error) as caught:
            await apply_to_disk(system, together, journal)
        assert caught.value.kind == kind, changes
        assert caught.value.message, changes
        found = read_tree(root) | {"outside": ((tmp_path / "outside.py").read_bytes(), 0)}
        assert found == before, changes
        assert not (tmp_path / "made.py").exists()
    await apply_to_disk(system, innocent, journal)


async def test_a_conflict_names_all_its_files(tmp_path: Path, journal: str, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": "1", "b.py": "2", "c.py": "3"})
    changes = [prepend(root, name, b"?") for name in ("a.py", "b.py")] + [prepend(root, "c.py", b"3")]
    together = ChangeSet(
        base={path: digest for one in changes for path, digest in one.base.items()},
        edits=tuple(edit for one in changes for edit in one.edits),
    )
    with pytest.raises(ChangeConflict) as caught:
        await apply_to_disk(system, together, journal)
    assert caught.value.paths == ("a.py", "b.py")


@pytest.mark.parametrize(
    "data", [b"a\r\nb\rc\n", b"\xef\xbb\xbfa\r\nb", b"a", b"", b"\xef\xbb\xbf", "é😀\f\u2028x".encode()]
)
async def test_bytes_that_are_not_edited_stay(data: bytes, tmp_path: Path, journal: str, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": data})
    text = data.removeprefix(b"\xef\xbb\xbf")
    await apply_to_disk(system, edit(root, "a.py", text, TextEdit(Span(len(text), len(text)), b"!")), journal)
    assert Path(root, "a.py").read_bytes() == data + b"!"


async def test_an_edit_through_a_link_inside_the_root_keeps_the_link(
    tmp_path: Path, journal: str, system: System
) -> None:
    root = write_tree(tmp_path / "w", {"real/a.py": "a\n"})
    Path(root, "alias.py").symlink_to("real/a.py")
    Path(root, "folder").symlink_to("real")
    await apply_to_disk(system, prepend(root, "alias.py", b"a\n"), journal)
    await apply_to_disk(system, create(root, "folder/b.py"), journal)
    assert Path(root, "alias.py").is_symlink()
    assert Path(root, "real/a.py").read_text() == "# a\n"
    assert Path(root, "real/b.py").read_text() == "new\n"


async def test_a_change_without_effect_writes_nothing(tmp_path: Path, journal: str, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": "a\n"})
    stamp = os.stat(f"{root}/a.py").st_mtime_ns, os.stat(f"{root}/a.py").st_ino
    await apply_to_disk(system, edit(root, "a.py", b"a\n", TextEdit(Span(0, 1), b"a")), journal)
    await apply_to_disk(system, ChangeSet(), journal)
    assert (os.stat(f"{root}/a.py").st_mtime_ns, os.stat(f"{root}/a.py").st_ino) == stamp


async def test_roots_of_one_change_may_differ(tmp_path: Path, journal: str, system: System) -> None:
    one, two = write_tree(tmp_path / "one", {"a.py": "a\n"}), str(tmp_path / "two")
    write_tree(tmp_path / "two", {})
    first, second = prepend(one, "a.py", b"a\n"), create(two, "b.py")
    await apply_to_disk(system, ChangeSet(base=first.base, edits=first.edits, creates=second.creates), journal)
    assert Path(one, "a.py").read_text() == "# a\n"
    assert Path(two, "b.py").read_text() == "new\n"


async def test_two_applications_do_not_mix(root: Path, journal: str, system: System) -> None:
    results = await asyncio.gather(apply(system, root, journal), apply(system, root, journal), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ChangeConflict", "NoneType"]


async def test_a_lock_that_is_never_released_is_said(
    root: Path, journal: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sightline.workspace.write._SECONDS_BETWEEN_ATTEMPTS", 0.0)
    release = system.files.try_lock(f"{journal}/apply.lock")
    assert release is not None
    with pytest.raises(SightlineError) as caught:
        await apply(system, root, journal)
    assert caught.value.kind == "busy"
    release()
    await apply(system, root, journal)


# Recovery --------------------------------------------------------------------------------------------------------


async def interrupted(system: System, root: Path, journal: str, at: str) -> None:
    """Leaves the disk as a crash does right before the file ``at`` is moved into place."""

    class Crash(BaseException):
        pass

    def fail(_number: int, path: str) -> None:
        if path.endswith(at):
            crashed.set()
        if crashed.is_set():
            raise Crash

    crashed = threading.Event()
    with pytest.raises(Crash):
        await apply(failing(system, fail), root, journal)


async def test_recovery_leaves_alone_what_was_edited_since(root: Path, journal: str, system: System) -> None:
    before = read_tree(root)
    await interrupted(system, root, journal, at="/swap_b.py")
    assert (root / "edit.py").read_bytes() != before["edit.py"][0]
    (root / "edit.py").write_bytes(b"the user's own\n")
    recovery = recover(system, journal)
    assert recovery.left == (f"{root}/edit.py",)
    assert read_tree(root) == {**before, "edit.py": (b"the user's own\n", 0o644)}
    kept = [name for name in os.listdir(journal) if name.endswith(".kept")]
    assert len(kept) == 1
    assert recover(system, journal) == Recovery(), "it is tried once"


async def test_recovery_waits_for_a_process_that_is_alive(root: Path, journal: str, system: System) -> None:
    await interrupted(system, root, journal, at="/swap_b.py")
    torn = read_tree(root)
    release = system.files.try_lock(f"{journal}/apply.lock")
    assert release is not None
    assert recover(system, journal) == Recovery()
    assert read_tree(root) == torn
    release()
    assert recover(system, journal).taken_back


async def test_the_next_application_recovers_first(root: Path, journal: str, system: System, tmp_path: Path) -> None:
    await interrupted(system, root, journal, at="/swap_b.py")
    await apply(system, root, journal)
    assert (root / "swap_b.py").read_bytes() == b"a\n"
    assert not any(name.startswith(TEMPORARY_PREFIX) for name in os.listdir(root))


def test_recovery_without_a_journal_folder_is_nothing(journal: str, system: System) -> None:
    assert recover(system, journal) == Recovery()
    assert not os.path.exists(journal)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": 99, "operations": [], "new_folders": []}'])
def test_a_journal_of_another_release_is_said_and_kept(content: str, journal: str, system: System) -> None:
    write_tree(Path(journal), {"x.journal": content})
    with pytest.raises(SightlineError) as caught:
        recover(system, journal)
    assert caught.value.kind == "recovery_failed"
    assert os.path.exists(f"{journal}/x.journal")


async def test_the_journal_is_readable_by_its_user_only(root: Path, journal: str, system: System) -> None:
    await interrupted(system, root, journal, at="/swap_b.py")
    modes = {os.stat(os.path.join(journal, name)).st_mode & 0o777 for name in os.listdir(journal)}
    assert modes == {0o600}
