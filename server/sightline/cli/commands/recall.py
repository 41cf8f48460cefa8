"""``sightline recall``: what was said before in a workspace about something."""

from __future__ import annotations

import click

from sightline.base.system import real_system
from sightline.cli import history_reports
from sightline.cli.output import moment, note, print_json, say
from sightline.cli.workspace import json_option, kept_conversations, root_option
from sightline.prompts.build import one_line
from sightline.sessions.recall import MOST_TURNS, find_turns


@click.command("recall")
@click.argument("words", nargs=-1, required=True)
@root_option
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Most to list.")
@json_option
def command(words: tuple[str, ...], root: str, limit: int, *, as_json: bool) -> int:
    """Find what was asked and answered before about WORDS, the best match first.

    Any of the words will do, in any form ("renaming" finds "renamed"). Asks no model.
    """
    store = kept_conversations(real_system(), root)
    try:
        said = store.said(MOST_TURNS)
    finally:
        store.close()
    found = find_turns(" ".join(words), said, limit)
    if as_json:
        rows = [
            history_reports.RecalledTurnJson(
                conversation=each.said.conversation,
                turn=each.said.turn,
                made=each.said.made,
                task=each.said.task,
                excerpt=each.excerpt,
                verdict=each.said.verdict,
            )
            for each in found
        ]
        print_json(history_reports.RecallJson(turns=rows, searched=len(said)).model_dump())
        return 0
    for each in found:
        turn = each.said
        say(f"{turn.conversation}  {moment(turn.made)}  {turn.verdict}  {one_line(turn.task)[:80]}")
        say(f"    {each.excerpt}")
    if not found:
        note(f"Nothing of that was said in the last {len(said)} turns that are kept.")
    return 0
