"""What Sightline's graph says of the drawn sites."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from symbols.sites import DefinitionSite, Identity, Spot, TrueUse, UseSite, defines

from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.graph.answers import ReferencesAnswer, Symbol
from sightline.graph.facts import DefinitionKind, Reference
from sightline.graph.live import LiveGraph
from sightline.graph.view import GraphView
from sightline.workspace.live import LiveWorkspace

#: Confidences, best first; what is in none of them was not found.
ORDER = ("exact", "inferred", "name_only")
_TYPES = frozenset({DefinitionKind.INTERFACE, DefinitionKind.TYPE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OurUse:
    """``claims``: what the graph says a use may mean, with the best confidence of each.

    ``listed``: for each true target the confidence with which the uses of that target list this place, if they do.
    """

    claims: dict[str, str] = field(default_factory=dict[str, str])
    listed: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class OurReferences:
    """The places the graph lists for one definition by confidence, and whether it says that these are all."""

    places: dict[Spot, str]
    complete: bool
    milliseconds: float


class Asked:
    """The graph of one code base, built once. ``identity`` names what is defined at a spot, as the truth does.

    ``within``: the files that the truth reads. Of places in others it can say nothing: they are left out, and "these
    are all" is not counted where some were. ``types_apart``: a type and a value of one name are two definitions,
    and a class is asked for at its own name, not at its constructor.
    """

    def __init__(
        self,
        root: Path,
        identity: Callable[[Spot], Identity | None],
        within: Collection[str] | None = None,
        *,
        types_apart: bool = False,
    ) -> None:
        self._root = str(root.resolve())
        self._within = frozenset(within) if within is not None else None
        self._identity = identity
        self._types_apart = types_apart
        self.view: GraphView = asyncio.run(_built(self._root))
        self._references: dict[str, dict[int, Reference]] = {}
        self._symbols: dict[str, dict[str, list[Symbol]]] = {}

    def use(self, site: UseSite, true: TrueUse) -> OurUse:
        """The graph's word on one use, and whether the uses of its true targets hold it."""
        reference = self._references_in(site.spot.path).get(site.spot.start)
        if reference is None:
            return OurUse()
        claims: dict[str, str] = {}
        for symbol, confidence in self.view.resolve(self._path(site.spot.path), reference):
            name = self._name(symbol)
            claims[name] = _better(claims.get(name), confidence.value)
        listed: dict[str, str] = {}
        for target in true.targets:
            for symbol in self._symbols_in(target.name.partition("::")[0]).get(target.name, ()):
                for spot, confidence in self._places(self.view.references(symbol)):
                    if spot == site.spot:
                        listed[target.name] = _better(listed.get(target.name), confidence)
        return OurUse(claims=claims, listed=listed)

    def references(self, site: DefinitionSite) -> OurReferences | None:
        """All places that use a definition, the places that define it left out; ``None`` if it has no symbol."""
        symbols = self._defined_by(site)
        reference = self._references_in(site.spot.path).get(site.spot.start)
        if not symbols and reference is not None:  # an editor asks for the uses of what stands there
            known = self.view.resolve_known(self._path(site.spot.path), reference)
            symbols = [each for each in known if each.definition.name == site.name]
        if not symbols:
            return None
        began = time.process_time()
        answers = [self.view.references(symbol) for symbol in symbols]
        milliseconds = (time.process_time() - began) * 1_000
        places: dict[Spot, str] = {}
        unseen = False
        for answer in answers:
            for spot, confidence in self._places(answer):
                if self._within is not None and spot.path not in self._within:
                    unseen = True
                elif not defines(self._identity(spot), site):
                    places[spot] = _better(places.get(spot), confidence)
        complete = not unseen and all(answer.coverage.complete for answer in answers)
        return OurReferences(places=places, complete=complete, milliseconds=milliseconds)

    def _defined_by(self, site: DefinitionSite) -> Sequence[Symbol]:
        symbols = self._symbols_in(site.spot.path).get(site.identity.name, ())
        if not self._types_apart:
            return symbols
        own = [each for each in symbols if each.definition.name_span.start == site.spot.start]
        groups = {_group(each) for each in own}
        return [each for each in symbols if not own or _group(each) in groups]

    def _places(self, answer: ReferencesAnswer) -> list[tuple[Spot, str]]:
        return [
            (Spot(place.path.relative, place.reference.span.start), place.confidence.value) for place in answer.places
        ]

    def _name(self, symbol: Symbol) -> str:
        found = self._identity(Spot(symbol.path.relative, symbol.definition.name_span.start))
        return found.name if found is not None else symbol.identifier

    def _path(self, relative: str) -> WorkspacePath:
        return WorkspacePath(self._root, relative)

    def _references_in(self, path: str) -> dict[int, Reference]:
        if path not in self._references:
            facts = self.view.facts(self._path(path))
            found = facts.references if facts is not None else ()
            # Of several at one place the first, as an editor gets it: `{ name }` reads a variable, then fills a key.
            self._references[path] = {each.span.start: each for each in reversed(found)}
        return self._references[path]

    def _symbols_in(self, path: str) -> dict[str, list[Symbol]]:
        """Symbols of a file by the name of their identity."""
        if path not in self._symbols:
            found: dict[str, list[Symbol]] = {}
            for symbol in self.view.symbols(self._path(path)):
                found.setdefault(self._name(symbol), []).append(symbol)
            self._symbols[path] = found
        return self._symbols[path]


def _group(symbol: Symbol) -> str:
    """What stays apart from what has the same name: a type, the constructor of a class, anything else."""
    kind = symbol.definition.kind
    return "type" if kind in _TYPES else "constructor" if kind is DefinitionKind.METHOD else "value"


def _better(left: str | None, right: str) -> str:
    return right if left is None else min(left, right, key=ORDER.index)


async def _built(root: str) -> GraphView:
    system = real_system()
    workspace = LiveWorkspace(system, (root,))
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        graph = LiveGraph(system, f"{folder}/graph.sqlite")
        await graph.build(await workspace.scan(), workspace.view)
        view = graph.view
        await graph.close()
    return view
