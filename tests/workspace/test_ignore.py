"""Which ignore file has the word: precedence, nesting, repositories inside one another, and paths never scanned."""

from __future__ import annotations

import random
from pathlib import Path

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.workspace.ignore import NO_RULES
from sightline.workspace.scan import scan_now
from sightline.workspace.scanned import ScanResult
from support.trees import git, system_at, write_tree

HOME = {"HOME": "/home/u"}


def scanned(files: dict[str, str], root: str = "/w", home: dict[str, str] | None = None) -> ScanResult:
    """A scan of ``root`` in a memory file system; ``files`` lie below ``/w``."""
    every = {f"/w/{path}": text for path, text in files.items()} | (home or {})
    return scan_now(memory_system(every, environment=HOME), [root])


def listed(files: dict[str, str], root: str = "/w", home: dict[str, str] | None = None) -> list[str]:
    return [file.path.relative for file in scanned(files, root, home).files]


def test_a_deeper_file_has_the_word_over_a_higher_one() -> None:
    files = {".gitignore": "*.log\n", "sub/.gitignore": "!keep.log\n", "sub/keep.log": "", "sub/x.log": "", "y.log": ""}
    assert listed(files) == [".gitignore", "sub/.gitignore", "sub/keep.log"]


def test_nothing_below_an_ignored_folder_comes_back() -> None:
    files = {".gitignore": "out/\n!out/keep.py\n", "out/keep.py": "", "out/.gitignore": "!*\n", "a.py": ""}
    result = scanned(files)
    assert [file.path.relative for file in result.files] == [".gitignore", "a.py"]
    assert result.rules.is_ignored(WorkspacePath("/w", "out/keep.py"))
    assert result.rules.is_ignored_folder(WorkspacePath("/w", "out"))
    assert not result.rules.is_ignored(WorkspacePath("/w", "out")), "a file of that name is not a folder"


def test_order_of_the_files_that_ignore() -> None:
    """.sightlineignore over .gitignore over info/exclude over the user's global excludes."""
    home = {"/home/u/.config/git/ignore": "*.a\n*.b\n*.c\n*.d\n"}
    files = {
        ".git/info/exclude": "!*.b\n!*.c\n!*.d\n",
        ".gitignore": "*.c\n*.d\n",
        ".sightlineignore": "!*.d\n",
        "x.a": "",
        "x.b": "",
        "x.c": "",
        "x.d": "",
    }
    assert listed(files, home=home) == [".gitignore", ".sightlineignore", "x.b", "x.d"]


def test_our_own_ignore_file_at_the_root_beats_a_nested_gitignore() -> None:
    files = {".sightlineignore": "*.sql\n", "sub/.gitignore": "!*.sql\n", "sub/x.sql": "", "sub/y.py": ""}
    assert listed(files) == [".sightlineignore", "sub/.gitignore", "sub/y.py"]


def test_rules_above_the_root_count_up_to_the_top_of_the_repository() -> None:
    files = {
        ".gitignore": "never\n",
        "repo/.git/info/exclude": "packages/one/excluded.py\n",
        "repo/.gitignore": "dist/\n/packages/*/generated.py\n",
        "repo/packages/.gitignore": "one/other.py\n",
        "repo/packages/one/dist/x.py": "",
        "repo/packages/one/generated.py": "",
        "repo/packages/one/excluded.py": "",
        "repo/packages/one/other.py": "",
        "repo/packages/one/never": "",
        "repo/packages/one/a.py": "",
    }
    assert listed(files, root="/w/repo/packages/one") == ["a.py", "never"]


def test_a_root_that_its_repository_ignores_was_opened_on_purpose() -> None:
    files = {".git/HEAD": "", ".gitignore": "vendor/\n*.tmp\n", "vendor/lib/a.py": "", "vendor/lib/x.tmp": ""}
    assert listed(files, root="/w/vendor/lib") == ["a.py", "x.tmp"]
    assert listed(files) == [".gitignore"]


