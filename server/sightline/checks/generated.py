"""Generated files: what is written into them is gone at the next run of what made them.

Only a file that names its source, one that is in the workspace, is spoken of: there the edit belongs. Where the edit
changes the source too, somebody ran the generator.
"""

from __future__ import annotations

import asyncio

from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Finding, RelatedPlace, Severity
from sightline.checks.recall import touched_files
from sightline.checks.texts import line_and_column
from sightline.graph.generated import generated_from


class GeneratedCheck:
    """See the module."""

    name = "generated"

    async def run(self, given: CheckInput) -> CheckOutcome:
        """One possible finding a file that was generated before the edit and still says so after it."""
        return CheckOutcome(findings=await asyncio.to_thread(self._findings, given))

    def _findings(self, given: CheckInput) -> tuple[Finding, ...]:
        files = touched_files(given)
        touched = {path for file in files for path in (file.old, file.new) if path is not None}
        findings: list[Finding] = []
        for file in files:
            if file.old is None or file.new is None or file.after is None or file.before == file.after:
                continue
            edge = generated_from(given.after, file.new) if generated_from(given.before, file.old) else None
            if edge is None or edge.target in touched:
                continue
            span = file.after.line_span(edge.line - 1)
            line, column = line_and_column(file.after, span.start)
            findings.append(
                Finding(
                    check=self.name,
                    certainty=Certainty.POSSIBLE,
                    severity=Severity.INFORMATION,
                    path=file.new,
                    span=span,
                    line=line,
                    column=column,
                    message=f"This file is generated from {edge.target}: an edit of it is lost when it is generated "
                    "again. Edit that file instead.",
                    related=(RelatedPlace(path=edge.target, line=1, message="what it is generated from"),),
                )
            )
        return tuple(findings)
