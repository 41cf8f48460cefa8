"""Sections make up the piece they are of, none is long, and they end where a reader would pause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Text
from sightline.context.access import definitions_of
from sightline.context.chunks import chunks_of, sections_of
from sightline.context.sections import LONGEST, sections
from support.graphs import graph_of, path

LINES = st.sampled_from(["", "    x = 1", "  y()", "}", "    else:", "        deep()", "top()"])


def test_what_is_short_is_one_section() -> None:
    lines = ["x"] * LONGEST
    assert list(sections(lines, 5, 4 + LONGEST)) == [(5, 4 + LONGEST)]


def test_a_long_piece_is_cut_at_blank_lines() -> None:
    block = [f"    step_{number}()" for number in range(12)]
    lines = ["def f():", *block, "", *block, "", *block]
    assert list(sections(lines, 1, len(lines))) == [(1, 13), (15, 26), (28, 39)]


def test_no_section_begins_with_the_end_of_a_block() -> None:
    lines = ["if a:", *["    step()"] * 12, "else:", *["    other()"] * 20]
    assert all(not lines[first - 1].startswith("else") for first, _ in sections(lines, 1, len(lines)))


@given(st.lists(LINES, min_size=1, max_size=150), st.integers(1, 1000))
def test_each_line_with_text_is_in_exactly_one_section(lines: list[str], first: int) -> None:
    found = list(sections(lines, first, first + len(lines) - 1))
    covered = [line for begin, end in found for line in range(begin, end + 1)]
    assert covered == sorted(set(covered))
    assert {first + number for number, line in enumerate(lines) if line.strip()} <= set(covered)
    assert all(end - begin < LONGEST for begin, end in found)


def test_sections_know_their_place_and_the_first_has_the_head() -> None:
    body = "".join(f"    step_{number}()\n" for number in range(60))
    view = graph_of({"m.py": f"import os\n\n\ndef long_one():\n{body}"})
    text = view.workspace.read(path("m.py")).text
    head, *rest = [
        chunk for chunk in sections_of(text, chunks_of(text, definitions_of(view, path("m.py")))) if chunk.parts > 1
    ]
    assert (head.first, head.head, head.part) == (4, True, 0)
    assert [chunk.part for chunk in rest] == list(range(1, head.parts))
    assert not any(chunk.head for chunk in rest)
    assert {chunk.definition for chunk in (head, *rest)} == {head.definition}


def test_a_file_of_one_line_has_one_section() -> None:
    text = Text.of("x = 1")
    assert [(chunk.part, chunk.parts) for chunk in sections_of(text, chunks_of(text, ()))] == [(0, 1)]
