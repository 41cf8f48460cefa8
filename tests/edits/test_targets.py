"""Which file an edit means: roots, links, rules of the caller, and what can never be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Text
from sightline.edits.apply import apply_proposal
from sightline.edits.diff import changes_from_diff, unified_diff
from sightline.edits.parse import parse_reply
from sightline.edits.proposal import AppliedProposal, EditProposal, RenameFile
from sightline.edits.targets import Refused, Target, Targets
from sightline.workspace.files import SourceFile, WorkspaceView
from support.edit_cases import workspace_of


def _view(files: dict[str, bytes], roots: tuple[str, ...]) -> WorkspaceView:
    known = {
        WorkspacePath(root, name[len(root) + 1 :])
        for name in files
        for root in [max((root for root in roots if name.startswith(root + "/")), key=len)]
    }
    return WorkspaceView(revision=1, roots=roots, system=memory_system(files), known=known, overlay={})


def _find(view: WorkspaceView, root: str, spelled: str) -> Target | Refused:
    return Targets(view, root, lambda _: None).find(spelled)


def _path(found: Target | Refused) -> tuple[str, str, bool]:
    assert isinstance(found, Target), found
    return found.path.root, found.path.relative, found.file is not None


TWO = _view(
    {"/w/app/a.py": b"1", "/w/app/both.py": b"2", "/w/lib/both.py": b"3", "/w/lib/b.py": b"4"}, ("/w/app", "/w/lib")
)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("a.py", ("/w/app", "a.py", True)),
        ("b.py", ("/w/lib", "b.py", True)),
        ("new.py", ("/w/app", "new.py", False)),
        ("lib/both.py", ("/w/lib", "both.py", True)),
        ("app/both.py", ("/w/app", "both.py", True)),
        ("lib/new.py", ("/w/lib", "new.py", False)),
        ("/w/lib/both.py", ("/w/lib", "both.py", True)),
        ("/w/lib/deep/new.py", ("/w/lib", "deep/new.py", False)),
        ("file:///w/lib/b.py", ("/w/lib", "b.py", True)),
        ("./x/../a.py", ("/w/app", "a.py", True)),
    ],
)
def test_several_roots(spelled: str, expected: tuple[str, str, bool]) -> None:
    assert _path(_find(TWO, "/w/app", spelled)) == expected


def test_a_path_in_several_roots_is_refused_with_the_names_to_write() -> None:
    found = _find(TWO, "/w/app", "both.py")
    assert found == Refused("both.py exists in several workspace folders: write app/both.py and lib/both.py.")


def test_new_files_are_made_in_the_root_that_is_given() -> None:
    assert _path(_find(TWO, "/w/lib", "new.py")) == ("/w/lib", "new.py", False)


def test_a_file_belongs_to_its_innermost_root() -> None:
    view = _view({"/w/a.py": b"", "/w/sub/b.py": b""}, ("/w", "/w/sub"))
    assert _path(_find(view, "/w", "sub/b.py")) == ("/w/sub", "b.py", True)
    assert _path(_find(view, "/w", "sub/new.py")) == ("/w/sub", "new.py", False)


def test_a_diff_over_two_roots_is_read_back() -> None:
    reply = (
        "app/both.py\n<<<<<<< SEARCH\n2\n=======\n22\n>>>>>>> REPLACE\n"
        "lib/both.py\n<<<<<<< SEARCH\n3\n=======\n33\n>>>>>>> REPLACE\n"
        "lib/new.py\n<<<<<<< SEARCH\n=======\nn\n>>>>>>> REPLACE\n"
    )
    applied = apply_proposal(parse_reply(reply), TWO, "/w/app", lambda _: None)
    assert applied.unmatched == ()
    again = changes_from_diff(unified_diff(applied.changes, TWO), TWO, "/w/app")
    assert again.unmatched == ()
    lookup = _texts(TWO)
    assert again.changes.texts_after(lookup.__getitem__) == applied.changes.texts_after(lookup.__getitem__)


@pytest.mark.parametrize(
    ("spelled", "words"),
    [
        ("../a.py", "leaves the workspace root"),
        ("/etc/passwd", "outside the workspace"),
        ("C:\\Windows\\a.py", "outside the workspace"),
        ("~/a.py", "is not the path of a file"),
        ("src/", "is not the path of a file"),
        ("", "not a path inside"),
        (".", "not a path inside"),
        ("a\0.py", "is not the path of a file"),
        ("a\nb.py", "is not the path of a file"),
        (".git/hooks/pre-commit", "belongs to git"),
        ("sub/.GIT/config", "belongs to git"),
        ("file:///etc/passwd", "outside the workspace"),
    ],
)
def test_paths_that_are_refused(spelled: str, words: str) -> None:
    found = _find(workspace_of({"a.py": b""}), "/w", spelled)
    assert isinstance(found, Refused)
    assert words in found.reason


def test_a_forbidden_file_is_refused_before_it_is_read() -> None:
    view = workspace_of({"secret.txt": b"token\n", "a.py": b"a\n"})
    view.system.files.remove("/w/secret.txt")
    asked: list[str] = []

    def permitted(path: WorkspacePath) -> str | None:
        asked.append(str(path))
        return "secret.txt is ignored." if path.name == "secret.txt" else None

    reply = "secret.txt\n<<<<<<< SEARCH\ntok\n=======\nb\n>>>>>>> REPLACE\nRENAME FILE: a.py -> secret.txt\n"
    applied = apply_proposal(parse_reply(reply), view, "/w", permitted)
    assert [(item.reason, item.nearest) for item in applied.unmatched] == [("secret.txt is ignored.", "")] * 2
    assert applied.changes.is_empty
    assert sorted(asked) == ["a.py", "secret.txt"]


def test_a_file_on_disk_that_the_scan_does_not_know_is_made_anew_at_the_users_word_only() -> None:
    view = _view({"/w/a.py": b""}, ("/w",))
    view.system.files.write("/w/ignored.py", b"x = 1\n")
    applied = _apply(view, "ignored.py\n<<<<<<< SEARCH\n=======\ny = 1\n>>>>>>> REPLACE\n")
    assert applied.replaced == {WorkspacePath("/w", "ignored.py")}
    assert applied.changes.creates == ()


def test_a_file_deleted_in_this_view_can_be_made_again() -> None:
    path = WorkspacePath("/w", "a.py")
    view = _view({"/w/a.py": b"old\n"}, ("/w",))
    gone = WorkspaceView(revision=1, roots=view.roots, system=view.system, known=view.known, overlay={path: None})
    applied = _apply(gone, "a.py\n<<<<<<< SEARCH\n=======\nnew\n>>>>>>> REPLACE\n")
    assert [create.path for create in applied.changes.creates] == [path]


def test_an_open_buffer_lies_over_the_disk() -> None:
    path = WorkspacePath("/w", "a.py")
    view = _view({"/w/a.py": b"disk\n"}, ("/w",))
    buffer = SourceFile(path=path, text=Text.of("typed\n"), version=3)
    view = WorkspaceView(revision=2, roots=view.roots, system=view.system, known=view.known, overlay={path: buffer})
    applied = _apply(view, "a.py\n<<<<<<< SEARCH\ntyped\n=======\nx\n>>>>>>> REPLACE\n")
    assert applied.unmatched == ()
    assert applied.changes.base == {path: buffer.digest}


@pytest.mark.parametrize(
    ("data", "words"), [(b"a\0b", "binary"), (b"\xff", "not valid UTF-8"), (b"x" * ((4 << 20) + 1), "larger than")]
)
def test_files_that_are_no_text(data: bytes, words: str) -> None:
    applied = _apply(workspace_of({"a.txt": data}), "a.txt\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n")
    assert words in applied.unmatched[0].reason


def test_links_and_folders_on_a_real_disk(tmp_path: Path) -> None:
    root, outside = tmp_path / "w", tmp_path / "outside"
    (root / "pkg").mkdir(parents=True)
    outside.mkdir()
    (outside / "a.py").write_text("x\n")
    (root / "link.py").symlink_to(outside / "a.py")
    (root / "folder").symlink_to(outside)
    view = WorkspaceView(revision=1, roots=(str(root),), system=real_system(), known=set(), overlay={})
    for spelled in ("link.py", "folder/a.py", "folder/new.py"):
        found = _find(view, str(root), spelled)
        assert isinstance(found, Refused), spelled
        assert "leads out of the workspace root" in found.reason
    found = _find(view, str(root), "pkg")
    assert found == Refused("pkg is a folder.")


def test_every_touched_path_has_its_base_digest() -> None:
    view = workspace_of({"a.py": b"a\n", "b.py": b"b\n", "c.py": b"c\n"})
    applied = _apply(
        view, "a.py\n<<<<<<< SEARCH\na\n=======\nx\n>>>>>>> REPLACE\nDELETE FILE: b.py\nRENAME FILE: c.py -> d.py\n"
    )
    assert {str(path): digest for path, digest in applied.changes.base.items()} == {
        name: Text(data).digest for name, data in (("a.py", b"a\n"), ("b.py", b"b\n"), ("c.py", b"c\n"))
    }


def test_a_rename_to_itself_is_so_already() -> None:
    proposal = EditProposal(format="", edits=(RenameFile(old="a.py", new="./a.py", line=1),))
    applied = apply_proposal(proposal, workspace_of({"a.py": b"a\n"}), "/w", lambda _: None)
    assert applied.already == (WorkspacePath("/w", "a.py"),)
    assert applied.changes.is_empty and applied.unmatched == ()


def _apply(view: WorkspaceView, reply: str) -> AppliedProposal:
    return apply_proposal(parse_reply(reply), view, view.roots[0], lambda _: None)


def _texts(view: WorkspaceView) -> dict[WorkspacePath, Text]:
    return {path: view.read(path).text for path in view.paths()}
