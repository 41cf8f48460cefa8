"""What a program can mend without thinking, before a model is asked again.

Linters' own safe fixes, and the import of a name that one file alone of the workspace defines. Only what the edit broke
is mended, and only what leaves fewer findings is kept: whatever was mended is told, as sentences.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.base.text import TextEdit
from sightline.checks.check import Certainty, Finding, Verdict
from sightline.edits.missing_import import import_change, only_import
from sightline.graph.view import GraphView
from sightline.tasks.trial import Permitted, Trial, TrialPolicy, judged_since


@dataclass(frozen=True, slots=True)
class _Mended:
    view: GraphView
    said: tuple[str, ...]


async def mended(trial: Trial, policy: TrialPolicy) -> Trial:
    """``trial`` with what could be mended, or as it is. Raises as :func:`sightline.tasks.trial.try_reply`."""
    if trial.report is None or not any(finding.remedy for finding in trial.report.findings):
        return trial
    done = await asyncio.to_thread(_mend, trial.after, trial.report.findings, policy.permitted)
    if not done.said:
        return trial
    better = await judged_since(trial.before, done.view, policy)
    if better.report is None or _weight(better.report.findings) >= _weight(trial.report.findings):
        return trial
    if better.report.verdict is Verdict.REJECT and trial.report.verdict is Verdict.ACCEPT:
        return trial
    return replace(
        better,
        unmatched=trial.unmatched,
        problems=trial.problems,
        already=trial.already,
        located=trial.located,
        silent=trial.silent,
        replaced=trial.replaced,
        mended=(*trial.mended, *done.said),
    )


def _weight(findings: Iterable[Finding]) -> tuple[int, int]:
    """Certain findings, and all of them."""
    kinds = [finding.certainty is Certainty.CERTAIN for finding in findings]
    return sum(kinds), len(kinds)


def _mend(view: GraphView, findings: Iterable[Finding], permitted: Permitted) -> _Mended:
    found = [each for each in findings if each.remedy is not None and permitted(each.path) is None]
    said: list[str] = []
    edits: dict[WorkspacePath, list[TextEdit]] = {}
    for finding in found:
        assert finding.remedy is not None
        fresh = [each for each in finding.remedy.edits if each not in edits.get(finding.path, ())]
        if fresh and not _overlap((*edits.get(finding.path, ()), *fresh)):
            edits.setdefault(finding.path, []).extend(fresh)
            said.append(f"{finding.path}:{finding.line}: {finding.message}")
    if edits:
        view = view.fork(_changes(view, edits))
    names = {(each.path, each.remedy.imported): None for each in found if each.remedy and each.remedy.imported}
    for path, name in names:
        choice = only_import(view, path, name)
        if choice is None:
            continue
        try:
            view = view.fork(import_change(view, path, choice))
        except UsageError:  # nothing to add, or no place for it
            continue
        said.append(f"{path}: imports {choice.title}")
    return _Mended(view, tuple(said))


def _overlap(edits: Iterable[TextEdit]) -> bool:
    """Whether two of the edits touch the same bytes, or insert at the same place."""
    end = -1
    for span in sorted((edit.span for edit in edits), key=lambda span: (span.start, span.end)):
        if span.start < end or (span.start == span.end == end):
            return True
        end = span.end
    return False


def _changes(view: GraphView, edits: dict[WorkspacePath, list[TextEdit]]) -> ChangeSet:
    ordered = {path: tuple(sorted(found, key=lambda edit: edit.span.start)) for path, found in edits.items()}
    return ChangeSet(
        base={path: view.workspace.read(path).digest for path in ordered},
        edits=tuple(FileEdit(path=path, edits=found) for path, found in sorted(ordered.items())),
    )
