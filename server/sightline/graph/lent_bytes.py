"""Gets back what py-tree-sitter borrows for good: each piece of text that its parser asks a function for.

Version 0.26 keeps a reference to every ``bytes`` a read function returned (``parser_read_wrapper``), for ever: each
keystroke would cost the length of the text. Whether the installed version does so is tried out once, on the first
parse; where it does not, nothing happens here.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from typing import cast

import tree_sitter_python
from tree_sitter import Language, Parser

#: Bytes objects shorter than this may be shared by the whole interpreter.
_SHORTEST = 2
_PROBE = b"text = 'a text of its own'\n"

_release = cast("Callable[[bytes], None]", ctypes.pythonapi.Py_DecRef)
ctypes.pythonapi.Py_DecRef.argtypes = [ctypes.py_object]
ctypes.pythonapi.Py_DecRef.restype = None


def take_back(lent: list[bytes]) -> None:
    """Frees ``lent``, what a parser was given by a function and is done with; empties the list.

    The list must hold the only reference to each.
    """
    kept = _kept_for_good()
    while lent:
        piece = lent.pop()
        if kept and len(piece) >= _SHORTEST:
            for _ in range(_references(piece) - _unkept()):
                _release(piece)


def _references(piece: bytes) -> int:
    return sys.getrefcount(piece)


@cache
def _unkept() -> int:
    """References to a piece that only a variable of :func:`take_back` holds."""
    fresh = [memoryview(_PROBE).tobytes()]
    piece = fresh.pop()
    return _references(piece)


@cache
def _kept_for_good() -> bool:
    """Whether a parser keeps what it was given even when it and its tree are gone."""
    given: list[bytes] = []

    def read(at: int, _point: object) -> bytes:
        if at >= len(_PROBE):
            return b""
        given.append(memoryview(_PROBE)[at:].tobytes())
        return given[-1]

    Parser(Language(tree_sitter_python.language())).parse(read)
    piece = given.pop()
    return _references(piece) > _unkept()
