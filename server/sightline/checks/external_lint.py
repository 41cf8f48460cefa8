"""Lint by the user's own programs (``linters/registry.py``): those that the settings name, in workspaces they trust.

Each judges the touched files as they were and as they would be; what is in both is not reported. A finding is
possible, or certain where the program cannot read a text that it could read before. What does not compile is not
judged by a linter of packages, and that is said: other checks tell why it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessResult
from sightline.base.text import Text
from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, SkippedCheck
from sightline.checks.executed import executed_by
from sightline.checks.isolation import Room
from sightline.checks.linters.linter import Linter, Row, Way
from sightline.checks.linters.registry import linter_named
from sightline.checks.package_lint import Workplace, relative, workplace
from sightline.checks.programs import Invocation, ProgramUnavailable, complaint, find_program, run_program
from sightline.checks.recall import touched_files
from sightline.checks.shadow import Shadow, shadow
from sightline.checks.texts import TouchedFile, line_and_column, new_ones, read_text
from sightline.graph.view import GraphView

#: Programs that run at once on one edit.
_TOGETHER = 4


class ExternalLintCheck:
    """See the module."""

    name = "linters"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """Nothing, unless the user's settings name linters. What one of them cannot do is skipped with its reason."""
        if not given.policy.linters:
            return CheckOutcome()
        files = [file for file in await asyncio.to_thread(touched_files, given) if file.after is not None]
        findings: list[Finding] = []
        fixed: list[str] = []
        notes: list[str] = []
        skipped: list[SkippedCheck] = []
        for linter in map(linter_named, given.policy.linters):
            own = [file for file in files if file.path.suffix in linter.suffixes]
            try:
                for root in sorted({file.path.root for file in own}):
                    judged = await _judged(given, linter, [file for file in own if file.path.root == root], root)
                    findings += judged.findings
                    fixed += judged.fixed
                    skipped += judged.skipped
                    notes += judged.notes
            except ProgramUnavailable as error:
                skipped.append(SkippedCheck(check=self.name, reason=str(error)))
        return CheckOutcome(findings=tuple(findings), fixed=tuple(fixed), skipped=tuple(skipped), notes=tuple(notes))


async def _judged(given: CheckInput, linter: Linter, files: Sequence[TouchedFile], root: str) -> CheckOutcome:
    if not given.trusted:
        raise ProgramUnavailable(f"{linter.name} runs only in workspaces you trust (sightline trust)")
    program = await asyncio.to_thread(
        find_program, given.system, linter.program, given.policy, given.after.workspace.roots, root
    )
    touched = await asyncio.to_thread(executed_by, given, linter.configuration, follows=linter.follows)
    if touched is not None:
        raise ProgramUnavailable(f"{linter.name} would execute or be ruled by {touched}, which this edit changes")
    before = {file.old.relative: file.before for file in files if file.old and file.before is not None}
    after = {file.path.relative: file.after for file in files if file.after is not None}
    run = _Run(given=given, linter=linter, program=program, root=root, slots=asyncio.Semaphore(_TOGETHER))
    if linter.way is Way.WORKSPACE:
        return await _judged_in_packages(run, files, before, after)
    were, are = await _all(run.rows(given.before, before), run.rows(given.after, after))
    return await asyncio.to_thread(_compared, linter, files, were, are)


async def _judged_in_packages(
    run: _Run, files: Sequence[TouchedFile], before: Mapping[str, Text], after: Mapping[str, Text]
) -> CheckOutcome:
    given, linter = run.given, run.linter
    async with workplace(given, linter, run.program, run.root) as place:
        run = replace(run, place=place)
        if linter.executes:  # one after the other, since both build in one folder
            were = await run.rows(given.before, before)
            are = await run.rows(given.after, after)
        else:
            were, are = await _all(run.rows(given.before, before), run.rows(given.after, after))
        notes = (f"linters: {linter.name} ran {place.isolation.words}",) if linter.executes else ()
    return replace(await asyncio.to_thread(_compared_packages, linter, files, were, are), notes=notes)


