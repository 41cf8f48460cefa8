"""Comparing what the graph says with the truth: precision, recall, coverage, and the errors themselves.

An edge is a pair of a place and an identity. Nothing is explained away: a difference is a miss or a wrong claim.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symbols.asked import ORDER, OurReferences, OurUse
from symbols.sites import BARE, CONSTRUCTORS, DefinitionSite, Spot, TrueUse, Truth, UseSite

#: What issue 3 asks for.
BARS = {
    "exact precision": 0.98,
    "inferred right": 0.85,
    "recall exact + inferred": 0.80,
    "recall exact + inferred, methods": 0.65,
    "recall of all": 0.95,
    "unused with a complete none": 0.60,
}
MISSED = "missed"
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JudgedUse:
    """One use with both answers."""

    site: UseSite
    true: TrueUse
    ours: OurUse


@dataclass(frozen=True, slots=True)
class JudgedDefinition:
    """One definition with both answers; ``ours`` is ``None`` where the graph has no such definition.

    ``listed``: the places the truth tool lists. Where the two differ, the tool is asked where the place leads:
    ``confirmed`` are places that only the graph lists and that lead to the definition by the tool's own word (it lists
    no uses under another name); ``refuted`` places that only the tool lists and that lead elsewhere.
    """

    site: DefinitionSite
    listed: frozenset[Spot]
    ours: OurReferences | None
    confirmed: frozenset[Spot] = frozenset()
    refuted: frozenset[Spot] = frozenset()

    @property
    def true(self) -> frozenset[Spot]:
        """All places that use the definition by the truth tool's word."""
        return (self.listed | self.confirmed) - self.refuted


def settled(truth: Truth, judged: JudgedDefinition) -> JudgedDefinition:
    """``judged`` after the truth was asked where the places in dispute lead."""
    places = judged.ours.places if judged.ours is not None else {}
    claimed = (spot for spot, confidence in places.items() if confidence != "name_only" and spot not in judged.listed)
    missing = (spot for spot in judged.listed if spot not in places)
    return replace(
        judged,
        confirmed=frozenset(spot for spot in claimed if _leads_to(truth, spot, judged.site)),
        refuted=frozenset(spot for spot in missing if _leads_to(truth, spot, judged.site) is False),
    )


def _leads_to(truth: Truth, spot: Spot, site: DefinitionSite) -> bool | None:
    """Whether a place leads to a definition, ``None`` for no answer; a class, called, leads to its own constructor."""
    found = truth.use(UseSite(spot, site.name, BARE))
    if not found.targets and not found.outside:
        return None
    names = {target.name for target in found.targets}
    owner = site.identity.name.rpartition(".")[0] if site.name in CONSTRUCTORS else None
    return site.identity.name in names or owner in names


@dataclass(frozen=True, slots=True)
class Example:
    """One error, for people to look at."""

    error: str
    text: str


def score_uses(judged: Sequence[JudgedUse]) -> tuple[Figures, list[Example]]:
    """Figures of the drawn uses: claims by confidence against the truth, and how the true edges were found."""
    right: Counter[str] = Counter()
    claimed: Counter[str] = Counter()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: list[int] = []
    examples: list[Example] = []
    for each in judged:
        targets = {target.name for target in each.true.targets}
        at = f"{each.site.spot.path}@{each.site.spot.start} {each.site.name}"
        for name, confidence in each.ours.claims.items():
            claimed[confidence] += 1
            right[confidence] += name in targets
            if name not in targets and confidence != "name_only":
                true = ", ".join(sorted(targets)) or "outside"
                examples.append(Example(f"{confidence} and wrong", f"{at}: {name}, truly {true}"))
        sizes += [len(each.ours.claims)] if "name_only" in each.ours.claims.values() else []
        for target in each.true.targets:
            how = _best(each.ours.claims.get(target.name), each.ours.listed.get(target.name))
            for group in ("all", target.kind, each.site.shape):
                found[group][how] += 1
            if how in (MISSED, "name_only"):
                examples.append(Example(f"{how}, {target.kind}", f"{at} -> {target.name}"))
    figures: Figures = {
        "uses": len(judged),
        "leading outside": sum(not each.true.targets for each in judged),
        "exact precision": _share(right["exact"], claimed["exact"]),
        "inferred right": _share(right["inferred"], claimed["inferred"]),
        "claims": dict(claimed),
        **_recalls(found),
        "by kind": {group: _group(counts) for group, counts in sorted(found.items())},
        "name-only candidates of a use": _sizes(sizes),
    }
    return figures, examples


