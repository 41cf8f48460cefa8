"""What a scan lists, what it skips and why, and what it refuses."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.errors import UsageError
from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import DirectoryEntry, FileStat, RealFiles, System
from sightline.workspace.files import MAXIMUM_FILE_SIZE
from sightline.workspace.scan import ScanOptions, scan, scan_now
from sightline.workspace.scanned import ScanResult
from support.trees import system_at, write_tree


def names(result: ScanResult) -> list[str]:
    return [file.path.relative for file in result.files]


def reasons(result: ScanResult) -> dict[str, str]:
    return {file.path.relative: file.reason for file in result.skipped}


@pytest.fixture(name="system")
def system_fixture(tmp_path: Path) -> System:
    return system_at(tmp_path / "home")


def test_files_are_sorted_with_size_and_time(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"b.py": "xyz", "a/z.py": "", "a-b.py": "", "a.py": ""})
    os.utime(tmp_path / "w/b.py", ns=(5, 1_234_567_890))
    result = scan_now(system, [root])
    assert names(result) == sorted(["b.py", "a/z.py", "a-b.py", "a.py"])
    last = result.files[-1]
    assert (last.path, last.size, last.mtime_ns) == (WorkspacePath(root, "b.py"), 3, 1_234_567_890)
    assert result.roots == (root,)


@pytest.mark.parametrize(
    ("arrange", "kind"),
    [
        ("missing", "missing_root"),
        ("file", "missing_root"),
        ("home", "root_too_large"),
        ("above home", "root_too_large"),
        ("/", "root_too_large"),
        ("link to home", "root_too_large"),
        ("relative", "usage"),
    ],
)
def test_refused_roots(arrange: str, kind: str, tmp_path: Path) -> None:
    home = tmp_path / "homes/user"
    write_tree(tmp_path, {"file": "", "homes/user/a.py": ""})
    (tmp_path / "link").symlink_to(home)
    root = {
        "missing": str(tmp_path / "nothing"),
        "file": str(tmp_path / "file"),
        "home": f"{home}/",
        "above home": str(tmp_path / "homes"),
        "/": "/",
        "link to home": str(tmp_path / "link"),
        "relative": "some/folder",
    }[arrange]
    with pytest.raises(UsageError) as caught:
        scan_now(system_at(home), [root])
    assert caught.value.kind == kind
    assert arrange == "relative" or caught.value.hint


def test_a_large_root_can_be_allowed(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.py": "", "b.py": ""})
    result = scan_now(system_at(tmp_path), [str(tmp_path)], ScanOptions(maximum_files=1, allow_large_root=True))
    assert names(result) == ["a.py", "b.py"]


def test_too_many_files_are_refused_with_what_to_do() -> None:
    system = memory_system({f"/w/{number}.py": "" for number in range(11)})
    assert len(scan_now(system, ["/w"], ScanOptions(maximum_files=11)).files) == 11
    with pytest.raises(UsageError, match="more than 10 files") as caught:
        scan_now(system, ["/w"], ScanOptions(maximum_files=10))
    assert caught.value.kind == "root_too_large"
    assert ".sightlineignore" in caught.value.hint


def test_ignored_files_do_not_count_towards_the_limit() -> None:
    files = {f"/w/out/{number}.py": "" for number in range(50)}
    result = scan_now(memory_system({**files, "/w/.gitignore": "out\n"}), ["/w"], ScanOptions(maximum_files=1))
    assert names(result) == [".gitignore"]


def test_large_and_binary_files_are_listed_as_skipped(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": "", "logo.PNG": b"\x89PNG", "limit.txt": ""})
    for name, size in (("fifty.sql", 50 << 20), ("limit.txt", MAXIMUM_FILE_SIZE), ("over.txt", MAXIMUM_FILE_SIZE + 1)):
        with open(f"{root}/{name}", "wb") as file:
            file.truncate(size)
    result = scan_now(system, [root])
    assert names(result) == ["a.py", "limit.txt"]
    assert reasons(result) == {"fifty.sql": "too_large", "over.txt": "too_large", "logo.PNG": "binary"}


def test_only_an_extension_says_that_a_file_is_binary() -> None:
    system = memory_system({f"/w/{name}": "" for name in ("bin", "sub/lib", "x.d/so", "a.SO", "b.py")})
    result = scan_now(system, ["/w"])
    assert [file.path.relative for file in result.files] == ["b.py", "bin", "sub/lib", "x.d/so"]
    assert [(file.path.relative, file.reason) for file in result.skipped] == [("a.SO", "binary")]


class _Unreadable(RealFiles):
    """Refuses to list ``closed`` folders and to tell about ``vanished`` files, as permissions do for ordinary users."""

    def list(self, path: str) -> list[DirectoryEntry]:
        if path.endswith("/closed"):
            raise PermissionError(13, "Permission denied", path)
        return list(super().list(path))

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        if path.endswith("/vanished.py"):
            raise FileNotFoundError(2, "No such file", path)
        return super().stat(path, follow=follow)


def test_unreadable_folders_and_files_are_listed_as_skipped(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": "", "closed/b.py": "", "vanished.py": ""})
    result = scan_now(replace(system, files=_Unreadable()), [root])
    assert names(result) == ["a.py"]
    assert reasons(result) == {"closed": "unreadable", "vanished.py": "unreadable"}


def test_an_unreadable_root_is_an_error(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "closed", {"a.py": ""})
    with pytest.raises(UsageError) as caught:
        scan_now(replace(system, files=_Unreadable()), [root])
    assert caught.value.kind == "unreadable_root"


def test_names_that_are_not_utf8_are_skipped_and_shown(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"größe.py": "", "a.py": ""})
    folder = os.fsencode(root)
    with open(folder + b"/caf\xe9.py", "wb"):
        pass
    os.mkdir(folder + b"/d\xff")
    with open(folder + b"/d\xff/inner.py", "wb"):
        pass
    result = scan_now(system, [root])
    assert names(result) == ["a.py", "größe.py"]
    assert reasons(result) == {"caf\ufffd.py": "name_not_utf8", "d\ufffd": "name_not_utf8"}
    assert str(result).encode(), "nothing in the result holds half a character"


def test_pipes_and_sockets_are_no_files(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": ""})
    os.mkfifo(f"{root}/pipe.py")
    assert names(scan_now(system, [root])) == ["a.py"]
    assert not scan_now(system, [root]).skipped


def test_links(tmp_path: Path, system: System) -> None:
    root = write_tree(
        tmp_path / "w", {"real/a.py": "", ".gitignore": "private.py\nhidden/\n", "private.py": "", "hidden/x.py": ""}
    )
    write_tree(tmp_path / "outside", {"secret.py": ""})
    links = {
        "alias.py": "real/a.py",
        "again.py": "alias.py",
        "folder": "real",
        "loop": ".",
        "real/up": "..",
        "out.py": "../outside/secret.py",
        "out": "../outside",
        "broken.py": "nothing.py",
        "self.py": "self.py",
        "peek.py": "private.py",
        "peek": "hidden",
        "node_modules": "../outside",
    }
    for name, target in links.items():
        (tmp_path / "w" / name).symlink_to(target)
    result = scan_now(system, [root])
    assert names(result) == [".gitignore", "real/a.py"], "every file once, under its own name"
    assert {link.path.relative: link.target for link in result.links} == {
        "alias.py": f"{root}/real/a.py",
        "again.py": f"{root}/real/a.py",
        "folder": f"{root}/real",
        "loop": root,
        "real/up": root,
    }
    assert reasons(result) == {
        "out.py": "outside_root", "out": "outside_root", "broken.py": "broken_link", "self.py": "broken_link",
        "peek.py": "link_to_ignored", "peek": "link_to_ignored",
    }  # fmt: skip


def test_links_from_one_root_into_another_are_known(tmp_path: Path, system: System) -> None:
    one, two = write_tree(tmp_path / "one", {"a.py": ""}), write_tree(tmp_path / "two", {"b.py": ""})
    (tmp_path / "one/other").symlink_to(two)
    result = scan_now(system, [one, two])
    assert [link.target for link in result.links] == [two]
    assert not result.skipped


def test_a_link_to_an_ignore_file_is_not_followed_as_in_git(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"rules": "a.py\n", "a.py": ""})
    (tmp_path / "w/.gitignore").symlink_to("rules")
    assert names(scan_now(system, [root])) == ["a.py", "rules"]


def test_a_file_belongs_to_its_innermost_root(tmp_path: Path, system: System) -> None:
    outer = write_tree(tmp_path / "w", {"a.py": "", "in/b.py": "", "in/deep/c.py": "", ".gitignore": "in/\n"})
    inner, deepest = f"{outer}/in", f"{outer}/in/deep"
    result = scan_now(system, [outer, deepest, inner, f"{outer}/"])
    assert [file.path for file in result.files] == [
        WorkspacePath(outer, ".gitignore"),
        WorkspacePath(outer, "a.py"),
        WorkspacePath(inner, "b.py"),
        WorkspacePath(deepest, "c.py"),
    ]
    assert result.roots == (outer, deepest, inner)


def test_a_root_under_two_names_is_scanned_once(tmp_path: Path, system: System) -> None:
    root = write_tree(tmp_path / "w", {"a.py": ""})
    (tmp_path / "link").symlink_to(root)
    assert scan_now(system, [root, str(tmp_path / "link")]).roots == (root,)
    by_link = scan_now(system, [str(tmp_path / "link")])
    assert [str(file.path.absolute) for file in by_link.files] == [f"{tmp_path}/link/a.py"]


def test_deep_folders_are_no_recursion_error() -> None:
    deepest = "d/" * 1200
    assert names(scan_now(memory_system({f"/w/{deepest}a.py": ""}), ["/w"])) == [f"{deepest}a.py"]


async def test_progress_is_told_on_the_loop() -> None:
    told: list[tuple[int, bool]] = []
    main = threading.get_ident()

    class Ticking:
        seconds = 0.0

        def now(self) -> float:
            return 0.0

        def monotonic(self) -> float:
            self.seconds += 0.06
            return self.seconds

    system = memory_system({f"/w/{folder}/{number}.py": "" for folder in range(9) for number in range(9)})
    result = await scan(
        replace(system, clock=Ticking()),
        ["/w"],
        progress=lambda count: told.append((count, threading.get_ident() == main)),
    )
    await asyncio.sleep(0)
    assert len(result.files) == 81
    assert len(told) >= 3
    assert all(on_loop for _, on_loop in told)
    assert [count for count, _ in told] == sorted(count for count, _ in told)


async def test_cancelling_stops_at_the_next_folder() -> None:
    entered = threading.Event()
    go_on = threading.Event()
    listed: list[str] = []

    class Slow(RealFiles):
        def stat(self, path: str, *, follow: bool = True) -> FileStat:
            if path.endswith(".git"):
                raise FileNotFoundError(2, "No such file", path)
            is_file = path.endswith(".py")
            return FileStat(
                size=0,
                mtime_ns=0,
                is_file=is_file,
                is_directory=not is_file,
                is_link=False,
                mode=0o644,
                identity=(0, 0),
            )

        def real_path(self, path: str) -> str:
            return path

        def list(self, path: str) -> list[DirectoryEntry]:
            listed.append(path)
            entered.set()
            assert go_on.wait(10)
            names = ["one", "two", "three"] if path == "/w" else []
            return [DirectoryEntry(name=name, is_file=False, is_directory=True, is_link=False) for name in names]

    task = asyncio.create_task(scan(replace(memory_system(), files=Slow()), ["/w"]))
    assert await asyncio.to_thread(entered.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert listed == ["/w"], "no folder was entered after the cancel"
