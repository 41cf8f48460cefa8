"""The façade in editor terms: one object per set of workspace roots. Used from the event loop only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.graph.view import GraphView
from sightline.tasks.result import Listener

#: Called with (done, total) while files are scanned and parsed.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAfter:
    """One file of a prepared edit. ``before``/``after`` are ``None`` where there is no file; ``kind`` is
    ``edit``, ``create``, ``delete`` or ``rename`` (then ``old`` is the former path).

    ``version`` is the editor's version of the open document the edit was computed for, ``None`` for a closed file.
    """

    path: WorkspacePath
    kind: str
    before: Text | None
    after: Text | None
    version: int | None = None
    old: WorkspacePath | None = None
    needs_confirmation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEdit:
    """A checked edit made ready for the texts as they are *now*: rebased over what was typed meanwhile.

    ``changes`` holds the digests of exactly these texts. ``rebased`` says that typing was merged.
    """

    turn: str
    label: str
    changes: ChangeSet
    files: tuple[FileAfter, ...]
    rebased: bool


class Engine:
    """Wiring and state of one workspace. To be filled in."""

    async def start(self, progress: Progress | None = None) -> None:
        """Scans and indexes. May be cancelled; may be called again."""
        raise NotImplementedError

    async def close(self) -> None:
        """Stops workers, closes stores and connections. Leaves no process."""
        raise NotImplementedError

    @property
    def view(self) -> GraphView:
        """The present snapshot."""
        raise NotImplementedError

    def workspace_path(self, absolute: str) -> WorkspacePath | None:
        """The workspace path of an absolute path (innermost root), ``None`` outside every root."""
        raise NotImplementedError

    def open_document(self, path: WorkspacePath, text: Text, version: int) -> None:
        """The editor opened a file. The graph follows at once."""
        raise NotImplementedError

    def change_document(self, path: WorkspacePath, text: Text, version: int) -> None:
        """The editor changed a file; ``text`` is the whole new text."""
        raise NotImplementedError

    async def close_document(self, path: WorkspacePath) -> None:
        """The editor closed a file; the disk speaks again."""
        raise NotImplementedError

    async def files_changed(self, paths: tuple[WorkspacePath, ...]) -> None:
        """Files or folders changed on disk (watched-file events)."""
        raise NotImplementedError

    async def rescan(self) -> None:
        """Looks at the whole disk again; for clients that do not watch files."""
        raise NotImplementedError

    async def set_roots(self, roots: tuple[str, ...]) -> None:
        """The workspace folders changed."""
        raise NotImplementedError

    async def run(self, request: FeatureRequest, listener: Listener) -> FeatureResult:
        """Runs a command. Cancelling the task cancels everything under it; the model server sees its socket closed."""
        raise NotImplementedError

    def prepare(self, turn: str, *, in_spite_of_findings: bool = False) -> PreparedEdit:
        """Makes a turn's edit ready for the texts as they are now.

        Raises ``ChangeConflict`` when what was typed since touches the same lines, ``UsageError`` (kind
        ``no_such_turn``) for an unknown turn, and ``SightlineError`` (kind ``rejected``) for a refused edit unless
        ``in_spite_of_findings``.
        """
        raise NotImplementedError

    def applied(self, prepared: PreparedEdit) -> tuple[WorkspacePath, ...]:
        """Tells that the editor says it applied ``prepared``: compares what landed with what was checked, and records
        the inverse in the journal. Returns the files whose text is not what was checked (empty: all is well).
        """
        raise NotImplementedError

    def discard(self, turn: str) -> None:
        """Forgets a turn's edit."""
        raise NotImplementedError

    def prepare_undo(self, turn: str | None = None) -> PreparedEdit:
        """The inverse of the last applied edit, or of ``turn``, ready for the texts as they are now."""
        raise NotImplementedError
