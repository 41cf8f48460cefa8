"""Judges an edit that waits once more when the workspace is no longer the one in which it was judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sightline.base.errors import ChangeConflict
from sightline.engine.pending import PendingEdits
from sightline.graph.view import GraphView
from sightline.tasks.trial import TrialPolicy, judge
from sightline.workspace.live import LiveWorkspace

#: An edit that somebody types into while it is judged is judged so often, then it is refused.
MOST_TIMES = 5


async def judge_pending(
    turn: str,
    pending: PendingEdits,
    workspace: LiveWorkspace,
    caught_up: Callable[[], Awaitable[GraphView]],
    policy: TrialPolicy,
) -> None:
    """Judges the edit of ``turn`` at the present revision, unless what was found is of this revision already.

    The revision holds when this returns. Raises as :meth:`PendingEdits.prepare`, but not for findings, and
    ``ChangeConflict`` when the workspace keeps changing.
    """
    for _ in range(MOST_TIMES):
        if pending.to_judge(turn, workspace.view) is None:
            return
        view = await caught_up()
        changes = pending.to_judge(turn, view.workspace)
        if changes is None:
            continue
        after = await asyncio.to_thread(view.fork, changes)
        pending.judged(turn, changes, await judge(view, after, changes, policy))
    if pending.to_judge(turn, workspace.view) is not None:
        raise ChangeConflict(
            "The workspace keeps changing, so the edit could not be judged as it would be.",
            hint="Apply it again when nothing is being typed or written.",
        )
