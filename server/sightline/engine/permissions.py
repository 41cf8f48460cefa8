"""Which files may be shown to a model, and which may be edited for it."""

from __future__ import annotations

from sightline.base.errors import PathOutsideRoot
from sightline.base.paths import WorkspacePath
from sightline.workspace.live import LiveWorkspace
from sightline.workspace.protected import is_protected

IGNORED = "it is ignored in this workspace"


class Permissions:
    """Answers for the files of a workspace as they are at the moment of asking."""

    def __init__(self, workspace: LiveWorkspace) -> None:
        self._workspace = workspace

    def why_not_shown(self, path: WorkspacePath) -> str | None:
        """Asked by the name given and by the real one: a link to a secret is as secret. ``None`` if it may be shown."""
        view = self._workspace.view
        try:
            real = view.canonical(path)  # looks at the disk: once for both questions, fifty files are asked about
        except PathOutsideRoot:
            return IGNORED
        if view.rules.is_ignored(path) or (real != path and view.rules.is_ignored(real)):
            return IGNORED
        return is_protected(path) or (is_protected(real) if real != path else None)

    def why_not_touched(self, path: WorkspacePath) -> str | None:
        """A model may not edit what it may not see. ``None`` if it may be edited."""
        reason = self.why_not_shown(path)
        return f"{path} may not be edited: {reason}." if reason else None
