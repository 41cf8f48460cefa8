"""What may give a use in TypeScript a meaning although the definition that it led to is gone."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.checks.definitions import Removed
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching
from sightline.checks.recall import symbols_of
from sightline.checks.script_globals import is_global
from sightline.graph.facts import Definition, DefinitionKind
from sightline.graph.unbound import is_bound_at_top

_VALUES = (DefinitionKind.VARIABLE, DefinitionKind.ATTRIBUTE)


def is_global_now(matching: Matching, path: WorkspacePath, name: str) -> bool:
    """Whether a file binds a name no more, and a declaration for all programs may do it instead."""
    after = matching.given.after
    index = after.index(path)
    unbound = index is not None and not is_bound_at_top(index, name)
    return unbound and is_global(matching.given.before, after, path, name)


def has_declared_type(matching: Matching, removed: Removed) -> bool:
    """Whether the key of an object literal went whose variable is of a written type: that says which members it has.

    So does what a call gives, where the literal became its argument, and what another name stands for.
    """
    symbol, file = removed.symbol, removed.file.new
    if file is None or not is_typed_script(file):
        return False
    names = symbol.qualified_name.split(".")
    around = {".".join(names[:end]) for end in range(1, len(names))}
    return any(
        each.qualified_name in around and each.definition.kind in _VALUES and _is_told_elsewhere(each.definition)
        for each in symbols_of(matching.given.after, file)
    )


def _is_told_elsewhere(value: Definition) -> bool:
    return value.annotation != "" or value.value != "" or value.alias != ""
