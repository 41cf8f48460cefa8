"""Lint: ruff's correctness rules on the touched Python files, the text handed over by standard input.

Only our own ruff is run, never one the workspace brings. Without trust the workspace's configuration is not read
either (``--isolated``). A finding is new when its rule, message and line text were not there before.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from ruff import find_ruff_bin

from sightline.base.system import ProcessTimeout, System
from sightline.base.text import Position, PositionEncoding, Span, Text, TextEdit
from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, Remedy, Severity, SkippedCheck
from sightline.checks.recall import touched_files
from sightline.checks.texts import TouchedFile, line_and_column, new_ones

#: Rules whose findings fail at run time: syntax, misused comparisons, misplaced statements, undefined names.
FATAL_RULES = ("E9", "F63", "F7", "F82")

#: Newest syntax that ruff knows: an older target would call newer syntax an error.
_TARGET = "py314"


class LintUnavailable(Exception):
    """ruff is not there, or did not do its work; the message says why."""


class LintCheck:
    """See the module."""

    name = "lint"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """Findings of :data:`FATAL_RULES` are certain; others come only from a trusted workspace's own choice."""
        files = [file for file in await asyncio.to_thread(touched_files, given) if _is_python(file)]
        if not files:
            return CheckOutcome()
        findings: list[Finding] = []
        fixed: list[str] = []
        try:
            executable = find_ruff_bin()
        except FileNotFoundError:
            return CheckOutcome(skipped=(SkippedCheck(check=self.name, reason="ruff is not installed"),))
        for file in files:
            assert file.after is not None
            try:
                after = await _ruff(given, executable, file, file.after)
                before = [] if file.before is None else await _ruff(given, executable, file, file.before)
            except LintUnavailable as error:
                skipped = SkippedCheck(check=self.name, reason=str(error))
                return CheckOutcome(findings=tuple(findings), fixed=tuple(fixed), skipped=(skipped,))
            new, gone = await asyncio.to_thread(self._compared, file, before, after)
            findings += new
            fixed += gone
        return CheckOutcome(findings=tuple(findings), fixed=tuple(fixed))

    def _compared(
        self, file: TouchedFile, before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
    ) -> tuple[list[Finding], list[str]]:
        """What the edit brought, and what it mended. A long broken file has thousands of rows: not on the loop."""
        assert file.after is not None
        old = [] if file.before is None else [(_key(row, file.before), row) for row in before]
        new = [(_key(row, file.after), row) for row in after]
        brought = new_ones([key for key, _ in old], new)
        mended = new_ones([key for key, _ in new], old)
        return [self._finding(file, row) for row in brought], [f"{file.path}: {row['message']}" for row in mended]

    def _finding(self, file: TouchedFile, row: dict[str, Any]) -> Finding:
        assert file.after is not None
        code = str(row["code"] or "syntax")
        fatal = code == "syntax" or code.startswith((*FATAL_RULES, "invalid-syntax"))
        span = _span(row["location"], row["end_location"], file.after)
        line, column = line_and_column(file.after, span.start)
        return Finding(
            check=self.name,
            certainty=Certainty.CERTAIN if fatal else Certainty.POSSIBLE,
            severity=Severity.ERROR if fatal else Severity.WARNING,
            path=file.path,
            span=span,
            line=line,
            column=column,
            message=f"{row['message']} ({code})",
            symbol=file.after.slice(span).strip("\"'") if code.startswith("F82") else "",
            remedy=_remedy(row, code, file.after),
        )


def _is_python(file: TouchedFile) -> bool:
    return file.after is not None and file.path.suffix in (".py", ".pyi")


async def _ruff(given: CheckInput, executable: str, file: TouchedFile, text: Text) -> list[dict[str, Any]]:
    """ruff's findings on one text, as its JSON has them."""
    rules = ",".join(FATAL_RULES)
    isolated = ("--isolated", "--select", rules, "--target-version", _TARGET)
    if given.trusted:
        try:
            return await _answer(given, executable, file, text, ("--extend-select", rules))
        except LintUnavailable:
            # A workspace whose own configuration is broken still gets the rules that need none.
            return await _answer(given, executable, file, text, isolated)
    return await _answer(given, executable, file, text, isolated)


async def _answer(
    given: CheckInput, executable: str, file: TouchedFile, text: Text, chosen: Sequence[str]
) -> list[dict[str, Any]]:
    arguments = (
        executable, "check", "--no-cache", "--quiet", "--exit-zero", "--output-format", "json", *chosen,
        "--stdin-filename", file.path.absolute, "-",
    )  # fmt: skip
    directory = file.path.root if given.trusted else "/"
    return await asyncio.to_thread(_rows, await _run(given.system, arguments, directory, text))


async def _run(system: System, arguments: Sequence[str], directory: str, text: Text) -> bytes:
    try:
        done = await system.processes.run(arguments, directory=directory, stdin=text.data, seconds=30.0)
    except OSError as error:
        raise LintUnavailable(f"ruff could not be started: {error.strerror or error}") from error
    except ProcessTimeout as error:
        raise LintUnavailable(str(error)) from error
    if done.code != 0:
        complaint = done.stderr.decode(errors="replace").strip().splitlines()
        raise LintUnavailable(f"ruff failed: {complaint[0] if complaint else f'exit code {done.code}'}")
    return done.stdout


def _rows(output: bytes) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads(output or b"[]")
    except ValueError as error:
        raise LintUnavailable("ruff's answer is not JSON") from error
    return rows


def _key(row: dict[str, Any], text: Text) -> tuple[str, str, str]:
    line = min(int(row["location"]["row"]) - 1, text.line_count - 1)
    return str(row["code"]), str(row["message"]), text.line_text(line).strip()


def _span(first: dict[str, Any], last: dict[str, Any], text: Text) -> Span:
    # ruff counts lines as we do, from one, and columns in characters.
    start, end = (
        text.offset(Position(int(at["row"]) - 1, int(at["column"]) - 1), PositionEncoding.UTF32) for at in (first, last)
    )
    return Span(start, max(start, end))


def _remedy(row: dict[str, Any], code: str, text: Text) -> Remedy | None:
    """ruff's own fix where it calls it safe; the import that an undefined name (F821) lacks."""
    fix = row.get("fix")
    if fix and fix.get("applicability") == "safe":
        edits = (
            TextEdit(span=_span(edit["location"], edit["end_location"], text), new=str(edit["content"]).encode())
            for edit in fix["edits"]
        )
        return Remedy(edits=tuple(edits))
    name = text.slice(_span(row["location"], row["end_location"], text))
    return Remedy(imported=name) if code == "F821" and name.isidentifier() else None
