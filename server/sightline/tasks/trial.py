"""Tries a model's reply on a forked snapshot: parse, locate, fork, check. Nothing is written, nobody is asked.

The same trial serves a turn's rounds, ``sightline apply`` and a reply pasted into the editor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sightline.base.changes import ChangeSet
from sightline.base.errors import ChangeConflict
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Text
from sightline.checks.check import CheckInput, CheckReport, Verdict, tell_nobody
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy
from sightline.checks.run import run_checks
from sightline.edits.apply import apply_proposal
from sightline.edits.between import changes_between
from sightline.edits.diff import unified_diff
from sightline.edits.parse import parse_reply
from sightline.edits.proposal import Placement, Unmatched
from sightline.graph.view import GraphView
from sightline.workspace.files import SourceFile, WorkspaceView

#: Answers why a path may not be touched or shown, ``None`` when it may.
Permitted = Callable[[WorkspacePath], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPolicy:
    """What a trial may rely on.

    ``strict`` lets possible findings reject too; ``checks``: programs they may run; ``told`` takes a sentence on how
    far a long check is.
    """

    system: System
    root: str
    permitted: Permitted
    trusted: bool
    strict: bool = False
    checks: CheckPolicy = NO_PROGRAMS
    told: Callable[[str], None] = tell_nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of a reply. ``after`` is ``before`` with everything that could be placed, also when it was refused.

    ``changes`` leads from the turn's first snapshot to ``after``; ``base`` holds the texts it was computed for: closed
    files may be others on disk by now. ``report`` is ``None`` when nothing could be placed. ``mended`` are sentences on
    what was put right without the model (``mend.py``), ``located`` says how every edit that was placed was found.
    ``silent``: the reply itself held nothing like an edit. ``replaced`` are files that the reply means to make although
    they are there.
    """

    before: GraphView
    after: GraphView
    changes: ChangeSet
    base: Mapping[WorkspacePath, Text]
    unmatched: tuple[Unmatched, ...]
    problems: tuple[str, ...]
    already: tuple[WorkspacePath, ...]
    report: CheckReport | None
    mended: tuple[str, ...] = ()
    located: tuple[Placement, ...] = ()
    silent: bool = False
    replaced: frozenset[WorkspacePath] = frozenset()

    @property
    def accepted(self) -> bool:
        """Whether every part of the reply was placed and every check passed."""
        whole = not self.unmatched and not self.problems
        return whole and self.report is not None and self.report.verdict is Verdict.ACCEPT

    @property
    def has_edits(self) -> bool:
        """Whether the reply held anything that looked like an edit."""
        return bool(self.unmatched or self.problems or self.already) or not self.changes.is_empty


async def try_reply(
    text: str, edit_format: str, before: GraphView, policy: TrialPolicy, *, onto: GraphView | None = None
) -> Trial:
    """Tries ``text`` on ``onto`` (default ``before``): a repair round adds to the edits of the round before it.

    Checks always compare with ``before``, the snapshot the user has. Never raises for bad replies; raises
    :class:`ChangeConflict` when a closed file changes on disk in the midst of it.
    """
    base = onto if onto is not None else before
    proposal = parse_reply(text, edit_format)
    applied = await asyncio.to_thread(apply_proposal, proposal, base.workspace, policy.root, policy.permitted)
    after = base if applied.changes.is_empty else await asyncio.to_thread(base.fork, applied.changes)
    return replace(
        await judged_since(before, after, policy),
        unmatched=applied.unmatched,
        problems=tuple(f"Line {problem.line} of the reply: {problem.message}" for problem in proposal.problems),
        already=applied.already,
        located=applied.located,
        silent=not proposal.edits and not proposal.problems,
        replaced=applied.replaced,
    )


async def judged_since(before: GraphView, after: GraphView, policy: TrialPolicy) -> Trial:
    """The trial of whatever leads from ``before`` to its fork ``after``."""
    # Beside the loop: a long file takes as long to compare and to read as a slice may take many times over.
    changes = await asyncio.to_thread(changes_between, before.workspace, after.workspace)
    report = None if changes.is_empty else await judge(before, after, changes, policy)
    return Trial(
        before=before,
        after=after,
        changes=changes,
        base=await asyncio.to_thread(_base_texts, before.workspace, changes),
        unmatched=(),
        problems=(),
        already=(),
        report=report,
    )


def _base_texts(view: WorkspaceView, changes: ChangeSet) -> dict[WorkspacePath, Text]:
    texts = {path: view.read(path).text for path in changes.paths_before}
    if moved_on := [str(path) for path, text in texts.items() if text.digest != changes.base[path]]:
        raise ChangeConflict(f"{', '.join(moved_on)} changed meanwhile.", hint="Ask again.")
    return texts


def trial_diff(trial: Trial) -> str:
    """The diff against the texts the edit was computed for, whatever the disk holds by now."""
    view = trial.before.workspace
    files = {path: SourceFile(path=path, text=text) for path, text in trial.base.items()}
    return unified_diff(trial.changes, replace(view, overlay={**view.overlay, **files}))


async def judge(before: GraphView, after: GraphView, changes: ChangeSet, policy: TrialPolicy) -> CheckReport:
    """Runs every check on the step from ``before`` to ``after``."""
    given = CheckInput(
        before=before,
        after=after,
        changes=changes,
        system=policy.system,
        trusted=policy.trusted,
        policy=policy.checks,
        told=policy.told,
    )
    return await run_checks(given, strict=policy.strict)
