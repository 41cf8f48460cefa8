"""From the values of the rooms below to the JSON shapes of ``reports.py``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sightline.base.changes import ChangeSet
from sightline.base.errors import SightlineError
from sightline.base.redact import redact
from sightline.checks.acceptance import AcceptedFinding
from sightline.checks.check import CheckReport, Finding, SkippedCheck
from sightline.cli import edit_reports, reports
from sightline.edits.proposal import Placement, Unmatched
from sightline.graph.answers import Coverage, Edge, Place, Symbol
from sightline.graph.view import GraphView
from sightline.models.messages import Usage
from sightline.models.questions import Answered
from sightline.models.routing import Candidate
from sightline.tasks.result import Attempt, NeedsRound, TurnResult


def coverage_json(coverage: Coverage) -> reports.CoverageJson:
    """How complete an answer is."""
    return reports.CoverageJson(
        complete=coverage.complete,
        unparsed=coverage.unparsed,
        dynamic=coverage.dynamic,
        ambiguous=coverage.ambiguous,
        cut=coverage.cut,
        unvisited=coverage.unvisited,
        unparsed_files=[str(path) for path in coverage.unparsed_files],
    )


def edges_json(edges: Iterable[Edge]) -> list[reports.EdgeJson]:
    """File edges."""
    return [
        reports.EdgeJson(
            source=str(edge.source),
            target=str(edge.target),
            kind=edge.kind.value,
            line=edge.line,
            confidence=edge.confidence.value,
        )
        for edge in edges
    ]


def symbol_json(view: GraphView, symbol: Symbol) -> reports.SymbolJson:
    """A definition with the line of its name."""
    text = view.workspace.read(symbol.path).text
    return reports.SymbolJson(
        name=symbol.qualified_name,
        kind=symbol.definition.kind.value,
        path=str(symbol.path),
        line=text.line_of(symbol.definition.name_span.start) + 1,
    )


def places_json(places: Iterable[Place]) -> list[reports.PlaceJson]:
    """Uses of a symbol."""
    return [
        reports.PlaceJson(
            path=str(place.path),
            line=place.line,
            column=place.column,
            kind=place.kind.value,
            confidence=place.confidence.value,
            enclosing=place.enclosing,
        )
        for place in places
    ]


def accepted_json(accepted: Iterable[AcceptedFinding]) -> list[reports.AcceptedJson]:
    """Findings that somebody accepted."""
    return [reports.AcceptedJson(**asdict(each)) for each in accepted]


def findings_json(findings: Iterable[Finding]) -> list[reports.FindingJson]:
    """Findings, in their own order."""
    return [
        reports.FindingJson(
            id=finding.id,
            check=finding.check,
            certainty=finding.certainty.value,
            path=str(finding.path),
            line=finding.line,
            column=finding.column,
            severity=finding.severity.value,
            message=finding.message,
            detail=finding.detail,
            related=[
                reports.RelatedJson(path=str(place.path), line=place.line, message=place.message)
                for place in finding.related
            ],
        )
        for finding in findings
    ]


def skipped_json(skipped: Iterable[SkippedCheck]) -> list[reports.SkippedJson]:
    """Checks that did not run."""
    return [reports.SkippedJson(check=item.check, reason=item.reason) for item in skipped]


def unmatched_json(unmatched: Iterable[Unmatched], problems: Iterable[str] = ()) -> list[reports.UnmatchedJson]:
    """Edits that could not be placed, and unreadable parts of a reply."""
    return [
        *(reports.UnmatchedJson(path=item.path, reason=item.reason) for item in unmatched),
        *(reports.UnmatchedJson(path="", reason=problem) for problem in problems),
    ]


def located_json(located: Iterable[Placement]) -> list[reports.PlacedJson]:
    """How edits were placed."""
    return [reports.PlacedJson(path=str(place.path), line=place.line, how=str(place)) for place in located]


def changes_json(changes: ChangeSet) -> list[reports.ChangeJson]:
    """Files that a change set touches, sorted by path."""
    hunks = {edit.path: len(edit.edits) for edit in changes.edits}
    moved = {rename.old for rename in changes.renames}
    rows = [
        *((path, "edit", count) for path, count in hunks.items() if path not in moved),
        *((create.path, "create", 1) for create in changes.creates),
        *((path, "delete", 1) for path in changes.deletes),
        *((rename.new, "rename", hunks.get(rename.old, 0)) for rename in changes.renames),
    ]
    return [reports.ChangeJson(path=str(path), kind=kind, hunks=count) for path, kind, count in sorted(rows)]


def check_json(report: CheckReport) -> reports.CheckJson:
    """A check report."""
    return reports.CheckJson(
        verdict=report.verdict.value,
        revision=report.revision,
        findings=findings_json(report.findings),
        fixed=list(report.fixed),
        skipped=skipped_json(report.skipped),
        seconds={**report.seconds, "total": sum(report.seconds.values())},
        notes=list(report.notes),
    )


def usage_json(usage: Usage) -> edit_reports.UsageJson:
    """Token counts."""
    return edit_reports.UsageJson(
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
    )


def attempt_json(attempt: Attempt) -> edit_reports.AttemptJson:
    """One reply of a turn."""
    return edit_reports.AttemptJson(
        reply=attempt.reply,
        located=located_json(attempt.located),
        unmatched=unmatched_json(attempt.unmatched, attempt.problems),
        findings=findings_json(attempt.report.findings if attempt.report else ()),
        usage=usage_json(attempt.usage),
        seconds=attempt.seconds,
        reused=attempt.reused,
    )


def total_usage(attempts: Iterable[Attempt]) -> Usage:
    """Sum over attempts; a count that one of them did not tell is unknown in the sum."""
    usages = [attempt.usage for attempt in attempts]

    def total(values: list[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None

    return Usage(
        prompt_tokens=total([usage.prompt_tokens for usage in usages]),
        cached_tokens=total([usage.cached_tokens for usage in usages]),
        output_tokens=total([usage.output_tokens for usage in usages]),
        reasoning_tokens=total([usage.reasoning_tokens for usage in usages]),
    )


def error_json(error: SightlineError) -> reports.ErrorBody:
    """An error beside a result that it does not take away."""
    return reports.ErrorBody(kind=error.kind, message=redact(error.message), hint=redact(error.hint))


def ask_json(
    result: TurnResult,
    task_type: str,
    unconfirmed: list[edit_reports.ConfirmJson],
    *,
    applied: bool,
    failure: SightlineError | None = None,
) -> edit_reports.AskJson:
    """The outcome of a turn; ``failure`` is why its edit could not be written."""
    report = result.report
    return edit_reports.AskJson(
        verdict=result.verdict.value,
        applied=applied,
        revision=result.revision,
        model=result.model,
        task_type=task_type,
        text=result.text,
        attempts=[attempt_json(attempt) for attempt in result.attempts],
        changes=changes_json(result.changes),
        findings=findings_json(report.findings if report else ()),
        skipped=skipped_json(report.skipped if report else ()),
        notes=list(report.notes) if report else [],
        diff=result.diff,
        unconfirmed=unconfirmed,
        mended=list(result.mended),
        stopped=result.stopped,
        error=error_json(failure) if failure is not None else None,
        prompt_tokens=result.prompt.tokens,
        usage=usage_json(total_usage([*(each.attempt for each in result.needs), *result.attempts])),
        answered=answered_json(result.answered) if result.answered is not None else None,
        conversation=result.conversation.name if result.conversation is not None else "",
        needs=[needs_json(each) for each in result.needs],
    )


def needs_json(needs: NeedsRound) -> edit_reports.NeedsJson:
    """A reply that asked for more code."""
    return edit_reports.NeedsJson(
        reply=needs.attempt.reply,
        answers=[edit_reports.NeedsAnswerJson(name=name, answer=answer) for name, answer in needs.answers],
        tokens=needs.tokens,
        usage=usage_json(needs.attempt.usage),
        seconds=needs.attempt.seconds,
    )


def answered_json(answered: Answered) -> edit_reports.AnsweredJson:
    """Which model answered and why."""

    def rows(candidates: tuple[Candidate, ...]) -> list[edit_reports.PassedJson]:
        return [edit_reports.PassedJson(name=each.name, reason=each.reason) for each in candidates]

    return edit_reports.AnsweredJson(
        name=answered.name,
        model=answered.model,
        where=answered.where,
        reason=answered.reason,
        passed=rows(answered.passed),
        left_out=rows(answered.left_out),
    )
