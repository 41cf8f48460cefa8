"""A set of files must stay a set, whatever is put in and taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.paths import WorkspacePath
from sightline.workspace import known
from sightline.workspace.known import KnownFiles

PATHS = st.sets(st.sampled_from([WorkspacePath(root, name) for root in ("/a", "/b") for name in "uvwxyz"]))


@given(base=PATHS, steps=st.lists(st.tuples(PATHS, PATHS), max_size=6), compact_at=st.sampled_from([1, 3, 1000]))
def test_behaves_as_a_set(
    base: set[WorkspacePath], steps: list[tuple[set[WorkspacePath], set[WorkspacePath]]], compact_at: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "COMPACT_AT", compact_at)
        files, expected = KnownFiles(frozenset(base)), set(base)
        for added, removed in steps:
            files = files.with_changes(added, removed)
            expected = (expected | added) - removed
            assert files.in_order() == tuple(sorted(expected))
            assert len(files) == len(expected)
            assert all((path in files) == (path in expected) for path in base | added | removed)


def test_no_change_is_the_same_object_and_a_change_leaves_the_old_one() -> None:
    one, two = WorkspacePath("/a", "one"), WorkspacePath("/a", "two")
    files = KnownFiles(frozenset([one]))
    assert files.with_changes([one], [two]) is files
    assert list(files.with_changes([two], [one])) == [two]
    assert list(files) == [one]
