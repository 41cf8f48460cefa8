"""``sightline stats``: what models were asked, what it took and what it cost."""

from __future__ import annotations

import click

from sightline.base.database import translated
from sightline.base.errors import SightlineError
from sightline.base.system import real_system
from sightline.base.words import counted
from sightline.cli import setup_reports
from sightline.cli.output import note, print_json, say
from sightline.cli.workspace import json_option
from sightline.config.locations import locations
from sightline.engine.model_stores import open_ledger
from sightline.models.accounting import Row, Spent, prometheus

_DAY = 86_400.0


@click.command("stats")
@click.option("--days", type=click.IntRange(1), help="Count the last DAYS days alone.")
@click.option("--prometheus", "as_prometheus", is_flag=True, help="Print counters in Prometheus' text format.")
@json_option
def command(days: int | None, *, as_prometheus: bool, as_json: bool) -> int:
    """Say what models were asked: requests, tokens, times, what came of them, and what they cost.

    Kept on this machine and sent nowhere; of all workspaces, for 400 days.
    """
    system = real_system()
    since = 0.0 if days is None else system.clock.now() - days * _DAY
    ledger = open_ledger(system, locations(system))
    if ledger is None:  # the log said why; counters of zero would say that nothing was asked
        raise SightlineError("The record of what models were asked cannot be read.", kind="database")
    try:
        with translated("The record of what models were asked"):
            rows, spent = ledger.rows(since), ledger.spent(since=since)
    finally:
        ledger.close()
    if as_prometheus:
        click.echo(prometheus(rows), nl=False)
    elif as_json:
        shape = setup_reports.StatsJson(
            since=since, models=[_usage(row) for row in rows], cost=spent.dollars, unknown_cost=spent.unknown
        )
        print_json(shape.model_dump())
    else:
        _tell(rows, spent)
    return 0


def _tell(rows: tuple[Row, ...], spent: Spent) -> None:
    if not rows:
        note("No model has been asked yet.")
        return
    for row in rows:
        verdicts = ", ".join(f"{count} {verdict or 'unjudged'}" for verdict, count in row.verdicts.items())
        say(f"{row.model}  {row.task}: {counted(row.requests, 'request')} ({verdicts})")
        told = [f"{row.prompt_tokens:,} tokens read", f"{row.output_tokens:,} written"]
        if row.cache_share:
            told.append(f"{row.cache_share:.0%} of the prompts from the server's cache")
        if row.hit_rate:
            told.append(f"{row.hit_rate:.0%} of the requests answered again from before")
        if row.swap_seconds is not None:
            told.append(f"loaded {counted(row.loads, 'time')}, {row.swap_seconds:.1f} s each")
        if row.first_token_seconds is not None:
            told.append(f"first token after {row.first_token_seconds:.1f} s")
        if row.tokens_per_second is not None:
            told.append(f"{row.tokens_per_second:.0f} tokens/s")
        say(f"    {', '.join(told)}; {_dollars(row.spent)}")
    say(f"In all: {_dollars(spent)}")


def _dollars(spent: Spent) -> str:
    unknown = f"the cost of {counted(spent.unknown, 'request')} is not known" if spent.unknown else ""
    if spent.unknown and not spent.dollars:
        return unknown
    return f"${spent.dollars:.4f}" + (f", and {unknown}" if unknown else "")


def _usage(row: Row) -> setup_reports.UsageJson:
    return setup_reports.UsageJson(
        model=row.model,
        task=row.task,
        requests=row.requests,
        verdicts=row.verdicts,
        success=row.success,
        prompt_tokens=row.prompt_tokens,
        cached_tokens=row.cached_tokens,
        output_tokens=row.output_tokens,
        reasoning_tokens=row.reasoning_tokens,
        context_efficiency=row.context_efficiency,
        cache_share=row.cache_share,
        load_seconds=row.load_seconds,
        first_token_seconds=row.first_token_seconds,
        total_seconds=row.total_seconds,
        tokens_per_second=row.tokens_per_second,
        cost=row.spent.dollars,
        unknown_cost=row.spent.unknown,
        hit_rate=row.hit_rate,
        loads=row.loads,
        swap_seconds=row.swap_seconds,
    )
