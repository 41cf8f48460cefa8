"""Syntax: a text that could be read before the edit must be readable after it.

Two readers judge. tree-sitter's error nodes, which the facts carry, speak for every language. For Python the compiler
of the running interpreter speaks too: it sees what the grammar lets pass (``return`` outside a function). Nothing is
executed; warnings the compiler would give about the user's source are not ours to show.
"""

from __future__ import annotations

import asyncio
import marshal
import re
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessTimeout, System
from sightline.base.text import Span, Text
from sightline.checks.brackets import end_of_list
from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, Severity, SkippedCheck
from sightline.checks.language import is_script
from sightline.checks.recall import facts_of, touched_files
from sightline.checks.samples import is_sample
from sightline.checks.texts import TouchedFile, line_and_column, new_ones
from sightline.graph.facts import Problem
from sightline.graph.view import GraphView

#: Starts of lines that a newer Python than the running one may accept (PEP 695, 696, 701, 758, 750).
_NEWER = re.compile(r"\s*(type\s+\w+.*=|(async\s+)?def\s+\w+\s*\[|class\s+\w+\s*\[|except\b.*,)|.*\b[fFtTrR]{1,2}[\"']")

#: Arguments of a type that tree-sitter's TypeScript (0.23) reads as less than and greater than.
_MISREAD = re.compile(rb"<\s*typeof\s+import\s*\([^()]*\)[^()<>\n]*>\s*\(")

#: What is wrong with texts that have no facts for what they hold, by the reason that the graph gives.
_UNREADABLE = {
    "too_broken": "the text is too broken to be read at all.",
    "too_deep": "the text is nested too deeply to be read.",
}

#: Run by a process of its own, because the compiler would hold the event loop's interpreter lock all the while. It
#: imports nothing that is not built in: a start of Python takes 10 ms, ``json`` and ``warnings`` once more as much.
_PROGRAM = """
import marshal, sys
def error_of(text):
    try:
        compile(text, "<edited>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.msg, error.lineno, error.offset
    except (ValueError, MemoryError, RecursionError):
        pass
def judge(before, after):
    error = error_of(after)
    return error if error and (before is None or not error_of(before)) else None
marshal.dump([judge(*pair) for pair in marshal.load(sys.stdin.buffer)], sys.stdout.buffer)
"""


@dataclass(frozen=True, slots=True)
class _CompileError:
    """What the compiler says: a zero-based line and a column in characters."""

    message: str
    line: int
    column: int


class SyntaxCheck:
    """See the module."""

    name = "syntax"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """One finding a file: later errors of the same file are mostly echoes of the first."""
        files = [file for file in await asyncio.to_thread(touched_files, given) if file.new is not None]
        skipped = [
            SkippedCheck(check=self.name, reason=f"{file.new} cannot be read as text")
            for file in files
            if file.after is None
        ]
        files = [file for file in files if file.after is not None]
        python = [file for file in files if file.path.suffix == ".py"]
        # The compiler's process works while the facts are looked at.
        (broken, fixed), uncompiled = await asyncio.gather(
            asyncio.to_thread(self._read, given, files), self._by_compiler(given.system, python)
        )
        if uncompiled is None:
            skipped.append(SkippedCheck(check=self.name, reason="Python's compiler gave no answer: the grammar judged"))
        reported = {finding.path for finding in broken}
        findings = (*broken, *(finding for finding in uncompiled or () if finding.path not in reported))
        return CheckOutcome(findings=findings, fixed=tuple(fixed), skipped=tuple(skipped))

    def _read(self, given: CheckInput, files: Sequence[TouchedFile]) -> tuple[list[Finding], list[str]]:
        """What the grammar finds broken, and what it found before and does not any more."""
        found = [finding for file in files if (finding := self._by_grammar(given, file)) is not None]
        return found, [sentence for file in files for sentence in _fixed(given, file)]

    def _by_grammar(self, given: CheckInput, file: TouchedFile) -> Finding | None:
        assert file.new is not None and file.after is not None
        before = _problems(given.before, file, old=True)
        after = _problems(given.after, file, old=False)
        new = new_ones((key for key, _ in before), after)
        if not new:
            return None
        first = min(new, key=lambda problem: problem.span)
        # Where the text was broken before, an edit may merely have moved the point at which the parser gives up.
        unsure = before or all(_is_misread(file.path, file.after, problem) for problem in new)
        certainty = Certainty.POSSIBLE if unsure else Certainty.CERTAIN
        return self._finding(file, first.span, f"Syntax error: {first.message}", certainty)

    async def _by_compiler(self, system: System, files: Sequence[TouchedFile]) -> list[Finding] | None:
        errors = await _compile(system, [(file.before, file.after) for file in files if file.after is not None])
        if errors is None:
            return None
        found: list[Finding] = []
        for file, error in zip(files, errors, strict=True):
            if error is None or file.after is None:
                continue
            text = file.after
            line = min(max(error.line, 0), text.line_count - 1)
            content = text.line_text(line)
            start = text.line_starts[line] + len(content[: error.column].encode())
            span = Span(start, max(start, text.line_span(line).end))
            certainty = Certainty.POSSIBLE if _may_be_newer(error, content) else Certainty.CERTAIN
            found.append(self._finding(file, span, f"Syntax error: {error.message}", certainty))
        return found

    def _finding(self, file: TouchedFile, span: Span, message: str, certainty: Certainty) -> Finding:
        assert file.after is not None
        line, column = line_and_column(file.after, span.start)
        if file.old is None and is_sample(file.path):
            certainty = Certainty.POSSIBLE  # such a file may be broken on purpose
        return Finding(
            check=self.name,
            certainty=certainty,
            severity=Severity.ERROR,
            path=file.path,
            span=span,
            line=line,
            column=column,
            message=message,
        )


