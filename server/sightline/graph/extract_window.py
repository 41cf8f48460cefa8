"""The part of a long text that has to be parsed again after an edit: some statements at its top, with one more on
either side that must come out as it was.

tree-sitter's incremental parse can cost as much as parsing everything behind the edit: at a token without width (the
end of a Python block) it throws away the old node that begins there, however much lies in it. Statements at the top of
a text that parse without an error, with the one before and the one behind them as they were, are the same in a parse of
the whole.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from tree_sitter import Node, Tree

from sightline.graph.extract_run import Run
from sightline.graph.extract_text import Span2


class Window(NamedTuple):
    """The statements ``first..last`` at the top of a text, which begin at ``start`` and end before ``end``.

    The first and the last of them are the margins, where there are statements before and behind.
    """

    first: int
    last: int
    start: int
    end: int


def statement_starts(tree: Tree) -> array[int]:
    """Where the statements at the top of a text begin, comments left out."""
    return array("I", [node.start_byte for node in tree.root_node.children if not node.is_extra])


def window_of(data: bytes, starts: array[int], edit: Span2, margins: tuple[int, int]) -> Window:
    """What to parse again when ``edit`` is replaced in ``data``, with so many statements before and behind.

    Its ends are where lines begin: what stands before has no say in the indentation of what follows.
    """
    first = max(bisect_left(starts, edit[0]) - 1 - margins[0], 0)
    while first > 0 and data[starts[first] - 1] not in b"\r\n":
        first -= 1
    last = min(bisect_right(starts, edit[1]) + margins[1], len(starts))
    while last < len(starts) and data[starts[last] - 1] not in b"\r\n":
        last += 1
    return Window(first, last, starts[first] if first else 0, starts[last] if last < len(starts) else len(data))


def window_between(starts: array[int], start: int, end: int) -> Window:
    """The window of which only the offsets are known."""
    return Window(bisect_left(starts, start), bisect_left(starts, end), start, end)


def starts_after(starts: array[int], window: Window, trees: tuple[Tree, Tree], run: Run) -> array[int] | None:
    """``starts`` of the new text; ``None`` unless the window tells of it what parsing the whole would.

    ``trees`` are those of the window before and after the edit.
    """
    before, after = (_statements(tree.root_node) for tree in trees)
    if [node.start_byte for node in before] != starts[window.first : window.last].tolist():
        return None
    left, right = window.first > 0, window.last < len(starts)
    if (left or right) and not (before and after):
        return None
    if left and not (_is_same(before[0], after[0], 0) and run.start > after[0].end_byte):
        return None
    if right and not (_is_same(before[-1], after[-1], run.delta) and run.new_end < after[-1].start_byte):
        return None
    inside = array("I", [node.start_byte for node in after])
    behind = array("I", [start + run.delta for start in starts[window.last :]])
    return starts[: window.first] + inside + behind


def _statements(root: Node) -> list[Node]:
    return [node for node in root.children if not node.is_extra]


def _is_same(before: Node, after: Node, delta: int) -> bool:
    places = (before.start_byte + delta, before.end_byte + delta) == after.byte_range
    return places and before.type == after.type and not before.has_error and not after.has_error
