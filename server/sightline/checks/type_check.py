"""Types by the user's own checkers (``checkers/registry.py``): those that the settings name, in workspaces they trust.

Each judges the edited files and their importers as they were and as they would be, shown as open documents; what is in
both is not reported. Checkers are right about most of what they say, but a program may work in spite of it (a stub that
is wrong, a value made at run time): a new error is certain where the file was free of errors of that rule, so that the
user can be seen to hold it to the rule, and possible elsewhere (setting ``checks.types_refuse``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

from sightline.base.text import Text
from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, Severity, SkippedCheck
from sightline.checks.checkers.checker import Problem, Problems, Start, TypeChecker
from sightline.checks.checkers.registry import checker_named
from sightline.checks.checkers.warm import Sides, WarmCheckers
from sightline.checks.executed import executed_by
from sightline.checks.policy import CheckPolicy, Refusing
from sightline.checks.programs import ProgramUnavailable, find_program
from sightline.checks.recall import touched_files
from sightline.checks.texts import TouchedFile, line_and_column, new_ones
from sightline.checks.type_scope import TypeScope, type_scope

#: What a checker says of lines elsewhere moves with them: "already defined on line 12".
_LINE = re.compile(r"\bline \d+\b")
#: Characters of a message; what follows are explanations of explanations.
_LONGEST = 500


class TypesCheck:
    """See the module."""

    name = "types"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """Nothing, unless the user's settings name checkers. What one of them cannot do is skipped with its reason."""
        if not given.policy.types:
            return CheckOutcome()
        files = await asyncio.to_thread(touched_files, given)
        warm = given.policy.warm or WarmCheckers(given.system)
        work = [
            _caught(given, checker, root, files, warm)
            for checker in map(checker_named, given.policy.types)
            for root in sorted({file.path.root for file in files if file.path.suffix in checker.suffixes})
        ]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one) for one in work]
        finally:
            if given.policy.warm is None:
                await warm.close()
        outcomes = [task.result() for task in tasks]
        return CheckOutcome(
            findings=tuple(finding for outcome in outcomes for finding in outcome.findings),
            fixed=tuple(sentence for outcome in outcomes for sentence in outcome.fixed),
            skipped=tuple(skipped for outcome in outcomes for skipped in outcome.skipped),
        )


async def _caught(
    given: CheckInput, checker: TypeChecker, root: str, files: Sequence[TouchedFile], warm: WarmCheckers
) -> CheckOutcome:
    try:
        return await _judged(given, checker, root, files, warm)
    except ProgramUnavailable as error:
        return CheckOutcome(skipped=(SkippedCheck(check=TypesCheck.name, reason=str(error)),))


async def _judged(
    given: CheckInput, checker: TypeChecker, root: str, files: Sequence[TouchedFile], warm: WarmCheckers
) -> CheckOutcome:
    if not given.trusted:
        raise ProgramUnavailable(f"{checker.name} runs only in workspaces you trust (sightline trust)")
    start = await asyncio.to_thread(_start, given, checker, root)
    touched = await asyncio.to_thread(
        executed_by, given, checker.configuration, follows=False, starts=lambda view: checker.executes(view, root)
    )
    if touched is None:
        beside = tuple(f"{place.rpartition('/')[0]}/" for place in (start.program, start.python) if place)
        changed = {*given.changes.paths_before, *given.changes.paths_after}
        touched = min((path for path in changed if path.absolute.startswith(beside)), default=None)
    if touched is not None:
        raise ProgramUnavailable(f"{checker.name} would execute or be ruled by {touched}, which this edit changes")
    scope = await asyncio.to_thread(type_scope, given, checker, root, files)
    skipped = tuple(SkippedCheck(check=TypesCheck.name, reason=words) for words in scope.left_out)
    if not scope.files:
        return CheckOutcome(skipped=skipped)
    pairs = tuple((file.old if file.before is not None else None, file.path) for file in scope.files)
    sides = Sides(before=scope.before, after=scope.after, pairs=pairs)
    were, are = await warm.problems(checker, start, given.before, sides)
    if late := len(scope.files) - len(are):
        words = f"{checker.name} did not get to {late} of {len(scope.files)} files in {given.policy.seconds:g} s"
        skipped += (SkippedCheck(check=TypesCheck.name, reason=words),)
    findings, fixed = await asyncio.to_thread(_compared, given.policy, checker, scope, were, are)
    return CheckOutcome(findings=findings, fixed=fixed, skipped=skipped)


