"""``Dialect``: what differs between the languages that ``extract_common.py`` reads; and the values a dialect returns.

A dialect names nothing of other files and looks at nothing but the nodes it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import NamedTuple

from tree_sitter import Node

from sightline.graph.extract_text import ParsedText
from sightline.graph.facts import DefinitionKind
from sightline.graph.raw_facts import ImportRow, ParameterRow, ProblemRow

#: Kinds of definitions in which others lie.
HOLDING = frozenset(
    kind.value
    for kind in (
        DefinitionKind.FUNCTION,
        DefinitionKind.METHOD,
        DefinitionKind.CLASS,
        DefinitionKind.INTERFACE,
        DefinitionKind.TYPE,
        DefinitionKind.ENUM,
        DefinitionKind.EXTENSION,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one node defines. Offsets are bytes of the text.

    ``name``: the span of the name. ``body``: where the body begins; the end of the node if there is none. ``holds``:
    whether other definitions may lie in it (by default what its kind says). ``owner``: the span of the name of the type
    it belongs to, when it stands outside of that type's own braces (a Go method, a Rust ``impl``); a type of that name
    in the same text becomes its parent, or an ``EXTENSION`` is made. ``bound``: spans of further names bound in the
    body (a receiver, named results). ``type_parameters``: spans of names that are seen from the first of them, or the
    name, to the end.
    """

    kind: str
    start: int
    end: int
    name: tuple[int, int]
    body: int
    parameters: tuple[ParameterRow, ...] | None = None
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    annotation: str = ""
    value: str = ""
    alias: str = ""
    exported: bool = True
    holds: bool | None = None
    owner: tuple[int, int] | None = None
    bound: tuple[tuple[int, int], ...] = ()
    type_parameters: tuple[tuple[int, int], ...] = ()


class Use(NamedTuple):
    """A reference the query cannot tell: ``kind`` as in ``REFERENCE_CODE``, ``receiver`` is dotted text or ``?``."""

    start: int
    end: int
    kind: int
    receiver: bytes


class LocalType(NamedTuple):
    """What is said of the type of a local name at ``start..end``: one of the three texts, or none.

    ``at``: an offset in the scope the name is bound in, where that is not the one the name stands in (a receiver).
    ``within``: the block in which the name has this type; all of its function if there is none.
    """

    start: int
    end: int
    annotation: str = ""
    value: str = ""
    alias: str = ""
    at: int = -1
    within: tuple[int, int] = (0, 0)


class Later(NamedTuple):
    """A name at ``start..end`` that is bound from ``at`` on, up to ``to``, and not before (Rust's ``let``)."""

    start: int
    end: int
    at: int
    to: int


def _nothing(text: ParsedText) -> tuple[()]:  # noqa: ARG001  the dialect's signature
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the captures of one language become facts.

    ``define``: the definitions of a node captured as ``definition`` (usually one). ``imports``: the imports of a text;
    ``enclosing`` is filled in by place. ``uses``: further references; identifiers there are left out otherwise.
    ``later``: names captured as ``local`` that are bound only behind a place. ``local_types``: what is said of the
    types of local variables. ``problems``: constructs that hide names (macros,
    computed includes). ``foreign``: bare names that mean nothing of the project unless the text binds them.
    ``separators``: what stands between the names of a dotted name besides the dot. ``gap``: bytes that may stand
    between a callee and its arguments. ``no_use`` matches words that are no uses wherever they stand. ``before_dot``:
    the path of what stands before the last dot of a ``member``, where that is no dotted name; empty if it has none.
    """

    define: Callable[[Node, bytes], Iterable[Parts]]
    imports: Callable[[ParsedText], Iterable[ImportRow]]
    uses: Callable[[ParsedText], Iterable[Use]] = _nothing
    later: Callable[[ParsedText], Iterable[Later]] = _nothing
    local_types: Callable[[ParsedText], Iterable[LocalType]] = _nothing
    problems: Callable[[ParsedText], Iterable[ProblemRow]] = _nothing
    foreign: frozenset[bytes] = frozenset()
    no_use: Pattern[bytes] | None = None
    separators: tuple[bytes, ...] = ()
    gap: bytes = b" \t\r\n\f\\"
    before_dot: Callable[[Node], bytes] | None = None

    def reading_before(self, members: Mapping[int, Node]) -> Callable[[int], bytes] | None:
        """:attr:`before_dot` of the member that ends at an offset; ``None`` where the language says nothing of it."""
        read = self.before_dot
        return None if read is None else lambda end: read(members[end]) if end in members else b""
