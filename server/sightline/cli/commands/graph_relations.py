"""``sightline graph callers`` and its siblings: what stands in some relation to a symbol, or to the whole graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import click

from sightline.cli import reports
from sightline.cli.convert import coverage_json, symbol_json
from sightline.cli.graph_answers import ask_each, limit_option, room_for, say_coverage, say_limit, symbols_called
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async
from sightline.graph import walks
from sightline.graph.answers import Coverage
from sightline.graph.coverage import joint_coverage
from sightline.graph.queries import RELATIONS
from sightline.graph.relations import Related, Relation

#: What ``--help`` says of each relation.
_ABOUT: Mapping[str, str] = {
    "callers": "Print the definitions that call NAME.",
    "callees": "Print the definitions of the workspace that NAME calls.",
    "implementers": "Print the classes below NAME, or the members that override it.",
    "twins": "Print definitions of the same name and kind in other files.",
    "tests": "Print the tests that reach NAME, directly or through other definitions.",
}


_Answer: TypeAlias = reports.NeighbourhoodJson | reports.CyclesJson | reports.EntryPointsJson


def _relation_command(name: str, relation: Relation, about: str) -> click.Command:
    @click.command(name, help=f"{about} NAME: `name`, `Class.method` or `path::Class.method`.")
    @click.argument("symbol", metavar="NAME")
    @root_option
    @limit_option
    @json_option
    @runs_async
    async def run(symbol: str, root: str, limit: int | None, *, as_json: bool) -> int:
        async with opened(root) as engine:
            view = engine.view
            symbols = symbols_called(view, symbol)
            asked = ask_each(
                symbols,
                room_for(limit, as_json=as_json),
                lambda each, most: relation(view, each, limit=most),
                lambda answer: len(answer.related),
            )
            answers = asked.answers
            coverage = joint_coverage((answer.coverage for answer in answers), cut=asked.is_cut)
            shape = reports.RelationJson(
                revision=view.revision,
                relation=name,
                symbols=[symbol_json(view, each) for each in symbols],
                related=_related(each for answer in answers for each in answer.related),
                coverage=coverage_json(coverage),
            )
        if as_json:
            print_json(shape.model_dump())
            return 0
        for line in _lines(shape.related):
            say(line)
        say_limit(symbol, len(shape.related), asked.left, is_cut=any(each.coverage.cut for each in answers))
        say_coverage(coverage, nothing_found=not shape.related)
        return 0

    return run


@click.command("neighbourhood")
@click.argument("name")
@root_option
@json_option
@runs_async
async def neighbourhood(name: str, root: str, *, as_json: bool) -> int:
    """Print everything one step away from NAME: callers, callees, implementers, twins, tests, what it is made from."""
    async with opened(root) as engine:
        view = engine.view
        symbols = symbols_called(view, name)
        answers = {kind: [find(view, each) for each in symbols] for kind, find in RELATIONS.items()}
        coverage = joint_coverage(answer.coverage for found in answers.values() for answer in found)
        shape = reports.NeighbourhoodJson(
            revision=view.revision,
            symbols=[symbol_json(view, each) for each in symbols],
            relations={
                kind: _related(each for answer in found for each in answer.related) for kind, found in answers.items()
            },
            coverage=coverage_json(coverage),
        )
    blocks = ([f"{kind}:", *_lines(related, indent="    ")] for kind, related in shape.relations.items())
    lines = [line for block in blocks for line in block]
    return _tell(shape, lines, coverage, nothing_found=not any(shape.relations.values()), as_json=as_json)


@click.command("cycles")
@root_option
@json_option
@runs_async
async def cycles(root: str, *, as_json: bool) -> int:
    """Print sets of files that all import one another, the largest first."""
    async with opened(root) as engine:
        view = engine.view
        shape = reports.CyclesJson(
            revision=view.revision,
            cycles=[[str(path) for path in each] for each in walks.cycles(view)],
            coverage=coverage_json(view.coverage()),
        )
    lines = [line for each in shape.cycles for line in (f"{len(each)} files:", *(f"    {path}" for path in each))]
    return _tell(shape, lines or ["no cycles found"], view.coverage(), nothing_found=not lines, as_json=as_json)


@click.command("entry-points")
@root_option
@json_option
@runs_async
async def entry_points(root: str, *, as_json: bool) -> int:
    """Print the files that import others and that nobody imports: programs, scripts, tests."""
    async with opened(root) as engine:
        view = engine.view
        shape = reports.EntryPointsJson(
            revision=view.revision,
            files=[str(path) for path in walks.entry_points(view)],
            coverage=coverage_json(view.coverage()),
        )
    return _tell(shape, shape.files, view.coverage(), nothing_found=not shape.files, as_json=as_json)


def _related(found: Iterable[Related]) -> list[reports.RelatedSymbolJson]:
    return [
        reports.RelatedSymbolJson(
            path=str(each.path),
            name=each.name,
            line=each.line,
            confidence=each.confidence.value,
            depth=each.depth,
        )
        for each in found
    ]


def _lines(found: list[reports.RelatedSymbolJson], indent: str = "") -> list[str]:
    lines = [
        f"{indent}{each.path}:{each.line}: {each.name or '(file)'} ({each.confidence}{_steps(each.depth)})"
        for each in found
    ]
    return lines or [f"{indent}none found"]


def _steps(depth: int) -> str:
    return f", {depth} steps" if depth > 1 else ""


def _tell(shape: _Answer, lines: Iterable[str], coverage: Coverage, *, nothing_found: bool, as_json: bool) -> int:
    """Prints an answer, as JSON or as ``lines`` and its coverage; returns the exit code."""
    if as_json:
        print_json(shape.model_dump())
        return 0
    for line in lines:
        say(line)
    say_coverage(coverage, nothing_found=nothing_found)
    return 0


#: What ``graph`` takes in.
RELATION_COMMANDS: tuple[click.Command, ...] = (
    *(_relation_command(name, RELATIONS[name], about) for name, about in _ABOUT.items()),
    neighbourhood,
    cycles,
    entry_points,
)
