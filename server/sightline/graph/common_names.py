"""Rules for names that languages of the common vocabulary share: scopes, members, imports, units, and what imports
bring in wholesale. A language says what differs in a :class:`NameRules` and gets its ``Rules`` from
:func:`common_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sightline.graph.aliases import through_alias
from sightline.graph.ancestry import is_class, member, type_around
from sightline.graph.facts import FUNCTIONS, DefinitionKind, Reference, ReferenceKind
from sightline.graph.fitting import fitting, may_mean
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Ancestor,
    Answer,
    DefinitionMeaning,
    Found,
    HolderMeaning,
    InstanceMeaning,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    Rules,
    SuperMeaning,
    merged,
    weakened,
)
from sightline.graph.named_constructors import delegated, without_constructors
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.values import called, expression
from sightline.languages.import_rules import MOST_PARTS

CLASSES = frozenset(
    kind.value
    for kind in (
        DefinitionKind.CLASS,
        DefinitionKind.INTERFACE,
        DefinitionKind.TYPE,
        DefinitionKind.ENUM,
        DefinitionKind.EXTENSION,
    )
)
_SPACES = DefinitionKind.NAMESPACE.value
_EXTENSION = DefinitionKind.EXTENSION.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRules:
    """What differs. ``self_names``: words for the instance around (``this``); ``super_names``: for its parent side.

    ``self_types``: words for the class around (``Self``). ``implicit_members``: whether a bare name may mean a member
    of the classes around (Java, C#, C++). ``types_apart``: whether a type, a function and a value of one name are
    different things, told apart by how the name is used. ``builtins``: names that need no import. ``separator``:
    between the parts of a module's name. ``type_name``: the dotted name in a written type, pointers, type arguments and
    the like left out; empty for none. ``constructors``: names of methods that a call of the class runs;
    ``named_constructors``: methods of the class's own name are such (Java). ``partial``: whether classes of
    one name in a namespace are parts of one. ``nested_spaces``: whether names may begin with a namespace, as seen from
    those around. ``rooted``: what a name that begins at the root of all namespaces begins with; ``root_space``: the
    name of that root. ``global_names``: as in
    ``ImportRules``; imports bring in what a file defines wherever they stand.
    """

    self_names: frozenset[str] = frozenset()
    super_names: frozenset[str] = frozenset()
    self_types: frozenset[str] = frozenset()
    implicit_members: bool = False
    types_apart: bool = False
    builtins: frozenset[str] = frozenset()
    separator: str = "."
    type_name: Callable[[str], str]
    element_type: Callable[[str], str] | None = None
    constructors: frozenset[str] = frozenset()
    named_constructors: bool = False
    partial: bool = False
    nested_spaces: bool = False
    rooted: str = ""
    root_space: str = ""
    global_names: bool = False


def plain_type(text: str) -> str:
    """The dotted name in a written type, without type arguments, arrays, pointers, references and ``?``."""
    match = re.search(r"[A-Za-z_][\w.]*", text.partition("<")[0].partition("[")[0])
    return match.group(0) if match else ""


def common_rules(names: NameRules) -> Rules:
    """The ``Rules`` of a language."""
    rules = _Common(names)
    return Rules(
        classes=CLASSES,
        functions=FUNCTIONS,
        constructors=names.constructors,
        named_constructors=names.named_constructors,
        bare_name=rules.bare_name,
        special=rules.special,
        member_of_module=rules.member_of_module,
        imported=rules.imported,
        listed=_unlisted,
        first_parameter=_no_first_parameter,
        annotated=rules.annotated,
        base=rules.base,
        renamed=_renamed,
        is_property=_is_property,
        has_builtin_member=_has_builtin_member,
        more_parts=_all_parts if names.partial else more_parts,
        fitting=fitting if names.types_apart else None,
        bare_name_as=rules.bare_name_as if names.types_apart else None,
    )


class _Common:
    def __init__(self, names: NameRules) -> None:
        self._names = names

    def bare_name(self, query: Query, place: Place, name: str) -> Answer:
        """What a name without a dot means: scopes around it, the file, its unit, then what whole imports bring in."""
        return self._look_up(query, place, name, lambda found: found)

    def bare_name_as(self, query: Query, place: Place, name: str, kind: ReferenceKind) -> Answer:
        """The same for a use whose kind tells types, functions and values of one name apart."""
        found = self._look_up(query, place, name, lambda found: may_mean(query, found, kind))
        return found or (self.bare_name(query, place, name) if kind is ReferenceKind.CALL else UNKNOWN)

    def _look_up(self, query: Query, place: Place, name: str, keep: Callable[[Answer], Answer]) -> Answer:
        index = query.files.index(place.file)
        if index is None:
            return UNKNOWN
        named = self._names.named_constructors
        if named and name in self._names.self_names | self._names.super_names:
            return delegated(query, self.special(query, place, name) or UNKNOWN)
        scope = place.scope
        while scope != MODULE:
            row = index.definitions[scope]
            if row.kind not in CLASSES:
                found = self._in_scope(query, place.file, index, scope, name)
            elif self._names.implicit_members and name != row.name:  # a constructor is no member
                found = self._in_scope(query, place.file, index, scope, name) or member(
                    query, type_around(query, place.file, index, scope), name
                )
            else:
                found = UNKNOWN
            found = keep(without_constructors(query, found) if named else found)
            if found:
                return found
            scope = row.parent
        return keep(self.module_name(query, place.file, name))

    def module_name(self, query: Query, file: int, name: str) -> Answer:
        """What a name means at the top of a file."""
        return query.once(("module", file, name), lambda: self._module_name(query, file, name), UNKNOWN)

    def _module_name(self, query: Query, file: int, name: str) -> Answer:
        index = query.files.index(file)
        if index is None:
            return UNKNOWN
        found = self._in_scope(query, file, index, MODULE, name)
        if not found and not self._names.global_names:
            found = self._beside(query, file, name)
        if found and self._names.partial:
            found = merged(found, self._beside(query, file, name))
        if found:
            return found
        stars = index.stars.get(MODULE, ())
        if self._names.global_names:
            stars = tuple(star for rows in index.stars.values() for star in rows)
        through = [
            self._defined_in(query, query.files.in_module(file, star.module, star.level, name), name)
            or self._of_type(query, file, star.module, star.level, name)
            for star in stars
        ]
        hits = [answer for answer in through if answer]
        if hits:
            return weakened(merged(*hits), Rank.EXACT if len(hits) == 1 else Rank.INFERRED)
        if self._names.global_names and (found := self._beside(query, file, name)):
            # Parts of one class are one thing; of several functions nobody tells which the name finds at run time.
            one = len(found) == 1 or all(is_class(query, each.meaning) for each in found)
            return weakened(found, Rank.INFERRED if one else Rank.NAME_ONLY)
        if self._names.nested_spaces and (found := self._space(query, file, index, name)):
            return found
        return EXTERNAL if name in self._names.builtins else UNKNOWN

    def _space(self, query: Query, file: int, index: FileIndex, name: str) -> Answer:
        """The namespace that ``name`` begins, as seen from the namespaces of a file and those around them."""
        rows = index.definitions
        spaces = [row.name for row in rows if row.kind == _SPACES]
        for innermost in spaces or [""]:
            space = innermost
            while True:
                found = self._submodule(query, file, space, 0, name)
                if found or not space:
                    break
                space = space.rpartition(self._names.separator)[0]
            if found:
                return found
        return UNKNOWN

    def _beside(self, query: Query, file: int, name: str) -> Answer:
        return self._defined_in(query, query.files.beside(file, name), name)

    def _in_scope(self, query: Query, file: int, index: FileIndex, scope: int, name: str) -> Answer:
        own = _defined(file, index, scope, name)
        bindings = index.imported.get(scope, {}).get(name, ())
        others = [self.imported(query, file, binding) for binding in bindings]
        return weakened(merged(own, *others), Rank.EXACT if len(others) + bool(own) == 1 else Rank.INFERRED)

    def _defined_in(self, query: Query, files: Iterable[int], name: str) -> Answer:
        """What files define at their top; several definitions of one name (platform variants) are all meant."""
        found: list[Found] = []
        for file in files:
            index = query.files.index(file)
            if index is not None:
                found += _defined(file, index, MODULE, name)
        return tuple(found)

    def imported(self, query: Query, file: int, binding: ImportBinding) -> Answer:
        """What a name bound by an import means."""
        statement, (name, _, _, _) = binding
        target = query.files.module(file, statement.module, statement.level)
        if not name or name == "*":
            return (Found(ModuleMeaning(file, statement.module, statement.level, target), Rank.EXACT),)
        found = (
            self._defined_in(query, query.files.in_module(file, statement.module, statement.level, name), name)
            or self._of_type(query, file, statement.module, statement.level, name)
            or self._submodule(query, file, statement.module, statement.level, name)
        )
        if not found and target >= 0 and statement.module.rpartition(self._names.separator)[2] == name:
            return (Found(ModuleMeaning(file, statement.module, statement.level, target), Rank.EXACT),)
        return found or (EXTERNAL if target < 0 else UNKNOWN)

    def _of_type(self, query: Query, file: int, module: str, level: int, name: str) -> Answer:
        """The member ``name`` of a type that is imported from as if it were a module (``import static a.B.name``)."""
        outer, _, last = module.rpartition(self._names.separator)
        if not outer or not last or module.count(self._names.separator) > MOST_PARTS:
            return UNKNOWN
        owners = self._defined_in(query, query.files.in_module(file, outer, level, last), last)
        owners = owners or self._of_type(query, file, outer, level, last)
        found = [member(query, each.meaning, name) for each in owners if isinstance(each.meaning, DefinitionMeaning)]
        return merged(*found)

    def _submodule(self, query: Query, file: int, module: str, level: int, name: str) -> Answer:
        deeper = f"{module}{self._names.separator}{name}" if module else name
        target = query.files.module(file, deeper, level)
        return (Found(ModuleMeaning(file, deeper, level, target), Rank.EXACT),) if target >= 0 else UNKNOWN

    def member_of_module(self, query: Query, module: ModuleMeaning, name: str) -> Answer:
        """What ``module.name`` means."""
        files = query.files.in_module(module.importer, module.module, module.level, name)
        found = self._defined_in(query, files, name) or self._submodule(
            query, module.importer, module.module, module.level, name
        )
        return found or (EXTERNAL if module.file < 0 else UNKNOWN)

    def special(self, query: Query, place: Place, text: str) -> Answer | None:
        """The words of the language for what is around."""
        word = text.removesuffix("()")
        names = self._names
        if names.rooted and (word == names.rooted or (not names.rooted.isalpha() and word.startswith(names.rooted))):
            module = word[len(names.rooted) :] or names.root_space
            target = query.files.module(place.file, module, 0) if module else -1
            return (Found(ModuleMeaning(place.file, module, 0, target), Rank.EXACT),)
        if word not in names.self_names and word not in names.super_names and word not in names.self_types:
            return None
        index = query.files.index(place.file)
        scope = place.scope
        while index is not None and scope != MODULE:
            if index.definitions[scope].kind in CLASSES:
                owner = type_around(query, place.file, index, scope)
                if word in names.self_types:
                    return (Found(owner, Rank.EXACT),)
                return (
                    Found(SuperMeaning(owner) if word in names.super_names else InstanceMeaning(owner), Rank.EXACT),
                )
            scope = index.definitions[scope].parent
        return UNKNOWN

    def annotated(self, query: Query, place: Place, text: str) -> Answer:
        """Instances of the class that a written type names."""
        name = self._names.type_name(text)
        if not name:
            held = self._names.element_type(text) if self._names.element_type is not None else ""
            return (Found(HolderMeaning(place, held, frozenset()), Rank.INFERRED),) if held else UNKNOWN
        return called(query, self._classes(query, place, name))

    def _classes(self, query: Query, place: Place, name: str) -> Answer:
        if self._names.types_apart and "." not in name:
            named = self.bare_name_as(query, place, name, ReferenceKind.TYPE)
        else:
            named = expression(query, place, name, local=False)
            named = merged(*(through_alias(query, found) for found in named))
        return tuple(each for each in named if is_class(query, each.meaning) or each.meaning == OUTSIDE)

    def base(self, query: Query, place: Place, text: str) -> Ancestor:
        """One base as written."""
        name = self._names.type_name(text)
        found = self._classes(query, place, name) if name else UNKNOWN
        if found and all(each.rank is Rank.EXACT for each in found):
            first = found[0].meaning
            return first if isinstance(first, DefinitionMeaning) else None
        return None


def _defined(file: int, index: FileIndex, scope: int, name: str) -> Answer:
    """Definitions of a name in a scope; an extension is none of the type it extends."""
    rows = index.definitions
    return tuple(
        Found(DefinitionMeaning(file, number), Rank.EXACT)
        for number in index.scopes.get(scope, {}).get(name, ())
        if rows[number].kind not in (_SPACES, _EXTENSION)
    )


def more_parts(query: Query, owner: DefinitionMeaning) -> Iterable[DefinitionMeaning]:
    """Extensions of a type in its own file and its unit."""
    index = query.files.index(owner.file)
    if index is None:
        return
    name = index.definitions[owner.number].name
    for file in (owner.file, *query.files.beside(owner.file, name)):
        each = query.files.index(file)
        for number in each.scopes.get(MODULE, {}).get(name, ()) if each is not None else ():
            if each is not None and each.definitions[number].kind == _EXTENSION:
                yield DefinitionMeaning(file, number)


def _all_parts(query: Query, owner: DefinitionMeaning) -> Iterable[DefinitionMeaning]:
    """The other classes of the same name in the same unit, and extensions."""
    index = query.files.index(owner.file)
    if index is None or index.definitions[owner.number].parent != MODULE:
        return
    name = index.definitions[owner.number].name
    for file in (owner.file, *query.files.beside(owner.file, name)):
        each = query.files.index(file)
        for number in each.scopes.get(MODULE, {}).get(name, ()) if each is not None else ():
            found = DefinitionMeaning(file, number)
            if each is not None and each.definitions[number].kind in CLASSES and found != owner:
                yield found


def _unlisted(query: Query, file: int, reference: Reference) -> Answer:  # noqa: ARG001  the rules' signature
    return UNKNOWN


def _no_first_parameter(query: Query, place: Place) -> Answer:  # noqa: ARG001  the rules' signature
    return UNKNOWN


def _renamed(index: FileIndex, name: str) -> Iterable[int]:  # noqa: ARG001  the rules' signature
    return ()


def _is_property(row: DefinitionRow) -> bool:  # noqa: ARG001  the rules' signature
    return False


def _has_builtin_member(owner: str, name: str) -> bool:  # noqa: ARG001  no base is a built-in one
    return False
