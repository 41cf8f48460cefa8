"""Edits that wait for the user's word are bounded in number and in bytes; what was forgotten says so."""

from __future__ import annotations

import pytest

from sightline.base.changes import ChangeSet, FileCreate
from sightline.base.errors import UsageError
from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.engine import pending
from sightline.engine.pending import PendingEdits
from sightline.engine.prepared import PreparedEdit
from sightline.workspace.files import WorkspaceView

VIEW = WorkspaceView(revision=1, roots=("/w",), system=memory_system({}), known=(), overlay={})


def edit_of(size: int) -> PreparedEdit:
    """An edit that makes a file of so many bytes."""
    create = FileCreate(path=WorkspacePath("/w", "made.py"), text=Text(b"#" * size))
    return PreparedEdit(turn="t", label="", changes=ChangeSet(creates=(create,)), files=(), rebased=False)


def no_journal() -> pending.EditJournal:
    raise AssertionError("nothing is applied here")


def test_beyond_the_bytes_the_oldest_are_forgotten_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MOST_BYTES", 1_000)
    edits = PendingEdits(no_journal)
    for turn, size in (("a", 400), ("b", 400), ("c", 400)):
        edits.hold(turn, edit_of(size))
    with pytest.raises(UsageError, match=r"No edit is waiting under a\. It was forgotten: only the newest edits wait"):
        edits.prepare("a", VIEW)
    assert edits.prepare("b", VIEW).turn == "b"
    edits.hold("a", edit_of(100))  # asked for again
    assert edits.prepare("a", VIEW).turn == "a"
    with pytest.raises(UsageError) as error:
        edits.prepare("never", VIEW)
    assert "forgotten" not in error.value.message


def test_the_newest_waits_however_large_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MOST_BYTES", 1_000)
    edits = PendingEdits(no_journal)
    edits.hold("small", edit_of(10))
    edits.hold("large", edit_of(5_000))
    assert edits.prepare("large", VIEW).turn == "large"
    with pytest.raises(UsageError):
        edits.prepare("small", VIEW)


def test_beyond_the_number_the_oldest_are_forgotten() -> None:
    edits = PendingEdits(no_journal)
    for number in range(pending.MOST_PENDING + 1):
        edits.hold(f"t{number}", edit_of(1))
    with pytest.raises(UsageError, match="forgotten"):
        edits.prepare("t0", VIEW)
    assert edits.prepare("t1", VIEW).turn == "t1"
