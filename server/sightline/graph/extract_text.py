"""``ParsedText``: one text with its tree and the captures of its language's query, as extractors read them.

Knows tree-sitter, but no language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias

from tree_sitter import Node, Parser, Query, QueryCursor, Range, Tree

from sightline.graph.lent_bytes import take_back
from sightline.graph.raw_facts import ProblemRow
from sightline.graph.unread import MAXIMUM_PROBLEMS
from sightline.languages.spec import LanguageSpec, query_source

Span2: TypeAlias = tuple[int, int]

#: Bytes that the parser or a query may take in one go; both keep the interpreter to themselves meanwhile.
PIECE = 1 << 15

#: Bytes that the text of a node may cost at first.
_SMALL_PIECE = 64

_ERROR = "error"
_ERRORS = f"[(ERROR) (MISSING)] @{_ERROR}"

#: How often in a row a parser may be found no further than before. In 9,000 files of 14 languages it was 3 at most, in
#: 3,000 levels of nesting 85, at the end of a file of 90 KB that is one error to the grammar 385 (types of hono: call
#: signatures without semicolons). A thousand take about 15 ms.
_MOST_STALLS = 1_000

#: How often it may be asked at all, and how often more for every KB. Of 8,700 texts of all languages, 2,400 of them
#: broken, none took more than 23 for a KB; of one that is broken in an unlucky way 6 KB can take a million: 15 s.
_MOST_ASKED = 20_000
_ASKED_FOR_A_KILOBYTE = 200

#: Balancing a tree takes one question per 136 bytes at most in those files (a table of C).
_BYTES_PER_BALANCING = 32


class CutAcross(Exception):
    """The part of a text that was captured does not hold whole statements, so that it cannot be read alone."""


@dataclass(frozen=True, slots=True)
class ParsedText:
    """``captures`` are lists of nodes by capture name, in no order: py-tree-sitter collects them in sets."""

    data: bytes
    tree: Tree
    captures: dict[str, list[Node]]
    language: LanguageSpec
    within: Span2 | None = None  # the part of the text that was captured, if not all of it
    in_parts: bool = False  # captured part by part: what is empty may be missing where it lies at a seam

    def nodes(self, name: str) -> list[Node]:
        """The nodes captured as ``name``, in source order."""
        return sorted(self.captures.get(name, ()), key=_start_of)

    def spans(self, name: str) -> list[Span2]:
        """Byte ranges of the nodes captured as ``name``, in source order."""
        return sorted([node.byte_range for node in self.captures.get(name, ())])

    def starts(self, name: str) -> list[int]:
        """First bytes of the nodes captured as ``name``, ascending."""
        return sorted([node.start_byte for node in self.captures.get(name, ())])

    def ends(self, name: str) -> list[int]:
        """Ends of the nodes captured as ``name``, in no order."""
        return [node.end_byte for node in self.captures.get(name, ())]

    def columns(self, *names: str) -> list[tuple[Span2, ...]]:
        """Byte ranges of several captures of one pattern, side by side.

        Holds for patterns whose matches nest in the same order by each capture. Should broken code give a match more of
        one than of the others, there are none. Raises :class:`CutAcross` for that in a part of a text, and in a text
        that was captured part by part.
        """
        spans = [self.spans(name) for name in names]
        if len({len(column) for column in spans}) == 1:
            return list(zip(*spans, strict=True))
        if self.within is not None or self.in_parts:
            raise CutAcross
        return []

    def pairs(self, first: str, second: str) -> list[tuple[Span2, Span2]]:
        """:meth:`columns` of two captures."""
        return [(left, right) for left, right in self.columns(first, second)]

    def node_pairs(self, first: str, second: str) -> list[tuple[Node, Node]]:
        """The nodes of :meth:`pairs`."""
        if not self.pairs(first, second):
            return []
        left, right = (sorted(self.captures.get(name, ()), key=_range_of) for name in (first, second))
        return list(zip(left, right, strict=True))


_start_of: Callable[[Node], int] = attrgetter("start_byte")
_range_of: Callable[[Node], Span2] = attrgetter("byte_range")


def _place_of(node: Node) -> tuple[Span2, str]:
    """An order even where two are missing at one place."""
    return node.byte_range, node.type


class EndlessParse(Exception):
    """The grammar cannot get past a place of the text: its recovery from an error goes round in a circle, or tries more
    than anybody can wait for.
    """


class LongParse(Exception):
    """Parsing takes more steps than whoever asked for it can wait for. It says nothing of the text's facts."""


