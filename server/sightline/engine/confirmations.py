"""Files that are edited at the user's word only, whatever the settings say: something runs or trusts them later."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from sightline.base.changes import ChangeSet
from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.workspace.files import WorkspaceView
from sightline.workspace.protected import needs_confirmation


def why_confirm(path: WorkspacePath, view: WorkspaceView) -> str:
    """Why an edit of ``path`` must be confirmed, "" if it need not. A link to such a file is as such a file."""
    named = needs_confirmation(path)
    if named is None:
        with suppress(SightlineError):  # a link that leads out of the workspace is refused when it is written
            named = needs_confirmation(view.canonical(path))
    return named or ""


def why_replaced(paths: Iterable[WorkspacePath]) -> dict[WorkspacePath, str]:
    """Why files must be confirmed that a reply means to make although they are there."""
    return dict.fromkeys(paths, "the reply makes it as a new file, and would replace the whole one that is there")


def files_to_confirm(
    changes: ChangeSet, view: WorkspaceView, replaced: Iterable[WorkspacePath] = ()
) -> dict[WorkspacePath, str]:
    """Every file of a change that must be confirmed, former names included, and why; sorted by path.

    ``replaced`` are those that a reply means to make although they are there.
    """
    touched = sorted({*changes.paths_before, *changes.paths_after})
    anew = why_replaced(replaced)
    reasons = {path: why_confirm(path, view) or anew.get(path, "") for path in touched}
    return {path: reason for path, reason in reasons.items() if reason}
