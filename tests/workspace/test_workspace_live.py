"""The one writer of views: every mutation says what changed, and whoever follows it sees what is there."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.errors import SourceUnavailable, UsageError
from sightline.base.memory_system import ManualClock, MemoryFiles, memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Text
from sightline.workspace.files import MAXIMUM_FILE_SIZE, WorkspaceView
from sightline.workspace.live import LiveWorkspace, WorkspaceChange
from support.trees import system_at, write_tree

ROOT = "/w"


def path(name: str, root: str = ROOT) -> WorkspacePath:
    return WorkspacePath(root, name)


async def opened(files: dict[str, str | bytes]) -> LiveWorkspace:
    live = LiveWorkspace(memory_system({f"/w/{name}": content for name, content in files.items()}), [ROOT])
    await live.scan()
    return live


def put(live: LiveWorkspace, name: str, content: str | bytes) -> None:
    live.view.system.files.write(f"/w/{name}", content.encode() if isinstance(content, str) else content)


def said(change: WorkspaceChange) -> tuple[list[str], list[str]]:
    return [str(one) for one in change.changed], [str(one) for one in change.removed]


async def test_a_scan_is_one_revision_and_an_equal_one_is_none() -> None:
    live = LiveWorkspace(memory_system({"/w/a.py": "x", "/w/b.py": ""}), [ROOT])
    assert (live.view.revision, live.view.paths()) == (0, ())
    result = await live.scan()
    assert [file.path for file in result.files] == list(live.view.paths()) == [path("a.py"), path("b.py")]
    assert live.view.revision == 1
    await live.scan()
    assert await live.rescan() == WorkspaceChange(revision=1)


async def test_buffers_lie_over_the_disk_and_go_away_again() -> None:
    live = await opened({"a.py": "disk"})
    before = live.view
    assert live.open_document(path("a.py"), Text(b"one"), 1) == WorkspaceChange(revision=2, changed=(path("a.py"),))
    assert live.change_document(path("a.py"), Text(b"two"), 2).revision == 3
    file = live.view.read(path("a.py"))
    assert (file.text.data, file.version) == (b"two", 2)
    assert before.read(path("a.py")).text.data == b"disk", "an old view stays what it was"
    assert said(live.close_document(path("a.py"))) == (["a.py"], [])
    assert (live.view.read(path("a.py")).text.data, live.view.revision) == (b"disk", 4)


async def test_the_same_text_under_a_new_version_is_no_new_revision() -> None:
    live = await opened({"a.py": ""})
    live.open_document(path("a.py"), Text(b"one"), 1)
    assert live.change_document(path("a.py"), Text(b"one"), 2) == WorkspaceChange(revision=2)
    assert live.view.read(path("a.py")).version == 2


async def test_a_new_buffer_is_a_file_until_it_is_closed_unsaved() -> None:
    live = await opened({"a.py": ""})
    live.open_document(path("new.py"), Text(b"x"), 1)
    assert live.view.paths() == (path("a.py"), path("new.py"))
    assert said(live.close_document(path("new.py"))) == ([], ["new.py"])
    assert live.view.paths() == (path("a.py"),)
    live.open_document(path("new.py"), Text(b"x"), 1)
    put(live, "new.py", "x")
    assert said(live.close_document(path("new.py"))) == (["new.py"], [])
    assert live.view.paths() == (path("a.py"), path("new.py"))


async def test_a_file_that_comes_back_as_it_was_after_its_buffer_was_closed_is_a_change() -> None:
    live = await opened({"a.py": "x", "b.py": ""})
    files = live.view.system.files
    live.open_document(path("a.py"), Text(b"typed"), 1)
    files.rename("/w/a.py", "/elsewhere")
    assert said(live.close_document(path("a.py"))) == ([], ["a.py"])
    files.rename("/elsewhere", "/w/a.py")
    assert isinstance(files, MemoryFiles)
    del files.modified["/w/a.py"]  # the very time it had
    assert said(await live.refresh([path("a.py")])) == (["a.py"], [])


async def test_closing_what_is_not_open_is_nothing() -> None:
    live = await opened({"a.py": ""})
    assert live.close_document(path("a.py")).is_empty


async def test_watched_files_that_appear_change_and_vanish() -> None:
    live = await opened({"a.py": "1", "b.py": "", "sub/c.py": "", "sub/d.py": ""})
    put(live, "a.py", "2")
    put(live, "new.py", "")
    live.view.system.files.remove("/w/b.py")
    names = ["a.py", "new.py", "b.py", "never.py"]
    assert said(await live.refresh([path(name) for name in names])) == (["a.py", "new.py"], ["b.py"])
    assert [str(one) for one in live.view.paths()] == ["a.py", "new.py", "sub/c.py", "sub/d.py"]
    assert live.view.revision == 2


async def test_a_watched_folder_that_vanishes_takes_its_files_along() -> None:
    live = await opened({"sub/c.py": "", "sub/deep/d.py": "", "sub/logo.png": "", "sub.py": ""})
    for name in ("c.py", "deep/d.py", "logo.png"):
        live.view.system.files.remove(f"/w/sub/{name}")
    assert said(await live.refresh([path("sub")])) == ([], ["sub/c.py", "sub/deep/d.py"])
    assert live.view.paths() == (path("sub.py"),)
    assert not live.view.skipped


async def test_a_watched_folder_that_vanishes_takes_its_rules_along() -> None:
    live = await opened({".gitignore": "a.py\n", "sub/.gitignore": "!a.py\n", "sub/b.py": ""})
    live.open_document(path("sub/a.py"), Text(b"typed"), 1)
    for name in (".gitignore", "b.py"):
        live.view.system.files.remove(f"/w/sub/{name}")
    assert said(await live.refresh([path("sub")])) == ([], ["sub/.gitignore", "sub/a.py", "sub/b.py"])


async def test_a_watched_folder_that_appears_is_looked_into() -> None:
    live = await opened({"a.py": ""})
    put(live, "pkg/b.py", "")
    put(live, "pkg/.gitignore", "c.py\n")
    put(live, "pkg/c.py", "")
    assert said(await live.refresh([path("pkg")])) == (["pkg/.gitignore", "pkg/b.py"], [])
    assert live.rules.is_ignored(path("pkg/c.py"))


async def test_events_about_ignored_files_are_nothing() -> None:
    live = await opened({".gitignore": "out/\n*.log\n", "a.py": ""})
    put(live, "out/x.py", "")
    put(live, "out/.gitignore", "!*")
    put(live, "x.log", "")
    put(live, "node_modules/left/index.js", "")
    names = ["out/x.py", "out/.gitignore", "x.log", "node_modules/left/index.js", "out", ".git/HEAD"]
    assert (await live.refresh([path(name) for name in names])).is_empty
    assert live.view.revision == 1


@pytest.mark.parametrize("rules", [".gitignore", ".sightlineignore", ".git/info/exclude"])
async def test_a_changed_rule_changes_what_is_listed(rules: str) -> None:
    live = await opened({"a.py": "", "b.py": ""})
    put(live, rules, "b.py\n")
    change = await live.refresh([path(rules)])
    assert [str(one) for one in change.removed] == ["b.py"]
    assert live.rules.is_ignored(path("b.py"))
    put(live, rules, "")
    assert path("b.py") in (await live.refresh([path(rules)])).changed


async def test_an_ignored_file_may_be_opened_and_is_not_listed() -> None:
    live = await opened({"a.py": "", ".gitignore": "*.log\n", "x.log": "disk"})
    assert live.open_document(path("x.log"), Text(b"typed"), 1).is_empty
    assert live.view.read(path("x.log")).text.data == b"typed"
    assert path("x.log") not in live.view.paths()
    assert live.close_document(path("x.log")).is_empty
    live.open_document(path("a.py"), Text(b"typed"), 1)
    put(live, ".gitignore", "a.py\n")
    assert said(await live.refresh([path(".gitignore")])) == ([".gitignore", "x.log"], ["a.py"])
    put(live, ".gitignore", "")
    assert said(await live.refresh([path(".gitignore")])) == ([".gitignore", "a.py"], [])


async def test_files_that_become_too_large_or_small_again() -> None:
    live = await opened({"a.py": "x"})
    put(live, "a.py", b"x" * (MAXIMUM_FILE_SIZE + 1))
    assert said(await live.refresh([path("a.py")])) == ([], ["a.py"])
    assert dict(live.view.skipped) == {path("a.py"): "too_large"}
    assert live.view.exists(path("a.py")), "it is there, it is only not read"
    put(live, "a.py", "y")
    assert said(await live.refresh([path("a.py")])) == (["a.py"], [])
    assert not live.view.skipped


async def test_what_lies_under_an_open_buffer_is_no_change() -> None:
    live = await opened({"a.py": "1", "b.py": ""})
    live.open_document(path("a.py"), Text(b"typed"), 1)
    put(live, "a.py", "2")
    assert (await live.refresh([path("a.py")])).is_empty
    live.view.system.files.remove("/w/a.py")
    assert (await live.rescan()).is_empty
    assert live.view.read(path("a.py")).text.data == b"typed"
    assert said(live.close_document(path("a.py"))) == ([], ["a.py"])


async def test_a_rescan_finds_what_nobody_told() -> None:
    live = await opened({"a.py": "1", "b.py": "", "c.py": ""})
    put(live, "a.py", "2")
    put(live, "sub/new.py", "")
    live.view.system.files.remove("/w/c.py")
    assert said(await live.rescan()) == (["a.py", "sub/new.py"], ["c.py"])
    assert (await live.rescan()).is_empty


async def test_a_rescan_sees_a_change_of_same_size_and_time(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {"a.py": "one"})
    live = LiveWorkspace(system_at(tmp_path / "home"), [root])
    await live.scan()
    stamp = os.stat(f"{root}/a.py")
    Path(root, "a.py").write_text("two")
    os.utime(f"{root}/a.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert said(await live.rescan()) == (["a.py"], [])


async def test_a_rescan_tells_once_more_of_what_may_have_been_read_between_two_writers(tmp_path: Path) -> None:
    """The look saw "one"; whoever was told read the empty file of a second writer, which then wrote "one" again."""
    root = write_tree(tmp_path / "w", {"a.py": "one", "old.py": "old"})
    os.utime(f"{root}/old.py", (1_700_000_000, 1_700_000_000))
    clock = ManualClock(os.stat(f"{root}/a.py").st_mtime)
    live = LiveWorkspace(replace(system_at(tmp_path / "home"), clock=clock), [root])
    await live.scan()
    assert (await live.rescan()).is_empty
    clock.seconds += 2.5
    assert said(await live.rescan()) == (["a.py"], [])
    assert (await live.rescan()).is_empty


async def test_a_failed_look_leaves_everything_as_it_was(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {"a.py": ""})
    live = LiveWorkspace(system_at(tmp_path / "home"), [root])
    await live.scan()
    view = live.view
    with pytest.raises(UsageError):
        await live.set_roots([root, str(tmp_path / "missing")])
    shutil.rmtree(root)
    with pytest.raises(UsageError):
        await live.rescan()
    assert live.view is view
    assert live.path_of(f"{root}/a.py") == WorkspacePath(root, "a.py")


async def test_roots_come_and_go_with_their_open_documents() -> None:
    files = {"/w/a.py": "a", "/w/in/b.py": "b", "/other/c.py": "c"}
    live = LiveWorkspace(memory_system(files), ["/w"])
    await live.scan()
    live.open_document(path("in/b.py"), Text(b"typed"), 7)
    inner = path("b.py", "/w/in")
    change = await live.set_roots(["/w", "/w/in", "/other"])
    assert change.changed == (path("c.py", "/other"), inner)
    assert change.removed == (path("in/b.py"),)
    assert (live.view.read(inner).text.data, live.view.read(inner).version) == (b"typed", 7)
    assert live.path_of("/w/in/b.py") == inner
    change = await live.set_roots(["/other"])
    assert set(change.removed) == {path("a.py"), inner}
    assert live.view.paths() == (path("c.py", "/other"),)
    assert live.path_of("/w/a.py") is None


async def test_paths_through_links_belong_to_the_root(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {"sub/a.py": "1"})
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "w/alias").symlink_to("sub")
    live = LiveWorkspace(system_at(tmp_path / "home"), [root])
    await live.scan()
    assert live.path_of(f"{tmp_path}/link/sub/a.py") == WorkspacePath(root, "sub/a.py")
    assert live.path_of(f"{tmp_path}/other.py") is None
    Path(root, "sub/a.py").write_text("22")
    assert said(await live.refresh([WorkspacePath(root, "alias/a.py")])) == (["sub/a.py"], [])


async def test_documents_opened_while_a_scan_runs_are_kept() -> None:
    live = LiveWorkspace(memory_system({"/w/a.py": "disk", "/w/b.py": ""}), [ROOT])
    scanning = asyncio.create_task(live.scan())
    await asyncio.sleep(0)
    live.open_document(path("a.py"), Text(b"typed"), 1)
    await scanning
    assert live.view.read(path("a.py")).text.data == b"typed"
    assert live.view.paths() == (path("a.py"), path("b.py"))


async def test_a_cancelled_scan_changes_nothing_and_the_next_one_works() -> None:
    live = LiveWorkspace(memory_system({"/w/a.py": ""}), [ROOT])
    scanning = asyncio.create_task(live.scan())
    await asyncio.sleep(0)
    scanning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scanning
    assert live.view.revision == 0
    await live.scan()
    assert live.view.paths() == (path("a.py"),)


def contents(view: WorkspaceView) -> dict[WorkspacePath, bytes]:
    return {one: view.read(one).text.data for one in view.paths()}


class Follower:
    """Keeps a copy of all texts by what changes say, as the graph does."""

    def __init__(self, live: LiveWorkspace) -> None:
        self.live = live
        self.texts = contents(live.view)
        self.revision = live.view.revision

    def follow(self, change: WorkspaceChange) -> None:
        assert change.revision == self.revision + (not change.is_empty), "one revision for every real change"
        assert not set(change.changed) & set(change.removed)
        self.revision = change.revision
        for gone in change.removed:
            del self.texts[gone]
        for one in change.changed:
            try:
                self.texts[one] = self.live.view.read(one).text.data
            except SourceUnavailable:
                self.texts.pop(one, None)


NAMES = ["a.py", "b.py", "sub/a.py", "sub/b.py", "sub/deep/c.py", "ignored.py", "sub/.gitignore", ".gitignore"]


#: Never twice: a file of the same size and the same old time as before is the one thing no look can tell.
OLD_TIMES = itertools.count(1_000_000_000, 1_000_000)


def disturb(choose: random.Random, root: str) -> list[WorkspacePath]:
    """Changes something on disk; returns what a watcher would tell."""
    name = choose.choice(NAMES)
    file = Path(root, name)
    if choose.random() < 0.15 and (Path(root) / "sub").exists():
        shutil.rmtree(Path(root) / "sub")
        return [WorkspacePath(root, "sub")]
    if choose.random() < 0.3 and file.exists():
        file.unlink()
        return [WorkspacePath(root, name)]
    new_folder = not file.parent.exists()
    file.parent.mkdir(parents=True, exist_ok=True)
    ignored = choose.choice(["ignored.py\n", "deep/\n", "a.py\n", "", "!a.py\n"])
    file.write_text(ignored if file.name == ".gitignore" else choose.choice("abc"))
    if choose.random() < 0.5:
        os.utime(file, ns=(0, next(OLD_TIMES)))
    return [WorkspacePath(root, "sub" if new_folder else name)]


async def act(choose: random.Random, live: LiveWorkspace, follower: Follower, untold: list[WorkspacePath]) -> None:
    document = WorkspacePath(live.view.roots[0], choose.choice(NAMES[:5]))
    action = choose.randrange(7)
    if action < 3:
        untold += disturb(choose, live.view.roots[0])
    elif action == 3:
        follower.follow(live.change_document(document, Text(choose.choice("xyz").encode()), 1))
    elif action == 4:
        follower.follow(live.close_document(document))
    elif action == 5:
        follower.follow(await live.refresh(untold))
        untold.clear()
    else:
        follower.follow(await live.rescan())
        untold.clear()


@pytest.mark.parametrize("seed", range(12))
async def test_following_the_changes_gives_what_a_fresh_look_gives(seed: int, tmp_path: Path) -> None:
    choose = random.Random(seed)
    root = write_tree(
        tmp_path / "w", {"a.py": "1", "sub/deep/c.py": "1", "ignored.py": "1", ".gitignore": "ignored.py\n"}
    )
    system: System = system_at(tmp_path / "home")
    live = LiveWorkspace(system, [root])
    await live.scan()
    follower = Follower(live)
    untold: list[WorkspacePath] = []
    for _ in range(60):
        await act(choose, live, follower, untold)
    follower.follow(await (live.refresh(untold) if seed % 2 else live.rescan()))
    assert follower.texts == contents(live.view)

    fresh = LiveWorkspace(system, [root])
    await fresh.scan()
    for one, file in live.view.overlay.items():
        assert file is not None
        fresh.open_document(one, file.text, 1)
    assert contents(fresh.view) == contents(live.view)
    assert dict(fresh.view.skipped) == dict(live.view.skipped)
