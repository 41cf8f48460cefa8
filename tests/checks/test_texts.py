"""Which lines of a text are lines of the text before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.texts import TouchedFile, new_ones, same_lines

lines = st.lists(st.sampled_from([b"a", b"b", b"c", b"", b"d = 1"]), max_size=12)


@given(lines, lines)
def test_lines_that_are_the_same_are_equal_and_in_order(before: list[bytes], after: list[bytes]) -> None:
    found = same_lines(before, after)
    assert all(before[old] == after[new] for new, old in found.items())
    ordered = [found[new] for new in sorted(found)]
    assert ordered == sorted(set(ordered))


@given(lines, lines, lines)
def test_what_stands_around_a_replaced_piece_is_kept(head: list[bytes], middle: list[bytes], tail: list[bytes]) -> None:
    found = same_lines([*head, b"old", *tail], [*head, *middle, b"new", *tail])
    assert len(found) >= len(head) + len(tail)


@given(lines)
def test_an_unchanged_text_is_the_same_throughout(text: list[bytes]) -> None:
    assert same_lines(text, text) == {line: line for line in range(len(text))}


@given(lines, lines, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.sampled_from([b"\n", b"\r\n"]))
def test_offsets_lead_to_the_same_bytes(before: list[bytes], after: list[bytes], old: bytes, new: bytes) -> None:
    """Also when the line ends were changed."""
    path = WorkspacePath("/w", "a.py")
    file = TouchedFile(path, path, Text(old.join(before)), Text(new.join(after)))
    assert file.before is not None and file.after is not None
    for line, start in enumerate(file.after.line_starts):
        content = file.after.line_text(line).encode()
        offset = file.old_offset(start)
        if offset is not None:
            assert file.before.data[offset : offset + len(content)] == content
        if content:
            assert file.is_new(Span(start, start + len(content))) is (offset is None)
    size = len(file.after.data) + 1
    for start, end in [(first, last) for first in range(size) for last in range(first, size)]:
        touched = range(file.after.line_of(start), file.after.line_of(max(start, end - 1)) + 1)
        is_new = any(file.old_offset(file.after.line_starts[line]) is None for line in touched)
        assert file.is_new(Span(start, end)) is is_new
    for line, shift in file.line_shifts.items():
        start = file.before.line_starts[line]
        assert file.old_offset(start + shift) == start


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_only_what_there_is_more_of_is_new(before: list[int], after: list[int]) -> None:
    found = new_ones(before, ((key, key) for key in after))
    assert sorted(found) == sorted(
        key for key in set(after) for _ in range(max(0, after.count(key) - before.count(key)))
    )


def test_very_long_changes_count_as_new_rather_than_take_minutes() -> None:
    before = [b"head", *(b"a%d" % number for number in range(3000)), b"tail"]
    after = [b"head", *(b"b%d" % number for number in range(3000)), b"tail"]
    assert same_lines(before, after) == {0: 0, 3001: 3001}
