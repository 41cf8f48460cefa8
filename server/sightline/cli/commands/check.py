"""``sightline check``: judges a diff against the whole workspace, whoever made it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.base.words import counted
from sightline.checks.acceptance import Acceptance
from sightline.cli import reports
from sightline.cli.accepting import accept_option, acceptance_of
from sightline.cli.convert import accepted_json, check_json, unmatched_json
from sightline.cli.output import note, print_json, say
from sightline.cli.running_tests import tests_option, with_tests
from sightline.cli.sarif import sarif_log
from sightline.cli.workspace import json_option, opened, read_input, root_option, runs_async
from sightline.engine.gate import CheckedDiff, DiffSource
from sightline.features.narrate import finding_line, unjudged


@click.command("check")
@root_option
@click.option("--diff", metavar="FILE", help="A unified diff, - for standard input, applied or not yet.")
@click.option("--base", metavar="REV", help="What the working tree changed since this git revision.")
@click.option("--staged", is_flag=True, help="What is staged in git.")
@click.option("--commits", metavar="A..B", help="What the commits of a range changed; A...B since B left A.")
@click.option("--strict", is_flag=True, help="Possible findings reject too.")
@tests_option
@accept_option
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, which code hosts show beside the code.")
@json_option
@runs_async
async def command(
    root: str,
    accepted: tuple[tuple[str, str], ...],
    *,
    strict: bool,
    tests: bool,
    as_sarif: bool,
    as_json: bool,
    **source: Any,
) -> int:
    """Judge a change against the whole workspace: syntax, lint, imports, and what it breaks elsewhere.

    Only new findings are reported. Exit code 0 accepts, 1 rejects.
    """
    change = DiffSource(**source)
    if not change.is_one:
        raise UsageError("Say what to judge: one of --diff FILE, --base REV, --commits A..B or --staged.")
    if as_json and as_sarif:
        raise UsageError("Only one of --json and --sarif can be printed.")
    if change.diff is not None:
        change = replace(change, diff=read_input(real_system(), change.diff, "surrogateescape"))
    async with opened(root, with_tests(root) if tests else None) as engine:
        outcome = await engine.check(change, strict=strict, told=note)
    word = acceptance_of(accepted, outcome.report.findings)
    return _tell(outcome, word, strict=strict, as_json=as_json, as_sarif=as_sarif)


def _tell(outcome: CheckedDiff, word: Acceptance, *, strict: bool, as_json: bool, as_sarif: bool) -> int:
    report = outcome.report
    rejected = bool(outcome.unmatched) or not word.allows(report, strict=strict)
    in_spite_of = word.accepted(report.findings)
    if as_sarif:
        print_json(sarif_log(outcome, word))
    elif as_json:
        shape = check_json(report).model_copy(
            update={
                "verdict": "reject" if rejected else "accept",
                "accepted": accepted_json(in_spite_of),
                "unmatched": unmatched_json(outcome.unmatched),
                "applied": outcome.applied,
                "already": [str(path) for path in outcome.already],
            }
        )
        print_json(reports.CheckJson.model_validate(shape).model_dump())
    else:
        if outcome.applied:
            note("The tree has this diff already: judged against what it was without it.")
        for path in outcome.already:
            note(f"{path}: the tree has this change already: not judged")
        for item in outcome.unmatched:
            say(f"{item.path}: does not apply: {item.reason}" if item.path else item.reason)
        for finding in report.findings:
            say(finding_line(finding))
            for place in finding.related:
                say(f"    {place.path}:{place.line}: {place.message}")
            for line in finding.detail.splitlines():
                say(f"    | {line}")
        for each in in_spite_of:
            say(f"{each.path}:{each.line}: accepted: {each.reason}")
        for skipped in report.skipped:
            say(f"not checked: {skipped.check} ({skipped.reason})")
        for told in report.notes:
            say(told)
        seconds = sum(report.seconds.values())
        gap = "" if rejected else unjudged(report)
        verdict = "rejected" if rejected else "accepted"
        say(f"{verdict} in {seconds:.2f} s, {counted(len(report.findings), 'finding')}" + (f"; {gap}" if gap else ""))
    return 1 if rejected else 0
