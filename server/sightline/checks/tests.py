"""Tests: those that reach an edit in the graph are run with it, in a copy; what fails only with it refuses it.

The order of one runner and root: with the edit; what failed without it, because it may have failed before; what is
left once more with it, because tests may be flaky. All runs on one edit share one limit of time.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import (
    Certainty,
    CheckInput,
    CheckOutcome,
    Finding,
    RelatedPlace,
    Severity,
    SkippedCheck,
)
from sightline.checks.isolation import Isolation, Room, furnish, isolation_for
from sightline.checks.programs import ProgramUnavailable
from sightline.checks.reached_tests import ReachedTests, reached_tests
from sightline.checks.runners.registry import RUNNERS
from sightline.checks.runners.runner import Answer, Runner, Selection, TestResult, Tool
from sightline.checks.shadow import Closed, Shadow, TooLarge, shadow
from sightline.graph.view import GraphView

#: Below this many seconds no further run is begun.
_LEAST_SECONDS = 1.0
#: Frames of a failure that are told, the nearest to it.
_MOST_FRAMES = 5
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")


class TestsCheck:
    """See the module."""

    __test__ = False  # for pytest: this is no test
    name = "tests"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """Nothing unless the user's settings say so; what cannot be run is skipped with its reason."""
        if not given.policy.tests:
            return CheckOutcome()
        if not given.trusted:
            return _skipped("tests run only in workspaces you trust (sightline trust)")
        reached = await asyncio.to_thread(reached_tests, given, RUNNERS, given.policy.executing.most)
        if not reached.selections:
            return CheckOutcome(notes=("tests: none was found that reaches this edit",))
        outcomes: list[CheckOutcome] = []
        end = given.system.clock.monotonic() + given.policy.executing.seconds
        for runner, root, selection in reached.selections:
            try:
                outcomes.append(await _Trial(given, runner, root, selection, end).judged())
            except (ProgramUnavailable, TooLarge) as error:
                outcomes.append(_skipped(f"{runner.name}: {error}"))
            except OSError as error:
                outcomes.append(_skipped(f"{runner.name}: no copy could be made: {error.strerror or error}"))
        return CheckOutcome(
            findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
            skipped=tuple(skipped for outcome in outcomes for skipped in outcome.skipped),
            notes=(*(note for outcome in outcomes for note in outcome.notes), *_left_out(reached)),
        )


def _left_out(reached: ReachedTests) -> tuple[str, ...]:
    return (f"tests: about {reached.left_out} more are farther away and did not run",) * bool(reached.left_out)


