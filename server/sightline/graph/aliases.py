"""Names that only stand for another: ``Base = other.Class``."""

from __future__ import annotations

from sightline.graph.ancestry import row_of
from sightline.graph.bound_names import VALUES
from sightline.graph.meanings import Answer, DefinitionMeaning, Found, Query, weakened
from sightline.graph.values import value_of


def through_alias(query: Query, found: Found) -> Answer:
    """Follows ``Base = other.Class``; anything else as it is."""
    row = row_of(query, found.meaning)
    if row is not None and row.kind in VALUES and row.alias and isinstance(found.meaning, DefinitionMeaning):
        return weakened(value_of(query, found.meaning), found.rank)
    return (found,)