def _problems(view: GraphView, file: TouchedFile, *, old: bool) -> list[tuple[tuple[str, str], Problem]]:
    """Syntax problems of a file, each under a key that does not change when lines above it do."""
    path, text = (file.old, file.before) if old else (file.new, file.after)
    facts = facts_of(view, path)
    if text is None:
        return []
    if facts is None:
        reason = next((_UNREADABLE.get(reason) for each, reason in view.unparsed() if each == path), None)
        return [((reason, ""), Problem(kind="syntax", message=reason, span=Span(0, 0)))] if reason else []
    return [
        ((problem.message, text.line_text(text.line_of(problem.span.start)).strip()), problem)
        for problem in facts.problems
        if problem.kind == "syntax"
    ]


def _is_misread(path: WorkspacePath, text: Text, problem: Problem) -> bool:
    """Whether the grammar takes a call for comparisons: ``load<typeof import("./a")>(…)`` of TypeScript."""
    if not is_script(path):
        return False
    calls = ((match.end() - 1, end_of_list(text.data, match.end() - 1)) for match in _MISREAD.finditer(text.data))
    return any(start <= problem.span.start < end for start, end in calls)


def _fixed(given: CheckInput, file: TouchedFile) -> Sequence[str]:
    before, after = _problems(given.before, file, old=True), _problems(given.after, file, old=False)
    gone = new_ones((key for key, _ in after), before)
    return [f"{file.path}: {problem.message}" for problem in gone] if not after else []


def _may_be_newer(error: _CompileError, line: str) -> bool:
    """Whether the complaint may only mean that the workspace is written for a newer Python than the running one."""
    return sys.version_info < (3, 15) and bool(_NEWER.match(line)) and "outside" not in error.message


async def _compile(system: System, pairs: Sequence[tuple[Text | None, Text]]) -> list[_CompileError | None] | None:
    """For each pair of texts before and after, the new error of the text after; ``None`` where the compiler failed.

    Where no process can be started it runs here; where one ended without an answer it does not: what killed the one
    would kill the other.
    """
    if not pairs:
        return []
    rows = [(None if before is None else str(before), str(after)) for before, after in pairs]
    try:
        done = await system.processes.run(
            (sys.executable, "-I", "-S", "-W", "ignore", "-c", _PROGRAM),
            directory="/",
            stdin=marshal.dumps(rows),
            seconds=60.0,
        )
    except ProcessTimeout:
        return None
    except OSError:
        return await asyncio.to_thread(lambda: [_judge_here(before, after) for before, after in rows])
    if done.code != 0 or done.truncated:
        return None
    answers: Any = marshal.loads(done.stdout)  # noqa: S302  our own program wrote it
    return [row and _CompileError(row[0], (row[1] or 1) - 1, max((row[2] or 1) - 1, 0)) for row in answers]


def _judge_here(before: str | None, after: str) -> _CompileError | None:
    error = _compile_here(after)
    return error if error and (before is None or _compile_here(before) is None) else None


def _compile_here(text: str) -> _CompileError | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<edited>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return _CompileError(error.msg, (error.lineno or 1) - 1, max((error.offset or 1) - 1, 0))
        except (ValueError, MemoryError, RecursionError):
            return None
    return None
