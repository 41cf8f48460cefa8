"""Tells a person, in Markdown, what came of a turn: what was shown, what was checked, at which revision."""

from __future__ import annotations

from sightline.checks.check import CheckReport, Finding, Verdict
from sightline.models.questions import Answered
from sightline.models.routing import Why
from sightline.prompts.build import one_line
from sightline.tasks.result import TurnResult, TurnVerdict

_MOST_FINDINGS = 20


def narrate_turn(result: TurnResult) -> str:
    """The reply's prose is not repeated (it was streamed); an answer without edits is given whole."""
    if result.verdict is TurnVerdict.ANSWERED:
        last = result.attempts[-1]
        said = [*last.problems, *([last.reused] if last.reused else [])]
        if result.answered is not None and not is_plain(result.answered):
            said.append(answered_by(result.answered))
        return "\n\n".join((result.text, *(f"_{sentence}_" for sentence in said)))
    parts = [_headline(result)]
    if result.report is not None:
        parts.append(_findings(result.report))
    last = result.attempts[-1] if result.attempts else None
    if last is not None and result.verdict is not TurnVerdict.ACCEPTED:
        parts += [f"- `{item.path}`: {item.reason}" for item in last.unmatched]
        parts += [f"- {problem}" for problem in last.problems]
    parts.append("\n".join(f"- mended: {each}" for each in result.mended))
    parts += [result.stopped, _provenance(result)]
    return "\n\n".join(part for part in parts if part)


def finding_line(finding: Finding) -> str:
    """One finding as one line: ``path:line: message (certain, breakage)``."""
    return f"{finding.path}:{finding.line}: {finding.message} ({finding.certainty.value}, {finding.check})"


def unjudged(report: CheckReport | None) -> str:
    """Which checks said nothing of an edit that was accepted, as a part of a sentence, "" if all did.

    It belongs where the verdict is told: who asked for a check must not take its absence for a pass.
    """
    if report is None or report.verdict is not Verdict.ACCEPT:
        return ""
    names = dict.fromkeys(skipped.check for skipped in report.skipped)
    return f"not judged in full by: {', '.join(names)}" if names else ""


def _headline(result: TurnResult) -> str:
    files = len(set(result.changes.paths_before) | set(result.changes.paths_after))
    rounds = len(result.attempts) - 1
    repaired = f" after {rounds} repair round{'s' if rounds != 1 else ''}" if rounds else ""
    match result.verdict:
        case TurnVerdict.ACCEPTED:
            gap = f" **It was {missing}.**" if (missing := unjudged(result.report)) else ""
            return f"**Edit ready**{repaired}: {files} file{'s' if files != 1 else ''}. Nothing is written yet.{gap}"
        case TurnVerdict.REJECTED:
            return f"**Edit refused**{repaired}. No file was changed."
        case _:
            return "**No edit came of this.** The reply held no edit that could be applied."


def _findings(report: CheckReport) -> str:
    lines = [f"- {finding_line(finding)}" for finding in report.findings[:_MOST_FINDINGS]]
    if len(report.findings) > _MOST_FINDINGS:
        lines.append(f"- … and {len(report.findings) - _MOST_FINDINGS} more")
    lines += [f"- not checked: {skipped.check} ({skipped.reason})" for skipped in report.skipped]
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines)


def _provenance(result: TurnResult) -> str:
    files = {entry.path for entry in result.prompt.manifest}
    checked = ", ".join(result.report.seconds) if result.report else "nothing"
    parts = [
        f"Prompt: {result.prompt.tokens} tokens from {len(files)} files." if result.prompt.messages else "",
        f"Checked: {checked}. Revision {result.revision}.",
        answered_by(result.answered) if result.answered else "",
    ]
    return f"_{' '.join(part for part in parts if part)}_"


def is_plain(answered: Answered) -> bool:
    """Whether the user's own model answered, as it always does where nothing else was said of it."""
    return answered.why is Why.PRIMARY and not answered.passed


def answered_by(answered: Answered) -> str:
    """Which model answered, where it runs and why it was this one, and who could not."""
    own = f"{answered.name}, " if answered.name != answered.model else ""
    passed = "".join(f" {each.name} could not: {one_line(each.reason)}" for each in answered.passed)
    return f"Model: {answered.model} ({own}{answered.where}), because {answered.reason}.{passed}"
