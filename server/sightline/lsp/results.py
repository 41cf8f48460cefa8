"""What commands answer, as JSON for clients (docs/reference/protocol.md). Keys are camelCase, as in the protocol."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Finding
from sightline.context.report import chain_report
from sightline.engine.engine import PreparedEdit
from sightline.features.feature import FeatureResult
from sightline.lsp.apply import file_json, place_json
from sightline.lsp.session import Session
from sightline.models.messages import Usage
from sightline.models.questions import Answered
from sightline.prompts.build import ManifestEntry
from sightline.sessions.hunks import Hunk
from sightline.sessions.journal import JournalEntry
from sightline.tasks.result import Attempt, NeedsRound, TurnResult


def feature_json(session: Session, result: FeatureResult) -> dict[str, Any]:
    """The answer of a command. ``turn`` names it from now on; ``outcome`` is null if no model ran."""
    return {
        "command": result.command,
        "turn": result.turn_id,
        "revision": result.revision,
        "text": result.text,
        "places": [
            {**place_json(session, place.path), "line": place.line, "label": place.label} for place in result.places
        ],
        "data": result.data,
        "outcome": _turn_json(session, result.turn) if result.turn is not None else None,
    }


def preview_json(session: Session, prepared: PreparedEdit) -> dict[str, Any]:
    """A prepared edit with whole texts, for a client's own diff view. A text is null where there is no file."""
    return {
        "turn": prepared.turn,
        "label": prepared.label,
        "rebased": prepared.rebased,
        "conflicts": list(prepared.conflicts),
        "files": [
            {
                **file_json(session, file),
                "before": None if file.before is None else str(file.before),
                "after": None if file.after is None else str(file.after),
            }
            for file in prepared.files
        ],
    }


def _turn_json(session: Session, turn: TurnResult) -> dict[str, Any]:
    report = turn.report
    return {
        "verdict": turn.verdict.value,
        "revision": turn.revision,
        "model": turn.model,
        "answered": answered_json(turn.answered) if turn.answered is not None else None,
        "text": turn.text,
        "diff": turn.diff,
        "changes": [place_json(session, path) for path in _touched(turn)],
        "findings": [_finding_json(session, finding) for finding in (report.findings if report else ())],
        "fixed": list(report.fixed) if report else [],
        "mended": list(turn.mended),
        "stopped": turn.stopped,
        "skipped": [{"check": item.check, "reason": item.reason} for item in (report.skipped if report else ())],
        "notes": list(report.notes) if report else [],
        "attempts": [_attempt_json(session, attempt) for attempt in turn.attempts],
        "promptTokens": turn.prompt.tokens,
        "conversation": turn.conversation.name if turn.conversation is not None else "",
        "needs": [_needs_json(each) for each in turn.needs],
        "manifest": [_span_json(entry) for entry in turn.prompt.manifest],
    }


def _needs_json(needs: NeedsRound) -> dict[str, Any]:
    """A reply that asked for more code."""
    return {
        "answers": [{"name": name, "answer": answer} for name, answer in needs.answers],
        "tokens": needs.tokens,
        "usage": _usage_json(needs.attempt.usage),
        "seconds": needs.attempt.seconds,
    }


def _span_json(entry: ManifestEntry) -> dict[str, Any]:
    """One piece of code in a prompt."""
    return {
        "path": entry.path,
        "name": entry.name,
        "startLine": entry.start_line,
        "endLine": entry.end_line,
        "form": entry.form,
        "tokens": entry.tokens,
        "reasons": list(entry.reasons),
        "chain": chain_report(entry.chain),
        "digest": entry.digest,
        "version": entry.version,
        "message": entry.message,
    }


def answered_json(answered: Answered) -> dict[str, Any]:
    """Which model answered and why, and who did not."""
    return {
        "name": answered.name,
        "model": answered.model,
        "where": answered.where,
        "reason": answered.reason,
        "passed": [{"name": each.name, "reason": each.reason} for each in answered.passed],
        "leftOut": [{"name": each.name, "reason": each.reason} for each in answered.left_out],
    }


def _touched(turn: TurnResult) -> list[WorkspacePath]:
    return sorted({*turn.changes.paths_before, *turn.changes.paths_after})


def _attempt_json(session: Session, attempt: Attempt) -> dict[str, Any]:
    findings = attempt.report.findings if attempt.report else ()
    return {
        "findings": [_finding_json(session, finding) for finding in findings],
        "located": [
            {**place_json(session, place.path), "line": place.line, "how": str(place)} for place in attempt.located
        ],
        "unmatched": [{"path": item.path, "reason": item.reason} for item in attempt.unmatched],
        "problems": list(attempt.problems),
        "usage": _usage_json(attempt.usage),
        "seconds": attempt.seconds,
    }


def _finding_json(session: Session, finding: Finding) -> dict[str, Any]:
    return {
        **place_json(session, finding.path),
        "id": finding.id,
        "check": finding.check,
        "certainty": finding.certainty.value,
        "severity": finding.severity.value,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "detail": finding.detail,
        "related": [
            {**place_json(session, place.path), "line": place.line, "message": place.message}
            for place in finding.related
        ],
    }


def _usage_json(usage: Usage) -> dict[str, int | None]:
    return {
        "promptTokens": usage.prompt_tokens,
        "cachedTokens": usage.cached_tokens,
        "outputTokens": usage.output_tokens,
        "reasoningTokens": usage.reasoning_tokens,
    }


def entry_json(entry: JournalEntry) -> dict[str, Any]:
    """One applied edit of the journal."""
    accepted = [asdict(each) for each in entry.accepted]
    return {"turn": entry.turn, "label": entry.label, "made": entry.made, "undone": entry.undone, "accepted": accepted}


def hunk_json(session: Session, hunk: Hunk) -> dict[str, Any]:
    """One change of an applied edit."""
    return {
        "number": hunk.number,
        **place_json(session, hunk.path),
        "kind": hunk.kind,
        "line": hunk.line,
        "removed": hunk.removed,
        "added": hunk.added,
    }
