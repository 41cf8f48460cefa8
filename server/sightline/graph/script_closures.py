"""Types with what is known of the type parameters in them.

The same type is the same value however it was come by: a type parameter that stands alone is what it is known to be,
and what a text does not speak of is left out, so that circles of types are seen to be circles.
"""

from __future__ import annotations

import re
from typing import Final

from sightline.graph.bound_names import OPEN
from sightline.graph.meanings import Place, TypeMeaning

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
#: Types in types in types that are kept; what lies deeper is forgotten.
_DEEPEST = 2
#: Stands among type parameters where a branch of a conditional type is looked at: one in another says nothing, for
#: types that compute themselves have endless branches.
INSIDE: Final = ("?", TypeMeaning(Place(-1, -1), ""))
_MARKS = (INSIDE, OPEN)


def closed_type(place: Place, text: str) -> TypeMeaning:
    """The type ``text`` as it is at ``place``."""
    for name, known in place.bound:
        if name == text:
            return known
    words = set(_WORD.findall(text)) if place.bound else set[str]()
    needed = tuple(each for each in place.bound if each in _MARKS or _is_needed(each, words))
    return TypeMeaning(place._replace(offset=0, bound=needed), text)


def _is_needed(each: tuple[str, TypeMeaning], words: set[str]) -> bool:
    """``this`` stands for an instance, whose own type parameters lie one deeper."""
    name, meaning = each
    return name in words and _depth(meaning) < _DEEPEST + (name == "this")


def _depth(meaning: TypeMeaning) -> int:
    return 1 + max((_depth(each) for _, each in meaning.place.bound), default=0)
