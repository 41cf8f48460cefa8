"""``Prepared``: what of a text that is not all code is code, at the offsets it has in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: A name that the text uses in another spelling or place than code would: name, receiver, start, whether it is called,
#: bytes of the spelling (at least those of the name).
NamedUse = tuple[bytes, bytes, int, bool, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """``code`` and ``uses`` are as long as the text, blank where it holds something else.

    ``uses``: expressions outside the code, each a statement; what they declare is nobody's. ``language``: the
    ``LanguageSpec`` that reads both. ``named``: uses that stand in neither; those in ``guessed`` are uses only where
    the code binds the name. ``locals``: ranges (start, end) in which the text itself binds names. ``component``: the
    place that stands for the whole text as a value: the file's ``default``, should the code export none; empty for a
    text without a tag. ``sources``: modules whose exports are those of the text, with the place that names them.
    ``prefixed``: whether ``$name`` uses ``name``.
    """

    code: bytes
    uses: bytes
    language: Any
    named: tuple[NamedUse, ...] = ()
    guessed: tuple[NamedUse, ...] = ()
    locals: tuple[tuple[int, int, frozenset[bytes]], ...] = ()
    component: tuple[int, int] = (0, 0)
    sources: tuple[tuple[str, int, int], ...] = ()
    prefixed: bool = False
