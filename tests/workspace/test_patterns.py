"""One ignore file's patterns: the cases of gitignore(5) by hand, everything else by asking git."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from sightline.workspace.patterns import IgnorePatterns, as_bytes_text, parse_patterns
from support.patience import least_cpu_seconds
from support.trees import git, write_tree

NAMES = ["a", "b", "ab", "a.py", "b.py", ".x", "a b", "é", "[a]", "a-", "A"]
FOLDERS = ["", "a/", "ab/", "a/b/", "ab/b/", "a/b/ab/"]
PARTS = [
    "a", "b", "ab", "*", "**", "?", "*.py", "a*", "[ab]", "[!a]", "*b", "a.py", ".*", "***", "a**", "**b", "\\a",
    "[a-b]*", "*a*", "[]a]", "[^]a]", "[a", "a\\", "\\*", "[[:alpha:]]", "[[:upper:]]*", "[a\\-]", "[a-]*", "?[-]?",
    "[b/a]", "a?", "é", "??", "[\\[]*", "[[]a]", "[a-b-z]", "[z-a]", "a\\/b", "[![:alpha:]]*", "[[:nope:]]", "!a",
    "#a", "[[:digit:]", "*a*b*",
]  # fmt: skip


def random_pattern(choose: random.Random) -> str:
    pattern = "/".join(choose.choice(PARTS) for _ in range(choose.choice([1, 1, 1, 2, 2, 3])))
    pattern = ("/" if choose.random() < 0.3 else "") + pattern + ("/" if choose.random() < 0.3 else "")
    pattern = ("!" if choose.random() < 0.35 else "") + pattern
    return pattern + choose.choice(["", "", "", "", "", "", " ", "\\ ", "\r"])


def listed(root: str, folder: str = "", above: tuple[tuple[str, IgnorePatterns], ...] = ()) -> set[str]:
    """Files below ``folder`` that the ignore files on the way do not ignore."""
    path = Path(root, folder, ".gitignore")
    levels = ((folder, parse_patterns(path.read_bytes())), *above) if path.exists() else above
    found: set[str] = set()
    for entry in os.scandir(os.path.join(root, folder)):
        relative = folder + entry.name
        answers = (
            patterns.match(as_bytes_text(relative[len(base) :]), is_folder=entry.is_dir()) for base, patterns in levels
        )
        if entry.name == ".git" or next((answer for answer in answers if answer is not None), False):
            continue
        found |= listed(root, f"{relative}/", levels) if entry.is_dir() else {relative}
    return found


@pytest.mark.parametrize("seed", range(4))
def test_random_nested_patterns_mean_what_git_says(seed: int, tmp_path: Path) -> None:
    choose = random.Random(seed)
    files = [folder + name for folder in FOLDERS for name in NAMES if f"{folder}{name}/" not in FOLDERS]
    root = write_tree(tmp_path / "tree", dict.fromkeys(files, ""))
    git(root, tmp_path, "init", "-q")
    for _ in range(60):
        written: dict[str, str] = {}
        for folder in ["", "a/", "a/b/"]:
            Path(root, folder, ".gitignore").unlink(missing_ok=True)
            if not folder or choose.random() < 0.4:
                lines = [random_pattern(choose) for _ in range(choose.randint(1, 4))]
                written[f"{folder}.gitignore"] = "\n".join(lines) + choose.choice(["\n", ""])
        for name, content in written.items():
            Path(root, name).write_bytes(content.encode())
        said = git(root, tmp_path, "ls-files", "-o", "--exclude-standard", "-z")
        assert listed(root) == set(said.split("\0")) - {""}, written


@pytest.mark.parametrize(
    ("pattern", "path", "is_folder", "ignored"),
    [
        ("build", "build", False, True),
        ("build", "deep/down/build", True, True),
        ("build/", "build", False, None),
        ("build/", "build", True, True),
        ("/build", "sub/build", False, None),
        ("doc/frotz", "a/doc/frotz", False, None),
        ("*.py", "a/b.py", False, True),
        ("foo/*", "foo/bar/hello.c", False, None),
        ("**/foo", "foo", False, True),
        ("**/foo/bar", "x/y/foo/bar", False, True),
        ("abc/**", "abc/x/y", False, True),
        ("abc/**", "abc", True, None),
        ("a/**/b", "a/b", False, True),
        ("a/**/b", "a/x/y/b", False, True),
        ("!keep", "keep", False, False),
        ("\\!literal", "!literal", False, True),
        ("\\#literal", "#literal", False, True),
        ("#comment", "#comment", False, None),
        ("trailing   ", "trailing", False, True),
        ("kept\\ ", "kept ", False, True),
        ("é?", as_bytes_text("éx"), False, True),
        ("?", as_bytes_text("é"), False, None),  # two bytes, as for git
    ],
)
def test_manual(pattern: str, path: str, is_folder: bool, ignored: bool | None) -> None:
    assert parse_patterns(f"{pattern}\n".encode()).match(path, is_folder=is_folder) is ignored


def test_the_last_pattern_decides() -> None:
    patterns = parse_patterns(b"*.py\n!keep.py\nkeep.*\n!/keep.py/\n")
    assert patterns.match("keep.py", is_folder=False) is True
    assert patterns.match("keep.py", is_folder=True) is False


def test_byte_order_mark_and_carriage_returns_are_not_part_of_a_pattern() -> None:
    patterns = parse_patterns(b"\xef\xbb\xbffirst\r\nsecond\r")
    assert patterns.match("first", is_folder=False)
    assert patterns.match("second", is_folder=False)


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*a*a*b", "**/a/**/a/**/a/**/a/**/b", "[a-a]*[a-a]*[a-a]*[a-a]*b"])
def test_hostile_patterns_take_no_exponential_time(pattern: str) -> None:
    patterns = parse_patterns(pattern.encode())
    names = ("a" * 250, "/".join("a" * 120))
    assert [patterns.match(name, is_folder=False) for name in names] == [None, None]
    assert least_cpu_seconds(lambda: [patterns.match(name, is_folder=False) for name in names], 1.0) < 1.0


def test_half_a_surrogate_pair_is_no_crash() -> None:
    assert parse_patterns(b"*\n").match(as_bytes_text("\ud800"), is_folder=False) is True
