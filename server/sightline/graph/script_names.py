"""The rules of JavaScript and TypeScript for names: scopes, imports, exports, re-exports, CommonJS.

Sources: ECMA-262, "Modules"; the TypeScript handbook, "Modules – Reference" (``export =``, default interoperation).
What a value *is* is in ``script_types.py``.
"""

from __future__ import annotations

import re

from sightline.graph.facts import FUNCTIONS, DefinitionKind
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import (
    EXTERNAL,
    UNKNOWN,
    WHOLE,
    Answer,
    DefinitionMeaning,
    Found,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    merged,
    weakened,
)
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.script_spaces import Space, both, values_in
from sightline.graph.values import attribute

CLASSES = frozenset(
    {
        DefinitionKind.CLASS.value,
        DefinitionKind.INTERFACE.value,
        DefinitionKind.TYPE.value,
        DefinitionKind.ENUM.value,
        DefinitionKind.NAMESPACE.value,
    }
)
_DOTTED = re.compile(r"[^\W\d][\w$.]*|\$[\w$.]*")
#: Files that define a name and are looked at for a global one.
_MOST_FILES = 40
_OPEN = FUNCTIONS | {DefinitionKind.NAMESPACE.value}


def bare_name(query: Query, place: Place, name: str) -> Answer:
    """The value that a name without a dot means, a type where there is none."""
    return name_in(query, place, name, values_in)


def name_in(query: Query, place: Place, name: str, space: Space) -> Answer:
    """What a name without a dot means: names in functions and namespaces around it, then the module's own.

    Where nothing of that name is in ``space``, the nearest that is in another: kinds of use are read from syntax alone.
    """
    index = query.files.index(place.file)
    if index is None:
        return UNKNOWN
    nearest: Answer = UNKNOWN
    scope = place.scope
    while scope != MODULE:
        row = index.definitions[scope]
        if row.kind in _OPEN:
            if found := _in_scope(query, place.file, index, scope, name, space):
                return found
            nearest = nearest or _in_scope(query, place.file, index, scope, name, both)
        scope = row.parent
    return module_name(query, place.file, name, space) or nearest or _elsewhere(query, place.file, index, name, space)


def _elsewhere(query: Query, file: int, index: FileIndex, name: str, space: Space) -> Answer:
    return module_name(query, file, name, both) or _global_name(query, file, index, name, space)


def _global_name(query: Query, file: int, index: FileIndex, name: str, space: Space) -> Answer:
    """What one file that is no module declares for all (``declare const __DEV__: boolean``)."""
    if name in index.imported.get(MODULE, {}) or name in index.scopes.get(MODULE, {}):
        return UNKNOWN
    key = ("global", query.files.language(file), name, space)
    return query.once(key, lambda: _declared_for_all(query, name, space), UNKNOWN)


def _declared_for_all(query: Query, name: str, space: Space) -> Answer:
    files = query.files.defining(name)
    found: list[Answer] = []
    for file in files if len(files) <= _MOST_FILES else ():
        index = query.files.index(file)
        if index is None or index.language != "typescript" or not is_script(index):
            continue
        numbers = index.scopes.get(MODULE, {}).get(name, ())
        declared = merged(*(_exactly(file, number) for number in numbers))
        found += [weakened((space(query, declared) or declared)[:1], Rank.INFERRED)] if declared else []
    return found[0] if len(found) == 1 else UNKNOWN


def is_script(index: FileIndex) -> bool:
    """Whether a file is no module: without import and export its names are global (handbook, "Modules")."""
    exported = any(row.exported and row.parent == MODULE for row in index.definitions)
    return not exported and not any(row.enclosing == MODULE and not row.dynamic for row in index.imports)


def module_name(query: Query, file: int, name: str, space: Space = both) -> Answer:
    """What ``name`` means at the top of a module; unknown for a global of somebody else."""
    index = query.files.index(file)
    if index is None:
        return UNKNOWN
    key = ("module", file, name, space)
    return query.once(key, lambda: _in_scope(query, file, index, MODULE, name, space), UNKNOWN)


