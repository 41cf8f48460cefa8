"""Uses of a definition that are more than uses of its name, without asking every file that has the word.

A Python file can mean a definition by the rules of the language only if a chain of imports leads from it to the file
of the definition, or to a package around that: how large the rest of the workspace is does not matter.
"""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.checks.import_run import packages_around
from sightline.checks.language import is_python
from sightline.checks.recall import reaching_of
from sightline.graph.answers import Confidence, Place, Symbol
from sightline.graph.references import Limit
from sightline.graph.view import MOST_PLACES, GraphView


def known_uses(view: GraphView, symbol: Symbol) -> list[Place]:
    """Places that mean a symbol of ``view`` exactly, or as far as is inferred; of other languages those by name too."""
    if not is_python(symbol.path):
        return list(view.references(symbol).places)
    places = view.references(symbol, limit=Limit(MOST_PLACES, among=files_reaching(view, symbol.path))).places
    return [place for place in places if place.confidence is not Confidence.NAME_ONLY]


def files_reaching(view: GraphView, path: WorkspacePath) -> frozenset[int]:
    """Numbers of the files from which a chain of imports leads to a file or to a package around it."""
    kept = reaching_of(view)
    if path not in kept:
        own = (view.state.table.id_of(each) for each in (path, *packages_around(view, path)))
        waiting = [each for each in own if each is not None]
        found = set(waiting)
        for each in waiting:
            news = [source for source in view.state.importers(each) if source not in found]
            found.update(news)
            waiting += news
        kept[path] = frozenset(found)
    return kept[path]
