"""From an import to the files it leads to, by the rules in ``languages/``; the edges of a file.

The rules name candidate paths; this file looks which of them the graph has, and remembers all that were asked for, so
that a file that appears or goes re-resolves exactly those that wanted it.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable, Sequence

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import EdgeKind
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.layouts import Layouts, top_key
from sightline.graph.meanings import Rank
from sightline.graph.passing import Module, Passing, module_around
from sightline.graph.path_answers import Importer, ModuleFile, Modules, PathAnswers
from sightline.graph.raw_facts import ImportRow
from sightline.graph.segments import FileEdge, FileEdges, path_key
from sightline.graph.state import GraphState
from sightline.graph.units import Unit, Units, global_key, member_key, namespace_key
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules
from sightline.languages.registry import family_of
from sightline.languages.resolver import candidates
from sightline.languages.skim import SkimmedImport

_KINDS = (EdgeKind.IMPORT, EdgeKind.REEXPORT, EdgeKind.PACKAGE)
_KIND_SHIFT = 2
_NOTHING = array("I")
#: Families whose files see names of other files with no import.
UNIT_FAMILIES = frozenset(
    family for family, rules in IMPORT_RULES.items() if rules.own_folder or rules.own_namespace or rules.global_names
)
#: Families whose paths go through what other files import.
PASSING_FAMILIES = frozenset(family for family, rules in IMPORT_RULES.items() if rules.separator)


def edge_code(kind: EdgeKind, rank: Rank) -> int:
    """Kind and rank of an edge in one small number."""
    return (_KINDS.index(kind) << _KIND_SHIFT) + rank


def edge_kind(code: int) -> EdgeKind:
    """The kind in an edge's code."""
    return _KINDS[code >> _KIND_SHIFT]


def edge_rank(code: int) -> Rank:
    """The rank in an edge's code."""
    return Rank(code & 3)


