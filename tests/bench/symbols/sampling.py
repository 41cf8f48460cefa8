"""Drawing sites by a seed, and asking the truth about them as they are drawn."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass

from symbols.sites import ATTRIBUTE_CALL, DefinitionSite, Source, Spot, TrueUse, Truth, UseSite, defines

#: Sites of which the truth knows no target in the code base are drawn beside those that count, up to this many for one.
_MOST_MISSES = 20


@dataclass(frozen=True, slots=True)
class DrawnUses:
    """The uses drawn, in the order they were drawn. ``silent``: sites of which the truth said nothing that counts."""

    known: tuple[tuple[UseSite, TrueUse], ...]
    silent: int


def draw_uses(source: Source, truth: Truth, seed: int, wanted: int) -> DrawnUses:
    """Draws until ``wanted`` uses have a target in the code base, half of them calls of attributes.

    Those that lead outside of it are kept: a claim about them is wrong.
    """
    known: list[tuple[UseSite, TrueUse]] = []
    silent = 0
    pool = sorted(source.uses())
    for calls in (True, False):
        sites = [site for site in pool if (site.shape == ATTRIBUTE_CALL) is calls]
        random.Random(f"{seed} {calls}").shuffle(sites)
        left = wanted // 2 if calls else wanted - wanted // 2
        for site in sites[: left * _MOST_MISSES]:
            true = truth.use(site)
            if true.targets or true.outside:
                known.append((site, true))
                left -= bool(true.targets)
            else:
                silent += 1
            _say(f"{source.name}: {left} {'attribute calls' if calls else 'other uses'} to go")
            if not left:
                break
    return DrawnUses(tuple(known), silent)


def draw_definitions(
    source: Source, truth: Truth, seed: int, wanted: int, counts: Callable[[DefinitionSite], bool] = lambda _: True
) -> list[tuple[DefinitionSite, frozenset[Spot]]]:
    """Draws ``wanted`` definitions with all places that use them, the places that define them left out.

    ``counts``: says which definitions are drawn from.
    """
    sites = [site for site in sorted(source.definitions()) if counts(site)]
    random.Random(f"{seed} definitions").shuffle(sites)
    drawn: list[tuple[DefinitionSite, frozenset[Spot]]] = []
    for site in sites:
        if len(drawn) == wanted:
            break
        found = truth.references(site)
        if found is not None:
            drawn.append((site, frozenset(spot for spot in found if not defines(source.identity(spot), site))))
        _say(f"{source.name}: {wanted - len(drawn)} definitions to go")
    return drawn


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}   ", end="", file=sys.stderr, flush=True)