def _in_scope(query: Query, file: int, index: FileIndex, scope: int, name: str, space: Space) -> Answer:
    rows = index.definitions
    own = tuple(
        Found(DefinitionMeaning(file, number), Rank.EXACT)
        for number in index.scopes.get(scope, {}).get(name, ())
        if not passes_on(rows[number])
    )
    own = space(query, own)
    bindings = index.imported.get(scope, {}).get(name, ())
    others = [imported_meaning(query, file, binding) for binding in bindings if not binding.statement.reexport]
    others = [kept for answer in others if (kept := space(query, answer)) or not answer]
    ways = len(others) + bool(own) + (scope != MODULE and (scope, name) in index.written)
    return weakened(merged(own, *others), Rank.EXACT if ways == 1 else Rank.INFERRED)


def passes_on(row: DefinitionRow) -> bool:
    """Whether a definition only gives another name to something: ``export { a as b }``, ``export default a``."""
    if row.kind != DefinitionKind.VARIABLE or row.parent != MODULE or not _DOTTED.fullmatch(row.alias):
        return False
    return row.name in ("default", WHOLE) or (row.start, row.end) == (row.name_start, row.name_end)


def renamed(index: FileIndex, name: str) -> list[int]:
    """Definitions of a module that pass its own ``name`` on under another one."""
    rows = index.definitions
    return [number for number, row in enumerate(rows) if row.alias == name and row.name != name and passes_on(row)]


def exported_name(query: Query, file: int, name: str) -> Answer:
    """What another file gets when it imports ``name`` from the module ``file``."""
    return query.once(("exported", file, name), lambda: _exported_name(query, file, name), UNKNOWN)


def _exported_name(query: Query, file: int, name: str) -> Answer:
    index = query.files.index(file)
    if index is None:
        return UNKNOWN
    found: list[Answer] = []
    for number in index.scopes.get(MODULE, {}).get(name, ()):
        row = index.definitions[number]
        if row.exported:
            found.append(_passed_on(query, file, row) if passes_on(row) else _exactly(file, number))
    bindings = index.imported.get(MODULE, {}).get(name, ())
    found += [imported_meaning(query, file, binding) for binding in bindings if binding.statement.reexport]
    if not found and name != "default":
        for star in index.stars.get(MODULE, ()):
            target = query.files.module(file, star.module, star.level) if star.reexport else -1
            if target >= 0 and (answer := exported_name(query, target, name)):
                found.append(answer)
    if not found and name not in ("default", WHOLE):
        return attribute(query, exported_name(query, file, WHOLE), name)
    return merged(*found)


def _exactly(file: int, number: int) -> Answer:
    return (Found(DefinitionMeaning(file, number), Rank.EXACT),)


def _passed_on(query: Query, file: int, row: DefinitionRow) -> Answer:
    head, *rest = row.alias.split(".")
    answer = module_name(query, file, head)
    for part in rest:
        answer = attribute(query, answer, part)
    return answer


def imported_meaning(query: Query, file: int, binding: ImportBinding) -> Answer:
    """What a name bound by an import means."""
    statement, (name, _, _, _) = binding
    target = query.files.module(file, statement.module, statement.level)
    if target < 0 or "?" in statement.module:
        return EXTERNAL  # a query asks a bundler for another module made of the file: ``./worker?worker``
    module = (Found(ModuleMeaning(file, statement.module, statement.level, target), Rank.EXACT),)
    if not name or name == "*":
        return exported_name(query, target, WHOLE) or module
    found = exported_name(query, target, name)
    if not found and name == "default":
        # With ``esModuleInterop`` the default import of a CommonJS module is what it exports as a whole.
        found = exported_name(query, target, WHOLE) or (UNKNOWN if _has_exports(query, target) else module)
    return found or (UNKNOWN if _may_export_more(query, target) else EXTERNAL)


def _has_exports(query: Query, file: int) -> bool:
    index = query.files.index(file)
    return index is not None and any(row.exported and row.parent == MODULE for row in index.definitions)


def _may_export_more(query: Query, file: int) -> bool:
    """Whether a module passes on names of modules that are not in the workspace."""
    index = query.files.index(file)
    stars = index.stars.get(MODULE, ()) if index else ()
    return any(star.reexport and query.files.module(file, star.module, star.level) < 0 for star in stars)


def member_of_module(query: Query, module: ModuleMeaning, name: str) -> Answer:
    """What ``module.name`` means for a namespace import."""
    if module.file < 0:
        return EXTERNAL
    return exported_name(query, module.file, name) or (UNKNOWN if _may_export_more(query, module.file) else EXTERNAL)
