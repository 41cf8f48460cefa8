"""What the rules for names ask of one view: facts by file id, and the file behind an imported module."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.graph.holders import Holders
from sightline.graph.index import FileIndex, IndexCache
from sightline.graph.layouts import Layouts
from sightline.graph.leading import Leading
from sightline.graph.meanings import Site
from sightline.graph.path_answers import PathAnswers
from sightline.graph.raw_facts import ImportRow
from sightline.graph.reaching import Reaching
from sightline.graph.resolve import Resolver
from sightline.graph.sites import SiteMemory
from sightline.graph.state import GraphState
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.registry import family_of, language_of

#: Bytes of decoded files one view holds on to; more are forgotten all at once and found again in the shared cache.
_MOST_HELD = 16 << 20


class ViewFiles:
    """A view's files for ``meanings.Query``. Safe to share between threads: what is lost is computed again."""

    def __init__(
        self,
        state: GraphState,
        layouts: Layouts,
        cache: IndexCache,
        leading: Leading,
        by_paths: PathAnswers | None = None,
    ) -> None:
        """``by_paths``: what is known already of a state with the same files."""
        self._state = state
        self._layouts = layouts
        self._by_paths = by_paths or PathAnswers()
        self._resolver = Resolver(state, layouts, self._by_paths)
        self._cache = cache
        self._held: dict[int, FileIndex | None] = {}
        self._held_bytes = 0
        self._reaching = Reaching(state)
        self._leading = leading
        self._holders = Holders(state)
        self._sites = SiteMemory()

    def forked(self, state: GraphState, layouts: Layouts) -> ViewFiles:
        """The files of a state made of this one, sharing what holds for both."""
        same = layouts is self._layouts and state.has_same_files(self._state)
        return ViewFiles(state, layouts, self._cache, self._leading.after(state), self._by_paths if same else None)

    def index(self, file: int) -> FileIndex | None:
        """Facts of a file, ``None`` for one that has none."""
        try:
            return self._held[file]
        except KeyError:
            pass
        found = self._find(file)
        self._held_bytes += found.bytes_decoded if found is not None else 0
        if self._held_bytes > _MOST_HELD:
            self._held, self._held_bytes = {}, found.bytes_decoded if found is not None else 0
        self._held[file] = found
        return found

    def sites(self, file: int, name: str, *, keywords: bool) -> tuple[Site, ...]:
        """Where a file uses ``name``, as the keyword of a call or in any other way, in its order."""
        known = self._sites.known(file, name, keywords=keywords)
        return self._sites.read(file, name, self.index(file), keywords=keywords) if known is None else known

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
        defining = {each for each in self.defining(name) if each != file}
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
            for each in self.defining(name)
            if table.path_of(each).root == own.root
            and family_of(table.path_of(each)) == family_of(own)
            and name in self._resolver.units.top(each).extended
        )

    def defining(self, name: str) -> tuple[int, ...]:
        """Files that may define ``name``, at their top or deeper; of any family."""
        return self._reaching.defining(name)

    def in_reach(self, file: int, name: str) -> tuple[int, ...]:
        """Those of the files that imports of ``file`` lead to, all the way, that may define ``name``."""
        return self._reaching.in_reach(file, name)

    def leading_to(self, file: int) -> bytes:
        """One byte for each file: not 0 where its imports lead to ``file`` or a package around it, and maybe more."""
        return self._leading.to(file)

    def may_hold(self, file: int, declaring: int) -> bool:
        """Whether a value of a class that ``declaring`` defines can be in ``file``."""
        return self._holders.may_hold(file, declaring)

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
        defining = files if len(files) == 1 else [each for each in self.defining(name) if each in known]
        return tuple(each for each in defining if name in self._resolver.units.top(each).names)

    def resolves(self, importer: WorkspacePath, row: ImportRow) -> bool:
        """Whether an import leads to some file of the workspace."""
        return bool(self._resolver.targets(self._resolver.importer(importer), row, {}))
