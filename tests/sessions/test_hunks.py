"""Single changes of an edit: numbered, told, and taken back alone or together, for any edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.edits.line_diff import minimal_edits
from sightline.sessions.hunks import hunks_of, only_hunks
from sightline.sessions.kept_text import KeptText

A, B, C, D = (WorkspacePath("/w", name) for name in ("a", "b", "c", "d"))
LINES = st.lists(st.sampled_from([b"one\n", b"two\n", b"three\n", b"\n"]), max_size=8).map(b"".join)


@given(before=LINES, after=LINES, data=st.data())
def test_some_hunks_and_then_the_others_are_the_whole(before: bytes, after: bytes, data: st.DataObject) -> None:
    old, new = Text(before), Text(after)
    changes = ChangeSet(base={A: old.digest}, edits=(FileEdit(path=A, edits=minimal_edits(old, new)),))
    inverse = changes.inverse({A: old}.__getitem__)
    hunks = hunks_of(inverse, {A: KeptText.whole(new)})
    assert [hunk.number for hunk in hunks] == list(range(1, len(hunks) + 1))
    for hunk in hunks:
        shown = "".join(new.data.decode().splitlines(keepends=True)[hunk.line - 1 :])
        assert shown.startswith(hunk.added)
        assert hunk.removed != hunk.added
    numbers = [hunk.number for hunk in hunks]
    chosen: set[int] = data.draw(st.sets(st.sampled_from(numbers))) if numbers else set()
    picked = only_hunks(inverse, chosen)
    others = only_hunks(inverse, set(numbers) - chosen)
    edits = [one for part in (picked, others) for edit in part.edits for one in edit.edits]
    assert new.apply(tuple(sorted(edits, key=lambda edit: edit.span.start))) == old


def test_whole_files_are_hunks_too() -> None:
    text = Text(b"x\n")
    changes = ChangeSet(
        base={A: text.digest, B: text.digest},
        renames=(FileRename(old=A, new=C),),
        deletes=(B,),
        creates=(FileCreate(path=D, text=text),),
        edits=(FileEdit(path=A, edits=(TextEdit(Span(0, 1), b"y"),)),),
    )
    inverse = changes.inverse({A: text, B: text}.__getitem__)
    hunks = hunks_of(inverse, {C: KeptText.whole(Text(b"y\n"))})
    assert [(hunk.path, hunk.kind) for hunk in hunks] == [(B, "delete"), (C, "rename"), (C, "edit"), (D, "create")]
    assert (hunks[2].removed, hunks[2].added) == ("x\n", "y\n")
    assert only_hunks(inverse, {1}).creates == (FileCreate(path=B, text=text),)
    assert only_hunks(inverse, {2}).renames == (FileRename(old=C, new=A),)
    assert only_hunks(inverse, {4}).deletes == (D,)
    assert only_hunks(inverse, {1, 2, 3, 4}) == inverse
    with pytest.raises(UsageError, match="no hunk 5"):
        only_hunks(inverse, {5})
