"""What the rules for names ask of one view: facts by file id, and the file behind an imported module."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.graph.index import FileIndex, IndexCache
from sightline.graph.layouts import Layouts
from sightline.graph.raw_facts import ImportRow
from sightline.graph.resolve import Resolver
from sightline.graph.state import GraphState
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.registry import family_of, language_of

#: Decoded files one view holds on to; more are forgotten all at once and found again in the shared cache.
_MOST_HELD = 64
#: Sets of files that imports lead to, one for each importer asked about.
_MOST_REACHES = 512


class ViewFiles:
    """A view's files for ``meanings.Query``. Safe to share between threads: what is lost is computed again."""

    def __init__(self, state: GraphState, layouts: Layouts, cache: IndexCache) -> None:
        self._state = state
        self._resolver = Resolver(state, layouts)
        self._cache = cache
        self._held: dict[int, FileIndex | None] = {}
        self._reached: dict[int, frozenset[int]] = {}

    def index(self, file: int) -> FileIndex | None:
        """Facts of a file, ``None`` for one that has none."""
        held = self._held
        if file in held:
            return held[file]
        if len(held) >= _MOST_HELD:
            self._held = held = {}
        found = held[file] = self._find(file)
        return found

    def _find(self, file: int) -> FileIndex | None:
        hot = self._state.hot.get(file)
        if hot is not None and hot.index is not None:
            return hot.index
        packed = self._state.packed(file)
        return self._cache.index(file, packed) if packed else None

    def module(self, importer: int, module: str, level: int) -> int:
        """The file that ``importer`` gets when it imports ``module``, or -1."""
        importing = self._resolver.importer(self._state.table.path_of(importer))
        return self._resolver.module(importing, module, level).file

    def language(self, file: int) -> str:
        """The name of the file's language by its path."""
        language = language_of(self._state.table.path_of(file))
        assert language is not None, "only files of known languages are in a graph"
        return language.name

    def is_package(self, file: int) -> bool:
        """Whether the file stands for its folder."""
        return self._resolver.is_package(file)

    def beside(self, file: int, name: str) -> tuple[int, ...]:
        """Other files of the units of ``file`` that define ``name``, or extend a type of that name, at their top."""
        units = self._resolver.units
        if IMPORT_RULES[family_of(self._state.table.path_of(file))].global_names:
            near = units.everywhere(file, name)
            return tuple(each for each in near if name in units.top(each).names or name in units.top(each).extended)
        defining = {each for each in self._defining(name) if each != file}
        for unit in units.own(file) if defining else ():
            here = [each for each in unit.files if each in defining]
            found = [each for each in here if name in units.top(each).names or name in units.top(each).extended]
            if found:
                return tuple(found)
        return ()

    def extending(self, file: int, name: str) -> tuple[int, ...]:
        """All files of the family and root of ``file`` that extend a type called ``name`` at their top."""
        table, own = self._state.table, self._state.table.path_of(file)
        return tuple(
            each
            for each in self._defining(name)
            if table.path_of(each).root == own.root
            and family_of(table.path_of(each)) == family_of(own)
            and name in self._resolver.units.top(each).extended
        )

    def _defining(self, name: str) -> tuple[int, ...]:
        """Files that may define ``name``, by path: ids depend on what happened, and which comes first may matter."""
        return tuple(sorted(self._state.defining(name), key=self._state.table.path_of))

    def defining(self, name: str) -> tuple[int, ...]:
        """Files that may define ``name``, at their top or deeper; of any family."""
        return self._defining(name)

    def in_reach(self, file: int, name: str) -> tuple[int, ...]:
        """Those of the files that imports of ``file`` lead to, all the way, that may define ``name``."""
        defining = self._defining(name)
        if not defining:
            return ()
        reach = self._reach(file)
        return tuple(each for each in defining if each != file and each in reach)

    def _reach(self, file: int) -> frozenset[int]:
        held = self._reached
        found = held.get(file)
        if found is None:
            if len(held) >= _MOST_REACHES:
                self._reached = held = {}
            seen = {file}
            waiting = [file]
            while waiting:
                fresh = {edge.target for edge in self._state.edges(waiting.pop())} - seen
                seen |= fresh
                waiting += fresh
            found = held[file] = frozenset(seen)
        return found

    def everywhere(self, file: int, *names: str) -> tuple[int, ...]:
        """Other files of the family and root of ``file`` that may define all of ``names``, at whatever depth."""
        return self._resolver.units.everywhere(file, *names)

    def in_module(self, importer: int, module: str, level: int, name: str) -> tuple[int, ...]:
        """Those of the files behind a module that define ``name`` at their top."""
        importing = self._resolver.importer(self._state.table.path_of(importer))
        files = self._resolver.module(importing, module, level).files
        if not files:
            return ()
        known = frozenset(files)
        defining = files if len(files) == 1 else [each for each in self._defining(name) if each in known]
        return tuple(each for each in defining if name in self._resolver.units.top(each).names)

    def resolves(self, importer: WorkspacePath, row: ImportRow) -> bool:
        """Whether an import leads to some file of the workspace."""
        return bool(self._resolver.targets(self._resolver.importer(importer), row, {}))
