"""Turns a diff, git's revisions or git's index into a *before* and an *after*, and has the step judged."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace

from sightline.base.changes import ChangeSet
from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessResult, System
from sightline.checks.check import CheckReport, Verdict
from sightline.edits.diff import changes_from_diff, changes_from_reversed_diff
from sightline.edits.proposal import AppliedProposal, Unmatched
from sightline.graph.view import GraphView
from sightline.tasks.trial import TrialPolicy, judge

_GIT_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index", "--no-renames", "--relative")

#: Lines of git's header over a file that is no text, a link (120000) or another repository (160000).
_NO_SOURCE = re.compile(
    r"^(?:Binary files .* differ|(?:new file|deleted file|old|new) mode 1[26]0000|index \S+ 1[26]0000)$", re.MULTILINE
)

#: The ends of a range of commits, and two or three dots between them (gitrevisions).
_RANGE = re.compile(r"^(?P<first>.*?)(?P<dots>\.{2,3})(?P<last>[^.].*|)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDiff:
    """A judged diff; ``unmatched`` are parts that do not fit the tree, which reject it whatever the report says.

    ``applied`` says that the tree had the diff already and was judged against what it was without it. ``already`` are
    files of another diff that the tree had already: nothing of them was judged.
    """

    report: CheckReport
    unmatched: tuple[Unmatched, ...]
    applied: bool = False
    already: tuple[WorkspacePath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The graph before and after a change, and the change between them; ``unmatched`` are parts that do not fit.

    ``applied`` and ``already`` as in :class:`CheckedDiff`.
    """

    before: GraphView
    after: GraphView
    changes: ChangeSet
    unmatched: tuple[Unmatched, ...] = ()
    applied: bool = False
    already: tuple[WorkspacePath, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSource:
    """Where a change comes from: exactly one of these.

    A unified ``diff``, applied or not yet; what the working tree changed since the git revision ``base``; what is
    ``staged``; the ``commits`` of a git range (``A..B``, or ``A...B`` for what B changed since it left A), whatever the
    working tree holds. Files that git does not track count as present before and after.
    """

    diff: str | None = None
    base: str | None = None
    staged: bool = False
    commits: str | None = None

    @property
    def is_one(self) -> bool:
        """Whether exactly one thing is meant."""
        return sum((self.diff is not None, self.base is not None, self.staged, self.commits is not None)) == 1


async def step_of(source: DiffSource, view: GraphView, policy: TrialPolicy) -> Step:
    """The change that ``source`` means. Raises :class:`UsageError` when it is not exactly one thing, and by git."""
    if not source.is_one:
        raise UsageError("Say which change is meant: a diff, a revision to compare with, commits, or what is staged.")
    if source.diff is not None:
        return await _step_of_diff(source.diff, view, policy)
    if source.base is not None:
        return await _step_since(source.base, view, policy)
    if source.commits is not None:
        return await _step_of_commits(source.commits, view, policy)
    return await _step_staged(view, policy)


async def check_change(source: DiffSource, view: GraphView, policy: TrialPolicy) -> CheckedDiff:
    """Judges the change that ``source`` means. Raises as :func:`step_of`."""
    step = await step_of(source, view, policy)
    if step.changes.is_empty:
        report = CheckReport(verdict=Verdict.ACCEPT, revision=view.revision)
    else:
        report = await judge(step.before, step.after, step.changes, policy)
    return CheckedDiff(report=report, unmatched=step.unmatched, applied=step.applied, already=step.already)


async def _step_of_diff(diff: str, view: GraphView, policy: TrialPolicy) -> Step:
    """From ``view``, or to it if it has the diff already (``git diff | sightline check --diff -``).

    Such a diff changes nothing of ``view``, and would be accepted whatever it broke.
    """
    forward = await asyncio.to_thread(changes_from_diff, diff, view.workspace, policy.root)
    if forward.unmatched or forward.already:
        backward = await asyncio.to_thread(changes_from_reversed_diff, diff, view.workspace, policy.root)
        if not (backward.unmatched or backward.already or backward.changes.is_empty):
            return replace(await _step_back(backward, view), applied=True)
    changes = forward.changes
    after = view if changes.is_empty else await asyncio.to_thread(view.fork, changes)
    return Step(before=view, after=after, changes=changes, unmatched=forward.unmatched, already=forward.already)


async def _step_since(revision: str, view: GraphView, policy: TrialPolicy) -> Step:
    _refuse_option(revision)
    return await _step_back(await _git_diff(policy, view, "-R", revision, "--"), view)


async def _step_back(backward: AppliedProposal, view: GraphView, unmatched: tuple[Unmatched, ...] = ()) -> Step:
    """The step to ``view``, given the changes that take it back; ``unmatched`` is what did not fit on the way there."""
    before = await asyncio.to_thread(view.fork, backward.changes)
    forward = backward.changes.inverse(lambda path: view.workspace.read(path).text)
    return Step(before=before, after=view, changes=forward, unmatched=(*unmatched, *backward.unmatched))


async def _step_of_commits(commits: str, view: GraphView, policy: TrialPolicy) -> Step:
    """From the first end of a range to the other, which needs not be what the working tree holds."""
    ends = _RANGE.match(commits)
    if ends is None:
        raise UsageError(
            f"{commits} is no range of commits.", hint="Name one as git does: main..topic or main...topic."
        )
    first, dots, last = ends["first"] or "HEAD", ends["dots"], ends["last"] or "HEAD"
    _refuse_option(first)
    _refuse_option(last)
    to_last = await _git_diff(policy, view, "-R", last, "--")
    after = await asyncio.to_thread(view.fork, to_last.changes)
    return await _step_back(
        await _git_diff(policy, after, "-R", f"{first}{dots}{last}", "--"), after, to_last.unmatched
    )


def _refuse_option(revision: str) -> None:
    if revision.startswith("-"):
        raise UsageError(f"{revision} is not a git revision.")


async def _step_staged(view: GraphView, policy: TrialPolicy) -> Step:
    to_index = await _git_diff(policy, view, "-R", "--")
    after = await asyncio.to_thread(view.fork, to_index.changes)
    to_head = await _git_diff(policy, after, "-R", "--cached", "--")
    return await _step_back(to_head, after, to_index.unmatched)


async def _git_diff(policy: TrialPolicy, view: GraphView, *arguments: str) -> AppliedProposal:
    """A guarded ``git diff`` as changes against ``view``. Needs trust: git reads the repository's configuration."""
    if not policy.trusted:
        raise UsageError(
            "git is only asked in workspaces you trust.",
            hint=f"Run sightline trust --root {policy.root}, or hand a diff over with --diff FILE.",
            kind="untrusted",
        )
    result = await _git(policy.system, policy.root, *_GIT_DIFF, *arguments)
    text = _sources_of(result.stdout.decode("utf-8", "surrogateescape"))
    if not text.strip():
        return AppliedProposal(changes=ChangeSet())
    return await asyncio.to_thread(changes_from_diff, text, view.workspace, policy.root)


def _sources_of(diff: str) -> str:
    """git's diff without what has no text of its own to judge: binary files, links and submodules.

    The tree has them already as they should be: that a diff cannot show them is no fault of the change.
    """
    parts = re.split(r"^(?=diff --git )", diff, flags=re.MULTILINE)
    return "".join(part for part in parts if not _NO_SOURCE.search(part.partition("\n@@ ")[0]))


async def _git(system: System, root: str, *arguments: str) -> ProcessResult:
    try:
        result = await system.git(root, *arguments)
    except OSError as error:
        raise UsageError(
            "git cannot be started.", hint="Install git, or hand a diff over with --diff FILE.", kind="no_git"
        ) from error
    if result.code != 0:
        message = result.stderr.decode("utf-8", "replace").strip().splitlines()
        if "Not a git repository" in (message or [""])[0]:
            raise UsageError(
                f"{root} is in no git repository.", hint="Hand a diff over with --diff FILE.", kind="no_repository"
            )
        raise UsageError(
            f"git says: {message[0] if message else 'error'}",
            hint="Name an existing revision, in a git repository.",
            kind="git",
        )
    return result
