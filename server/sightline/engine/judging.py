"""Judges an edit before it is applied: one that waits when the workspace is no longer that in which it was judged, and
what takes an applied edit back or brings it back, which nobody has judged for what was written since."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sightline.base.errors import ChangeConflict
from sightline.checks.acceptance import Acceptance
from sightline.checks.check import Certainty, Finding
from sightline.engine.pending import PendingEdits
from sightline.engine.prepared import PreparedEdit
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
    acceptance: Acceptance,
) -> None:
    """Judges the edit of ``turn`` at the present revision, unless what was found is of this revision already.

    The revision holds when this returns, and the edit is made ready for it as ``acceptance`` has it. Raises as
    :meth:`PendingEdits.prepare`, but not for findings, and ``ChangeConflict`` when the workspace keeps changing.
    """
    for _ in range(MOST_TIMES):
        await asyncio.to_thread(pending.make_ready, turn, workspace.view, acceptance)
        if pending.to_judge(turn, workspace.view) is None:
            return
        view = await caught_up()
        changes = await asyncio.to_thread(pending.to_judge, turn, view.workspace)
        if changes is None:
            continue
        after = await asyncio.to_thread(view.fork, changes)
        pending.judged(turn, changes, await judge(view, after, changes, policy))
    await asyncio.to_thread(pending.make_ready, turn, workspace.view, acceptance)
    if pending.to_judge(turn, workspace.view) is not None:
        raise ChangeConflict(
            "The workspace keeps changing, so the edit could not be judged as it would be.",
            hint="Apply it again when nothing is being typed or written.",
        )


async def made_ready(prepare: Callable[[], PreparedEdit], workspace: LiveWorkspace) -> None:
    """Calls ``prepare`` in a thread until nothing changes meanwhile. Raises as it does."""
    for _ in range(MOST_TIMES):
        view = workspace.view
        await asyncio.to_thread(prepare)
        if workspace.view is view:
            return


async def broken_by(
    prepared: PreparedEdit, caught_up: Callable[[], Awaitable[GraphView]], policy: TrialPolicy
) -> tuple[Finding, ...]:
    """What an undo or a redo would certainly break of what was written since the edit.

    Lines of its own files that stood there on the side to which it leads are not written since: what is wrong with
    them was so then. Raises ``ChangeConflict`` when somebody types meanwhile.
    """
    view = await caught_up()
    for path, digest in prepared.changes.base.items():
        if not view.workspace.exists(path) or view.workspace.read(path).text.digest != digest:
            raise ChangeConflict(f"{path} changed meanwhile.", hint="Try again when nothing is being typed or written.")
    after = await asyncio.to_thread(view.fork, prepared.changes)
    report = await judge(view, after, prepared.changes, policy)
    old = {path: frozenset(map(bytes.strip, text.data.split(b"\n"))) for path, text in prepared.leads_to.items()}

    def is_old(found: Finding) -> bool:
        lines = after.workspace.read(found.path).text.data.split(b"\n") if found.path in old else []
        return found.line <= len(lines) and lines[found.line - 1].strip() in old[found.path]

    return tuple(found for found in report.findings if found.certainty is Certainty.CERTAIN and not is_old(found))
