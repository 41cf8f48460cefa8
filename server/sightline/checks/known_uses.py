"""Uses of a definition that are more than uses of its name, without asking every file that has the word.

A Python file can mean a definition by the rules of the language only if a chain of imports leads from it to the file
of the definition, or to a package around that: how large the rest of the workspace is does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.checks.language import is_python
from sightline.graph.answers import Place, Symbol
from sightline.graph.references import Limit
from sightline.graph.view import MOST_PLACES, GraphView

#: Files from which no imports lead to a definition, up to which they are asked whether they use it by name.
MOST_BEYOND = 50
_KNOWN = Limit(MOST_PLACES, known=True)
_BY_NAME = Limit(MOST_PLACES, beyond=MOST_BEYOND)


def known_uses(view: GraphView, symbol: Symbol) -> Sequence[Place]:
    """Places that mean a symbol of ``view`` exactly, or as far as is inferred; of other languages those by name too."""
    return view.references(symbol, limit=_KNOWN if is_python(symbol.path) else MOST_PLACES).places


def likely_uses(view: GraphView, symbol: Symbol) -> Sequence[Place]:
    """Those places, and uses by name alone where the name is no everyday word in files that do not lead there."""
    return view.references(symbol, limit=_BY_NAME).places


def unasked_files(view: GraphView, symbol: Symbol) -> int:
    """How many files :func:`likely_uses` did not look at: uses by name alone may stand in them."""
    return view.references(symbol, limit=_BY_NAME).coverage.unvisited


def known_heirs(view: GraphView, symbol: Symbol) -> Sequence[Symbol]:
    """Classes directly below one of ``view``; of other languages those too that only name such a class."""
    return view.subclasses(symbol, known=is_python(symbol.path))


def known_overrides(view: GraphView, symbol: Symbol) -> Sequence[Symbol]:
    """Members below one of ``view`` that bear its name, in the classes of :func:`known_heirs`."""
    return view.overrides(symbol, known=is_python(symbol.path))
