"""``GraphView``: an immutable snapshot of the graph at one revision, and the queries on it. To be filled in."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.graph.answers import Coverage, Edge, ReferencesAnswer, Symbol
from sightline.graph.facts import FileFacts, Import, Reference
from sightline.workspace.files import WorkspaceView


class GraphView:
    """One snapshot of who defines, uses and imports what."""

    workspace: WorkspaceView

    @property
    def revision(self) -> int:
        """Revision of the workspace view this graph was computed for."""
        raise NotImplementedError

    def paths(self) -> tuple[WorkspacePath, ...]:
        """Files of known languages, sorted; the unparsed ones included."""
        raise NotImplementedError

    def unparsed(self) -> tuple[tuple[WorkspacePath, str], ...]:
        """Files without facts, each with the reason."""
        raise NotImplementedError

    def facts(self, path: WorkspacePath) -> FileFacts | None:
        """Facts of a file; ``None`` for a file that is unparsed, of an unknown language or not in the view."""
        raise NotImplementedError

    def dependencies(self, path: WorkspacePath) -> tuple[Edge, ...]:
        """Files that ``path`` imports, by target path."""
        raise NotImplementedError

    def importers(self, path: WorkspacePath) -> tuple[Edge, ...]:
        """Files that import ``path`` directly, by source path."""
        raise NotImplementedError

    def unresolved_imports(self, path: WorkspacePath) -> tuple[Import, ...]:
        """Imports that lead to no file of the workspace (standard library and installed packages among them)."""
        raise NotImplementedError

    def symbols(self, path: WorkspacePath) -> tuple[Symbol, ...]:
        """All definitions of a file, in source order."""
        raise NotImplementedError

    def lookup(self, text: str) -> tuple[Symbol, ...]:
        """Symbols meant by ``path::Qualified.name``, ``Qualified.name`` or ``name``, best first."""
        raise NotImplementedError

    def files_defining(self, name: str) -> tuple[WorkspacePath, ...]:
        """Files with a definition of the bare ``name``."""
        raise NotImplementedError

    def files_referencing(self, name: str) -> tuple[WorkspacePath, ...]:
        """Files in which the bare ``name`` is used."""
        raise NotImplementedError

    def references(self, symbol: Symbol, *, limit: int = 10_000) -> ReferencesAnswer:
        """All uses of ``symbol`` outside its own name span, with kind, confidence and coverage."""
        raise NotImplementedError

    def resolve(self, path: WorkspacePath, reference: Reference) -> tuple[tuple[Symbol, str], ...]:
        """The symbols a reference in ``path`` may mean, each with its :class:`Confidence`, best first."""
        raise NotImplementedError

    def members(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Definitions directly inside a class, interface or namespace."""
        raise NotImplementedError

    def subclasses(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Classes that inherit from ``symbol`` directly."""
        raise NotImplementedError

    def coverage(self) -> Coverage:
        """Coverage of the view as a whole."""
        raise NotImplementedError

    def edges(self) -> Iterable[Edge]:
        """Every file edge, by source and target."""
        raise NotImplementedError

    def fork(self, changes: ChangeSet) -> GraphView:
        """The graph as it would be with ``changes`` applied, in time proportional to the files they touch."""
        raise NotImplementedError
