"""Packing by a vocabulary that counts exactly, which is a thousand times slower than an estimate.

The pieces are packed by the estimate; the vocabulary counts the whole text, says by how much the estimate is off for
it, and the pieces are packed again by the estimate put right. The budget then holds as the model itself counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from sightline.context.slices import ContextPack

#: Tokens of a text of some kind, see ``models/tokens.py``.
CountTokens = Callable[[str, str], int]

#: A text over so much of the budget uses it well enough; one under it is packed once more where something was left out.
_GOOD_SHARE = 0.93
#: What an estimate that was put right may still be off by, for the text that comes of it is another one.
_SLACK = 1.01
#: Rounds after which the estimate is raised instead of put right: some texts are estimated ever too low.
_ROUNDS = 3
_STEP = 1.15


@dataclass(frozen=True, slots=True)
class ExactCount:
    """How a model counts: ``exact`` by its own vocabulary, ``estimate`` fast."""

    estimate: CountTokens
    exact: Callable[[str], int]


def pack_exactly(pack: Callable[[CountTokens], ContextPack], count: ExactCount, budget: int) -> ContextPack:
    """What ``pack`` makes of the budget, at most ``budget`` tokens as the model counts; its ``tokens`` are those."""
    made = pack(count.estimate)
    size = _size(made, count.exact)
    best = replace(made, tokens=size) if size <= budget else None
    if best is not None and (not made.dropped or size >= budget * _GOOD_SHARE):
        return best
    factor = 1.0
    for number in range(1_000):
        factor *= size / made.tokens * _SLACK if number < _ROUNDS and made.tokens and size else _STEP
        made = pack(_scaled(count.estimate, factor))
        size = _size(made, count.exact)
        if size <= budget:
            made = replace(made, tokens=size)
            return made if best is None or size > best.tokens else best
        if best is not None:
            return best
    raise AssertionError("at some factor no piece fits")


def _size(pack: ContextPack, exact: Callable[[str], int]) -> int:
    return exact(pack.text + pack.told) if pack.text else 0


def _scaled(count: CountTokens, factor: float) -> CountTokens:
    return lambda text, kind: ceil(count(text, kind) * factor)
