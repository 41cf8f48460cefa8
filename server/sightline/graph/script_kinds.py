"""Which kinds of TypeScript's declarations make a type, a value, or both.

Source: the TypeScript handbook, "Declaration Merging" ("Basic Concepts").
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sightline.graph.facts import DefinitionKind

#: What is no value, and what is no type. Classes and enumerations are both.
TYPES_ALONE = frozenset({DefinitionKind.INTERFACE.value, DefinitionKind.TYPE.value})
VALUES_ALONE = frozenset(
    {
        DefinitionKind.FUNCTION.value,
        DefinitionKind.METHOD.value,
        DefinitionKind.VARIABLE.value,
        DefinitionKind.ATTRIBUTE.value,
        DefinitionKind.NAMESPACE.value,
    }
)


def is_apart(kinds: AbstractSet[str]) -> bool:
    """Whether declarations of one name and these kinds are two things; a class or enumeration ties them together."""
    return (
        not kinds.isdisjoint(TYPES_ALONE) and not kinds.isdisjoint(VALUES_ALONE) and kinds <= TYPES_ALONE | VALUES_ALONE
    )
