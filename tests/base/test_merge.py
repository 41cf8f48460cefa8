"""Merging what two people did to one text, and moving a change set over what was typed meanwhile."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import ChangeConflict
from sightline.base.merge import line_edits, merge, rebase
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d\r", "é"]), max_size=9).map("".join).map(Text.of)
BASE = Text(b"".join(b"%d\n" % number for number in range(10)))


def path(name: str) -> WorkspacePath:
    return WorkspacePath("/w", name)


@given(before=TEXTS, after=TEXTS)
def test_line_edits_turn_one_text_into_the_other(before: Text, after: Text) -> None:
    edits = line_edits(before, after)
    assert before.apply(edits) == after
    assert bool(edits) == (before != after)


@given(base=TEXTS, ours=TEXTS, theirs=TEXTS)
def test_laws(base: Text, ours: Text, theirs: Text) -> None:
    assert merge(base, ours, theirs) == merge(base, theirs, ours)
    assert merge(base, ours, base) == ours
    assert merge(base, ours, ours) == ours


@st.composite
def disjoint_changes(draw: st.DrawFn) -> tuple[list[list[bytes]], list[list[bytes]], list[list[bytes]]]:
    """Blocks of lines: base, ours, theirs. At most one side changes a block, and between blocks stands a landmark."""
    base: list[list[bytes]] = []
    ours: list[list[bytes]] = []
    theirs: list[list[bytes]] = []
    block = st.lists(st.sampled_from([b"x\n", b"y\r\n", b"z\n"]), max_size=3)
    for number in range(draw(st.integers(1, 6))):
        old, new, who = draw(block), draw(block), draw(st.integers(0, 2))
        base.append(old)
        ours.append(new if who == 1 else old)
        theirs.append(new if who == 2 else old)
        for side in (base, ours, theirs):
            side.append([b"landmark %d\n" % number])
    return base, ours, theirs


def joined(blocks: list[list[bytes]]) -> Text:
    return Text(b"".join(line for block in blocks for line in block))


@given(disjoint_changes())
def test_disjoint_changes_are_both_kept(
    blocks: tuple[list[list[bytes]], list[list[bytes]], list[list[bytes]]],
) -> None:
    base, ours, theirs = blocks
    expected = [mine if mine != old else other for old, mine, other in zip(base, ours, theirs, strict=True)]
    assert merge(joined(base), joined(ours), joined(theirs)) == joined(expected)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (b"0\n1\nA\n3\n4\n", b"0\n1\n2\n3\nB\n", b"0\n1\nA\n3\nB\n"),
        (b"0\n1\nA\n3\n4\n", b"0\n1\nB\n3\n4\n", None),
        (b"0\n1\nA\n3\n4\n", b"0\n1\n2\nB\n4\n", None),  # side by side, as in git
        (b"0\n1\n2\n3\n4\nA\n", b"0\n1\n2\n3\n4\nB\n", None),
        (b"A\n0\n1\n2\n3\n4\n", b"0\n1\n2\n3\n4\nB\n", b"A\n0\n1\n2\n3\n4\nB\n"),
        (b"0\n1\n3\n4\n", b"0\n1\n2x\n3\n4\n", None),
        (b"0\n1\n3\n4\n", b"0\n1\n3\n4\nB\n", b"0\n1\n3\n4\nB\n"),
        (b"0\n1\nS\n3\n4\nA", b"0\n1\nS\n3\n4\n", b"0\n1\nS\n3\n4\nA"),  # the same change on both sides counts once
        (b"", b"0\n1\n2\n3\nB\n", None),
        (b"0\r\n1\r\n2\r\n3\r\n4\r\n", b"0\n1\n2\n3\nB\n", None),
        (b"0\n1\n2\n3\n4", b"A\n1\n2\n3\n4\n", b"A\n1\n2\n3\n4"),
    ],
)
def test_by_hand(ours: bytes, theirs: bytes, expected: bytes | None) -> None:
    merged = merge(Text(b"0\n1\n2\n3\n4\n"), Text(ours), Text(theirs))
    assert (merged.data if merged is not None else None) == expected


def test_what_is_merged_is_what_git_merges(tmp_path: Path) -> None:
    """Where both merge they agree; where git sees a conflict we never guess."""
    choose = random.Random(11)
    names = [str(tmp_path / name) for name in ("ours", "base", "theirs")]
    merged_by_both = 0
    for _ in range(150):
        lines = [b"line %d\n" % number for number in range(14)]
        sides = [list(lines), lines, list(lines)]
        for side in (sides[0], sides[2]):
            for _ in range(choose.randint(1, 2)):
                at = choose.randrange(len(side))
                side[at : at + choose.randrange(3)] = [b"new %d\n" % choose.randrange(99)] * choose.randrange(3)
        for name, side in zip(names, sides, strict=True):
            Path(name).write_bytes(b"".join(side))
        told = subprocess.run(["git", "merge-file", "-p", "-q", *names], capture_output=True, check=False)
        ours, base, theirs = (Text(b"".join(side)) for side in sides)
        merged = merge(base, ours, theirs)
        if merged is not None and told.returncode == 0:
            assert merged.data == told.stdout
            merged_by_both += 1
        assert merged is None or told.returncode == 0 or ours == theirs, "git sees a conflict"
    assert merged_by_both > 40


def test_a_large_file_of_repeating_lines_is_merged() -> None:
    lines = [b"    return None\n", b"\n", b"x = 1\n"] * 4_000
    ours, theirs = list(lines), list(lines)
    ours[3_000], theirs[9_000] = b"ours\n", b"theirs\n"
    expected = list(lines)
    expected[3_000], expected[9_000] = b"ours\n", b"theirs\n"
    merged = merge(*(Text(b"".join(side)) for side in (lines, ours, theirs)))
    assert merged == Text(b"".join(expected))


# Rebase ----------------------------------------------------------------------------------------------------------

A, B, C, D = path("a"), path("b"), path("c"), path("d")
TEXT = {A: BASE, B: Text(b"b\n"), C: Text(b"c\n")}
CHANGES = ChangeSet(
    base={one: text.digest for one, text in TEXT.items()},
    edits=(FileEdit(path=A, edits=(TextEdit(Span(2, 3), b"one"),)),),
    renames=(FileRename(old=B, new=path("moved")),),
    deletes=(C,),
    creates=(FileCreate(path=D, text=Text(b"d\n")),),
)


def test_nothing_typed_is_nothing_changed() -> None:
    assert rebase(CHANGES, TEXT, dict(TEXT)) == CHANGES


def test_what_was_typed_elsewhere_is_kept_and_the_base_is_the_present_text() -> None:
    typed = Text(BASE.data.replace(b"8\n", b"eight\n"))
    moved = rebase(CHANGES, TEXT, {**TEXT, A: typed, B: Text(b"typed\n")})
    assert moved.base == {A: typed.digest, B: Text(b"typed\n").digest, C: TEXT[C].digest}
    assert typed.apply(moved.edits[0].edits).data == BASE.data.replace(b"1\n", b"one\n").replace(b"8\n", b"eight\n")


def test_what_was_done_already_is_left_out() -> None:
    done = Text(BASE.data.replace(b"1\n", b"one\n"))
    moved = rebase(CHANGES, TEXT, {A: done, B: TEXT[B], C: None, D: Text(b"d\n")})
    assert (moved.edits, moved.deletes, moved.creates) == ((), (), ())
    assert moved.base == {B: TEXT[B].digest}


@pytest.mark.parametrize(
    ("now", "conflicts"),
    [
        ({A: Text(BASE.data.replace(b"1\n", b"uno\n"))}, ("a",)),
        ({A: Text(BASE.data.replace(b"2\n", b"two\n"))}, ("a",)),
        ({A: None}, ("a",)),
        ({B: None}, ("b",)),
        ({C: Text(b"typed\n")}, ("c",)),
        ({D: Text(b"another\n")}, ("d",)),
        ({path("moved"): Text(b"")}, ("moved",)),
        ({A: None, C: Text(b"typed\n"), D: Text(b"")}, ("a", "c", "d")),
    ],
)
def test_conflicts_are_named_all_together(now: dict[WorkspacePath, Text | None], conflicts: tuple[str, ...]) -> None:
    with pytest.raises(ChangeConflict) as caught:
        rebase(CHANGES, TEXT, {**TEXT, **now})
    assert caught.value.paths == conflicts
    assert caught.value.kind == "change_conflict"


def test_files_may_still_change_places() -> None:
    changes = ChangeSet(
        base={A: TEXT[A].digest, B: TEXT[B].digest},
        renames=(FileRename(old=A, new=B), FileRename(old=B, new=A)),
    )
    assert rebase(changes, {}, {A: Text(b"typed"), B: TEXT[B]}).renames == changes.renames


def test_a_base_text_of_another_digest_is_never_merged_with() -> None:
    with pytest.raises(ChangeConflict):
        rebase(CHANGES, {**TEXT, A: Text(b"wrong")}, {**TEXT, A: Text(BASE.data + b"typed\n")})


def test_many_conflicts_are_counted() -> None:
    names = [path(f"{number}") for number in range(8)]
    changes = ChangeSet(base=dict.fromkeys(names, "x"), deletes=tuple(names))
    with pytest.raises(ChangeConflict, match="and 3 more"):
        rebase(changes, {}, dict.fromkeys(names, Text(b"")))