def _compared_packages(
    linter: Linter, files: Sequence[TouchedFile], were: Sequence[Row], are: Sequence[Row]
) -> CheckOutcome:
    """As :func:`_compared`, for the packages that could be judged on both sides; the others are skipped."""
    old, new = ({row.package: row.message for row in rows if row.fatal} for rows in (were, are))
    lost = {(side, row.file) for side, rows in ((0, were), (1, are)) for row in rows if row.fatal}
    judged = [
        file
        for file in files
        if (1, file.path.relative) not in lost and (file.old is None or (0, file.old.relative) not in lost)
    ]
    reasons = {folder: f"with this edit: {reason}" for folder, reason in new.items()}
    reasons = {folder: f"without this edit: {reason}" for folder, reason in old.items()} | reasons
    skipped = tuple(
        SkippedCheck(
            check=ExternalLintCheck.name,
            reason=f"{linter.name} cannot judge {folder or 'the package of the root'} {reason}",
        )
        for folder, reason in sorted(reasons.items())
    )
    return replace(_compared(linter, judged, were, are), skipped=skipped)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One linter on one side of an edit at a time."""

    given: CheckInput
    linter: Linter
    program: str
    root: str
    slots: asyncio.Semaphore
    place: Workplace | None = None

    async def rows(self, view: GraphView, texts: Mapping[str, Text]) -> list[Row]:
        """What it says of ``texts``. Raises :class:`ProgramUnavailable`."""
        if not texts:
            return []
        if self.linter.way is Way.COPY:
            return await self._in_copy(view, texts)
        if self.place is not None:
            return await self._in_packages(self.place, view, texts)
        answers = await _all(*(self._answer(self.root, {name: text}, text.data) for name, text in texts.items()))
        return [row for rows in answers for row in rows]

    async def _in_copy(self, view: GraphView, texts: Mapping[str, Text]) -> list[Row]:
        def fill(copy: Shadow) -> None:
            rules = {
                path: text
                for path in _configurations(self.root, texts, self.linter)
                if (text := read_text(view.workspace, path)) is not None
            }
            if reason := self.linter.refusal({path.name: str(text) for path, text in rules.items()}):
                raise ProgramUnavailable(reason)
            for name, text in ({path.relative: text for path, text in rules.items()} | dict(texts)).items():
                copy.write(name, text.data)

        try:
            async with shadow(self.given.system) as copy:
                await asyncio.to_thread(fill, copy)
                return await self._answer(copy.folder, texts)
        except OSError as error:
            raise ProgramUnavailable(f"no copy could be made for {self.linter.name}: {error.strerror}") from error

    async def _in_packages(self, place: Workplace, view: GraphView, texts: Mapping[str, Text]) -> list[Row]:
        async def judged(room: Room, folder: str, own: Mapping[str, Text]) -> list[Row]:
            names = place.placed(room, own)
            async with self.slots:
                done = await place.run(room, folder)
            rows = await self._understood(done, {absolute: own[name] for absolute, name in names.items()})
            return relative(rows, names, folder)

        try:
            async with shadow(self.given.system, self.given.policy.copies) as copy:
                room = await place.furnished(copy, view)
                answers = await _all(*(judged(room, *package) for package in place.packages(view, texts).items()))
        except OSError as error:
            raise ProgramUnavailable(f"no copy could be made for {self.linter.name}: {error.strerror}") from error
        return [row for rows in answers for row in rows]

    async def _answer(self, directory: str, texts: Mapping[str, Text], stdin: bytes = b"") -> list[Row]:
        linter = self.linter
        prefix = f"{self.root}/" if linter.way is Way.STANDARD_INPUT else "./"
        invocation = Invocation(
            name=linter.name,
            program=self.program,
            arguments=linter.arguments([prefix + name for name in texts]),
            directory=directory,
            stdin=stdin,
        )
        async with self.slots:
            done = await run_program(self.given.system, invocation, self.given.policy)
        return await self._understood(done, texts)

    async def _understood(self, done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
        if done.code not in self.linter.codes:
            raise complaint(self.linter.name, done)
        return await asyncio.to_thread(self._read, done, texts)

    def _read(self, done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
        try:
            return self.linter.reader(done, texts)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            failed = complaint(self.linter.name, done)
            if done.stderr.strip():
                raise failed from error
            raise ProgramUnavailable(f"{self.linter.name} gave an answer that is not understood") from error


async def _all(*work: Coroutine[Any, Any, list[Row]]) -> list[list[Row]]:
    """All results, once all have ended, so that no program outlives its copy. Raises :class:`ProgramUnavailable`."""

    async def caught(one: Coroutine[Any, Any, list[Row]]) -> list[Row] | ProgramUnavailable:
        try:
            return await one
        except ProgramUnavailable as error:
            return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(caught(one)) for one in work]
    found: list[list[Row]] = []
    for task in tasks:
        result = task.result()
        if isinstance(result, ProgramUnavailable):
            raise result
        found.append(result)
    return found


def _configurations(root: str, names: Iterable[str], linter: Linter) -> list[WorkspacePath]:
    """Where configuration may be: in the folders of the files, and in those above them up to the root."""
    folders = {""}
    for name in names:
        while name := name.rpartition("/")[0]:
            folders.add(name + "/")
    return [WorkspacePath(root, folder + name) for folder in sorted(folders) for name in linter.configuration]


def _compared(linter: Linter, files: Sequence[TouchedFile], were: Sequence[Row], are: Sequence[Row]) -> CheckOutcome:
    findings: list[Finding] = []
    fixed: list[str] = []
    for file in files:
        assert file.after is not None
        before, after = file.before, file.after
        old = [row for row in were if file.old and before is not None and row.file == file.old.relative]
        new = [row for row in are if row.file == file.path.relative]
        old_rows = [] if before is None else [(_key(row, before), row) for row in old]
        new_rows = [(_key(row, after), row) for row in new]
        readable = before is not None and not any(row.fatal for row in old)
        findings += (
            _finding(linter, file, after, row, readable=readable)
            for row in new_ones([key for key, _ in old_rows], new_rows)
        )
        if not any(row.fatal for row in new):  # a text that cannot be read has no problems but that
            fixed += (f"{file.path}: {row.message}" for row in new_ones([key for key, _ in new_rows], old_rows))
    return CheckOutcome(findings=tuple(findings), fixed=tuple(fixed))


def _key(row: Row, text: Text) -> tuple[str, str, str]:
    return row.rule, row.message, text.line_text(text.line_of(row.span.start)).strip()


def _finding(linter: Linter, file: TouchedFile, text: Text, row: Row, *, readable: bool) -> Finding:
    line, column = line_and_column(text, row.span.start)
    return Finding(
        check=ExternalLintCheck.name,
        certainty=Certainty.CERTAIN if row.fatal and readable else Certainty.POSSIBLE,
        severity=row.severity,
        path=file.path,
        span=row.span,
        line=line,
        column=column,
        message=f"{row.message} ({f'{linter.name} {row.rule}'.strip()})",
    )
