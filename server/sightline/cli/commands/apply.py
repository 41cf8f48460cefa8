"""``sightline apply``: tries, checks and applies a model's reply, for example one pasted from a web chat."""

from __future__ import annotations

import uuid

import click

from sightline.base.errors import UsageError
from sightline.base.redact import redact
from sightline.base.system import real_system
from sightline.checks.acceptance import Acceptance
from sightline.cli import edit_reports
from sightline.cli.accepting import accept_option, acceptance_of
from sightline.cli.confirming import (
    NONE,
    Unconfirmed,
    asked,
    confirm_option,
    tell_unconfirmed,
    unconfirmed,
    unconfirmed_json,
)
from sightline.cli.convert import (
    accepted_json,
    changes_json,
    findings_json,
    located_json,
    skipped_json,
    unmatched_json,
)
from sightline.cli.output import note, print_json, say
from sightline.cli.pasteboard import copied, pasted
from sightline.cli.running_tests import tests_option, with_tests
from sightline.cli.workspace import json_option, opened, read_input, resolve_root, root_option, runs_async
from sightline.context.asked import Asked
from sightline.edits.proposal import Located
from sightline.edits.registry import format_names
from sightline.features.narrate import finding_line, unjudged
from sightline.prompts.build import one_line
from sightline.prompts.needs import answer_text
from sightline.tasks.trial import Trial


@click.command("apply")
@click.argument("file", metavar="FILE|-", default="")
@click.option("--paste", is_flag=True, help="Read the reply from the clipboard.")
@root_option
@click.option(
    "--format",
    "edit_format",
    type=click.Choice(["auto", *format_names()]),
    default="auto",
    show_default=True,
    help="The format of the edits.",
)
@click.option("--dry-run", is_flag=True, help="Judge only; write nothing.")
@click.option("--strict", is_flag=True, help="Possible findings reject too.")
@tests_option
@accept_option
@confirm_option
@json_option
@runs_async
async def command(  # noqa: PLR0913  one for each option
    file: str,
    root: str,
    edit_format: str,
    accepted: tuple[tuple[str, str], ...],
    confirmed: tuple[str, ...],
    *,
    paste: bool,
    dry_run: bool,
    strict: bool,
    tests: bool,
    as_json: bool,
) -> int:
    """Try, check and apply a model's reply. Nothing is written unless every part fits and no check rejects it.

    Files that something runs later (hooks, workflows, package scripts, settings), and files that are there although the
    reply makes them anew, are edited at your word only: on a terminal you are asked, elsewhere you name them with
    --confirm.
    """
    if bool(file) == paste:
        raise UsageError("Name a file, - for standard input, or --paste for the clipboard: one of them.")
    text = pasted(real_system(), resolve_root(real_system(), root)) if paste else read_input(real_system(), file)
    async with opened(root, with_tests(root) if tests else None) as engine:
        outcome = await engine.try_text(text, edit_format, strict=strict)
        diff = engine.diff_of(outcome.changes)  # before anything is written: closed files are read from disk
        report = outcome.report
        findings = report.findings if report else ()
        word = acceptance_of(accepted, findings)
        whole = not outcome.unmatched and not outcome.problems
        needed = None if outcome.has_edits else await engine.answer_needs(text)
        wanted = whole and report is not None and word.allows(report, strict=strict)
        if not as_json:
            _tell(outcome, diff, word, asks=needed is not None)
        waiting = unconfirmed(engine, outcome.changes, confirmed, outcome.replaced) if wanted else NONE
        if not dry_run and not as_json:
            waiting = asked(waiting)
        applied = wanted and not dry_run and not waiting and not outcome.changes.is_empty
        if applied:
            await engine.write(uuid.uuid4().hex[:12], "apply", outcome.changes, word.accepted(findings))
    ok = wanted or (whole and bool(outcome.already))
    if as_json:
        shape = _shape(outcome, diff, word, waiting, needed, ok=ok, applied=applied)
        print_json(shape.model_dump())
    elif waiting and not dry_run:
        tell_unconfirmed(waiting)
    elif outcome.has_edits:
        already = ok and outcome.changes.is_empty
        did = "applied" if applied else "accepted, nothing written" if ok else "refused, nothing written"
        gap = unjudged(report) if ok and not already else ""
        note("Already so: nothing to change." if already else f"{did}; {gap}" if gap else did)
    elif needed is not None:
        _answer(needed, engine.roots[0], copies=paste and not dry_run)
    elif "```" in text:
        note("Code in a fence is an edit only with the path of its file on the line above the fence.")
    return 0 if ok and (dry_run or not waiting) else 1


def _answer(needed: Asked, root: str, *, copies: bool) -> None:
    """Gives the code that a reply asks for, as the next message of the chat that it came from."""
    note("The reply holds no edit: it asks for more code.")
    for name, answer in needed.answers:
        note(f"  {one_line(redact(name))}: {one_line(redact(answer))}")
    text = answer_text(needed)
    if copies and copied(real_system(), root, text, "The answer is on standard output."):
        return
    say(text.rstrip("\n"))
    note("Paste the code above into the same chat; its next reply goes to `sightline apply` again.")


def _shape(  # noqa: PLR0913  what the report is made of
    outcome: Trial,
    diff: str,
    word: Acceptance,
    waiting: Unconfirmed,
    needed: Asked | None,
    *,
    ok: bool,
    applied: bool,
) -> edit_reports.ApplyJson:
    report = outcome.report
    findings = report.findings if report else ()
    return edit_reports.ApplyJson(
        verdict="accept" if ok else "reject",
        applied=applied,
        revision=outcome.before.revision,
        changes=changes_json(outcome.changes),
        located=located_json(outcome.located),
        unmatched=unmatched_json(outcome.unmatched, outcome.problems),
        findings=findings_json(findings),
        accepted=accepted_json(word.accepted(findings)),
        unconfirmed=unconfirmed_json(waiting),
        skipped=skipped_json(report.skipped if report else ()),
        notes=list(report.notes) if report else [],
        diff=diff,
        needs=[edit_reports.NeedsAnswerJson(name=name, answer=answer) for name, answer in needed.answers]
        if needed
        else [],
        answer=answer_text(needed) if needed else "",
    )


def _tell(outcome: Trial, diff: str, word: Acceptance, *, asks: bool) -> None:
    """What the edit is and what was found, before anything is written."""
    if diff:
        say(diff.rstrip("\n"))
    for place in outcome.located:
        if place.how not in (Located.EXACT, Located.WHOLE):
            note(f"{place.path}:{place.line}: found by {place}")
    for item in outcome.unmatched:
        note(f"{item.path}: {item.reason}")
        if item.nearest:
            note(f"  nearest lines:\n{item.nearest}")
    for problem in outcome.problems:
        note(problem)
    findings = outcome.report.findings if outcome.report else ()
    for finding in findings:
        note(finding_line(finding))
        for line in finding.detail.splitlines():
            note(f"    | {line}")
    for each in word.accepted(findings):
        note(f"{each.path}:{each.line}: accepted: {each.reason}")
    if outcome.report is not None:
        for skipped in outcome.report.skipped:
            note(f"not checked: {skipped.check} ({skipped.reason})")
        for told in outcome.report.notes:
            note(told)
    if not outcome.has_edits and not asks:
        note("No edit was found in the text. Edits look like the blocks that `sightline prompt` asks for.")
