"""Python's rules for names: scopes, imports, star imports, re-exports, attributes of modules and classes.

Sources: the language reference, "Naming and binding" and "The import system". What a value *is* (annotations,
constructors, bases) is in ``python_types.py``; these rules ask it for the attributes of anything but a module.
"""

from __future__ import annotations

import builtins

from sightline.graph.facts import FUNCTIONS, DefinitionKind
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import (
    EXTERNAL,
    UNKNOWN,
    Answer,
    DefinitionMeaning,
    Found,
    ModuleMeaning,
    Query,
    Rank,
    merged,
    weakened,
)
from sightline.graph.raw_facts import ImportRow
from sightline.graph.scopes import scope_chain

CLASSES = frozenset({DefinitionKind.CLASS.value, DefinitionKind.ENUM.value})

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__path__", "__spec__", "__loader__", "__package__"}


def bare_name(query: Query, file: int, scope: int, name: str, offset: int = 1 << 62) -> Answer:
    """What ``name`` means in ``scope``. ``offset`` hides what a class body defines further down."""
    index = query.files.index(file)
    if index is None:
        return UNKNOWN
    for each in scope_chain(index, FUNCTIONS, CLASSES, scope):
        if each == MODULE:
            break
        local = _in_scope(query, file, each, name, offset if index.definitions[each].kind in CLASSES else 1 << 62)
        if local:
            return local
    found = module_name(query, file, name)
    if found:
        return found
    return EXTERNAL if name in BUILTINS or not _may_come_from_elsewhere(query, file, index) else UNKNOWN


def _may_come_from_elsewhere(query: Query, file: int, index: FileIndex) -> bool:
    """Whether an undefined name can still be somebody's: a star import of a module that makes its names at run time."""
    stars = index.stars.get(MODULE, ())
    return any(query.files.module(file, star.module, star.level) >= 0 for star in stars)


def _in_scope(query: Query, file: int, scope: int, name: str, before: int) -> Answer:
    index = query.files.index(file)
    if index is None:
        return UNKNOWN
    defined = index.scopes.get(scope, {}).get(name, ())
    if before < 1 << 62:
        defined = tuple(each for each in defined if index.definitions[each].name_end < before)
    imported = index.imported.get(scope, {}).get(name, ())
    if not defined and not imported:
        return UNKNOWN
    own = tuple(Found(DefinitionMeaning(file, each), Rank.EXACT) for each in defined)
    others = [imported_meaning(query, file, binding) for binding in imported]
    # A name that is both imported and defined, imported in two ways or assigned as well depends on the run.
    ways = len(others) + bool(own) + (scope != MODULE and _bound_otherwise(index, scope, name))
    rank = Rank.EXACT if ways == 1 else Rank.INFERRED
    return weakened(merged(own, *others), rank)


def _bound_otherwise(index: FileIndex, scope: int, name: str) -> bool:
    parameters = index.definitions[scope].parameters or ()
    return (scope, name) in index.written or any(parameter[0] == name for parameter in parameters)


def module_name(query: Query, file: int, name: str) -> Answer:
    """What ``name`` means as a global of the module ``file``: definitions, imports, then star imports."""
    return query.once(("module", file, name), lambda: _module_name(query, file, name), UNKNOWN)


def _module_name(query: Query, file: int, name: str) -> Answer:
    own = _in_scope(query, file, MODULE, name, 1 << 62)
    index = query.files.index(file)
    if own or index is None:
        return own
    stars = index.stars.get(MODULE, ())
    found = [_through_star(query, file, star, name) for star in stars]
    hits = [answer for answer in found if answer]
    if not hits:
        return UNKNOWN
    outside = sum(query.files.module(file, star.module, star.level) < 0 for star in stars)
    return weakened(merged(*hits), Rank.EXACT if len(hits) == 1 and not outside else Rank.INFERRED)


def _through_star(query: Query, file: int, star: ImportRow, name: str) -> Answer:
    target = query.files.module(file, star.module, star.level)
    index = query.files.index(target) if target >= 0 else None
    if index is None or target == file:
        return UNKNOWN
    if index.listed is None:
        return UNKNOWN if name.startswith("_") else module_name(query, target, name)
    if name in index.listed:
        return module_attribute(query, target, name)
    if not index.lists_more or name.startswith("_"):
        return UNKNOWN
    # What came by a star is what the other module lists; of the rest nobody knows whether it is listed.
    own = name in index.scopes.get(MODULE, {}) or name in index.imported.get(MODULE, {})
    return weakened(module_name(query, target, name), Rank.INFERRED if own else Rank.EXACT)


def module_attribute(query: Query, file: int, name: str) -> Answer:
    """What ``module.name`` means for the module ``file``, its submodules included."""
    found = module_name(query, file, name)
    if found or not query.files.is_package(file):
        return found
    inner = query.files.module(file, name, 1)
    return (Found(ModuleMeaning(file, name, 1, inner), Rank.EXACT),) if inner >= 0 else UNKNOWN


def imported_meaning(query: Query, file: int, binding: ImportBinding) -> Answer:
    """What a name bound by an import means."""
    statement, (name, alias, _, _) = binding
    if not name:
        bound = statement.module
        if alias == statement.module:  # ``import a.b`` binds ``a``
            bound = statement.module.partition(".")[0]
        return module_meaning(query, file, bound, statement.level)
    target = query.files.module(file, statement.module, statement.level)
    if target == file:  # ``from . import x`` inside the package's own __init__
        inner = query.files.module(file, joined(statement.module, name), statement.level)
        own = tuple(Found(DefinitionMeaning(file, each), Rank.EXACT) for each in _defined(query, file, name))
        return own or ((Found(ModuleMeaning(file, name, 1, inner), Rank.EXACT),) if inner >= 0 else UNKNOWN)
    if target >= 0:
        found = module_attribute(query, target, name)
        return found or (UNKNOWN if _makes_names(query, target) else EXTERNAL)
    inner = query.files.module(file, joined(statement.module, name), statement.level)
    if inner < 0:
        return EXTERNAL
    return (Found(ModuleMeaning(file, joined(statement.module, name), statement.level, inner), Rank.EXACT),)


def _defined(query: Query, file: int, name: str) -> tuple[int, ...]:
    index = query.files.index(file)
    return index.scopes.get(MODULE, {}).get(name, ()) if index else ()


def _makes_names(query: Query, file: int) -> bool:
    """Whether a module answers for names it does not define (PEP 562)."""
    return bool(_defined(query, file, "__getattr__"))


def module_meaning(query: Query, importer: int, module: str, level: int) -> Answer:
    """A module as a value."""
    target = query.files.module(importer, module, level)
    return (Found(ModuleMeaning(importer, module, level, target), Rank.EXACT),)


def attribute_of_module(query: Query, module: ModuleMeaning, name: str) -> Answer:
    """What ``module.name`` means, submodules and namespace packages included."""
    if module.file >= 0:
        found = module_attribute(query, module.file, name)
        if found:
            return found
    deeper = joined(module.module, name)
    inner = query.files.module(module.importer, deeper, module.level)
    if inner >= 0 or module.file < 0:
        return (Found(ModuleMeaning(module.importer, deeper, module.level, inner), Rank.EXACT),)
    return UNKNOWN if _makes_names(query, module.file) else EXTERNAL


def joined(module: str, name: str) -> str:
    """The dotted name of ``name`` inside ``module``, which is empty in ``from . import name``."""
    return f"{module}.{name}" if module else name
