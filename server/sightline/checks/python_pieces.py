"""Python source parsed piece by piece, and what was read in it remembered by digest.

``ast.parse`` holds the interpreter, and with it the event loop, for as long as it runs, and so does freeing its tree:
half a second for 50,000 lines. A long module is parsed in pieces of whole statements, each let go before the next.
"""

from __future__ import annotations

import ast
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

from sightline.base.text import digest_of

#: A module of no more bytes is parsed whole, in a few milliseconds; pieces are about as long.
PIECE = 16 << 10
#: A piece that is no whole number of statements with so many bytes is given up: it takes about 35 ms.
MOST = 192 << 10
#: Where a statement begins if the text before is whole: at the margin, and with no word that goes on with another.
_BEGINNINGS = re.compile(rb"^(?:@|(?:def|class|async|import|from|if|for|while|with|try)\b)", re.MULTILINE)

_P = ParamSpec("_P")
_T = TypeVar("_T")


def parsed_pieces(source: bytes) -> Iterator[tuple[ast.Module, int]]:
    """The statements of a module in order, some at a time, and how many lines stand before each piece.

    Raises what ``ast.parse`` raises, and ``ValueError`` for a single statement that is too long.
    """
    at = lines = 0
    while at < len(source) or not at:
        end, tree = _piece(source, at)
        yield tree, lines
        lines += source.count(b"\n", at, end)
        at = max(end, 1)


def nodes_of(source: bytes) -> Iterator[tuple[ast.AST, int]]:
    """All nodes, each with the number of lines before its piece; those before what does not parse."""
    try:
        for tree, lines in parsed_pieces(source):
            yield from ((node, lines) for node in ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError):
        return


def _piece(source: bytes, start: int) -> tuple[int, ast.Module]:
    """The end of the shortest piece that parses, and its tree.

    What parses by itself and stops before the beginning of a statement ends where one does: no bracket, no string and
    no block is open there.
    """
    wanted = PIECE
    while True:
        beginning = _BEGINNINGS.search(source, start + wanted) if start + wanted < len(source) else None
        end = beginning.start() if beginning is not None else len(source)
        if end - start > MOST:
            raise ValueError("a statement is too long")
        try:
            return end, ast.parse(source[start:end].decode())
        except SyntaxError:
            if end == len(source):
                raise
            wanted = max(2 * wanted, end - start + 1)


def remembered(most: int) -> Callable[[Callable[Concatenate[bytes, _P], _T]], Callable[Concatenate[bytes, _P], _T]]:
    """As ``lru_cache``, but the source, the first argument, stands there as its digest: texts are not kept alive."""

    def around(read: Callable[Concatenate[bytes, _P], _T]) -> Callable[Concatenate[bytes, _P], _T]:
        known: OrderedDict[object, _T] = OrderedDict()
        lock = Lock()

        def answered(source: bytes, *args: _P.args, **kwargs: _P.kwargs) -> _T:
            key = (digest_of(source), args, tuple(sorted(kwargs.items())))
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key]
            answer = read(source, *args, **kwargs)
            with lock:
                known[key] = answer
                while len(known) > most:
                    known.popitem(last=False)
            return answer

        return answered

    return around
