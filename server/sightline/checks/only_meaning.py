"""Whether a use of which only the name is known can mean but one definition."""

from __future__ import annotations

import re

from sightline.checks.definitions import Group
from sightline.checks.language import is_go, is_typed_script
from sightline.checks.matching import Matching, Use
from sightline.graph.answers import Symbol
from sightline.graph.facts import Definition
from sightline.graph.view import GraphView

#: With more definitions of the same name left, a use by name alone most likely means one of those.
MOST_NAMESAKES = 3
#: Names of several words, which somebody made up.
_COMPOUND = re.compile(r"[a-z0-9][A-Z]|[A-Za-z]_[A-Za-z]|^[a-z]{12,}$")


def is_only_meaning(matching: Matching, group: Group, use: Use, *, left: int = 0) -> bool:
    """Whether a use by name of a typed language can mean nothing but the member that went.

    No other definition bore the name before the edit, ``left`` do after it, and the file sees the one that did: it is
    the same file, one of the same package, or one that imports it. Plain words may be names of libraries as well.
    """
    symbol = group[0]
    name, path = symbol.definition.name, symbol.path
    typed = (is_go(path) and is_go(use[0])) or (is_typed_script(path) and is_typed_script(use[0]))
    if _stands_for_another(symbol.definition):
        return False
    if not typed or symbol.definition.parent < 0 or len(group) != 1 or not _COMPOUND.search(name):
        return False
    before, after = matching.given.before, matching.given.after
    if namesakes(before, symbol) != 1 or namesakes(after, symbol) != left:
        return False
    beside = is_go(path) and path.relative.rpartition("/")[0] == use[0].relative.rpartition("/")[0]
    return use[0] == path or beside or any(edge.target == path for edge in before.dependencies(use[0]))


def _stands_for_another(definition: Definition) -> bool:
    """Whether a member of an object is no more than a name: ``{ insert }``, which may be somebody else's."""
    return definition.alias == definition.name and definition.span == definition.name_span


def namesakes(view: GraphView, gone: Symbol) -> int:
    """How many definitions bear the name, counted up to more than :data:`MOST_NAMESAKES`.

    With many left, a use by name alone most likely means one of those.
    """
    name, count = gone.definition.name, 0
    for file in view.state.defining(name):
        index = view.index(view.state.table.path_of(file))
        count += sum(row.name == name for row in index.definitions) if index is not None else 0
        if count > MOST_NAMESAKES:
            break
    return count
