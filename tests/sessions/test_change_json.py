"""A change set must come back as it was, whatever is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.sessions.change_json import dump_changes, load_changes

DATA = st.binary(max_size=8)
NAMES = st.sampled_from(["a.py", "größe/😀.py", 'quo"te\\.py', "new\nline"])


@given(data=st.data())
def test_round_trip(data: st.DataObject) -> None:
    names = data.draw(st.lists(NAMES, unique=True))
    paths = [WorkspacePath("/w", name) for name in names]
    edits: list[FileEdit] = []
    creates: list[FileCreate] = []
    renames: list[FileRename] = []
    deletes: list[WorkspacePath] = []
    for path in paths:
        kind = data.draw(st.sampled_from(["edit", "create", "delete", "rename"]))
        if kind == "edit":
            edits.append(FileEdit(path=path, edits=(TextEdit(Span(0, 3), data.draw(DATA)), TextEdit(Span(3, 3), b"x"))))
        elif kind == "create":
            creates.append(FileCreate(path=path, text=Text(data.draw(DATA))))
        elif kind == "delete":
            deletes.append(path)
        else:
            renames.append(FileRename(old=path, new=WorkspacePath("/other root", f"to/{path.relative}")))
    touched = [*(edit.path for edit in edits), *deletes, *(rename.old for rename in renames)]
    changes = ChangeSet(
        base=dict.fromkeys(touched, "digest"),
        edits=tuple(edits),
        creates=tuple(creates),
        deletes=tuple(deletes),
        renames=tuple(renames),
    )
    assert load_changes(dump_changes(changes)) == changes


@pytest.mark.parametrize("data", [b"", b"x\x9c", dump_changes(ChangeSet())[:-4]])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a change set"):
        load_changes(data)
