"""What is wrong with one file as it is now, for ``/fix``: the checks of an edit, as if the file had just been made.

Only checks that look at the file itself are asked; what it breaks elsewhere is a question about a change.
"""

from __future__ import annotations

import asyncio

from sightline.base.changes import ChangeSet, FileCreate
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Span
from sightline.checks.check import CheckInput, Finding
from sightline.checks.lint import LintCheck
from sightline.checks.run import run_checks
from sightline.checks.syntax import SyntaxCheck
from sightline.graph.view import GraphView


async def present_findings(
    view: GraphView, path: WorkspacePath, system: System, *, span: Span | None = None
) -> tuple[Finding, ...]:
    """Findings on ``path`` in ``view``; with a ``span``, those on its lines if there are any there, else all.

    The workspace's own linter settings are not read. Raises ``SourceUnavailable`` for a file that cannot be read.
    """
    text = view.workspace.read(path).text
    without = ChangeSet(base={path: text.digest}, deletes=(path,))
    before = await asyncio.to_thread(view.fork, without)
    given = CheckInput(
        before=before, after=view, changes=ChangeSet(creates=(FileCreate(path=path, text=text),)), system=system
    )
    report = await run_checks(given, (SyntaxCheck(), LintCheck()))
    if span is None:
        return report.findings
    first, last = text.line_of(span.start) + 1, text.line_of(span.end) + 1
    near = tuple(finding for finding in report.findings if first <= finding.line <= last)
    return near or report.findings
