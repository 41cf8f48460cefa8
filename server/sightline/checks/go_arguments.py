"""The arguments of Go calls as the text writes them: how many values they are, and which calls stand among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.recall import facts_of, text_of
from sightline.graph.facts import CallShape, Reference, ReferenceKind
from sightline.graph.view import GraphView

TEXT = re.compile(rb"\"(?>(?:\\.|[^\"\\\n])*)\"|`[^`]*+`|'(?>(?:\\.|[^'\\\n])*)'|//[^\n]*+")
BLANK = b" \t\r\n,"
#: Bytes of arguments that are looked through for the closing bracket.
_LONGEST = 5_000
#: Types and functions of the language that give one value, called by their plain name. A file may give such a name
#: another meaning; nobody does so with several values.
_ONE_VALUE = frozenset(
    b"bool byte complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 "
    b"uint32 uint64 uintptr append cap complex imag len make max min new real".split()
)
_NOBODY = Reference(name="", span=Span(0, 0), kind=ReferenceKind.CALL)


def go_call(call: CallShape) -> CallShape:
    """A call as :func:`go_parameters` counts it: what is handed over as a whole is one argument."""
    return replace(call, positional=call.positional + 1, splat=False) if call.splat else call


def only_argument(view: GraphView, path: WorkspacePath, reference: Reference) -> Reference | None:
    """The name called in the only argument of a call, ``None`` if that is no call.

    A reference of no name stands for a call whose name nobody can tell.
    """
    text, facts = text_of(view, path), facts_of(view, path)
    if text is None or facts is None:
        return _NOBODY
    start = text.data.find(b"(", reference.span.end)
    end = closing(text.data, start)
    argument = text.data[start + 1 : end].rstrip(BLANK)
    if not argument.endswith(b")"):
        return None
    inner = next((at for at in openings(argument) if closing(argument, at) == len(argument) - 1), -1)
    if argument[: max(inner, 0)] in _ONE_VALUE:
        return None
    return next((row for row in facts.references if row.span.end == start + 1 + inner), _NOBODY)


def openings(data: bytes, signs: bytes = b"(") -> Iterator[int]:
    """Where one of some brackets stands."""
    return (at for at, byte in enumerate(data) if byte in signs)


def closing(data: bytes, start: int) -> int:
    """The bracket that closes the one at ``start``; the end of a long text if it is not found soon."""
    depth, end = 0, start
    for end in range(start, min(len(data), start + _LONGEST)):
        byte = data[end : end + 1]
        depth += (byte in (b"(", b"[", b"{")) - (byte in (b")", b"]", b"}"))
        if depth == 0:
            break
    return end
