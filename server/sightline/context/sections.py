"""Cuts a long piece into sections: what is ranked and shown of a function of two hundred lines.

A piece of up to :data:`LONGEST` lines is one section. A longer one is cut where a reader would pause: at blank lines,
and where the code is least indented; never right before a closing bracket or an ``else``. Pure; knows no language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

#: A section has at most so many lines; where there is a choice, about so many. Found on the development half of
#: contextbench: whole definitions at 4,000 tokens showed 59 % of the changed places, these sections 63 %.
LONGEST, USUAL = 24, 14

#: The shortest section that is cut off, in lines; what is left at the end may be as short as the last number.
_SHORTEST, _REST = 7, 4

#: What a blank line, and a line right before one, are worth as the place of a cut; what stands on one costs.
_AFTER_BLANK, _BEFORE_BLANK, _GOES_ON = 3.0, 2.5, 2.0

#: Columns of indentation that cost as much as 1.
_INDENTATION = 4.0

_CONTINUES = re.compile(r"[})\]]|(?:else|elif|except|finally|catch|case)\b")


def sections(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Ranges of one-based lines that make up ``first``..``last``, in order, without blank lines between them.

    ``lines`` holds the text of these lines alone: ``lines[0]`` is line ``first``.
    """
    at = first
    while last - at + 1 > LONGEST:
        places = range(at + _SHORTEST, min(at + LONGEST, last - _REST))
        _, cut = max((_worth(lines, first, at, place), -place) for place in places)
        cut = -cut
        end = cut - 1
        while end > at and not lines[end - first].strip():
            end -= 1
        yield at, end
        at = cut
        while at < last and not lines[at - first].strip():
            at += 1
    yield at, last


def _worth(lines: Sequence[str], first: int, at: int, cut: int) -> float:
    """How well a section from ``at`` ends before line ``cut``."""
    here, before, after = lines[cut - first], lines[cut - 1 - first], lines[cut + 1 - first]
    text = here.strip()
    worth = _AFTER_BLANK if not before.strip() else _BEFORE_BLANK if not text else 0.0
    leading = here if text else after
    worth -= (len(leading) - len(leading.lstrip())) / _INDENTATION
    worth -= abs(cut - at - USUAL) / USUAL
    return worth - _GOES_ON if _CONTINUES.match(text) else worth
