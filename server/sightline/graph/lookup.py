"""What the rules for names ask of one view: facts by file id, and the file behind an imported module."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.graph.index import FileIndex, IndexCache
from sightline.graph.raw_facts import ImportRow
from sightline.graph.resolve import Layouts, module_path, resolve
from sightline.graph.state import GraphState
from sightline.workspace.files import WorkspaceView

#: Decoded files one view holds on to; more are forgotten all at once and found again in the shared cache.
_MOST_HELD = 256
_MOST_MODULES = 100_000


class ViewFiles:
    """A view's files for ``meanings.Query``. Safe to share between threads: what is lost is computed again."""

    def __init__(self, workspace: WorkspaceView, state: GraphState, layouts: Layouts, cache: IndexCache) -> None:
        self._workspace = workspace
        self._state = state
        self._layouts = layouts
        self._cache = cache
        self._held: dict[int, FileIndex | None] = {}
        self._modules: dict[tuple[str, str, int], int] = {}

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
        return self._cache.index(packed) if packed else None

    def module(self, importer: int, module: str, level: int) -> int:
        """The file that ``importer`` gets when it imports ``module``, or -1."""
        path = self._state.table.path_of(importer)
        folder = path.absolute.rpartition("/")[0]
        key = (folder, module, level)
        known = self._modules.get(key)
        if known is None:
            if len(self._modules) >= _MOST_MODULES:
                self._modules = {}
            known = self._modules[key] = self._module(path, module, level)
        return known

    def _module(self, importer: WorkspacePath, module: str, level: int) -> int:
        target = module_path(self._layouts, self._workspace, importer, module, level)
        file = self._state.table.id_of(target) if target is not None else None
        return -1 if file is None or not self._state.exists(file) else file

    def is_package(self, file: int) -> bool:
        """Whether the file stands for its folder."""
        return self._state.table.path_of(file).name in ("__init__.py", "__init__.pyi")

    def resolves(self, importer: WorkspacePath, row: ImportRow) -> bool:
        """Whether an import leads to some file of the workspace."""
        return bool(resolve(self._layouts, self._workspace, importer, row).targets)
