"""``sightline check``: judges a diff against the whole workspace, whoever made it."""

from __future__ import annotations

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.checks.check import Verdict
from sightline.cli import reports
from sightline.cli.convert import check_json, unmatched_json
from sightline.cli.output import note, print_json, say
from sightline.cli.workspace import json_option, opened, read_input, root_option, runs_async
from sightline.engine.gate import CheckedDiff
from sightline.features.narrate import finding_line


@click.command("check")
@root_option
@click.option("--diff", metavar="FILE", help="A unified diff, - for standard input, applied or not yet.")
@click.option("--base", metavar="REV", help="What the working tree changed since this git revision.")
@click.option("--staged", is_flag=True, help="What is staged in git.")
@click.option("--strict", is_flag=True, help="Possible findings reject too.")
@json_option
@runs_async
async def command(root: str, diff: str | None, base: str | None, *, staged: bool, strict: bool, as_json: bool) -> int:
    """Judge a diff against the whole workspace: syntax, lint, imports, and what it breaks elsewhere.

    Only new findings are reported. Exit code 0 accepts, 1 rejects.
    """
    if sum((diff is not None, base is not None, staged)) != 1:
        raise UsageError("Say what to judge: one of --diff FILE, --base REV or --staged.")
    text = read_input(real_system(), diff) if diff is not None else None
    async with opened(root) as engine:
        if text is not None:
            outcome = await engine.check_diff(text, strict=strict)
        elif base is not None:
            outcome = await engine.check_since(base, strict=strict)
        else:
            outcome = await engine.check_staged(strict=strict)
    return _tell(outcome, as_json=as_json)


def _tell(outcome: CheckedDiff, *, as_json: bool) -> int:
    report = outcome.report
    rejected = report.verdict is Verdict.REJECT or bool(outcome.unmatched)
    if as_json:
        shape = check_json(report).model_copy(
            update={
                "verdict": "reject" if rejected else "accept",
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
        for skipped in report.skipped:
            say(f"not checked: {skipped.check} ({skipped.reason})")
        seconds = sum(report.seconds.values())
        say(f"{'rejected' if rejected else 'accepted'} in {seconds:.2f} s, {len(report.findings)} findings")
    return 1 if rejected else 0
