"""What an edit does to definitions: which are gone, which take other arguments, which are new.

Definitions are the same when their file (followed through renames) and their qualified name are. Several of one name
(overloads, property setters, both branches of an ``if``) are one definition here. Who uses them is another file's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.checks.check import CheckInput
from sightline.checks.language import is_script
from sightline.checks.recall import groups_of, symbols_of
from sightline.checks.texts import TouchedFile
from sightline.graph.answers import Symbol
from sightline.graph.facts import Definition, DefinitionKind
from sightline.graph.view import GraphView
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.registry import family_of

CLASSES = frozenset({DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.ENUM})
FUNCTIONS = frozenset({DefinitionKind.FUNCTION, DefinitionKind.METHOD})

#: Symbols of one qualified name in one file, in source order.
Group = tuple[Symbol, ...]
Groups = Mapping[str, Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A definition that is gone. ``successor`` is what seems to have taken its place: a new name, or a new file."""

    file: TouchedFile
    group: Group
    successor: Symbol | None = None
    regrouped: bool = False  # it is still there, in a file of another package or namespace

    @property
    def symbol(self) -> Symbol:
        """The first of the group."""
        return self.group[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """A definition that is still there, with another signature, other decorators or other bases."""

    file: TouchedFile
    before: Group
    after: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A definition that was not there."""

    file: TouchedFile
    group: Group


@dataclass(slots=True, kw_only=True)
class DefinitionChanges:
    """All changes of definitions in one edit."""

    removed: list[Removed] = field(default_factory=list[Removed])
    altered: list[Altered] = field(default_factory=list[Altered])
    added: list[Added] = field(default_factory=list[Added])


def definition_changes(given: CheckInput, files: Sequence[TouchedFile]) -> DefinitionChanges:
    """Compares the definitions of the touched files."""
    changes = DefinitionChanges()
    for file in files:
        before, after = groups_of(given.before, file.old), groups_of(given.after, file.new)
        regrouped = _namespaces(file.old, before) != _namespaces(file.new, after)
        for name, defined in before.items():
            group, other = _without_extensions(defined, after.get(name, ()))
            if other and regrouped and group[0].definition.parent < 0 and group[0].definition.kind is not _NAMESPACE:
                changes.removed.append(Removed(file=file, group=group, regrouped=True))
            elif not other or (_left_the_module(group, other) and not _is_script_member(given.before, group[0])):
                changes.removed.append(Removed(file=file, group=group))
            elif _signatures(group) != _signatures(other):
                changes.altered.append(Altered(file=file, before=group, after=other))
        changes.added += (Added(file=file, group=group) for name, group in after.items() if name not in before)
    changes.removed = [_with_successor(removed, changes.added) for removed in _outermost(changes.removed)]
    return changes


def _without_extensions(before: Group, after: Group) -> tuple[Group, Group]:
    """Where a file defines a type, what it only adds to that type (methods in Go) does not stand in for it."""
    defined = tuple(symbol for symbol in before if symbol.definition.kind is not DefinitionKind.EXTENSION)
    if not defined:
        return before, after
    return defined, tuple(symbol for symbol in after if symbol.definition.kind is not DefinitionKind.EXTENSION)


def _namespaces(path: WorkspacePath | None, groups: Groups) -> frozenset[str]:
    """The packages or namespaces whose files see one another's names, as a file declares them."""
    rules = IMPORT_RULES.get(family_of(path)) if path is not None else None
    if rules is None or not rules.own_namespace:
        return frozenset()
    return frozenset(name for name, group in groups.items() if group[0].definition.kind is _NAMESPACE)


def parent_name(symbol: Symbol) -> str:
    """Qualified name of the definition around a symbol, empty at module level."""
    return symbol.qualified_name.rpartition(".")[0]


def parent_of(view: GraphView, symbol: Symbol) -> Symbol | None:
    """The definition around a symbol of ``view``."""
    index = symbol.definition.parent
    symbols = symbols_of(view, symbol.path)
    return symbols[index] if 0 <= index < len(symbols) else None


def owner_of(view: GraphView, symbol: Symbol) -> Symbol | None:
    """The class directly around a symbol of ``view``."""
    parent = parent_of(view, symbol)
    return parent if parent is not None and parent.definition.kind in CLASSES else None


def _signatures(group: Group) -> tuple[tuple[object, ...], ...]:
    """What callers and heirs depend on. Annotations are not among it: no type is checked here."""
    return tuple(_signature(symbol.definition) for symbol in group if symbol.definition.kind is not _ATTRIBUTE)


_ATTRIBUTE = DefinitionKind.ATTRIBUTE
_NAMESPACE = DefinitionKind.NAMESPACE


def _signature(definition: Definition) -> tuple[object, ...]:
    parameters = definition.parameters
    shape = None if parameters is None else tuple((p.name, p.kind, p.has_default) for p in parameters)
    return definition.kind, shape, definition.decorators, definition.bases


def _left_the_module(before: Group, after: Group) -> bool:
    """Whether other files can no longer name what they could (``export`` was taken away)."""
    return any(symbol.definition.exported for symbol in before) and not any(s.definition.exported for s in after)


def _is_script_member(view: GraphView, symbol: Symbol) -> bool:
    """Whether a symbol is a member of a class in a script: ``hidden_members.py`` says what is private there."""
    return is_script(symbol.path) and owner_of(view, symbol) is not None


def _outermost(removed: Sequence[Removed]) -> Iterator[Removed]:
    """Without what went only because the definition around it went."""
    gone = {(row.file.path, row.symbol.qualified_name) for row in removed}
    for row in removed:
        parents = row.symbol.qualified_name.split(".")[:-1]
        if not any((row.file.path, ".".join(parents[:end])) in gone for end in range(1, len(parents) + 1)):
            yield row


def _with_successor(removed: Removed, added: Sequence[Added]) -> Removed:
    """The same name elsewhere, or the only new name of the same kind in the same place."""
    definition, parent = removed.symbol.definition, parent_name(removed.symbol)
    same_kind = [row for row in added if row.group[0].definition.kind is definition.kind]
    moved = [row for row in same_kind if row.group[0].definition.name == definition.name]
    beside = [row for row in same_kind if row.file is removed.file and parent_name(row.group[0]) == parent]
    alike = [row for row in beside if row.group[0].definition.parameters == definition.parameters]
    chosen = moved or alike or beside
    return Removed(file=removed.file, group=removed.group, successor=chosen[0].group[0] if len(chosen) == 1 else None)
