"""Files that git tracks are not ignored: compared with git over random trees; the index is followed as it changes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.base.paths import WorkspacePath
from sightline.workspace.git_index import parse_index
from sightline.workspace.live import LiveWorkspace
from sightline.workspace.scan import scan_now
from support.trees import git, system_at, write_tree

NAMES = ["A", "b", "c.PY", "d.log"]
FOLDERS = ["", "b/", "b/A/", "x/", "x/inner/", "x/inner/b/"]
PATHS = [folder + name for folder in FOLDERS for name in NAMES if f"{folder}{name}/" not in FOLDERS]
PATTERNS = st.sampled_from([
    "A", "a", "b/", "B/*", "*.py", "*.PY", "!*.PY", "d.*", "/x", "x/", "inner", "x/inner/", "*", "!b", "**/a", "b/a/",
    "[A-C].py", "[A]", "[[:upper:]]", "[!A-Z]*", "\\A", "C*",
])  # fmt: skip
RULES = st.lists(PATTERNS, max_size=3).map("\n".join)
SOME_PATHS = st.lists(st.sampled_from(PATHS), max_size=6, unique=True)


@dataclass
class _Place:
    """A repository, a second working tree of it, and one to put inside either."""

    home: Path
    top: Path
    second: Path
    inner_git: Path

    def gone_to(self, worktree: bool) -> Path:
        """One of the two working trees, emptied, its index as well."""
        top = self.second if worktree else self.top
        for entry in top.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for index in (self.top / ".git/index", self.top / ".git/worktrees/second/index", self.inner_git / "index"):
            index.unlink(missing_ok=True)
        return top


@pytest.fixture(scope="module")
def place() -> Iterator[_Place]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        found = _Place(home, home / "top", home / "second", home / "inner.git")
        found.top.mkdir()
        git(found.top, home, "init", "-q")
        git(found.top, home, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "--allow-empty", "-m", "x")
        git(found.top, home, "worktree", "add", "-q", str(found.second))
        (home / "inner").mkdir()
        git(home / "inner", home, "init", "-q", "--separate-git-dir", str(found.inner_git))
        yield found


def said_by_git(top: Path, home: Path) -> set[str]:
    """Files on disk that git tracks or does not ignore, those of repositories inside among them."""
    found: set[str] = set()
    for name in set(git(top, home, "ls-files", "-c", "-o", "--exclude-standard", "-z").split("\0")) - {""}:
        inner = top / name
        if (inner / ".git").exists():
            found |= {f"{name.rstrip('/')}/{each}" for each in said_by_git(inner, home)}
        elif inner.is_file():
            found.add(name)
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_random_trees_are_what_git_says(place: _Place, data: st.DataObject) -> None:
    top = place.gone_to(worktree=data.draw(st.booleans(), "worktree"))
    write_tree(top, dict.fromkeys(PATHS, "x"))
    rules = {".gitignore": data.draw(RULES), "b/.gitignore": data.draw(RULES), "x/inner/.gitignore": data.draw(RULES)}
    write_tree(top, rules)
    (place.top / ".git/info/exclude").write_text(data.draw(RULES, "exclude"))
    ignore_case, version = data.draw(st.booleans(), "ignore case"), data.draw(st.sampled_from([2, 4]))
    (place.home / "mine").write_text(data.draw(RULES, "global"))
    (place.home / ".gitconfig").write_text(
        f"[core]\n\tignoreCase = {ignore_case}\n\texcludesFile = {place.home}/mine\n[index]\n\tversion = {version}\n"
    )
    tracked = data.draw(SOME_PATHS, "tracked")
    inside = data.draw(st.sampled_from(["folder", "repository", "submodule"]))
    if inside != "folder":
        (top / "x/inner/.git").write_text(f"gitdir: {place.inner_git}\n")
        inner = [path.removeprefix("x/inner/") for path in tracked if path.startswith("x/inner/")]
        if inner:
            git(top / "x/inner", place.home, "add", "-f", *inner)
        tracked = [path for path in tracked if not path.startswith("x/inner/")]
    if tracked:
        only_meant = ("-N",) if data.draw(st.booleans(), "intent to add") else ()
        git(top, place.home, "add", "-f", *only_meant, *tracked)
    if inside == "submodule":
        git(top, place.home, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},x/inner")
    result = scan_now(system_at(place.home), [str(top)])
    found = {file.path.relative for file in result.files}
    said = said_by_git(top, place.home)
    assert found == said
    every = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file() and path.name != ".git"}
    assert {name for name in every if not result.rules.is_ignored(WorkspacePath(str(top), name))} == said


async def test_the_index_is_followed(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    root = write_tree(
        tmp_path / "w", {".gitignore": "*.log\nbuild/\n", "a.log": "", "build/x.py": "", "build/y.py": ""}
    )
    git(root, tmp_path, "init", "-q")
    workspace = LiveWorkspace(system, [root])
    await workspace.scan()
    listed = [".gitignore"]
    index = WorkspacePath(root, ".git/index")
    for command, after in (
        (("add", "-f", "a.log"), [".gitignore", "a.log"]),
        (("add", "-f", "build/x.py"), [".gitignore", "a.log", "build/x.py"]),
        (("rm", "-q", "--cached", "a.log"), [".gitignore", "build/x.py"]),
        (("status",), [".gitignore", "build/x.py"]),
    ):
        git(root, tmp_path, *command)
        change = await workspace.refresh([index])
        assert [path.relative for path in workspace.view.paths()] == after
        assert {path.relative for path in (*change.changed, *change.removed)} == set(listed) ^ set(after)
        listed = after


async def test_a_tracked_file_that_comes_back_is_listed_again(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {".gitignore": "build/\n", "build/deep/x.py": ""})
    git(root, tmp_path, "init", "-q")
    git(root, tmp_path, "add", "-f", "build/deep/x.py")
    shutil.rmtree(Path(root, "build"))
    workspace = LiveWorkspace(system_at(tmp_path), [root])
    await workspace.scan()
    write_tree(Path(root), {"build/deep/x.py": "1", "build/deep/y.py": "2"})
    await workspace.refresh([WorkspacePath(root, "build/deep/x.py"), WorkspacePath(root, "build/deep/y.py")])
    assert [path.relative for path in workspace.view.paths()] == [".gitignore", "build/deep/x.py"]


def test_our_own_ignore_file_has_the_word_over_the_index(tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.log\n",
        ".sightlineignore": "secret.log\nkept/\n",
        "a.log": "",
        "secret.log": "",
        "kept/b.log": "",
    }
    root = write_tree(tmp_path / "w", files)
    git(root, tmp_path, "init", "-q")
    git(root, tmp_path, "add", "-f", ".")
    result = scan_now(system_at(tmp_path), [root])
    assert [file.path.relative for file in result.files] == [".gitignore", ".sightlineignore", "a.log"]


def test_a_root_below_the_top_of_its_repository(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {".gitignore": "*.log\n", "sub/a.log": "", "sub/b.log": "", "a.log": ""})
    git(root, tmp_path, "init", "-q")
    git(root, tmp_path, "add", "-f", "sub/a.log")
    result = scan_now(system_at(tmp_path), [f"{root}/sub"])
    assert [file.path.relative for file in result.files] == ["a.log"]


def _ignored_but_tracked(folder: Path, *options: str) -> str:
    root = write_tree(folder / "w", {".gitignore": "*.log\n", "a.log": "", "b.log": ""})
    git(root, folder, "init", "-q", *options)
    git(root, folder, "add", "-f", ".gitignore", "a.log")
    return root


def test_an_index_of_sha256(tmp_path: Path) -> None:
    root = _ignored_but_tracked(tmp_path, "--object-format=sha256")
    assert [file.path.relative for file in scan_now(system_at(tmp_path), [root]).files] == [".gitignore", "a.log"]


def test_of_a_split_index_the_patterns_alone_decide(tmp_path: Path) -> None:
    root = _ignored_but_tracked(tmp_path)
    git(root, tmp_path, "update-index", "--split-index")
    assert list(Path(root, ".git").glob("sharedindex.*"))
    assert [file.path.relative for file in scan_now(system_at(tmp_path), [root]).files] == [".gitignore"]


def test_a_sparse_index_is_read(tmp_path: Path) -> None:
    files = {".gitignore": "*.log\n", "in/a.log": "", "out/b.log": "", "out/c.py": ""}
    root = write_tree(tmp_path / "w", files)
    git(root, tmp_path, "init", "-q")
    git(root, tmp_path, "add", "-f", ".")
    git(root, tmp_path, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "x")
    git(root, tmp_path, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(root, tmp_path, "sparse-checkout", "set", "in")
    assert b"sdir" in Path(root, ".git/index").read_bytes()
    assert [file.path.relative for file in scan_now(system_at(tmp_path), [root]).files] == [".gitignore", "in/a.log"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 3), st.data())
def test_damaged_indexes_are_read_in_bounds(noise: bytes, kind: int, data: st.DataObject) -> None:
    version = data.draw(st.sampled_from([2, 3, 4]))
    names = [b"a", b"b/c", b"b/d"]
    entries = b"".join(
        bytes(24) + b"\0\0\x81\xa4" + bytes(32) + bytes([0, len(name)]) + name + b"\0\0" for name in names
    )
    whole = b"DIRC" + version.to_bytes(4, "big") + data.draw(st.integers(0, 5)).to_bytes(4, "big") + entries + bytes(20)
    at = data.draw(st.integers(0, len(whole)))
    damaged = (whole[:at] + noise, whole[:at] + noise + whole[at + 1 :], noise, whole[:at])[kind]
    parse_index(damaged)


def test_a_count_that_is_too_large_costs_nothing() -> None:
    assert parse_index(b"DIRC\0\0\0\2\xff\xff\xff\xff" + bytes(100)) is None


def test_a_pointer_to_a_network_share_is_not_followed(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "w", {".git": "gitdir: //host/share/.git\n", "a.py": ""})
    system = system_at(tmp_path)
    asked: list[str] = []
    stat = type(system.files).stat
    with pytest.MonkeyPatch.context() as patch:

        def noted(self: object, path: str, *, follow: bool = True) -> object:
            asked.append(path)
            return stat(system.files, path, follow=follow)

        patch.setattr(type(system.files), "stat", noted)
        scan_now(system, [root])
    assert not [path for path in asked if "host/share" in path]
