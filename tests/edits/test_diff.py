"""Diffs: what is printed is read back to the same texts, and git agrees in both directions."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.edits.diff import changes_from_diff, parse_diff, unified_diff
from sightline.edits.formats.diff_names import quoted, unquoted
from sightline.edits.line_diff import minimal_edits
from sightline.edits.proposal import AppliedProposal, Located, Placement
from support.edit_cases import ROOT, workspace_of

_BOM = b"\xef\xbb\xbf"
_PIECES = ("a", "b", "", "  x", "-- c", "++ d", "@@ -1 +1 @@", "é", "\x0c", "\u2028", "\\ x", "\t", "\r", "\r\n", "\n")
_TEXT = st.lists(st.sampled_from((*_PIECES, "\n", "\n")), max_size=25).map(lambda pieces: "".join(pieces).encode())
_NAMES = ("a.py", "b c.py", "lib/é.py", 'q"uote.py', "a/b/a.py")
_FILES = st.dictionaries(st.sampled_from(_NAMES), _TEXT, max_size=5)
Files = Mapping[str, bytes]


@given(_FILES, _FILES, st.booleans(), st.booleans())
@example({"a.py": b"x\n"}, {"b c.py": b"x\n"}, True, False)
@example({"a.py": b"x\ny\n"}, {"b c.py": b"x\nz\n"}, True, True)
@example({"a.py": b"x\n"}, {"a.py": b""}, False, False)
def test_round_trip(before: Files, after: Files, rename: bool, bom: bool) -> None:
    mark = _BOM if bom else b""
    disk = {name: mark + data for name, data in before.items()}
    view = workspace_of(disk)
    changes = _changes(before, after, rename=rename)
    text = unified_diff(changes, view)
    found = changes_from_diff(text, view, ROOT)
    assert found.unmatched == ()
    lookup = {WorkspacePath(ROOT, name): Text(data) for name, data in before.items()}
    assert found.changes.texts_after(lookup.__getitem__) == {
        path: result
        for path, result in changes.texts_after(lookup.__getitem__).items()
        if result != lookup.get(path) or path.relative not in before
    }


@given(_FILES)
def test_no_change_prints_nothing(files: Files) -> None:
    assert unified_diff(_changes(files, files, rename=False), workspace_of(dict(files))) == ""


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_names_are_quoted_and_read_back(name: str) -> None:
    assert quoted(name).isascii()
    if not (name.startswith('"') or name.strip() != name):
        assert unquoted(quoted(name)) == name


def test_edits_found_elsewhere_are_told() -> None:
    view = workspace_of({"a.py": b"new\none\ntwo\n"})
    found = changes_from_diff("--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n", view, ROOT)
    assert found.located == (Placement(path=WorkspacePath(ROOT, "a.py"), how=Located.OFFSET, line=2),)


def test_text_without_a_diff_is_unmatched() -> None:
    found = changes_from_diff("no diff here\n", workspace_of({}), ROOT)
    assert [item.reason for item in found.unmatched] == ["No unified diff was found in the text."]
    assert parse_diff("").problems == ()


def test_modes_are_noted() -> None:
    text = "diff --git a/a.py b/a.py\nold mode 100644\nnew mode 100755\n"
    found = changes_from_diff(text, workspace_of({"a.py": b""}), ROOT)
    assert found.unmatched == ()
    assert found.notes == ("a.py: the file mode 100755 is not set.",)


def test_a_refused_file_is_not_read() -> None:
    view = workspace_of({"a.py": b"secret\n"})
    found = changes_from_diff("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n", view, ROOT, lambda _: "It is ignored.")
    assert [(item.reason, item.nearest) for item in found.unmatched] == [("It is ignored.", "")]


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

_BEFORE: Files = {
    "plain.py": b"".join(b"line %d\n" % number for number in range(40)),
    "dos.py": b"a\r\nb\r\nc\r\nd\r\n",
    "mixed.py": b"a\r\nb\nc\r\nd\n",
    "end.py": b"a\nb",
    "mark.py": _BOM + b"a\nb\n",
    "lib/move.py": b"".join(b"moved %d\n" % number for number in range(20)),
    "lib/gone.py": b"x\ny\n",
    "empty.py": b"",
    "sp ace.py": b"a\n",
    "lib/näme.py": b"a\n",
    'q"uote.py': b"a\n",
    "same.py": b"a\n",
    "bin.dat": b"\0\1\2",
}
_AFTER: Files = {
    "plain.py": b"".join(b"line %d\n" % number for number in range(40) if number != 7)
    .replace(b"line 20\n", b"line 20\nnew\n")
    .replace(b"line 39\n", b"last"),
    "dos.py": b"a\r\nB\r\nc\r\nd\r\n",
    "mixed.py": b"a\r\nb\r\nc\r\nd\nx\n",
    "end.py": b"a\nb\nc\n",
    "mark.py": _BOM + b"A\nb\n",
    "lib2/moved.py": b"".join(b"moved %d\n" % number for number in range(20)).replace(b"moved 3\n", b"MOVED\n"),
    "new/empty.py": b"",
    "new/end.py": b"a",
    "empty.py": b"filled\n",
    "sp ace.py": b"b\n",
    "lib/näme.py": b"b\n",
    'q"uote.py': b"b\n",
    "same.py": b"a\n",
    "bin.dat": b"\0\1\2",
}


@needs_git
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-M",),
        ("-U0",),
        ("-U1", "-M"),
        ("--no-prefix",),
        ("--src-prefix=i/", "--dst-prefix=w/"),
        ("--full-index",),
        ("--patience", "-U10"),
    ],
)
def test_what_git_prints_is_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    _repository(tmp_path, _BEFORE)
    _write(tmp_path, _BEFORE, _AFTER)
    _git(tmp_path, "add", "-A")
    text = _git(tmp_path, "diff", "--cached", *options).decode()
    view = workspace_of(dict(_BEFORE))
    found = changes_from_diff(text, view, ROOT)
    assert found.unmatched == ()
    assert _disk(_BEFORE, found) == dict(_AFTER)


@needs_git
def test_git_applies_what_is_printed(tmp_path: Path) -> None:
    _repository(tmp_path, _BEFORE)
    changes = changes_from_diff(_git_diff_of_after(tmp_path), workspace_of(dict(_BEFORE)), ROOT).changes
    _git(tmp_path, "reset", "-q", "--hard")
    text = unified_diff(changes, workspace_of(dict(_BEFORE)))
    _git(tmp_path, "apply", "-", stdin=text.encode())
    assert _read(tmp_path) == dict(_AFTER)


@needs_git
def test_binary_files_of_git_are_refused_and_nothing_else(tmp_path: Path) -> None:
    _repository(tmp_path, _BEFORE)
    _write(tmp_path, _BEFORE, {**_BEFORE, "bin.dat": b"\0\3", "end.py": b"b\n"})
    for options in ((), ("--binary",)):
        text = _git(tmp_path, "diff", *options).decode()
        found = changes_from_diff(text, workspace_of(dict(_BEFORE)), ROOT)
        assert [item.path for item in found.unmatched] == ["bin.dat"]
        assert found.changes.paths_after == (WorkspacePath(ROOT, "end.py"),)


@needs_git
def test_a_diff_without_context_needs_the_text_it_was_made_from(tmp_path: Path) -> None:
    _repository(tmp_path, {"a.py": b"a\nb\n"})
    _write(tmp_path, {}, {"a.py": b"a\nx\nb\n"})
    text = _git(tmp_path, "diff", "-U0").decode()
    assert changes_from_diff(text, workspace_of({"a.py": b"a\nb\n"}), ROOT).unmatched == ()
    other = changes_from_diff(text, workspace_of({"a.py": b"a\nc\nb\n"}), ROOT)
    assert "without context" in other.unmatched[0].reason


def _git_diff_of_after(folder: Path) -> str:
    _write(folder, _BEFORE, _AFTER)
    _git(folder, "add", "-A")
    return _git(folder, "diff", "--cached", "-M").decode()


def _changes(before: Files, after: Files, *, rename: bool) -> ChangeSet:
    """The change set between two sets of files; with ``rename`` a file that goes becomes one that comes."""
    gone, come = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    pairs = list(zip(gone, come, strict=False)) if rename else []
    olds, news = {old for old, _ in pairs}, {new for _, new in pairs}
    targets = {**{name: name for name in before if name in after}, **dict(pairs)}
    edits = {
        old: minimal_edits(Text(before[old]), Text(after[new]))
        for old, new in targets.items()
        if before[old] != after[new]
    }
    deletes = [name for name in gone if name not in olds]
    return ChangeSet(
        base={WorkspacePath(ROOT, name): Text(before[name]).digest for name in {*edits, *deletes, *olds}},
        edits=tuple(FileEdit(path=WorkspacePath(ROOT, name), edits=part) for name, part in edits.items()),
        creates=tuple(FileCreate(path=WorkspacePath(ROOT, n), text=Text(after[n])) for n in come if n not in news),
        deletes=tuple(WorkspacePath(ROOT, name) for name in deletes),
        renames=tuple(FileRename(old=WorkspacePath(ROOT, old), new=WorkspacePath(ROOT, new)) for old, new in pairs),
    )


def _disk(before: Files, applied: AppliedProposal) -> dict[str, bytes]:
    """The files after a change, as bytes on disk. Binary files stay as they are."""
    view = workspace_of({name: data for name, data in before.items() if b"\0" not in data})
    forked = view.fork(applied.changes)
    binary = {name: data for name, data in before.items() if b"\0" in data}
    return {**{str(path): forked.read(path).bytes_on_disk for path in forked.paths()}, **binary}


def _repository(folder: Path, files: Files) -> None:
    _git(folder, "init", "-q")
    _write(folder, {}, files)
    _git(folder, "add", "-A")
    _git(folder, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "-q", "-m", "before")


def _write(folder: Path, before: Files, after: Files) -> None:
    for name in set(before) - set(after):
        (folder / name).unlink()
    for name, data in after.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _read(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", *arguments],
        cwd=folder,
        env={**environment, "HOME": str(folder)},
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
