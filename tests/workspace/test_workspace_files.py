"""Reading files, forking views, and the names behind links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import PathOutsideRoot, SourceUnavailable
from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.workspace.files import MAXIMUM_FILE_SIZE, SourceFile, WorkspaceView, decode_source, read_source
from sightline.workspace.known import KnownFiles
from support.trees import system_at, write_tree


def path(name: str, root: str = "/w") -> WorkspacePath:
    return WorkspacePath(root, name)


def view_of(files: dict[str, str], overlay: dict[WorkspacePath, SourceFile | None] | None = None) -> WorkspaceView:
    system = memory_system({f"/w/{name}": text for name, text in files.items()})
    known = KnownFiles(frozenset(path(name) for name in files))
    return WorkspaceView(revision=3, roots=("/w",), system=system, known=known, overlay=overlay or {})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xfea", "undecodable"),
        (b"ok\x00", "binary"),
        (b"x" * (MAXIMUM_FILE_SIZE + 1), "too_large"),
        ("ä".encode("latin-1"), "undecodable"),
        (b"\xed\xa0\x80", "undecodable"),  # half a surrogate pair
    ],
)
def test_what_is_no_text(data: bytes, kind: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        decode_source(path("a"), data)
    assert caught.value.kind == kind


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbfa\r\nb\rc\n", b"no end", "😀\f\u2028".encode()])
def test_bytes_survive_reading_and_writing(data: bytes) -> None:
    file = decode_source(path("a"), data)
    assert file.bytes_on_disk == data
    assert not file.text.data.startswith(b"\xef\xbb\xbf")


def test_a_second_byte_order_mark_is_text() -> None:
    assert decode_source(path("a"), b"\xef\xbb\xbf" * 2 + b"x").text.data == b"\xef\xbb\xbfx"


def test_a_fifty_megabyte_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {})
    with open(f"{root}/big.py", "wb") as file:
        file.truncate(50 << 20)
    with pytest.raises(SourceUnavailable) as caught:
        read_source(system_at(tmp_path), path("big.py", root))
    assert caught.value.kind == "too_large"


def test_links_out_of_the_root_are_refused_and_links_inside_are_followed(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret.py": "no", "w/real.py": "yes", "w/sub/x.py": "x"})
    root = str(tmp_path / "w")
    (tmp_path / "w/out.py").symlink_to("../secret.py")
    (tmp_path / "w/up").symlink_to("..")
    (tmp_path / "w/in.py").symlink_to("real.py")
    system = system_at(tmp_path)
    for name in ("out.py", "up/secret.py"):
        with pytest.raises(PathOutsideRoot):
            read_source(system, path(name, root))
    assert read_source(system, path("in.py", root)).text.data == b"yes"
    (tmp_path / "link").symlink_to(root)
    assert read_source(system, path("real.py", f"{tmp_path}/link")).text.data == b"yes"


def test_what_cannot_be_read_is_said_and_never_hangs(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"sub/x.py": ""})
    os.mkfifo(f"{root}/pipe.py")
    os.symlink("loop.py", f"{root}/loop.py")
    system = system_at(tmp_path)
    for name in ("missing.py", "sub", "pipe.py", "loop.py", "sub/x.py/y.py", "half\ud800.py", "long" * 100):
        with pytest.raises(SourceUnavailable):
            read_source(system, path(name, root))


def test_canonical_names(tmp_path: Path) -> None:
    root, inner = write_tree(tmp_path / "w", {"a.py": "", "in/b.py": ""}), f"{tmp_path}/w/in"
    (tmp_path / "w/link.py").symlink_to("in/b.py")
    (tmp_path / "w/.hidden").symlink_to("/etc/hostname")
    view = WorkspaceView(revision=0, roots=(root,), system=system_at(tmp_path), known=(), overlay={})
    assert view.canonical(path("link.py", root)) == path("in/b.py", root)
    assert view.canonical(path("a.py", root)) == path("a.py", root)
    assert view.canonical(path("not/there.py", root)) == path("not/there.py", root)
    with pytest.raises(PathOutsideRoot):
        view.canonical(path(".hidden", root))
    assert view.is_ignored(path(".hidden", root))
    both = WorkspaceView(revision=0, roots=(root, inner), system=system_at(tmp_path), known=(), overlay={})
    assert both.canonical(path("link.py", root)) == path("b.py", inner)


def test_a_link_is_ignored_when_its_target_is(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"node_modules/x.js": ""})
    (tmp_path / "mine.js").symlink_to("node_modules/x.js")
    view = WorkspaceView(revision=0, roots=(root,), system=system_at(tmp_path), known=(), overlay={})
    assert view.is_ignored(path("mine.js", root))


def test_known_files_below_folders_come_in_order_and_from_one_root() -> None:
    view = view_of({"a.py": "", "rules/b.md": "", "rules/x/a.md": "", "rules0.md": "", "rules": "", "z/rules/c.md": ""})
    assert view.known_below("/w", ("rules/x/", "rules/")) == (path("rules/b.md"), path("rules/x/a.md"))
    assert view.known_below("/w", ("none/",)) == view.known_below("/v", ("rules/",)) == ()


def test_paths_show_open_buffers_and_hide_deleted_files() -> None:
    overlay: dict[WorkspacePath, SourceFile | None] = {
        path("b.py"): None,
        path("gone.py"): None,
        path("new.py"): SourceFile(path=path("new.py"), text=Text(b"")),
        path(".git/config"): SourceFile(path=path(".git/config"), text=Text(b"")),
    }
    view = view_of({"a.py": "", "b.py": "", "z.py": ""}, overlay)
    assert view.paths() == (path("a.py"), path("new.py"), path("z.py"))
    assert [view.exists(path(name)) for name in ("a.py", "b.py", "new.py", ".git/config", "q")] == [
        True, False, True, True, False,
    ]  # fmt: skip


def test_a_fork_applies_everything_and_leaves_the_view_alone() -> None:
    view = view_of({"edit.py": "old\n", "move.py": "m\n", "drop.py": "d\n", "empty.py": "all\n"})
    digests = {path(name): view.read(path(name)).digest for name in ("edit.py", "move.py", "drop.py", "empty.py")}
    changes = ChangeSet(
        base=digests,
        edits=(
            FileEdit(path=path("edit.py"), edits=(TextEdit(Span(0, 3), b"new"),)),
            FileEdit(path=path("empty.py"), edits=(TextEdit(Span(0, 4), b""),)),
        ),
        renames=(
            FileRename(old=path("move.py"), new=path("to/moved.py")),
            FileRename(old=path("empty.py"), new=path("e")),
        ),
        deletes=(path("drop.py"),),
        creates=(FileCreate(path=path("made.py"), text=Text(b"made\n")),),
    )
    fork = view.fork(changes)
    assert {str(name): fork.read(name).text.data for name in fork.paths()} == {
        "edit.py": b"new\n", "to/moved.py": b"m\n", "made.py": b"made\n", "e": b"",
    }  # fmt: skip
    assert fork.revision == view.revision
    assert len(view.paths()) == 4
    with pytest.raises(SourceUnavailable):
        fork.read(path("drop.py"))


def test_a_fork_keeps_the_byte_order_mark_through_a_rename() -> None:
    system = memory_system({"/w/a.py": b"\xef\xbb\xbfx = 1\n"})
    view = WorkspaceView(revision=0, roots=("/w",), system=system, known={path("a.py")}, overlay={})
    changes = ChangeSet(
        base={path("a.py"): view.read(path("a.py")).digest},
        edits=(FileEdit(path=path("a.py"), edits=(TextEdit(Span(4, 5), b"2"),)),),
        renames=(FileRename(old=path("a.py"), new=path("b.py")),),
    )
    assert view.fork(changes).read(path("b.py")).bytes_on_disk == b"\xef\xbb\xbfx = 2\n"