def test_a_repository_inside_another_begins_anew_and_keeps_the_users_excludes() -> None:
    files = {
        ".git/HEAD": "",
        ".gitignore": "*.txt\n",
        ".sightlineignore": "*.ours\n",
        "inner/.git/info/exclude": "private.py\n",
        "inner/.gitignore": "/top.py\n",
        "inner/notes.txt": "",
        "inner/private.py": "",
        "inner/top.py": "",
        "inner/sub/top.py": "",
        "inner/x.swp": "",
        "inner/x.ours": "",
    }
    home = {"/home/u/.config/git/ignore": "*.swp\n"}
    assert listed(files, home=home) == [
        ".gitignore", ".sightlineignore", "inner/.gitignore", "inner/notes.txt", "inner/sub/top.py",
    ]  # fmt: skip


def test_a_worktree_finds_the_excludes_of_its_repository() -> None:
    files = {
        "main/.git/info/exclude": "secret.py\n",
        "main/.git/worktrees/tree/commondir": "../..\n",
        "tree/.git": "gitdir: /w/main/.git/worktrees/tree\n",
        "tree/secret.py": "",
        "tree/a.py": "",
    }
    system = memory_system({f"/w/{path}": text for path, text in files.items()}, environment=HOME)
    # The memory file system does not resolve "..": the path it would read is spelled out as well.
    system.files.write("/w/main/.git/worktrees/tree/../../info/exclude", b"secret.py\n")
    assert [file.path.relative for file in scan_now(system, ["/w/tree"]).files] == ["a.py"]


def test_folders_that_are_never_entered() -> None:
    files = {
        "node_modules/x/index.js": "",
        "sub/__pycache__/a.py": "",
        ".hg/store.py": "",
        "env/pyvenv.cfg": "home = /usr/bin\n",
        "env/lib/site.py": "",
        "venv/not_an_environment.py": "",
        "target/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55",
        "target/debug/build.rs": "",
        "a.py": "",
    }
    result = scanned(files)
    assert [file.path.relative for file in result.files] == ["a.py", "venv/not_an_environment.py"]
    for path in files:
        expected = path not in ("a.py", "venv/not_an_environment.py")
        assert result.rules.is_ignored(WorkspacePath("/w", path)) is expected, path
    assert result.rules.is_ignored(WorkspacePath("/w", "env/new_file.py")), "never scanned, still in an environment"


def test_a_root_may_be_an_environment_or_a_folder_of_packages_itself() -> None:
    assert listed({"env/pyvenv.cfg": "", "env/a.py": ""}, root="/w/env") == ["a.py", "pyvenv.cfg"]
    assert listed({"node_modules/x/index.js": ""}, root="/w/node_modules/x") == ["index.js"]


def test_without_a_scan_only_the_certain_folders_are_ignored() -> None:
    assert NO_RULES.is_ignored(WorkspacePath("/w", "a/.git/config"))
    assert not NO_RULES.is_ignored(WorkspacePath("/w", "a/b.py"))


def test_patterns_about_names_beyond_ascii() -> None:
    files = {".gitignore": "straße/\n*.größe\n", "straße/a.py": "", "x.größe": "", "strasse/a.py": ""}
    assert listed(files) == [".gitignore", "strasse/a.py"]


def test_the_question_about_one_path_agrees_with_the_scan_and_with_git(tmp_path: Path) -> None:
    choose = random.Random(7)
    names = ["a", "b", "c.py", "d.log"]
    paths = [f"{one}/{two}/{three}" for one in names[:2] for two in names[:2] for three in names]
    paths += [f"{one}/{two}" for one in names[:2] for two in names[2:]] + names[2:]
    system = system_at(tmp_path)
    root = write_tree(tmp_path / "tree", dict.fromkeys(paths, ""))
    git(root, tmp_path, "init", "-q")
    patterns = ["a/", "*.py", "!*.py", "/b", "b/*", "!b/a/", "**/a", "d.*", "!/a/d.log", "a/*/c.py", "!a", "*"]
    seen: set[int] = set()
    for _ in range(40):
        for folder in ["", "a/", "b/a/"]:
            (tmp_path / "tree" / folder / ".gitignore").write_text("\n".join(choose.sample(patterns, 3)))
        result = scan_now(system, [root])
        found = {file.path.relative for file in result.files}
        said = set(git(root, tmp_path, "ls-files", "-o", "--exclude-standard", "-z").split("\0")) - {""}
        assert found == said
        assert {path for path in paths if not result.rules.is_ignored(WorkspacePath(root, path))} == said & set(paths)
        seen.add(len(found))
    assert len(seen) > 3, "the trees must differ, or nothing was tried"
