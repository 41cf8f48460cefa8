"""Runs the checks over one edit and draws the verdict.

Cheap checks go first, and a text that certainly cannot be parsed ends the run: what the others would say of it is
noise. The event loop only waits here; each check does its long work in threads and processes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import (
    Certainty,
    Check,
    CheckInput,
    CheckOutcome,
    CheckReport,
    Finding,
    Severity,
    SkippedCheck,
    Verdict,
)
from sightline.checks.recall import forget
from sightline.checks.registry import DEFAULT
from sightline.graph.coverage import MOST_NAMED
from sightline.languages.registry import family_of

_LOG = logging.getLogger(__name__)

#: Certain findings of this check make the others pointless.
_DECISIVE = "syntax"
#: The name under which files are told of that nothing is known of.
_UNREAD = "graph"
#: Certain findings of others spare the user this one: it takes long and executes what was proposed.
_DEAR = "tests"


async def run_checks(given: CheckInput, checks: Sequence[Check] = DEFAULT, *, strict: bool = False) -> CheckReport:
    """The report on one edit. Certain findings reject it, under ``strict`` possible ones too. Cancellable at any await.

    A check that fails is a bug of ours: it is logged, listed as skipped, and found against the edit as a certain
    finding, so that nobody takes the edit for checked; a person can still apply it in spite of that.
    """
    system = await asyncio.to_thread(given.system.outside, given.after.workspace.roots)  # roots come and go
    given = replace(given, system=system)
    findings: list[Finding] = []
    fixed: list[str] = []
    skipped: list[SkippedCheck] = []
    notes: list[str] = []
    seconds: dict[str, float] = {}
    decided = failed = False
    for check in checks:
        if decided:
            skipped.append(SkippedCheck(check=check.name, reason="the edited text cannot be parsed"))
            continue
        if check.name == _DEAR and given.policy.tests and (failed or any(map(_is_certain, findings))):
            skipped.append(SkippedCheck(check=check.name, reason="the edit is refused already"))
            continue
        start = given.system.clock.monotonic()
        outcome, sound = await _guarded(check, given)
        failed = failed or not sound
        seconds[check.name] = given.system.clock.monotonic() - start
        findings += outcome.findings
        fixed += outcome.fixed
        skipped += outcome.skipped
        notes += outcome.notes
        decided = sound and check.name == _DECISIVE and any(_is_certain(finding) for finding in outcome.findings)
    if not decided:
        findings += await asyncio.to_thread(_not_read, given)
    await asyncio.to_thread(forget, given.before, given.after)
    kept = _without_echoes(findings)
    rejected = kept if strict else [finding for finding in kept if _is_certain(finding)]
    return CheckReport(
        verdict=Verdict.REJECT if rejected or failed else Verdict.ACCEPT,
        revision=given.before.revision,
        findings=tuple(sorted(kept, key=_order)),
        fixed=tuple(fixed),
        skipped=tuple(skipped),
        seconds=seconds,
        notes=tuple(notes),
    )


def _not_read(given: CheckInput) -> list[Finding]:
    """A possible finding for each file whose reading was given up, the last of a few for all the others.

    What these files use may be broken and no check would know. So they are told where a person decides, and under
    ``strict`` they refuse the edit, unless somebody accepts that.
    """
    families = {family_of(path) for path in (*given.changes.paths_before, *given.changes.paths_after)}
    files = [path for path in given.after.given_up() if family_of(path) in families]
    named, rest = files[:MOST_NAMED], len(files[MOST_NAMED:])
    found: list[Finding] = []
    for path in named:
        more = f" The same holds for {rest} more." if rest and path == named[-1] else ""
        message = f"Reading this file took too long or failed, so nothing it uses was judged.{more}"
        found.append(_of_file(path, _UNREAD, message, Certainty.POSSIBLE))
    return found


def _of_file(path: WorkspacePath, check: str, message: str, certainty: Certainty) -> Finding:
    """A finding about a file as a whole."""
    severity = Severity.ERROR if certainty is Certainty.CERTAIN else Severity.WARNING
    return Finding(
        check=check,
        certainty=certainty,
        severity=severity,
        path=path,
        span=Span(0, 0),
        line=1,
        column=1,
        message=message,
    )


async def _guarded(check: Check, given: CheckInput) -> tuple[CheckOutcome, bool]:
    """The outcome, and whether the check came to its end."""
    try:
        return await check.run(given), True
    except Exception:  # noqa: BLE001  one broken check must not cost the user the findings of the others
        _LOG.exception("The check %r failed.", check.name)
        reason = "it failed; the log has the details"
        skipped = (SkippedCheck(check=check.name, reason=reason),)
        return CheckOutcome(findings=_not_judged(check, given), skipped=skipped), False


def _not_judged(check: Check, given: CheckInput) -> tuple[Finding, ...]:
    paths = given.changes.paths_after or given.changes.paths_before
    message = f"The {check.name} check failed, so this edit was not judged by it. This is a bug of Sightline's."
    return tuple(_of_file(path, check.name, message, Certainty.CERTAIN) for path in paths[:1])


def _is_certain(finding: Finding) -> bool:
    return finding.certainty is Certainty.CERTAIN


def _order(finding: Finding) -> tuple[bool, str, int, int]:
    return not _is_certain(finding), str(finding.path), finding.line, finding.column


def _without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """One finding a place and name: the certain one, or the first (two checks may see one missing name)."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        name = finding.symbol.rpartition("::")[2].rpartition(".")[2]
        key = (finding.path, finding.line, name or finding.message)
        other = kept.get(key)
        if other is None or (_is_certain(finding) and not _is_certain(other)):
            kept[key] = finding
    return list(kept.values())
