"""How long a reply must be at least, known before it is asked for: by formats that repeat what they change."""

from __future__ import annotations

from collections.abc import Callable

from sightline.base.errors import SightlineError
from sightline.tasks.result import TurnRequest
from sightline.workspace.files import WorkspaceView

#: The format whose replies hold whole files.
WHOLE_FILE = "whole_file"
#: The share of a file that a reply with the whole of it holds nearly always: edits seldom halve what they change.
_SHARE = 0.5


def expected_tokens(
    request: TurnRequest, edit_format: str, workspace: WorkspaceView, count: Callable[[str, str], int]
) -> int:
    """Tokens that an edit of the file in focus cannot do without in ``edit_format``; 0 where nobody can say.

    Blocks to read the file and to count. Never raises: a file that cannot be read says nothing.
    """
    if edit_format != WHOLE_FILE or request.focus is None:
        return 0
    try:
        text = str(workspace.read(request.focus[0]).text)
    except SightlineError:
        return 0
    return int(count(text, "other") * _SHARE)