def score_definitions(judged: Sequence[JudgedDefinition]) -> tuple[Figures, list[Example]]:
    """Figures of the drawn definitions: listed places against the true ones, and whether a "none" can be trusted."""
    right: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    claimed: Counter[str] = Counter()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: list[int] = []
    examples: list[Example] = []
    unused = none = wrong = 0
    for each in judged:
        places = each.ours.places if each.ours is not None else {}
        is_none = each.ours is not None and each.ours.complete and not places
        name = each.site.identity.name
        if each.true:
            wrong += is_none
        else:
            unused += 1
            none += is_none
        if is_none and each.true:
            examples.append(Example("a none that is wrong", f"{name}, truly {min(each.true)}"))
        elif not each.true and not is_none:
            examples.append(Example("no complete none", f"{name}: {len(places)} places"))
        sizes.append(sum(confidence == "name_only" for confidence in places.values()))
        for spot, confidence in places.items():
            claimed[confidence] += 1
            right[confidence] += spot in each.true
            listed[confidence] += spot in each.listed
            if spot not in each.true and confidence != "name_only":
                examples.append(Example(f"{confidence} place and wrong", f"{name} at {spot.path}@{spot.start}"))
        for spot in each.true:
            how = places.get(spot, MISSED)
            for group in ("all", each.site.identity.kind):
                found[group][how] += 1
            if how == MISSED:
                examples.append(Example("missed place", f"{name} at {spot.path}@{spot.start}"))
    times = [each.ours.milliseconds for each in judged if each.ours is not None]
    figures: Figures = {
        "definitions": len(judged),
        "without a symbol": sum(each.ours is None for each in judged),
        "places confirmed though not listed": sum(len(each.confirmed) for each in judged),
        "places refuted though listed": sum(len(each.refuted) for each in judged),
        "exact precision by the list alone": _share(listed["exact"], claimed["exact"]),
        "recall of all by the list alone": _listed_recall(judged),
        "exact precision": _share(right["exact"], claimed["exact"]),
        "inferred right": _share(right["inferred"], claimed["inferred"]),
        "claims": dict(claimed),
        **_recalls(found),
        "by kind": {group: _group(counts) for group, counts in sorted(found.items())},
        "unused by the truth": unused,
        "unused with a complete none": _share(none, unused),
        "used with a complete none": wrong,
        "name-only places of a definition": _sizes(sizes),
        "milliseconds": _sizes(times),
    }
    return figures, examples


def _listed_recall(judged: Sequence[JudgedDefinition]) -> float | None:
    found = sum(len(each.listed.intersection(each.ours.places)) for each in judged if each.ours is not None)
    return _share(found, sum(len(each.listed) for each in judged))


def below_the_bar(figures: Figures) -> list[str]:
    """Each figure that misses what issue 3 asks for."""
    missed = [
        f"{name}: {figures[name]} < {bar}"
        for name, bar in BARS.items()
        if figures.get(name) is not None and figures[name] < bar
    ]
    wrong = figures.get("used with a complete none")
    return [*missed, *([f"used with a complete none: {wrong} > 0"] if wrong else [])]


def _recalls(found: dict[str, Counter[str]]) -> Figures:
    every = found["all"]
    return {
        "recall exact + inferred": _recall(every, ORDER[:2]),
        "recall exact + inferred, methods": _recall(found["method"], ORDER[:2]),
        "recall of all": _recall(every, ORDER),
    }


def _group(counts: Counter[str]) -> Figures:
    return {
        "true": counts.total(),
        **{confidence: counts[confidence] for confidence in (*ORDER, MISSED)},
        "exact + inferred": _recall(counts, ORDER[:2]),
        "of all": _recall(counts, ORDER),
    }


def _recall(counts: Counter[str], confidences: Iterable[str]) -> float | None:
    return _share(sum(counts[confidence] for confidence in confidences), counts.total())


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _best(*confidences: str | None) -> str:
    return min((each for each in confidences if each is not None), key=ORDER.index, default=MISSED)


def _sizes(values: Sequence[float]) -> Figures:
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}
    at = min(int(len(ordered) * 0.95), len(ordered) - 1)
    return {
        "count": len(ordered),
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[at], 2),
        "max": round(ordered[-1], 2),
    }
