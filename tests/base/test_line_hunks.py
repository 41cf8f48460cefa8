"""Hunks must be true, apart from one another, and the shortest where it is cheap to say."""

from __future__ import annotations

import random
from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base import line_hunks as module
from sightline.base.line_hunks import Hunk, line_hunks, split_lines
from sightline.base.text import Text
from support.patience import least_cpu_seconds

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\n", b"d\r"]), max_size=12)


@given(st.lists(st.sampled_from(["a", "\r", "\n", "\r\n", "\f", "\u2028", "é"]), max_size=12).map("".join))
def test_lines_joined_are_the_text(string: str) -> None:
    text = Text.of(string)
    lines = split_lines(text)
    assert b"".join(lines) == text.data
    assert all(lines)
    assert all(line.count(b"\n") + line.count(b"\r") - line.count(b"\r\n") <= 1 for line in lines)


def check(before: list[bytes], after: list[bytes]) -> list[Hunk]:
    hunks = line_hunks(before, after)
    at = new_at = 0
    for hunk in hunks:
        assert before[at : hunk.start] == after[new_at : hunk.new_start], "what lies between two hunks is equal"
        assert hunk.start < hunk.end or hunk.new_start < hunk.new_end, "no hunk is empty"
        at, new_at = hunk.end, hunk.new_end
    assert before[at:] == after[new_at:]
    assert all(left.end < right.start and left.new_end < right.new_start for left, right in pairwise(hunks))
    return hunks


@given(before=LINES, after=LINES)
def test_hunks_are_true_and_apart(before: list[bytes], after: list[bytes]) -> None:
    check(before, after)


@given(before=LINES, after=LINES)
def test_hunks_are_true_when_the_budget_is_used_up(before: list[bytes], after: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BUDGET", 5)
        check(before, after)


def common(before: list[bytes], after: list[bytes]) -> int:
    """Length of the longest common subsequence, by the book."""
    table = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for left, line in enumerate(before):
        for right, other in enumerate(after):
            same = table[left][right] + 1 if line == other else max(table[left][right + 1], table[left + 1][right])
            table[left + 1][right + 1] = same
    return table[-1][-1]


@given(
    before=st.lists(st.sampled_from([b"a", b"b"]), max_size=9),
    after=st.lists(st.sampled_from([b"a", b"b"]), max_size=9),
)
def test_without_unique_lines_the_edit_is_the_shortest(before: list[bytes], after: list[bytes]) -> None:
    before, after = before * 2, after * 2  # so that no line is unique
    kept = len(before) - sum(hunk.end - hunk.start for hunk in check(before, after))
    assert kept == common(before, after)


def test_unique_lines_anchor_what_a_shortest_edit_would_tear_apart() -> None:
    before = [b"def one():\n", b"    pass\n", b"\n", b"def two():\n", b"    pass\n"]
    after = [
        b"def one():\n",
        b"    pass\n",
        b"\n",
        b"def new():\n",
        b"    pass\n",
        b"\n",
        b"def two():\n",
        b"    pass\n",
    ]
    assert check(before, after) == [Hunk(3, 3, 3, 6)]


def test_large_texts_take_no_quadratic_time() -> None:
    choose = random.Random(1)
    unique = [b"%d\n" % number for number in range(30_000)]
    edited = list(unique)
    for at in choose.sample(range(30_000), 300):
        edited[at] = b"edited\n"
    repeated = [choose.choice([b"a\n", b"b\n"]) for _ in range(20_000)]
    other = [choose.choice([b"a\n", b"b\n", b"c\n"]) for _ in range(20_000)]

    def compared() -> None:
        assert len(check(unique, edited)) > 250
        check(unique, unique[::-1])
        check(repeated, other)
        check(repeated, [*repeated[:9_000], b"x\n", *repeated[9_000:]])

    assert least_cpu_seconds(compared, 4.0) < 4.0, "measured: 0.4 s"


def test_as_good_as_difflib_on_ordinary_edits() -> None:
    choose = random.Random(2)
    worse = 0
    for _ in range(60):
        before = [choose.choice([b"x = %d\n" % choose.randrange(40), b"\n", b"    return\n"]) for _ in range(60)]
        after = list(before)
        for _ in range(3):
            at = choose.randrange(len(after))
            after[at : at + choose.randrange(3)] = [b"new %d\n" % choose.randrange(9)] * choose.randrange(3)
        ours = sum(hunk.end - hunk.start + hunk.new_end - hunk.new_start for hunk in check(before, after))
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        theirs = sum(i2 - i1 + j2 - j1 for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")
        worse += ours > theirs
    assert worse <= 2
