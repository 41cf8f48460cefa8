"""What ``undo`` and ``redo`` have in common."""

from __future__ import annotations

import click

from sightline.checks.check import Finding
from sightline.cli import confirming, history_reports
from sightline.cli.confirming import asked, tell_unconfirmed, unconfirmed, unconfirmed_json
from sightline.cli.convert import changes_json, findings_json
from sightline.cli.output import note, print_json, say
from sightline.engine.engine import Engine
from sightline.engine.prepared import PreparedEdit
from sightline.features.narrate import finding_line
from sightline.prompts.build import one_line

anyway_option = click.option("--anyway", is_flag=True, help="Write it whatever it breaks by now.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")


async def write_and_tell(
    engine: Engine, prepared: PreparedEdit, confirmed: tuple[str, ...], *, anyway: bool, dry_run: bool, as_json: bool
) -> int:
    """Writes the edit, all or nothing, and tells what it is.

    Not if it is only to be shown, if a file of it wants a word, or if it breaks what was written since and nobody says
    that it shall be done all the same.
    """
    diff = engine.diff_of(prepared.changes)  # before anything is written: closed files are read from disk
    if not as_json:
        say(diff.rstrip("\n"))
    findings = await engine.broken_by(prepared)
    waiting = unconfirmed(engine, prepared.changes, confirmed)
    if not as_json:
        for finding in findings:
            note(finding_line(finding))
    agreed = anyway or not findings
    if not dry_run and not as_json:
        agreed = agreed or _asked(findings)
        waiting = asked(waiting) if agreed else waiting
    applied = not dry_run and not waiting and agreed
    if applied:
        await engine.write_prepared(prepared)
    if as_json:
        shape = history_reports.TakenBackJson(
            label=prepared.label,
            applied=applied,
            rebased=prepared.rebased,
            changes=changes_json(prepared.changes),
            unconfirmed=unconfirmed_json(waiting),
            findings=findings_json(findings),
            diff=diff,
        )
        print_json(shape.model_dump())
    elif not agreed and not dry_run:
        note("this would break what was written since, nothing written. Say --anyway to do it all the same")
    elif waiting and not dry_run:
        tell_unconfirmed(waiting)
    else:
        note(f"{one_line(prepared.label)}: {'done' if applied else 'nothing written'}")
    return 0 if dry_run or applied else 1


def _asked(findings: tuple[Finding, ...]) -> bool:
    question = f"This breaks {len(findings)} places that were written since. Do it anyway?"
    return confirming.on_terminal() and click.confirm(question, default=False)
