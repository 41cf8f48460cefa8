"""Tries an edit that no model made, the way a model's edit is tried: forked, checked, and kept for the user's word."""

from __future__ import annotations

import asyncio

from sightline.base.changes import ChangeSet
from sightline.base.errors import ChangeConflict
from sightline.checks.check import Verdict
from sightline.edits.diff import unified_diff
from sightline.graph.view import GraphView
from sightline.prompts.build import NO_PROMPT
from sightline.tasks.result import TurnResult, TurnVerdict
from sightline.tasks.trial import TrialPolicy, judge


async def try_changes(turn: str, changes: ChangeSet, before: GraphView, policy: TrialPolicy) -> TurnResult:
    """The outcome of ``changes`` under the name ``turn``: accepted or rejected, with its report and no attempts.

    Raises :class:`ChangeConflict` when a file no longer holds the text that the changes were computed for.
    """
    base = {path: before.workspace.read(path).text for path in changes.paths_before}
    if moved_on := [str(path) for path, text in base.items() if text.digest != changes.base[path]]:
        raise ChangeConflict(f"{', '.join(moved_on)} changed meanwhile.", hint="Ask again.")
    after = await asyncio.to_thread(before.fork, changes)
    report = await judge(before, after, changes, policy)
    return TurnResult(
        turn=turn,
        verdict=TurnVerdict.ACCEPTED if report.verdict is Verdict.ACCEPT else TurnVerdict.REJECTED,
        revision=before.revision,
        text="",
        changes=changes,
        attempts=(),
        prompt=NO_PROMPT,
        model="",
        base=base,
        report=report,
        diff=await asyncio.to_thread(unified_diff, changes, before.workspace),
    )