class Resolver:
    """Resolves imports against one state. Answers are remembered, so one object serves many files of it."""

    __slots__ = ("_bound", "_by_paths", "_importers", "_layouts", "_modules", "_nearer", "_passing", "_state", "units")

    def __init__(self, state: GraphState, layouts: Layouts, by_paths: PathAnswers | None = None) -> None:
        """``by_paths``: what is known already of a state with the same files."""
        self._state = state
        self._layouts = layouts
        self._by_paths = by_paths or PathAnswers()
        self._importers = self._by_paths.importers
        self._modules: Modules = {}  # answers that facts decide too, here and below
        self._nearer: Modules = {}
        self._bound: dict[int, frozenset[str]] = {}
        self._passing: dict[str, Passing] = {}
        self.units = Units(state, layouts)

    def importer(self, path: WorkspacePath) -> Importer:
        """What of a file's path matters to where its imports lead."""
        folder, _, name = path.relative.rpartition("/")
        rules = IMPORT_RULES.get(family_of(path))
        key = (path.root, folder, name if rules is not None and rules.by_path else name[name.rfind(".") :])
        found = self._importers.get(key)
        if found is None:
            found = self._importers[key] = self._importer(path, folder, rules)
        return found

    def module(self, importer: Importer, module: str, level: int) -> ModuleFile:
        """The file, or the files, of a module as ``importer`` names it."""
        relative = level or module.startswith(".")
        key = (importer.root, importer.folder if relative else importer.base, importer.family, module, level)
        found = self._by_paths.modules.get(key) or self._modules.get(key)
        if found is None:
            found, by_paths = self._find(importer, module, level, nearer=False)
            (self._by_paths.modules if by_paths else self._modules)[key] = found
        if found.nearer:
            key = (importer.root, importer.folder, importer.family, module, level)
            found = self._by_paths.nearer.get(key) or self._nearer.get(key)
            if found is None:
                found, by_paths = self._find(importer, module, level, nearer=True)
                (self._by_paths.nearer if by_paths else self._nearer)[key] = found
        return found

    def edges(self, file: int, index: FileIndex) -> Generator[None, None, FileEdges]:
        """The resolved imports of one file, one edge per target and statement, and what it uses of its own unit.

        A generator, see ``slices.py``: a package of thousands of files takes longer than a slice.
        """
        path = self._state.table.path_of(file)
        importer = self.importer(path)
        edges: dict[tuple[int, int], FileEdge] = {}
        wanted: dict[int, None] = {}
        for row, line in zip(index.imports, index.import_lines, strict=True):
            yield from self._read_namespaces(importer, row)
            code = edge_code(_kind(path, row), Rank.INFERRED if row.dynamic else Rank.EXACT)
            for target in self.targets(importer, row, wanted, index):
                if target != file:
                    edges.setdefault((target, line), FileEdge(target, line, code))
        if importer.family in UNIT_FAMILIES:
            yield from self.units.read_own(file)
            self._own_unit(file, index, edges, wanted)
            if IMPORT_RULES[importer.family].rootless:
                yield from self._rootless(importer.family, file, index, edges, wanted)
            if IMPORT_RULES[importer.family].global_names:
                yield from self._global_names(importer.family, file, index, edges, wanted)
        return FileEdges(tuple(edges.values()), tuple(wanted))

    def skimmed_edges(self, file: int, imports: Iterable[SkimmedImport]) -> Generator[None, None, FileEdges]:
        """As :meth:`edges`, of what a skim found: one edge per target and line. What it uses by name is not known."""
        path = self._state.table.path_of(file)
        importer = self.importer(path)
        edges: dict[tuple[int, int], FileEdge] = {}
        wanted: dict[int, None] = {}
        for each in imports:
            names = tuple((name, "", 0, 0) for name in each.names)
            row = ImportRow(each.module, names, 0, 0, each.level, reexport=each.reexport, dynamic=each.dynamic)
            yield from self._read_namespaces(importer, row)
            # Of a unit it may need any file: which, only the names say that it uses.
            guessed = row.dynamic or self.module(importer, row.module, row.level).unit is not None
            code = edge_code(_kind(path, row), Rank.INFERRED if guessed else Rank.EXACT)
            for target in self.targets(importer, row, wanted):
                if target != file:
                    edges.setdefault((target, each.line), FileEdge(target, each.line, code))
        return FileEdges(tuple(edges.values()), tuple(wanted))

    def targets(
        self, importer: Importer, row: ImportRow, wanted: dict[int, None], index: FileIndex | None = None
    ) -> Sequence[int]:
        """The files that an import statement leads to; keys of what was looked for go into ``wanted``.

        ``from package import name`` leads to the submodule where there is one, and to the package's own file for
        every name that is none or that the package binds as well. Of a unit it needs the files that define what
        ``index``, the facts of the importer, uses of it; all of them if it uses nothing (or if there are no facts).
        """
        module = self.module(importer, row.module, row.level)
        wanted.update(dict.fromkeys(module.wanted))
        if module.unit is not None:
            return self._of_unit(importer.family, module, row, index)
        names = [name[0] for name in row.names if name[0] not in ("", "*")]
        needs_own = len(names) < len(row.names) or not row.names
        joint = IMPORT_RULES[importer.family].separator
        if joint:
            whole = [f"{row.module}{joint}{name}" for name in names] + ([row.module] if needs_own else [])
            file = self._state.table.find(importer.root, importer.sample)
            if file is None:
                return module.files
            # Importers of these families are single files.
            passing, around = self._passing_of(importer), Module(file, module_around(index, row.enclosing))
            return tuple(dict.fromkeys(file for path in whole for file in passing.files(around, path, wanted)))
        # Only a package, with or without a file of its own, has submodules; other families say so by their candidates.
        if importer.family != "python" or (module.file >= 0 and not self.is_package(module.file)):
            return module.files
        found: list[int] = []
        for name in names:
            inner = self.module(importer, f"{row.module}.{name}" if row.module else name, row.level)
            wanted.update(dict.fromkeys(inner.wanted))
            if inner.file >= 0:
                found.append(inner.file)
            if inner.file < 0 or self._binds(module.file, name):
                needs_own = True
        return (module.file, *found) if needs_own and module.file >= 0 else found

    def _passing_of(self, importer: Importer) -> Passing:
        found = self._passing.get(importer.family)
        if found is None:
            joint = IMPORT_RULES[importer.family].separator
            found = self._passing[importer.family] = Passing(self._state, self._file_of, joint)
        return found

    def _file_of(self, file: int, text: str) -> tuple[int, Sequence[int]]:
        found = self.module(self.importer(self._state.table.path_of(file)), text, 0)
        return found.file, found.wanted

    def is_package(self, file: int) -> bool:
        """Whether the file stands for its folder."""
        return is_package(self._state.table.path_of(file))

    def _of_unit(self, family: str, module: ModuleFile, row: ImportRow, index: FileIndex | None) -> Sequence[int]:
        assert module.unit is not None, "only asked of units"
        if module.name:
            return module.files
        names = {name[0] for name in row.names if name[0] not in ("", "*")}
        seen: dict[int, int] = {}
        if index is not None:
            for name, alias, _, _ in row.names:
                if name == "*":
                    seen = self.units.used(module.unit, index, index.used.get("", ()), IMPORT_RULES[family])
                elif not name:
                    names.update(index.used.get(alias, ()))
        found = tuple({**self.units.defining(module.unit, names), **seen})
        # A name that the unit lacks leads nowhere; only of a unit as a whole may anything be used.
        named = all(name[0] not in ("", "*") for name in row.names) and bool(row.names)
        needs_none = named or not IMPORT_RULES[family].whole_units
        return found if found or needs_none else module.files

    def _own_unit(
        self, file: int, index: FileIndex, edges: dict[tuple[int, int], FileEdge], wanted: dict[int, None]
    ) -> None:
        """Edges to the files of the same unit whose names the file uses."""
        bare = index.used.get("", {})
        own = self.units.top(file).names
        imported = index.imported.get(MODULE, {})
        names = [name for name in bare if name not in own and name not in imported]
        targets = {target for target, _ in edges}
        rules = IMPORT_RULES[family_of(self._state.table.path_of(file))]
        for unit in self.units.own(file):
            wanted[unit.key] = None
            for target, number in self.units.used(unit, index, names, rules).items():
                if target != file and target not in targets:
                    line = index.line_of(index.columns[1][number])
                    edges[target, line] = FileEdge(target, line, edge_code(EdgeKind.PACKAGE, Rank.EXACT))

    def _rootless(
        self, family: str, file: int, index: FileIndex, edges: dict[tuple[int, int], FileEdge], wanted: dict[int, None]
    ) -> Generator[None, None, None]:
        """Edges to files outside of all namespaces whose names the file uses and that nothing nearer defines."""
        targets = {target for target, _ in edges}
        nearer = {*self.units.top(file).names, *index.imported.get(MODULE, {})}
        nearer.update(name for target in targets for name in self.units.top(target).names)
        for name, number in index.used.get("", {}).items():
            yield
            wanted[member_key(namespace_key(family, ""), name)] = None
            for target in self.units.rootless(file, name) if name not in nearer else ():
                if target not in targets:
                    targets.add(target)
                    line = index.line_of(index.columns[1][number])
                    edges[target, line] = FileEdge(target, line, edge_code(EdgeKind.PACKAGE, Rank.INFERRED))

    def _read_namespaces(self, importer: Importer, row: ImportRow) -> Generator[None, None, None]:
        """Reads what :meth:`targets` will ask of the namespaces that an import may lead to."""
        rules = IMPORT_RULES.get(importer.family)
        if rules is None or not rules.own_namespace:
            return
        request = ImportRequest(module=row.module, level=row.level)
        for candidate in candidates(importer.sample, request, self._layouts.of(importer.root)):
            if candidate.namespace:
                yield from self.units.read_namespace(importer.family, candidate.namespace)

    def _global_names(
        self, family: str, file: int, index: FileIndex, edges: dict[tuple[int, int], FileEdge], wanted: dict[int, None]
    ) -> Generator[None, None, None]:
        """Edges to files whose names the file uses and that no import of its own leads to."""
        key = global_key(family)
        wanted[key] = None
        targets = {target for target, _ in edges}
        around = sorted(self.units.top(file).reachable, key=lambda name: (-name.count("."), name))
        explained = {name for target in targets for name in self.units.top(target).reachable}
        for receiver, names in index.used.items():
            if receiver and not receiver.replace(".", "").isidentifier():
                continue
            for name, number in names.items():
                yield
                dotted = f"{receiver}.{name}" if receiver else name
                wanted[member_key(key, name)] = None
                told = dotted in explained or not IMPORT_RULES[family].is_global(name)
                if told or not self.units.everywhere(file, name):
                    continue
                for target in self.units.reaching(file, (*(f"{each}.{dotted}" for each in around), dotted)):
                    if target not in targets:
                        targets.add(target)
                        line = index.line_of(index.columns[1][number])
                        edges[target, line] = FileEdge(target, line, edge_code(EdgeKind.PACKAGE, Rank.INFERRED))

    def _importer(self, path: WorkspacePath, folder: str, rules: ImportRules | None) -> Importer:
        family = family_of(path)
        base = rules.base(path.relative, self._layouts.of(path.root).of(family)) if rules is not None else folder
        return Importer(path.root, folder, base, path.relative, family)

    def _find(self, importer: Importer, module: str, level: int, *, nearer: bool) -> tuple[ModuleFile, bool]:
        """What is behind a module, and whether paths alone decided it."""
        layout = self._layouts.of(importer.root)
        root = importer.root
        wanted = array("I")  # tuples of numbers take seven times as much, and thousands of answers are kept
        by_paths = True
        if importer.family == "python" and not level:
            wanted.append(top_key(root, module.partition(".")[0]))
        for candidate in candidates(importer.sample, ImportRequest(module=module, level=level), layout):
            if candidate.near and not nearer:
                return ModuleFile(-1, _NOTHING, nearer=True), by_paths
            file = self._first(root, candidate.paths, wanted)
            if file >= 0:
                return ModuleFile(file, wanted, (file,)), by_paths
            unit = self._unit(importer, candidate)
            if unit is None:
                continue
            by_paths = False
            wanted.append(unit.key)
            if candidate.name:
                wanted.append(member_key(unit.key, candidate.name))
            files = tuple(self.units.defining(unit, (candidate.name,))) if candidate.name else unit.files
            if files:
                return ModuleFile(files[0], wanted, files, unit, candidate.name), by_paths
        return ModuleFile(-1, wanted), by_paths

    def _first(self, root: str, paths: Sequence[str], wanted: array[int]) -> int:
        find, exists = self._state.table.find, self._state.exists
        links = self._layouts.of(root).links
        for relative in paths:
            wanted.append(path_key(root, relative))
            file = find(root, relative)
            if file is not None and exists(file):
                return file
            if relative in links:
                target = links[relative]
                wanted.append(path_key(target.root, target.relative))
                file = find(target.root, target.relative)
                if file is not None and exists(file):
                    return file
        return -1

    def _unit(self, importer: Importer, candidate: ImportCandidates) -> Unit | None:
        if candidate.folder is not None:
            return self.units.folder(importer.root, importer.family, candidate.folder, public=True)
        return self.units.namespace(importer.family, candidate.namespace) if candidate.namespace else None

    def _binds(self, package: int, name: str) -> bool:
        if package < 0:
            return False
        if package not in self._bound:
            self._bound[package] = bound_names(self._state, package)
        return name in self._bound[package]


