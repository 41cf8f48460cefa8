"""Units: sets of files that see one another's names with no import (a Go package, the files of a Java package or of a
C# namespace), and what an import of such a set leads to.

A namespace is declared by a definition of kind ``NAMESPACE`` at the top of a file; it holds no other definition. An
import of a unit needs those of its files that define, at the top, what the importer names.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import NamedTuple
from zlib import crc32

from sightline.base.paths import WorkspacePath
from sightline.graph.codec import name_key
from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.layouts import Layouts
from sightline.graph.slices import at_once
from sightline.graph.state import GraphState
from sightline.graph.unit_uses import ANY, Role, Use, added_in, after_dot, alone, members_in, uses_in
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.import_rules import ImportRules
from sightline.languages.registry import family_of, language_of


class TopNames(NamedTuple):
    """What a file says at its top: the namespaces it declares, the names it defines, the types it extends.

    ``reachable``: dotted names of all that its types hold, members of values and of functions left out. ``uses``: how
    what it defines can be used; ``added``: the same of the names it adds to types;
    ``members``: names of the members of its types, with what they can be used as; ``rootless``: those of
    ``names`` that stand in none of the namespaces.
    """

    namespaces: frozenset[str]
    names: frozenset[str]
    extended: frozenset[str]
    reachable: frozenset[str]
    uses: Mapping[str, frozenset[Use]]
    added: Mapping[str, frozenset[Use]]
    members: frozenset[tuple[str, Role]]
    rootless: frozenset[str]

    def changed(self, other: TopNames, *, members: bool) -> set[str]:
        """The names that are another thing in ``other``, or in one of the two alone; of members with ``members``."""
        found = {name for name, _ in self.uses.items() ^ other.uses.items()}
        found |= {name for name, _ in self.added.items() ^ other.added.items()}
        found |= self.rootless ^ other.rootless
        if members:
            found |= {name for name, _ in self.members ^ other.members}
        return found | {name.rpartition(".")[2] for name in self.reachable ^ other.reachable} | self.names ^ other.names


NOTHING = TopNames(frozenset(), frozenset(), frozenset(), frozenset(), {}, {}, frozenset(), frozenset())
_MEMBERS = frozenset((DefinitionKind.METHOD.value, DefinitionKind.ATTRIBUTE.value))
_LEAVES = _MEMBERS | {DefinitionKind.FUNCTION.value, DefinitionKind.VARIABLE.value}


class Unit(NamedTuple):
    """The files of a unit and the key under which importers wait for it to change."""

    key: int
    files: tuple[int, ...]


def top_names(index: FileIndex | None) -> TopNames:
    """The top names in the facts of a file."""
    if index is None:
        return NOTHING
    rows = index.definitions
    spaces, names, extended = set[str](), set[str](), set[str]()
    told = {DefinitionKind.NAMESPACE.value: spaces, DefinitionKind.EXTENSION.value: extended}
    for name, numbers in index.scopes.get(MODULE, {}).items():
        for number in numbers:
            told.get(rows[number].kind, names).add(name)
    sets = frozenset(spaces), frozenset(names), frozenset(extended), frozenset(_reachable(index))
    return TopNames(*sets, uses_in(index), added_in(index), members_in(index), frozenset(_rootless(index)))


def _reachable(index: FileIndex) -> Iterator[str]:
    """What stands before the type it belongs to (a Go method) is left out: it is a member."""
    names: list[str] = []
    for row in index.definitions:
        around = names[row.parent] if 0 <= row.parent < len(names) else ""
        hidden = row.parent >= 0 and (not around or index.definitions[row.parent].kind in _LEAVES)
        names.append("" if hidden or row.kind in _MEMBERS else f"{around}.{row.name}" if around else row.name)
        if names[-1] and row.kind != DefinitionKind.EXTENSION:
            yield names[-1]


def _rootless(index: FileIndex) -> Iterator[str]:
    """Names of what stands outside of all namespaces; one in which nothing stands is that of the whole file."""
    rows = [row for row in index.definitions if row.parent == MODULE]
    spaces = [row for row in rows if row.kind == DefinitionKind.NAMESPACE]
    rows = [row for row in rows if row.kind != DefinitionKind.NAMESPACE]
    within = [{row.start for row in rows if space.start <= row.start < space.end} for space in spaces]
    if all(within):
        inner = {start for each in within for start in each}
        yield from (row.name for row in rows if row.start not in inner)


def folder_key(root: str, family: str, folder: str) -> int:
    """The key of the unit that a folder is."""
    return crc32(f"{root}\0{family}\0/{folder}".encode("utf-8", "replace"))


def namespace_key(family: str, namespace: str) -> int:
    """The key of the unit that a namespace is, over all roots."""
    return crc32(f"{family}\0::{namespace}".encode("utf-8", "replace"))


def global_key(family: str) -> int:
    """The key of the one space of names that files of a family share, over all roots."""
    return crc32(f"{family}\0*".encode("utf-8", "replace"))


def member_key(unit: int, name: str) -> int:
    """The key under which those wait who need one name of a unit, whatever they call it themselves."""
    return crc32(name.encode("utf-8", "replace"), unit)


def unit_keys(path: WorkspacePath, top: TopNames) -> frozenset[int]:
    """Keys of the units that a file with these top names belongs to."""
    family = family_of(path)
    rules = IMPORT_RULES.get(family)
    if rules is None:
        return frozenset()
    found = {namespace_key(family, each) for each in top.namespaces} if rules.own_namespace else set[int]()
    if rules.rootless and top.rootless:
        found.add(namespace_key(family, ""))
    if rules.own_folder:
        found.add(folder_key(path.root, family, path.relative.rpartition("/")[0]))
    if rules.global_names:
        found.add(global_key(family))
    return frozenset(found)


class Units:
    """The units of one state. Answers are remembered, so one object serves many questions about it.

    Files come by path: their ids depend on what happened before, and which of two comes first may matter.
    """

    __slots__ = ("_added", "_defined", "_folders", "_layouts", "_members", "_spaces", "_state", "_tops")

    def __init__(self, state: GraphState, layouts: Layouts) -> None:
        self._state = state
        self._layouts = layouts
        self._tops: dict[int, TopNames] = {}
        self._folders: dict[tuple[str, str, str, bool], Unit] = {}
        self._spaces: dict[tuple[str, str], Unit] = {}
        self._defined: dict[Unit, dict[int, list[int]]] = {}
        self._added: dict[Unit, dict[str, list[int]]] = {}
        self._members: dict[Unit, frozenset[tuple[str, Role]]] = {}

    def top(self, file: int) -> TopNames:
        """The top names of a file."""
        found = self._tops.get(file)
        if found is None:
            found = self._tops[file] = top_names(self._state.index(file))
        return found

    def folder(self, root: str, family: str, folder: str, *, public: bool) -> Unit:
        """The files of a family in a folder; with ``public`` those only that importers see."""
        key = (root, family, folder, public)
        found = self._folders.get(key)
        if found is None:
            state, rules = self._state, IMPORT_RULES[family]
            files = [
                file
                for file in sorted(state.table.in_folder(root, folder), key=state.table.path_of)
                if state.exists(file)
                and family_of(path := state.table.path_of(file)) == family
                and (not public or rules.is_public(path.relative))
            ]
            found = self._folders[key] = Unit(folder_key(root, family, folder), tuple(files))
        return found

    def namespace(self, family: str, name: str) -> Unit:
        """The files of a family that declare a namespace."""
        key = (family, name)
        found = self._spaces.get(key)
        if found is None:
            state = self._state
            files = tuple(
                file
                for file in sorted(state.defining(name), key=state.table.path_of)
                if family_of(state.table.path_of(file)) == family and name in self.top(file).namespaces
            )
            found = self._spaces[key] = Unit(namespace_key(family, name), files)
        return found

    def own(self, file: int) -> tuple[Unit, ...]:
        """The units whose names a file sees with no import, nearest first."""
        path = self._state.table.path_of(file)
        family = family_of(path)
        rules = IMPORT_RULES.get(family)
        if rules is None:
            return ()
        spaces = self.top(file).namespaces if rules.own_folder or rules.own_namespace else frozenset[str]()
        found: list[Unit] = []
        if rules.own_folder:
            unit = self.folder(path.root, family, path.relative.rpartition("/")[0], public=False)
            # Two packages may share a folder: in Go a package and the tests that look at it from outside.
            found.append(Unit(unit.key, tuple(each for each in unit.files if self.top(each).namespaces == spaces)))
        if rules.own_namespace:
            found += (self.namespace(family, each) for each in sorted(spaces))
            layout = self._layouts.of(path.root).of(family)
            around = [each for space in sorted(spaces or {""}) for each in rules.outer(path.relative, space, layout)]
            found += (self.namespace(family, each) for each in dict.fromkeys(around) if each not in spaces)
        return tuple(found)

    def read_own(self, file: int) -> Generator[None, None, None]:
        """Reads all that :meth:`own` and :meth:`defining` will ask of its units: thousands of files, maybe.

        A generator, see ``slices.py``.
        """
        path = self._state.table.path_of(file)
        family = family_of(path)
        rules = IMPORT_RULES.get(family)
        if rules is None or not (rules.own_folder or rules.own_namespace):
            return
        if rules.own_folder:
            folder = self.folder(path.root, family, path.relative.rpartition("/")[0], public=False)
            yield from self._read(folder.files)
        if rules.own_namespace:
            spaces = self.top(file).namespaces
            layout = self._layouts.of(path.root).of(family)
            around = (each for space in sorted(spaces or {""}) for each in rules.outer(path.relative, space, layout))
            for name in dict.fromkeys((*sorted(spaces), *around)):
                yield from self.read_namespace(family, name)
        for unit in self.own(file):
            yield from self._tabulate(unit)

    def read_namespace(self, family: str, name: str) -> Generator[None, None, None]:
        """Reads all that :meth:`namespace` will ask; a generator, see ``slices.py``."""
        if (family, name) not in self._spaces:
            table = self._state.table
            yield from self._read(
                each for each in self._state.defining(name) if family_of(table.path_of(each)) == family
            )

    def _read(self, files: Iterable[int]) -> Generator[None, None, None]:
        for file in files:
            if file not in self._tops:
                self.top(file)
                yield

    def everywhere(self, file: int, *names: str) -> tuple[int, ...]:
        """Other files of the family and root of ``file`` whose facts may define all of ``names``."""
        state = self._state
        found = set(state.defining(names[0]))
        for name in names[1:]:
            found.intersection_update(state.defining(name))
        path = state.table.path_of(file)
        family = family_of(path)
        return tuple(
            each
            for each in sorted(found - {file}, key=state.table.path_of)
            if (other := state.table.path_of(each)).root == path.root and family_of(other) == family
        )

    def rootless(self, file: int, name: str) -> tuple[int, ...]:
        """Other files of the family and root of ``file`` that define ``name`` outside of all namespaces."""
        return tuple(each for each in self.everywhere(file, name) if name in self.top(each).rootless)

    def reaching(self, file: int, dotted: Iterable[str]) -> tuple[int, ...]:
        """Files that define the first of some ``dotted`` names that any file defines, a few at most."""
        for name in dotted:
            parts = name.split(".")
            if name in self.top(file).reachable:
                return ()
            near = self.everywhere(file, *parts[-2:])
            found = tuple(each for each in near if name in self.top(each).reachable)
            if found:
                table, rules = self._state.table, IMPORT_RULES[family_of(self._state.table.path_of(file))]
                public = all(rules.is_public(table.path_of(each).relative) for each in found)
                return found if public and len(found) <= rules.global_parts else ()
        return ()

    def defining(self, unit: Unit, names: Iterable[str]) -> dict[int, str]:
        """Files of ``unit`` that define one of ``names`` at their top, each with the first such name."""
        table = self._defined_in(unit)
        found: dict[int, str] = {}
        for name in names:
            for file in table.get(name_key(name), ()):
                if file not in found and name in self.top(file).names:
                    found[file] = name
        return found

    def used(self, unit: Unit, index: FileIndex, names: Iterable[str], rules: ImportRules) -> dict[int, int]:
        """Files of ``unit`` that a file with these facts uses, each with the number of the first such use.

        ``names``: those that mean something of the unit where they stand alone.
        """
        table = self._defined_in(unit)
        found: dict[int, int] = {}
        for name in names:
            for file in table.get(name_key(name), ()):
                top = self.top(file)
                if name in top.names:
                    uses = top.uses[name] if rules.kinds_apart else ANY
                    _keep(found, file, alone(index, name, uses, members=rules.members_alone))
        strings = frozenset(index.strings) - index.imported.get(MODULE, {}).keys()
        for name, files in self._added_in(unit).items():
            if name in strings:
                for file, number in self._extensions(unit, name, files, index, rules):
                    _keep(found, file, number)
        return found

    def _extensions(
        self, unit: Unit, name: str, files: list[int], index: FileIndex, rules: ImportRules
    ) -> Iterator[tuple[int, int]]:
        """Files that add ``name`` to what may stand before a dot, each with the number of such a use.

        Where some add it to the very type that stands there, these alone; and only these where a type of the unit has a
        member of that name, which comes first.
        """
        # Of languages that share names none sees what another adds.
        same = [each for each in files if self._language(each) == index.language]
        for place in after_dot(index, name) if same else ():
            near = [
                (file, use.owner)
                for file in files
                for use in self.top(file).added[name]
                if place.fits(use, rules.apart)
            ]
            exact = [file for file, owner in near if place.owner and rules.same(place.owner, owner)]
            if not exact and (name, place.role) in self._members_in(unit):
                continue
            for file in exact or [file for file, _ in near]:
                yield file, place.number

    def _language(self, file: int) -> str:
        language = language_of(self._state.table.path_of(file))
        return language.name if language is not None else ""

    def _members_in(self, unit: Unit) -> frozenset[tuple[str, Role]]:
        found = self._members.get(unit)
        if found is None:
            found = self._members[unit] = frozenset(each for file in unit.files for each in self.top(file).members)
        return found

    def _added_in(self, unit: Unit) -> dict[str, list[int]]:
        table = self._added.get(unit)
        if table is None:
            table = self._added[unit] = {}
            for file in unit.files:
                for name in self.top(file).added:
                    table.setdefault(name, []).append(file)
        return table

    def _defined_in(self, unit: Unit) -> dict[int, list[int]]:
        """Keys of defined names → files of the unit. Keys lie open in the facts: nothing is decoded for them."""
        at_once(self._tabulate(unit))
        return self._defined[unit]

    def _tabulate(self, unit: Unit) -> Generator[None, None, None]:
        if unit in self._defined:
            return
        table: dict[int, list[int]] = {}
        for file in unit.files:
            packed = self._state.packed(file)
            if packed is not None:
                for each in packed.defined_keys:
                    table.setdefault(each, []).append(file)
            else:
                for name in self.top(file).names:
                    table.setdefault(name_key(name), []).append(file)
            yield
        self._defined[unit] = table


def _keep(found: dict[int, int], file: int, number: int) -> None:
    if number >= 0:
        found[file] = min(number, found.get(file, number))
