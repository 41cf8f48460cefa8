"""Imports: one that the edit brings in must lead somewhere, and the names it asks for must be there.

Inside the workspace that is certain. Whether a package from outside is installed where the code will run, nobody here
can know: an undeclared one is a possible problem. Imports of other files that the edit broke are ``breakage``'s.
"""

from __future__ import annotations

import asyncio

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, Severity
from sightline.checks.import_rules import BrokenImport, broken_imports, certainty_of_missing_module, spelled
from sightline.checks.texts import TouchedFile, line_and_column, new_ones, touched_files
from sightline.graph.facts import Import
from sightline.graph.view import GraphView


class ImportsCheck:
    """See the module."""

    name = "imports"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """Findings for imports that lead nowhere and did not stand there before."""
        return await asyncio.to_thread(self._run, given)

    def _run(self, given: CheckInput) -> CheckOutcome:
        findings: list[Finding] = []
        fixed: list[str] = []
        for file in touched_files(given):
            if file.new is None or file.after is None or file.path.suffix not in (".py", ".pyi"):
                continue
            old = _broken(given.before, file.old)
            new = _broken(given.after, file.new)
            for row, name in new_ones([key for key, _ in old], new):
                if name is not None:
                    findings.append(self._missing_name(file, row, name.span, name.name))
                else:
                    findings += self._missing_module(given, file, row)
            if given.before.facts(file.path) is not None:
                gone = new_ones([key for key, _ in new], old)
                fixed += (f"{file.path}: `{name.name}` from `{spelled(row)}`" for row, name in gone if name is not None)
        return CheckOutcome(findings=tuple(findings), fixed=tuple(fixed))

    def _missing_name(self, file: TouchedFile, row: Import, span: Span, name: str) -> Finding:
        certainty = Certainty.POSSIBLE if row.guarded and not row.type_only else Certainty.CERTAIN
        message = f"`{name}` cannot be imported from `{spelled(row)}`: the module has no such name."
        return self._finding(file, span, message, certainty, name)

    def _missing_module(self, given: CheckInput, file: TouchedFile, row: Import) -> list[Finding]:
        assert file.new is not None
        certainty = certainty_of_missing_module(given.after, file.new, row)
        if certainty is None:
            return []
        outside = certainty is Certainty.POSSIBLE and not row.level
        reason = "it is neither declared nor installed" if outside else "the workspace has no such module"
        message = f"`{spelled(row)}` cannot be imported: {reason}."
        return [self._finding(file, row.span, message, certainty, row.module)]

    def _finding(self, file: TouchedFile, span: Span, message: str, certainty: Certainty, symbol: str) -> Finding:
        assert file.after is not None
        line, column = line_and_column(file.after, span.start)
        return Finding(
            check=self.name,
            certainty=certainty,
            severity=Severity.ERROR if certainty is Certainty.CERTAIN else Severity.WARNING,
            path=file.path,
            span=span,
            line=line,
            column=column,
            message=message,
            symbol=symbol,
        )


def _broken(view: GraphView, path: WorkspacePath | None) -> list[tuple[tuple[str, str], BrokenImport]]:
    """Broken imports of a file, each under what stays the same when it moves."""
    if path is None:
        return []
    return [((spelled(row), name.name if name else ""), (row, name)) for row, name in broken_imports(view, path)]