def is_package(path: WorkspacePath) -> bool:
    """Whether a file stands for its folder."""
    return path.name in ("__init__.py", "__init__.pyi")


def bound_names(state: GraphState, file: int) -> frozenset[str]:
    """Names that a module's own statements bind, star imports left out.

    A package that only imports its own submodule of that name (``from . import name``) binds nothing: whoever imports
    the name gets the submodule and needs nothing of the package's file.
    """
    index = state.index(file)
    if index is None:
        return frozenset()
    folder = state.table.path_of(file).relative.rpartition("/")[0].replace("/", ".")
    defined = index.scopes.get(MODULE, {})
    imported = index.imported.get(MODULE, {})
    others = (name for name, ways in imported.items() if not all(_is_own_submodule(way, name, folder) for way in ways))
    return frozenset((*defined, *others))


def _is_own_submodule(binding: ImportBinding, name: str, folder: str) -> bool:
    """Whether a package in ``folder`` (dotted) binds ``name`` to what is its submodule if it has one of that name."""
    statement, imported = binding
    if imported[0] != name:
        return False
    if statement.level:
        return statement.level == 1 and not statement.module
    return f".{folder}".endswith(f".{statement.module}")


def _kind(importer: WorkspacePath, row: ImportRow) -> EdgeKind:
    passes_on = row.reexport or (is_package(importer) and row.enclosing == MODULE and any(n[0] for n in row.names))
    return EdgeKind.REEXPORT if passes_on else EdgeKind.IMPORT