def _start(given: CheckInput, checker: TypeChecker, root: str) -> Start:
    """Raises :class:`ProgramUnavailable`. The interpreter is the one the user named, or one outside the workspace."""
    roots = given.after.workspace.roots
    program = find_program(given.system, checker.name, given.policy, roots, root, checker.program)
    return Start(
        system=given.system,
        root=root,
        program=program,
        python=_interpreter(given, roots, root),
        policy=given.policy,
    )


def _interpreter(given: CheckInput, roots: Sequence[str], root: str) -> str:
    if "python" in given.policy.programs:
        return find_program(given.system, "python", given.policy, roots, root)
    for file in ("python3", "python"):
        try:
            return find_program(given.system, "python", given.policy, roots, root, file)
        except ProgramUnavailable:
            continue
    return ""


def _compared(
    policy: CheckPolicy, checker: TypeChecker, scope: TypeScope, were: Problems, are: Problems
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    findings: list[Finding] = []
    fixed: list[str] = []
    for file in scope.files:
        text = file.after
        assert text is not None
        if file.path not in are:
            continue
        old = were[file.old] if file.old is not None and file.before is not None else ()
        left, added = _moved(file, old, are[file.path])
        gone = [] if file.before is None else [(_key(row, file.before), row) for row in left]
        come = [(_key(row, text), row) for row in added]
        certain = _rules_kept(policy, file, scope, old)
        for row in new_ones([key for key, _ in gone], come):
            kept = row.severity is Severity.ERROR and row.rule not in checker.elsewhere and certain(row.rule)
            findings.append(_finding(checker, file, text, row, certain=kept))
        fixed += (f"{file.path}: {one_line(row)}" for row in new_ones([key for key, _ in come], gone))
    return tuple(findings), tuple(fixed)


def _rules_kept(
    policy: CheckPolicy, file: TouchedFile, scope: TypeScope, old: Sequence[Problem]
) -> Callable[[str], bool]:
    """Whether a new error of a rule in a file is certain."""
    broken = {row.rule for row in old if row.severity is Severity.ERROR}
    clean = policy.types_refuse is Refusing.CLEAN and file.before is not None
    sure = file.path not in scope.unsure
    return lambda rule: sure and (policy.types_refuse is Refusing.ALL or (clean and rule not in broken))


def _moved(file: TouchedFile, old: Sequence[Problem], new: Sequence[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Both without what is said of the same line, wherever the edit moved it."""
    if file.before is None or file.after is None:
        return [*old], [*new]
    left: dict[tuple[int, str, str], list[Problem]] = {}
    for row in old:
        left.setdefault((file.before.line_of(row.span.start), row.rule, _words(row)), []).append(row)
    added: list[Problem] = []
    for row in new:
        offset = file.old_offset(row.span.start)
        same = left.get((file.before.line_of(offset), row.rule, _words(row))) if offset is not None else None
        if same:
            same.pop(0)
        else:
            added.append(row)
    return [row for rows in left.values() for row in rows], added


def _key(row: Problem, text: Text) -> tuple[str, str, str]:
    return row.rule, _words(row), text.line_text(text.line_of(row.span.start)).strip()


def _words(row: Problem) -> str:
    return _LINE.sub("line", row.message)


def one_line(row: Problem) -> str:
    """Its message without the layout that some checkers explain themselves in."""
    words = " ".join(row.message.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _finding(checker: TypeChecker, file: TouchedFile, text: Text, row: Problem, *, certain: bool) -> Finding:
    line, column = line_and_column(text, row.span.start)
    name = text.slice(row.span)
    return Finding(
        check=TypesCheck.name,
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        severity=row.severity,
        path=file.path,
        span=row.span,
        line=line,
        column=column,
        message=f"{one_line(row)} ({f'{checker.name} {row.rule}'.strip()})",
        related=row.related,
        symbol=name if name.isidentifier() else "",
    )
