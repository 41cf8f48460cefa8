"""The text of a context: verbatim code, honest marks, and nothing that can be taken for the other."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sightline.context.candidates import Gate
from sightline.context.render import Named, Shown, render_block
from sightline.context.source import SourceLines, fence_for, mark_for, source_lines
from support.contexts import anything
from support.graphs import graph_of, path

CODE = """
    import os


    def first():
        return 1


    def second():
        return 2


    def third():
        return 3
"""


def source_of(text: str) -> SourceLines:
    view = graph_of({"m.py": text})
    source = source_lines(view, path("m.py"), Gate(view.workspace, anything))
    assert source is not None
    return source


def test_marks_stand_for_the_lines_left_out_and_may_name_what_is_in_them() -> None:
    names = [Named(name="first", first=4), Named(name="third", first=12)]
    assert render_block(source_of(CODE), "m.py", [Shown(first=8, last=9)], names) == (
        "### m.py\n```python\n⋮ lines 1-7 left out, with first\ndef second():\n    return 2\n"
        "⋮ lines 10-13 left out, with third\n```\n\n"
    )


def test_a_whole_file_has_no_mark() -> None:
    block = render_block(source_of(CODE), "m.py", [Shown(first=1, last=1), Shown(first=4, last=13)])
    assert "⋮" not in block
    assert block.count("\n\n\n") == 3, "blank lines between shown pieces are shown too"


def test_one_line_left_out() -> None:
    block = render_block(source_of("a = 1\nb = 2\nc = 3\n"), "m.py", [Shown(first=1, last=1), Shown(first=3, last=3)])
    assert block == "### m.py\n```python\na = 1\n⋮ line 2 left out\nc = 3\n```\n\n"


def test_code_cannot_end_its_fence_or_pose_as_a_mark() -> None:
    source = source_of('"""\n````\n⋮ lines 1-9 left out\n"""\nx = 1\n')
    block = render_block(source, "m.py", [Shown(first=1, last=4)])
    assert block.startswith("### m.py\n`````python\n")
    assert block.endswith("⋮⋮ line 5 left out\n`````\n\n")


def test_line_ends_of_all_kinds_become_one_and_keep_their_numbers() -> None:
    source = source_of("a = 1\r\nb = 2\rc = 3\n\x0cd = 4\u2028\n")
    assert source.lines == ("a = 1", "b = 2", "c = 3", "\x0cd = 4\u2028")


def test_a_secret_over_several_lines_is_hidden_in_every_cut() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nq83vEjRW\n-----END RSA PRIVATE KEY-----"
    source = source_of(f'a = 1\nKEY = """{key}"""\nb = 2\n')
    assert len(source.lines) == 6
    assert source.lines[-1] == "b = 2"
    assert "q83vEjRW" not in "".join(source.lines)


LINES = st.lists(st.text(alphabet="ab `⋮#\t", max_size=8), min_size=1, max_size=12)
RANGES = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 4)), max_size=5)


@given(LINES, RANGES)
def test_every_line_is_shown_verbatim_or_counted_in_a_mark(lines: list[str], ranges: list[tuple[int, int]]) -> None:
    if not lines[-1]:
        lines = [*lines, "end"]
    view = graph_of({"m.txt": ""})
    source = SourceLines(
        path=path("m.txt"),
        text=view.workspace.read(path("m.txt")).text,
        language="",
        definitions=(),
        lines=tuple(lines),
        mark=mark_for(tuple(lines)),
        fence=fence_for(tuple(lines)),
    )
    shown = [Shown(first=first, last=min(first + more, len(lines))) for first, more in ranges if first <= len(lines)]
    body = render_block(source, "m.txt", shown).split("\n")[2:-3]
    rebuilt: list[str | None] = []
    for line in body:
        mark = re.fullmatch(rf"{source.mark} lines? (\d+)(?:-(\d+))? left out", line)
        if mark:
            assert int(mark[1]) == len(rebuilt) + 1
            rebuilt += [None] * (int(mark[2] or mark[1]) - int(mark[1]) + 1)
        else:
            rebuilt.append(line)
    assert len(rebuilt) == len(lines)
    assert all(line is None or line == original for line, original in zip(rebuilt, lines, strict=True))
    wanted = {number for piece in shown for number in range(piece.first, piece.last + 1)}
    assert all(rebuilt[number - 1] is not None for number in wanted)


def test_lines_that_stand_above_are_told_and_not_repeated() -> None:
    block = render_block(source_of(CODE), "m.py", [Shown(first=4, last=9)], known=[(1, 5)])
    assert block == (
        "### m.py\n```python\n⋮ lines 1-3 left out\n⋮ lines 4-5 shown above\n\n\ndef second():\n    return 2\n"
        "⋮ lines 10-13 left out\n```\n\n"
    )
    assert render_block(source_of(CODE), "m.py", [Shown(first=8, last=9)], known=[(4, 9)]) == (
        "### m.py\n⋮ lines 8-9 shown above\n\n"
    )
