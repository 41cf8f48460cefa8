"""``sightline graph impact``: who is affected when a symbol changes, or by a change of many files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.cli import reports
from sightline.cli.convert import coverage_json, symbol_json, unmatched_json
from sightline.cli.graph_answers import ask_each, limit_option, room_for, say_coverage, say_limit, symbols_called
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, read_input, root_option, runs_async
from sightline.engine.engine import Engine
from sightline.engine.gate import DiffSource
from sightline.engine.graph_questions import DiffImpact
from sightline.graph.coverage import joint_coverage
from sightline.graph.impact import MOST_IMPACTED, Impacted, impact_of


@click.command("impact")
@click.argument("name", required=False)
@root_option
@click.option("--diff", metavar="FILE", help="Of a unified diff, - for standard input, applied or not yet.")
@click.option("--base", metavar="REV", help="Of what the working tree changed since this git revision.")
@click.option("--staged", is_flag=True, help="Of what is staged in git.")
@click.option("--commits", metavar="A..B", help="Of what the commits of a range changed; A...B since B left A.")
@click.option("--depth", type=click.IntRange(1, 50), default=5, show_default=True, help="How many steps to follow.")
@limit_option
@json_option
@runs_async
async def impact(name: str | None, root: str, depth: int, limit: int | None, *, as_json: bool, **source: Any) -> int:
    """Print who is affected, directly or through others, when NAME changes, or by a change of many files."""
    changes = DiffSource(**source)
    if (name is not None) is (changes != DiffSource()):
        raise UsageError("Say what changes: NAME, or one of --diff FILE, --base REV, --commits A..B and --staged.")
    if changes.diff is not None:
        changes = replace(changes, diff=read_input(real_system(), changes.diff, "surrogateescape"))
    async with opened(root) as engine:
        if name is not None:
            return _of_symbol(engine, name, depth, limit, as_json=as_json)
        found = await engine.impact_of_diff(changes, depth)
    return _tell_diff(found, limit, as_json=as_json)


def _of_symbol(engine: Engine, name: str, depth: int, limit: int | None, *, as_json: bool) -> int:
    view = engine.view
    symbols = symbols_called(view, name)
    asked = ask_each(
        symbols,
        room_for(limit, as_json=as_json, usual=MOST_IMPACTED),
        lambda symbol, most: impact_of(view, symbol, depth=depth, limit=most),
        lambda answer: len(answer.impacted),
    )
    answers = asked.answers
    coverage = joint_coverage((answer.coverage for answer in answers), cut=asked.is_cut)
    shape = reports.ImpactJson(
        revision=view.revision,
        symbols=[symbol_json(view, symbol) for symbol in symbols],
        impacted=[_impacted(item) for answer in answers for item in answer.impacted],
        coverage=coverage_json(coverage),
    )
    if as_json:
        print_json(shape.model_dump())
        return 0
    _say_impacted(shape.impacted)
    say_limit(name, len(shape.impacted), asked.left, is_cut=any(answer.coverage.cut for answer in answers))
    say_coverage(coverage, nothing_found=not shape.impacted)
    return 0


def _tell_diff(found: DiffImpact, limit: int | None, *, as_json: bool) -> int:
    answer = found.answer
    affected = answer.affected[: limit or None]
    is_cut = len(affected) < len(answer.affected)
    coverage = joint_coverage([answer.coverage], cut=is_cut)
    shape = reports.DiffImpactJson(
        revision=answer.revision,
        changed=[
            reports.ChangedSymbolJson(path=str(each.path), name=each.name, line=each.line, kind=each.kind)
            for each in answer.changed
        ],
        impacted=[
            reports.AffectedJson(
                path=str(each.path),
                name=each.name,
                line=each.line,
                depth=each.depth,
                confidence=each.confidence.value,
                of=each.of,
                test=each.test,
            )
            for each in affected
        ],
        unmatched=unmatched_json(found.unmatched),
        coverage=coverage_json(coverage),
    )
    if as_json:
        print_json(shape.model_dump())
        return 0
    for item in shape.unmatched:
        say(f"{item.path}: does not apply: {item.reason}")
    for each in shape.changed:
        say(f"{each.path}:{each.line}: {each.kind}: {each.name or '(top of the file)'}")
    if not shape.changed:
        say("no definition changes")
    for title, tests in (("affected:", False), ("tests that reach it:", True)):
        group = [each for each in shape.impacted if each.test is tests]
        if group:
            say(title)
            _say_impacted(group)
    if shape.changed and not shape.impacted:
        say("nothing found that depends on it")
    say_limit("", len(affected), (), is_cut=is_cut)
    say_coverage(coverage, nothing_found=bool(shape.changed) and not shape.impacted)
    return 0


def _impacted(item: Impacted) -> reports.ImpactedJson:
    return reports.ImpactedJson(
        name=item.name, path=str(item.path), line=item.line, depth=item.depth, confidence=item.confidence.value
    )


def _say_impacted(found: list[reports.ImpactedJson] | list[reports.AffectedJson]) -> None:
    for item in found:
        say(f"{'  ' * item.depth}{item.path}:{item.line}: {item.name or '(file)'} ({item.confidence})")
    if not found:
        say("nothing found that depends on it")