@dataclass(frozen=True, slots=True)
class _Trial:
    """The tests of one runner in one root; ``end`` is when time is over."""

    given: CheckInput
    runner: Runner
    root: str
    selection: Selection
    end: float

    async def judged(self) -> CheckOutcome:
        """Raises :class:`ProgramUnavailable`, ``TooLarge`` and ``OSError``."""
        given, policy = self.given, self.given.policy
        roots = given.after.workspace.roots
        isolation = await isolation_for(given.system, policy, roots, self.root)
        tool = await asyncio.to_thread(self.runner.tool, given.system, policy, given.after.workspace, self.root)
        if not await policy.executing.consent(self.root, isolation.words):
            raise ProgramUnavailable(
                "you have not allowed the tests of this workspace to run on edits (sightline trust --tests)"
            )
        given.told(f"Running tests with {self.runner.name}, {isolation.words}.")
        async with shadow(given.system, policy.copies) as copy:
            room = await self._furnished(copy, given.after, isolation)
            answer = await self._run(room, tool, given.after, self.selection)
            before, again = await self._compared(room, tool, isolation, answer)
        findings, flaky = await asyncio.to_thread(self._findings, answer, before, again)
        return CheckOutcome(
            findings=findings, skipped=self._not_run(answer, before), notes=self._notes(isolation, answer, flaky)
        )

    async def _compared(self, room: Room, tool: Tool, isolation: Isolation, answer: Answer) -> tuple[Answer, Answer]:
        """What the failed tests do without the edit, and those that fail only with it when they run once more."""
        if not answer.failed and (answer.results or not answer.problem):
            return Answer(), Answer()
        self.given.told("Running what failed without the edit.")
        async with shadow(self.given.system, self.given.policy.copies) as copy:
            other = await self._furnished(copy, self.given.before, isolation)
            selection = self._only(answer.failed.values()) if answer.failed else self.selection
            before = await self._run(other, tool, self.given.before, selection)
        new = [result for key, result in answer.failed.items() if key not in before.failed]
        if not new or before.problem:
            return before, Answer()
        self.given.told("Running what fails since the edit once more.")
        return before, await self._run(room, tool, self.given.after, self._only(new))

    async def _furnished(self, copy: Shadow, view: GraphView, isolation: Isolation) -> Room:
        try:
            room = await asyncio.to_thread(furnish, copy, view.workspace, self.root, isolation, self.given.policy)
        except Closed as error:
            raise asyncio.CancelledError from error
        touched = {*self.given.changes.paths_before, *self.given.changes.paths_after}
        for path in sorted(touched):
            if any(path.relative.startswith(f"{folder}/") for folder in room.installed):
                raise ProgramUnavailable(f"the edit changes {path}, which lies among installed packages")
        return room

    async def _run(self, room: Room, tool: Tool, view: GraphView, selection: Selection) -> Answer:
        left = self.end - self.given.system.clock.monotonic()
        if left < _LEAST_SECONDS:
            return Answer(problem=f"{self.runner.name} did not run: the time of {self._seconds:g} s was over")
        return await self.runner.run(room, tool, view.workspace, selection, left)

    @property
    def _seconds(self) -> float:
        return self.given.policy.executing.seconds

    def _only(self, results: Iterable[TestResult]) -> Selection:
        """The selection of some tests; of a file whose whole failed, all that was selected of it."""
        chosen: dict[WorkspacePath, frozenset[str] | None] = {}
        for result in results:
            for path in self._files_of(result):
                names = chosen.get(path, frozenset())
                whole = not result.name or names is None
                chosen[path] = None if whole else frozenset({*(names or ()), result.name})
        return chosen

    def _files_of(self, result: TestResult) -> list[WorkspacePath]:
        path = WorkspacePath(self.root, result.path) if result.path else None
        if path in self.selection and path is not None:
            return [path]
        below = result.path.rpartition("/")[0]
        return [
            path
            for path, names in self.selection.items()
            if path.relative.startswith(f"{below}/" if below else "")
            and (not result.name or names is None or result.name in names)
        ]

    def _findings(self, answer: Answer, before: Answer, again: Answer) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        """What the edit broke, and the tests that failed once and then passed."""
        if answer.problem and not answer.results and not before.problem:
            return (self._stopped(answer.problem),), ()
        known = {result.id for result in before.results}
        passed = {result.id for result in again.results} - again.failed.keys()
        new = [result for key, result in sorted(answer.failed.items()) if key not in before.failed]
        findings = (
            self._finding(result, unsure=bool(before.problem) and result.id not in known, new=result.id not in known)
            for result in new
            if result.id not in passed
        )
        return tuple(findings), tuple(result.id for result in new if result.id in passed)

    def _finding(self, result: TestResult, *, unsure: bool, new: bool) -> Finding:
        how = "fails with this edit, and could not be run without it" if unsure else "fails since this edit"
        if new and not unsure and self._is_new(result):
            how = "is new and fails"
        path = self._place(result.path)
        frames = [frame for frame in result.frames if (frame.path, frame.line) != (result.path, result.line)]
        places = [
            RelatedPlace(path=self._place(frame.path), line=frame.line, message="on the way to the failure")
            for frame in dict.fromkeys(frames[-_MOST_FRAMES:])
            if self.given.after.workspace.exists(self._place(frame.path))
        ]
        span, line = self._line(path, result.line)
        message = _ADDRESS.sub("0x…", result.message)
        return Finding(
            check=TestsCheck.name,
            certainty=Certainty.POSSIBLE if unsure else Certainty.CERTAIN,
            severity=Severity.ERROR,
            path=path,
            span=span,
            line=line,
            column=1,
            message=f"The test `{result.id}` {how}: {message} ({self.runner.name})",
            related=tuple(places),
            symbol=result.id,
            detail=result.output,
        )

    def _is_new(self, result: TestResult) -> bool:
        path = self._place(result.path)
        return path in self.given.changes.paths_after

    def _stopped(self, problem: str) -> Finding:
        touched = [*self.given.changes.paths_after, *self.given.changes.paths_before]
        path = touched[0]
        span, line = self._line(path, 1)
        return Finding(
            check=TestsCheck.name,
            certainty=Certainty.CERTAIN,
            severity=Severity.ERROR,
            path=path,
            span=span,
            line=line,
            column=1,
            message=f"With this edit the tests that reach it cannot be run any more: {problem} ({self.runner.name})",
        )

    def _place(self, path: str) -> WorkspacePath:
        """A file of the root; the first selected one for a place that is none."""
        try:
            return WorkspacePath(self.root, path)
        except SightlineError:
            return min(self.selection)

    def _line(self, path: WorkspacePath, line: int) -> tuple[Span, int]:
        try:
            text = self.given.after.workspace.read(path).text
        except SightlineError:
            return Span(0, 0), 1
        number = min(max(line, 1), len(text.line_starts))
        span = text.line_span(number - 1)
        return Span(span.start, span.start), number

    def _not_run(self, answer: Answer, before: Answer) -> tuple[SkippedCheck, ...]:
        if answer.problem and (answer.results or before.problem):
            return (SkippedCheck(check=TestsCheck.name, reason=answer.problem),)
        return ()

    def _notes(self, isolation: Isolation, answer: Answer, flaky: Sequence[str]) -> tuple[str, ...]:
        ran = len(answer.results)
        told = f"tests: {ran} ran with {self.runner.name}, {isolation.words}; {len(answer.failed)} failed"
        more = (f"tests: failed once and then passed: {', '.join(flaky[:10])}",) if flaky else ()
        return (told, *more)


def _skipped(reason: str) -> CheckOutcome:
    return CheckOutcome(skipped=(SkippedCheck(check=TestsCheck.name, reason=reason),))