class _Progress:
    """Stops a parser that gets no further; counted, not timed, so that the same text always ends the same way.

    It is asked after every 100 steps of the parser (``OP_COUNT_PER_PARSER_CALLBACK_CHECK`` of tree-sitter). At the end
    of the text the finished tree is balanced, in steps that the text's length bounds. ``steps``: how often it may be
    asked at all.
    """

    __slots__ = ("balancing", "end", "furthest", "left", "stalled", "steps")

    def __init__(self, data: bytes, steps: int | None, within: Span2) -> None:
        self.steps = steps
        self.end = within[0] + len(data[slice(*within)].rstrip())  # where the last token ends, as the parser counts
        self.balancing = (within[1] - within[0]) // _BYTES_PER_BALANCING
        self.left = _MOST_ASKED + _ASKED_FOR_A_KILOBYTE * (within[1] - within[0]) // 1_024
        self.furthest = -1
        self.stalled = 0

    @property
    def too_long(self) -> bool:
        """Whether the steps are used up."""
        return self.steps is not None and self.steps < 0

    def __call__(self, offset: int, _has_error: object) -> bool:
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                return True
        self.left -= 1
        if self.left < 0:
            return True
        if offset > self.furthest:
            self.furthest = offset
            self.stalled = 0
            return False
        self.stalled += 1
        return self.stalled > _MOST_STALLS + (self.balancing if offset >= self.end else 0)


def parsed(
    data: bytes,
    language: LanguageSpec,
    old_tree: Tree | None = None,
    *,
    steps: int | None = None,
    within: Span2 | None = None,
) -> Tree:
    """The tree of a text, or of the part of it ``within`` two offsets.

    The text is handed to the parser piece by piece: so other threads get their turns. The parser otherwise keeps the
    interpreter for the whole of it, 100 ms for every megabyte; each text has a parser of its own, since those turns are
    other threads' chance to parse. Raises :class:`EndlessParse`, and :class:`LongParse` when more than ``steps``
    (hundreds of the parser's own; ``None`` for any number) would be needed.
    """
    data = data if language.spelled is None else language.spelled(data)
    try:
        tree = _parsed_as_spelled(data, language, old_tree, steps=steps, within=within)
    except EndlessParse:
        tree = _parsed_otherwise(data, language, steps=steps, within=within)
        if tree is None:
            raise
        return tree
    if not tree.root_node.has_error:
        return tree
    other = _parsed_otherwise(data, language, steps=steps, within=within)
    return other if other is not None and not other.root_node.has_error else tree


def _parsed_otherwise(data: bytes, language: LanguageSpec, *, steps: int | None, within: Span2 | None) -> Tree | None:
    """The tree of a text as its language spells it otherwise; ``None`` where it does not, or that is endless too."""
    other = language.respelled(data) if language.respelled is not None else data
    if other == data:
        return None
    try:
        return _parsed_as_spelled(other, language, None, steps=steps, within=within)
    except EndlessParse:
        return None


def _parsed_as_spelled(
    data: bytes, language: LanguageSpec, old_tree: Tree | None, *, steps: int | None, within: Span2 | None
) -> Tree:
    """The tree of a text that the parser gets just so."""
    pieces = _Pieces(data, b"\n" if language.needs_final_newline else b"")
    parser, progress = Parser(language.grammar()), _Progress(data, steps, within or (0, len(data)))
    if within is not None:
        parser.included_ranges = [Range((0, 0), (0, 0), *within)]  # nobody asks for rows and columns
    try:
        if old_tree is None:
            tree = parser.parse(pieces, progress_callback=progress)
        else:
            tree = parser.parse(pieces, old_tree, progress_callback=progress)
    except ValueError as error:  # all that py-tree-sitter says of a parser that was stopped
        raise (LongParse if progress.too_long else EndlessParse)(language.name) from error
    finally:
        take_back(pieces.lent)
    pieces.parsing = False
    return tree


class _Pieces:
    """A text, cut as it is asked for: in large pieces by the parser; in small ones by ``Node.text``, which asks it too.

    Most nodes are a few bytes long, and a large piece for each cost more than parsing the text. One that goes on
    asking gets more each time.
    """

    __slots__ = ("_after", "_data", "_next", "_size", "lent", "parsing")

    def __init__(self, data: bytes, after: bytes) -> None:
        self.parsing = True
        self.lent: list[bytes] = []
        self._data = data
        self._after = after
        self._next = -1
        self._size = _SMALL_PIECE

    def __call__(self, at: int, _point: object) -> bytes:
        data = self._data
        if at >= len(data):
            return self._after[at - len(data) :]
        if at == len(data) - 1:
            # The whole interpreter shares bytes that are one long, where they are cut from bytes: none is lent. The
            # parser asks for the last one alone, and a copy of it with each keystroke would stay for good.
            return data[at:]
        if self.parsing:
            # A copy even of the whole text: nobody else may refer to what is lent.
            piece = memoryview(data)[at : at + PIECE].tobytes()
            self.lent.append(piece)
            return piece
        self._size = min(self._size * 4, PIECE) if at == self._next else _SMALL_PIECE
        self._next = at + self._size
        return data[at : self._next]


@cache
def _query_for(language: LanguageSpec, errors: str = "") -> Query:
    return Query(language.grammar(), f"{query_source(language)}\n{errors}")


