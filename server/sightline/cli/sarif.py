"""Findings as SARIF 2.1.0, the form in which code hosts take the results of an analysis (OASIS standard, 2020).

Paths are relative to ``SRCROOT``, the root of the workspace; columns count characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from sightline.checks.acceptance import Acceptance
from sightline.checks.check import Certainty, Finding, RelatedPlace, Severity, SkippedCheck
from sightline.edits.proposal import Unmatched
from sightline.engine.gate import CheckedDiff

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: What a rule looks for: each check, and ``unmatched``. Rules are named as checks are in ``sightline check --json``.
RULES: Final = {
    "breakage": "The change takes away or re-signs something that is still used elsewhere.",
    "generated": "The change edits a file that is made from another one.",
    "imports": "The change imports what is neither in the workspace nor installed nor declared.",
    "lint": "ruff finds an error that was not there before the change.",
    "linters": "A linter that the user chose finds something that was not there before the change.",
    "syntax": "The changed text cannot be parsed.",
    "tests": "A test that reaches the change fails with it, and not without it.",
    "types": "A type checker that the user chose finds an error that was not there before the change.",
    "unmatched": "A part of the diff does not fit the files, so it was not judged.",
}

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}


def sarif_log(outcome: CheckedDiff, word: Acceptance) -> dict[str, Any]:
    """The log of one judged change: one run, a result for each finding and each part that does not fit.

    A finding that ``word`` accepts is a suppressed result.
    """
    findings, unmatched = outcome.report.findings, outcome.unmatched
    used = sorted({finding.check for finding in findings} | ({"unmatched"} if unmatched else set()))
    driver = {"name": "Sightline", "version": version("sightline"), "rules": [_rule(name) for name in used]}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(outcome.report.skipped, outcome.report.notes)],
                "results": [
                    *(_result(finding, used, word) for finding in findings),
                    *(_misfit(item, used) for item in unmatched),
                ],
            }
        ],
    }


def _rule(name: str) -> dict[str, Any]:
    return {"id": name, "shortDescription": {"text": RULES[name]}}


def _invocation(skipped: Iterable[SkippedCheck], notes: Iterable[str]) -> dict[str, Any]:
    """What did not run, and how the rest did, is told as notifications: no result must not mean that all is well."""
    notifications = [
        {"level": "warning", "message": {"text": f"not checked: {item.check} ({item.reason})"}} for item in skipped
    ]
    notifications += [{"level": "note", "message": {"text": text}} for text in notes]
    return {"executionSuccessful": True, "toolExecutionNotifications": notifications}


def _result(finding: Finding, rules: Sequence[str], word: Acceptance) -> dict[str, Any]:
    """A possible finding is at most a warning: only certain ones refuse a change."""
    certain = finding.certainty is Certainty.CERTAIN
    level = _LEVELS[finding.severity]
    accepted = [{"kind": "external", "justification": each.reason} for each in word.accepted((finding,))]
    return {
        "ruleId": finding.check,
        "ruleIndex": rules.index(finding.check),
        "level": level if certain or level != "error" else "warning",
        "message": {"text": finding.message},
        "locations": [_location(str(finding.path), finding.line, finding.column)],
        "relatedLocations": [_related(number, place) for number, place in enumerate(finding.related)],
        "suppressions": accepted,
        "partialFingerprints": {"sightline/v1": finding.id},
        "properties": {"certainty": finding.certainty.value, "symbol": finding.symbol},
    }


def _misfit(item: Unmatched, rules: Sequence[str]) -> dict[str, Any]:
    return {
        "ruleId": "unmatched",
        "ruleIndex": rules.index("unmatched"),
        "level": "error",
        "message": {"text": f"does not apply: {item.reason}"},
        "locations": [_location(item.path, 1)] if item.path else [],
    }


def _related(number: int, place: RelatedPlace) -> dict[str, Any]:
    message = {"message": {"text": place.message}} if place.message else {}
    return {"id": number, **_location(str(place.path), place.line), **message}


def _location(path: str, line: int, column: int | None = None) -> dict[str, Any]:
    region = {"startLine": line} if column is None else {"startLine": line, "startColumn": column}
    artifact = {"uri": quote(path, errors="surrogateescape"), "uriBaseId": "SRCROOT"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}
