"""What a file uses of a unit it sees the names of: names that stand alone, and names after a dot that the unit's files
add to types of others (extensions).

A name is looked for where it is used *as* something that its definition can be: a type in the place of a type, a
function with as many arguments as it takes, not what a type around the use has as a member, and an extension only of
what may be of its type.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import IntFlag
from typing import NamedTuple

from sightline.graph.facts import FUNCTIONS, CallShape, DefinitionKind, ParameterKind, Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.raw_facts import LOCAL_FLAG, DefinitionRow, ParameterRow, kind_of

#: As ``ImportRules.apart``.
Apart = Callable[[str, str], bool]


class Role(IntFlag):
    """What a definition can be used as, and what a use takes a name for."""

    TYPE = 1
    CALL = 2
    VALUE = 4


class Use(NamedTuple):
    """How a definition can be used: as what, with how many arguments (``most`` is -1 for any number).

    ``owner``: the type it is added to, as written; empty for what is no extension.
    """

    role: Role
    least: int = 0
    most: int = -1
    owner: str = ""


_ANY = Role.TYPE | Role.CALL | Role.VALUE
#: Anything: what a name is taken for in languages where that says nothing.
ANY: frozenset[Use] = frozenset({Use(_ANY)})

_VALUES = frozenset({DefinitionKind.VARIABLE.value, DefinitionKind.ATTRIBUTE.value})
_TYPES = frozenset(
    kind.value for kind in (DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.ENUM, DefinitionKind.TYPE)
)
_VARIADIC = ParameterKind.VARIADIC.value
_USED_AS = {
    ReferenceKind.CALL: Role.CALL,
    ReferenceKind.TYPE: Role.TYPE,
    ReferenceKind.INHERIT: Role.TYPE,
    ReferenceKind.DECORATE: Role.TYPE,
}


def uses_in(index: FileIndex) -> dict[str, frozenset[Use]]:
    """The names that a file defines at its top, each with the ways to use its definitions."""
    rows = index.definitions
    top = index.scopes.get(MODULE, {})
    return {name: frozenset(_use_of(rows[number], "") for number in numbers) for name, numbers in top.items()}


def added_in(index: FileIndex) -> dict[str, frozenset[Use]]:
    """The names that a file adds to types."""
    found: dict[str, set[Use]] = {}
    for row in index.definitions:
        if row.bases and row.kind in FUNCTIONS | _VALUES:
            found.setdefault(row.name, set()).update(_use_of(row, base) for base in row.bases)
    return {name: frozenset(uses) for name, uses in found.items()}


def members_in(index: FileIndex) -> frozenset[tuple[str, Role]]:
    """The names of the members of the types in a file, with what each can be used as."""
    rows = index.definitions
    inner = (row for row in rows if row.parent >= 0 and rows[row.parent].kind in _TYPES)
    return frozenset((row.name, Role.CALL if row.kind in FUNCTIONS else Role.VALUE) for row in inner)


def _use_of(row: DefinitionRow, owner: str) -> Use:
    """A type is called to make one, and read for its members."""
    if row.kind in FUNCTIONS:
        parameters = row.parameters or ()
        least = sum(not has_default and kind != _VARIADIC for _, kind, has_default, _ in parameters)
        if parameters and "->" in parameters[-1][3]:
            least = max(least - 1, 0)  # a lambda may stand behind the parentheses
        is_variadic = any(kind == _VARIADIC for _, kind, _, _ in parameters)
        return Use(Role.CALL, least, -1 if is_variadic else len(parameters), owner)
    if row.kind in _VALUES:
        return Use(Role.VALUE if owner else Role.VALUE | Role.CALL, owner=owner)
    return Use(_ANY)


def alone(index: FileIndex, name: str, uses: Collection[Use], *, members: bool) -> int:
    """Number of the first place where a name stands alone, in one of the ways ``uses``; -1 for none.

    ``members``: whether a name alone may be a member of a type around.
    """
    _, _, kinds, enclosing, receivers, _ = index.columns
    for at in index.positions((name,)):
        if kinds[at] & LOCAL_FLAG or index.strings[receivers[at]]:
            continue
        if uses is not ANY:
            role = _USED_AS.get(kind_of(kinds[at]), Role.VALUE)
            call = index.reference(at).call if role == Role.CALL else None
            if not any(_fits(use, role, call) for use in uses):
                continue
            if members and role != Role.TYPE and _is_member_around(index, enclosing[at], name):
                continue
        return at
    return -1


def _fits(use: Use, role: Role, call: CallShape | None) -> bool:
    if not use.role & role:
        return False
    if call is None or use.role != Role.CALL or call.splat or call.double_splat:
        return True
    given = call.positional + len(call.keywords)
    return use.least <= given and (use.most < 0 or given <= use.most)


def _is_member_around(index: FileIndex, scope: int, name: str) -> bool:
    return any(name in index.scopes.get(each, {}) for each in _types_around(index, scope))


def _types_around(index: FileIndex, scope: int) -> Iterator[int]:
    rows = index.definitions
    while scope != MODULE:
        if rows[scope].kind in _TYPES:
            yield scope
        scope = rows[scope].parent


class Place(NamedTuple):
    """Where a name stands after a dot: number of the use, as what, in which call, behind a value of which type."""

    number: int
    role: Role
    call: CallShape | None
    owner: str

    def fits(self, use: Use, apart: Apart) -> bool:
        """Whether an extension may be meant."""
        return _fits(use, self.role, self.call) and not (self.owner and apart(self.owner, use.owner))


def after_dot(index: FileIndex, name: str) -> Iterator[Place]:
    """The places where a name stands after a dot."""
    for at in index.positions((name,)):
        if not index.strings[index.columns[4][at]] or kind_of(index.columns[2][at]) is ReferenceKind.IMPORT:
            continue
        reference = index.reference(at)
        role = _USED_AS.get(reference.kind, Role.VALUE)
        yield Place(at, role, reference.call, type_before(index, reference))


def type_before(index: FileIndex, reference: Reference) -> str:
    """The written type of what stands before the dot of a use, as far as the file says it of a name; "" if not."""
    receiver = reference.receiver
    scope = reference.enclosing
    if receiver == "this":
        return _type_of_this(index, scope)
    name = receiver.removeprefix("this.").removesuffix("()")
    if not name.isidentifier() or name == "this":
        return ""
    if receiver.endswith("()"):
        return name if name[0].isupper() else ""
    if reference.local:
        return _type_of_local(index, scope, name)
    for around in _types_around(index, scope):
        for number in index.scopes.get(around, {}).get(name, ()):
            return _said(index.definitions[number].annotation, index.definitions[number].value)
        for row in index.definitions[around].parameters or ():
            if row[0] == name:
                return row[3]
    for number in index.scopes.get(MODULE, {}).get(name, ()):
        row = index.definitions[number]
        return name if row.kind in _TYPES else _said(row.annotation, row.value)
    return name if name[0].isupper() and not name.isupper() else ""


def _type_of_this(index: FileIndex, scope: int) -> str:
    rows = index.definitions
    while scope != MODULE:
        row = rows[scope]
        if row.kind in FUNCTIONS and row.bases:
            return row.bases[0]
        if row.kind in _TYPES:
            return row.name
        scope = row.parent
    return ""


def _type_of_local(index: FileIndex, scope: int, name: str) -> str:
    while True:
        for row in index.bindings.get((scope, name), ()):
            return _said(row[2], row[3])
        if scope == MODULE:
            return ""
        parameters: tuple[ParameterRow, ...] = index.definitions[scope].parameters or ()
        for parameter in parameters:
            if parameter[0] == name:
                return parameter[3]
        scope = index.definitions[scope].parent


def _said(annotation: str, value: str) -> str:
    """The written type; or that of which ``value``, the callee, makes one."""
    return annotation or (value if value[:1].isupper() and value.isidentifier() else "")