@cache
def _error_query_for(language: LanguageSpec) -> Query:
    return Query(language.grammar(), _ERRORS)


def captured(data: bytes, tree: Tree, language: LanguageSpec, *, at_once: bool = False) -> ParsedText:
    """Runs the language's query over the tree, once; over a long text part by part, so that threads get their turns.

    ``at_once``: over a long text too, which a broken one may need (see ``ParsedText.in_parts``).

    No progress callback is ever passed: in tree-sitter 0.26 it crashes the process.
    """
    if len(data) <= PIECE or at_once or not language.in_parts:
        # Errors are compared with every node, which a text that has none need not pay for.
        query = _query_for(language, _ERRORS if tree.root_node.has_error else "")
        return ParsedText(data, tree, QueryCursor(query).captures(tree.root_node), language)
    captures: dict[str, dict[Node, None]] = {}
    # At the seam of two parts an error may be found in neither: see ``_errors``.
    query = _query_for(language)
    for start in range(0, len(data), PIECE):
        cursor = QueryCursor(query)
        cursor.set_byte_range(start, start + PIECE)
        # What reaches into several parts is found in each of them. Sorted here, so that nobody sorts all at once.
        for name, nodes in cursor.captures(tree.root_node).items():
            captures.setdefault(name, {}).update(dict.fromkeys(sorted(nodes, key=_start_of)))
    found = {name: list(nodes) for name, nodes in captures.items()}
    return ParsedText(data, tree, found, language, in_parts=True)


def captured_within(data: bytes, tree: Tree, language: LanguageSpec, start: int, end: int) -> ParsedText:
    """The captures that lie inside ``start..end``; costs only as much as what lies there.

    Raises :class:`CutAcross` when a captured node lies across one of the ends: then these are no whole statements.
    """
    cursor = QueryCursor(_query_for(language))
    cursor.set_byte_range(start, max(end, start + 1))
    captures: dict[str, list[Node]] = {}
    for name, nodes in cursor.captures(tree.root_node).items():
        inside = [node for node in nodes if node.start_byte >= start and node.end_byte <= end]
        if len(inside) != len(nodes) and any(_lies_across(node, start, end) for node in nodes):
            raise CutAcross
        captures[name] = inside
    return ParsedText(data, tree, captures, language, (start, end))


def _lies_across(node: Node, start: int, end: int) -> bool:
    first, last = node.byte_range
    return (first < start < last < end) or (start < first < end < last)


def syntax_problems(text: ParsedText) -> list[ProblemRow]:
    """The first syntax errors of what was captured, with spans."""
    if not text.tree.root_node.has_error:
        return []
    errors = text.captures.get(_ERROR) or _errors(text)
    found = [node for node in errors if node.is_missing or node.start_byte < node.end_byte]
    if text.within is not None:
        found = _inside(found, *text.within)
    rows: list[ProblemRow] = []
    for node in sorted(found, key=_place_of)[:MAXIMUM_PROBLEMS]:
        start, end = node.byte_range
        if node.is_missing:
            rows.append(("syntax", f"{node.type} is missing here.", start, end))
        else:
            shown = text.data[start : min(end, start + 40)].decode("utf-8", "replace").strip().split("\n")[0]
            rows.append(("syntax", f"Unexpected {shown!r}.", start, end))
    return rows


def _errors(text: ParsedText) -> list[Node]:
    """The errors of a text that was captured part by part, or of the part that was captured.

    Of a long text they too are looked for part by part: at once, 50,000 lines kept all threads waiting for 50 ms. The
    parts overlap, since an error at the seam of two may be found in neither.
    """
    found: dict[Node, None] = {}
    first, last = text.within or (0, len(text.data) + 1)  # the parser may have got one line end more than the text has
    for start in range(first, max(last, first + 1), PIECE):
        cursor = QueryCursor(_error_query_for(text.language))
        cursor.set_byte_range(max(start - 1, 0), min(start + PIECE, last) + 1)
        found.update(dict.fromkeys(cursor.captures(text.tree.root_node).get(_ERROR, [])))
    return list(found)


def _inside(nodes: list[Node], start: int, end: int) -> list[Node]:
    """The errors inside ``start..end``. One that touches an end may belong to either side."""
    if any(node.start_byte <= start <= node.end_byte or node.start_byte <= end <= node.end_byte for node in nodes):
        raise CutAcross
    return [node for node in nodes if node.start_byte > start and node.end_byte < end]


def root_of(data: bytes, language: LanguageSpec) -> Node | None:
    """The tree of a text; ``None`` where the grammar cannot get through it."""
    try:
        return parsed(data, language).root_node
    except EndlessParse:
        return None


def field_of(node: Node, name: str) -> Any:
    """The child of a field, or ``None``."""
    return node.child_by_field_name(name)


def plain(text: bytes) -> str:
    """Source text on one line: runs of white space become one space."""
    return " ".join(text.decode("utf-8", "replace").split())
