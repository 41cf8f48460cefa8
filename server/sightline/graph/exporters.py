"""Modules of the workspace from which a name can be imported, ranked by what the files around do.

The graph alone answers: who defines the name at its top, who passes it on, and from where other files import it under
that name. Nothing is known here of the text of an import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sightline.base.paths import WorkspacePath
from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import WHOLE
from sightline.graph.test_files import is_test
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of

#: Files that use the name and are looked at, those nearest to the asking file first.
MOST_WITNESSES = 300
#: How much nearness of the module itself counts against one file beside ours that imports from it.
_OWN_NEARNESS = 2.0
#: The same for a module of another folder that only bears the name, and that nobody imports by it.
_UNTRIED_MODULE = 0.4
#: How much it counts, against one import of the file itself from a module, that all importers of the name agree.
_VOTES = 3.0
#: Votes of importers by nearness that count for half; a few from far away tell little.
_FEW = 0.5
#: What a file inside a package tells a file outside: it may reach for parts that outsiders should not.
_INSIDER = 0.1
_TYPES = frozenset((DefinitionKind.INTERFACE.value, DefinitionKind.TYPE.value))
#: Files of the same folder that are asked what they do.
_MOST_NEIGHBOURS = 40
#: How far star re-exports are followed.
_STAR_STEPS = 3


@dataclass(frozen=True, slots=True, order=True)
class Export:
    """What is imported: ``name`` of the module ``path``, bound as ``bound``.

    ``name`` is "" for the module itself, ``default`` for a default export.
    """

    path: WorkspacePath
    name: str
    bound: str


@dataclass(slots=True)
class Exporter:
    """One export with what speaks for it. ``spellings`` counts how other files write the module: (text, dots)."""

    export: Export
    importers: int = 0
    score: float = 0.0
    is_type: bool = False
    is_test: bool = False
    spellings: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    near: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    forms: Counter[str] = field(default_factory=Counter[str])


def exporters(view: GraphView, path: WorkspacePath, name: str) -> tuple[Exporter, ...]:
    """Where ``path`` can import ``name`` from, best first; empty when no other module of the workspace has it."""
    found: dict[Export, Exporter] = {}
    for export, is_type in _defined(view, path, name):
        found.setdefault(export, Exporter(export)).is_type |= is_type
    for export in _modules(view, path, name):
        found.setdefault(export, Exporter(export))
    for witness in _witnesses(view, path, name):
        _hear(view, path, witness, name, found)
    for export in list(found):
        for passed_on in _through_stars(view, export):
            found.setdefault(passed_on, Exporter(passed_on, is_type=found[export].is_type))
    habits = _habits(view, path)
    votes = sum(each.score for each in found.values()) + _FEW
    for each in found.values():
        each.score = _VOTES * each.score / votes + habits.of(each.export.path)
        each.is_test = is_test(each.export.path) and not _shares_tests(each.export.path, path)
        nearness = _weight(path, each.export.path)
        tried = each.export.name or each.importers or nearness == 1
        each.score += (_OWN_NEARNESS if tried else _UNTRIED_MODULE) * nearness
    usable = [each for each in found.values() if each.export.path != path]
    return tuple(sorted(usable, key=_order))


def exports_imported(view: GraphView, path: WorkspacePath, start: int, bound: str) -> Export | None:
    """What the import statement of ``path`` at byte ``start`` binds as ``bound``; ``None`` outside the workspace."""
    index = view.index(path)
    bindings = _bindings(index, bound) if index is not None else ()
    found = (_export_of(view, path, each, bound) for each in bindings if each.statement.start == start)
    return next(found, None)


def is_type_export(view: GraphView, export: Export) -> bool:
    """Whether an export is a type alone (an interface, a type alias) where that can be told."""
    index = view.index(export.path)
    numbers = index.scopes.get(MODULE, {}).get(export.name, ()) if index else ()
    return bool(index and numbers) and all(index.definitions[each].kind in _TYPES for each in numbers if index)


def neighbours(view: GraphView, path: WorkspacePath) -> tuple[WorkspacePath, ...]:
    """Other files of the same folder and language, the first of them by name."""
    folder, language = path.relative.rpartition("/")[0], language_of(path)
    same = (
        each
        for each in view.paths()
        if each.root == path.root and each != path and each.relative.rpartition("/")[0] == folder
    )
    return tuple(each for each in same if language_of(each) == language)[:_MOST_NEIGHBOURS]


def _order(each: Exporter) -> tuple[object, ...]:
    hidden = each.export.name.startswith("_") and not each.importers
    path = each.export.path
    return each.is_test, hidden, -round(each.score, 6), -each.importers, path.relative.count("/"), path, each.export


def _shares_tests(module: WorkspacePath, path: WorkspacePath) -> bool:
    """Whether both lie in tests of one place: a test may use the helpers beside it or above it."""
    return is_test(path) and path.root == module.root


def _top_of(path: WorkspacePath) -> tuple[str, str]:
    """What comes to one package: the first folder, or the first below ``src``."""
    first, _, rest = path.relative.partition("/")
    return path.root, f"src/{rest.partition('/')[0]}" if first == "src" else first


@dataclass(frozen=True, slots=True)
class _Habits:
    """From where the file and those beside it import, whatever the name. ``beside`` holds shares of the files."""

    own: frozenset[WorkspacePath]
    beside: dict[WorkspacePath, float]

    def of(self, module: WorkspacePath) -> float:
        """From 0 to 2. A file that imports from parts of a package will import from other parts of it too."""
        found = self.beside.get(module, 0.0)
        if module in self.own:
            return found + 1
        if _is_barrel(module):
            return found
        nearest = (_weight(module, each) for each in self.own if not _is_barrel(each))
        return found + max(nearest, default=0.0) ** 0.5 / 2


def _is_barrel(path: WorkspacePath) -> bool:
    return path.name == "__init__.py" or path.name.partition(".")[0] == "index"


def _habits(view: GraphView, path: WorkspacePath) -> _Habits:
    beside = neighbours(view, path)
    counts: Counter[WorkspacePath] = Counter()
    for each in beside:
        counts.update({edge.target for edge in view.dependencies(each)})
    return _Habits(
        own=frozenset(edge.target for edge in view.dependencies(path)),
        beside={target: count / len(beside) for target, count in counts.items()},
    )


def _weight(left: WorkspacePath, right: WorkspacePath) -> float:
    """1 for files of one folder, less with each folder up and down between them."""
    if left.root != right.root:
        return 0.0
    one, other = left.relative.split("/")[:-1], right.relative.split("/")[:-1]
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return 1.0 / (1 + len(one) - shared + len(other) - shared) ** 2


def _speaks(path: WorkspacePath) -> str:
    language = language_of(path)
    return language.extractor if language is not None else ""


def _defined(view: GraphView, path: WorkspacePath, name: str) -> Iterator[tuple[Export, bool]]:
    extractor = _speaks(path)
    for file in view.state.defining(name):
        target = view.state.table.path_of(file)
        index = view.index(target)
        if index is None or _speaks(target) != extractor:
            continue
        top = index.scopes.get(MODULE, {})
        rows = [index.definitions[each] for each in top.get(name, ())]
        is_type = bool(rows) and all(row.kind in _TYPES for row in rows)
        unnamed = [index.definitions[each] for export in ("default", WHOLE) for each in top.get(export, ())]
        unnamed = [row for row in unnamed if row.alias == name]
        if unnamed:
            yield Export(target, "default", name), is_type
        by_default = {(row.start, row.end) for row in unnamed}  # ``export default class`` is not exported by its name
        if any(row.exported and (row.start, row.end) not in by_default for row in rows):
            yield Export(target, name, name), is_type


def _modules(view: GraphView, path: WorkspacePath, name: str) -> Iterator[Export]:
    """Python modules and packages of that name."""
    if _speaks(path) != "python":
        return
    package, module = f"{name}/__init__.py", f"{name}.py"
    for each in view.paths():
        relative = each.relative
        if relative in (package, module) or relative.endswith(("/" + package, "/" + module)):
            yield Export(each, "", name)


def _witnesses(view: GraphView, path: WorkspacePath, name: str) -> list[WorkspacePath]:
    files = [view.state.table.path_of(file) for file in view.state.referencing(name)]
    files = [each for each in files if each != path]
    if len(files) > MOST_WITNESSES:
        files = sorted(files, key=lambda each: (-_weight(path, each), each))[:MOST_WITNESSES]
    return files


def _hear(
    view: GraphView, path: WorkspacePath, witness: WorkspacePath, name: str, found: dict[Export, Exporter]
) -> None:
    """Counts from where one file imports the name."""
    index = view.index(witness)
    if index is None or _speaks(witness) != _speaks(path):
        return
    weight = _weight(path, witness)
    if is_test(witness) and not is_test(path):
        weight /= 4
    if _passes_on(view, witness, index, name):
        found.setdefault(Export(witness, name, name), Exporter(Export(witness, name, name)))
    heard: set[Export] = set()
    for binding in _bindings(index, name):
        export = _export_of(view, witness, binding, name)
        if export is None or export in heard or export.path == path:
            continue
        heard.add(export)
        each = found.setdefault(export, Exporter(export))
        each.importers += 1
        inside = _top_of(witness) == _top_of(export.path) != _top_of(path)
        each.score += weight * _INSIDER if inside else weight
        each.is_type = each.is_type or is_type_export(view, export)
        spelling = (binding.statement.module, binding.statement.level)
        each.spellings[spelling] += 1
        each.forms["from" if binding.name[0] else "import"] += 1
        if weight >= 1 / 4:
            each.near[spelling] += 1


def _passes_on(view: GraphView, witness: WorkspacePath, index: FileIndex, name: str) -> bool:
    """Whether a file imports a name for others: ``export … from``, and what a package takes from its own modules."""
    bindings = [each for each in index.imported.get(MODULE, {}).get(name, ()) if each.name[0]]
    if index.language != "python":
        return any(each.statement.reexport for each in bindings)
    if witness.name != "__init__.py" or not bindings:
        return False
    inside = witness.relative.removesuffix("__init__.py")
    targets = [view.module(witness, each.statement.module, each.statement.level) for each in bindings]
    own = any(target is not None and target.relative.startswith(inside) for target in targets)
    return own or name in (index.listed or ())


def _bindings(index: FileIndex, name: str) -> Iterable[ImportBinding]:
    for scope in index.imported.values():
        yield from scope.get(name, ())


def _export_of(view: GraphView, witness: WorkspacePath, binding: ImportBinding, name: str) -> Export | None:
    statement, (imported, alias, _, _) = binding
    if statement.dynamic:
        return None
    if not imported:
        module = statement.module.partition(".")[0] if alias == statement.module else statement.module
        target = view.module(witness, module if alias != name else statement.module, statement.level)
        return None if target is None else Export(target, "", name)
    target = view.module(witness, statement.module, statement.level)
    if _speaks(witness) == "python":
        inner_name = f"{statement.module}.{imported}" if statement.module else imported
        inner = view.module(witness, inner_name, statement.level)
        if inner is not None and (target is None or not _binds(view, target, imported)):
            return Export(inner, "", name)
    if target is None or not _has(view, target, imported):
        return None
    return Export(target, imported, name)


def _binds(view: GraphView, target: WorkspacePath, name: str) -> bool:
    index = view.index(target)
    return index is not None and (name in index.scopes.get(MODULE, {}) or name in index.imported.get(MODULE, {}))


def _has(view: GraphView, target: WorkspacePath, name: str) -> bool:
    """Whether a module may give ``name`` to others, as far as its own file says."""
    index = view.index(target)
    if index is None:
        return False
    top = index.scopes.get(MODULE, {})
    if _binds(view, target, name) or "__getattr__" in top or MODULE in index.stars:
        return True
    return index.language != "python" and (name == "default" or WHOLE in top)


def _through_stars(view: GraphView, export: Export) -> Iterator[Export]:
    """Modules that pass the name on by ``export * from`` or, in a package's own file, ``from .x import *``."""
    if export.name in ("", "default") or export.name.startswith("_"):
        return
    seen, front = {export.path}, [export.path]
    for _ in range(_STAR_STEPS):
        reached: list[WorkspacePath] = []
        for each in front:
            for source in _possible_passers(view, each):
                if source not in seen and _passes_all_on(view, source, each):
                    seen.add(source)
                    reached.append(source)
        front = reached
        yield from (Export(each, export.name, export.bound) for each in reached)


def _possible_passers(view: GraphView, target: WorkspacePath) -> Iterator[WorkspacePath]:
    file = view.state.table.id_of(target)
    for source in view.state.importers(file) if file is not None else ():
        path = view.state.table.path_of(source)
        if not path.name.endswith(".py") or path.name == "__init__.py":
            yield path


def _passes_all_on(view: GraphView, source: WorkspacePath, target: WorkspacePath) -> bool:
    index = view.index(source)
    stars = index.stars.get(MODULE, ()) if index else ()
    is_package = source.name == "__init__.py"
    found = (each for each in stars if each.reexport or is_package)
    return any(view.module(source, each.module, each.level) == target for each in found)
