"""``sightline graph callers`` and its siblings: what stands in some relation to a symbol, or to the whole graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from sightline.cli import reports
from sightline.cli.convert import coverage_json, symbol_json
from sightline.cli.graph_answers import joint, say_coverage, symbols_called
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async
from sightline.graph import relations, walks
from sightline.graph.relations import Related, Relation

#: Relations by name, with what ``--help`` says of them.
_RELATIONS: Mapping[str, tuple[Relation, str]] = {
    "callers": (relations.callers, "Print the definitions that call NAME."),
    "callees": (relations.callees, "Print the definitions of the workspace that NAME calls."),
    "implementers": (relations.implementers, "Print the classes below NAME, or the members that override it."),
    "twins": (relations.twins, "Print definitions of the same name and kind in other files."),
    "tests": (relations.tests_reaching, "Print the tests that reach NAME, directly or through other definitions."),
}


def _relation_command(name: str, relation: Relation, about: str) -> click.Command:
    @click.command(name, help=f"{about} NAME: `name`, `Class.method` or `path::Class.method`.")
    @click.argument("symbol", metavar="NAME")
    @root_option
    @json_option
    @runs_async
    async def run(symbol: str, root: str, *, as_json: bool) -> int:
        async with opened(root) as engine:
            view = engine.view
            symbols = symbols_called(view, symbol)
            answers = [relation(view, each) for each in symbols]
            shape = reports.RelationJson(
                revision=view.revision,
                relation=name,
                symbols=[symbol_json(view, each) for each in symbols],
                related=_related(each for answer in answers for each in answer.related),
                coverage=coverage_json(joint([answer.coverage for answer in answers])),
            )
        if as_json:
            print_json(shape.model_dump())
            return 0
        _say(shape.related)
        say_coverage(shape.coverage)
        return 0

    return run


@click.command("neighbourhood")
@click.argument("name")
@root_option
@json_option
@runs_async
async def neighbourhood(name: str, root: str, *, as_json: bool) -> int:
    """Print everything one step away from NAME: callers, callees, implementers, twins and tests."""
    async with opened(root) as engine:
        view = engine.view
        symbols = symbols_called(view, name)
        answers = {kind: [find(view, each) for each in symbols] for kind, (find, _) in _RELATIONS.items()}
        shape = reports.NeighbourhoodJson(
            revision=view.revision,
            symbols=[symbol_json(view, each) for each in symbols],
            relations={
                kind: _related(each for answer in found for each in answer.related) for kind, found in answers.items()
            },
            coverage=coverage_json(joint([answer.coverage for found in answers.values() for answer in found])),
        )
    if as_json:
        print_json(shape.model_dump())
        return 0
    for kind, related in shape.relations.items():
        say(f"{kind}:")
        _say(related, indent="    ")
    say_coverage(shape.coverage)
    return 0


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
    if as_json:
        print_json(shape.model_dump())
        return 0
    for each in shape.cycles:
        say(f"{len(each)} files:")
        for path in each:
            say(f"    {path}")
    if not shape.cycles:
        say("no cycles")
    say_coverage(shape.coverage)
    return 0


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
    if as_json:
        print_json(shape.model_dump())
        return 0
    for path in shape.files:
        say(path)
    say_coverage(shape.coverage)
    return 0


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


def _say(found: list[reports.RelatedSymbolJson], indent: str = "") -> None:
    for each in found:
        say(f"{indent}{each.path}:{each.line}: {each.name or '(file)'} ({each.confidence})")
    if not found:
        say(f"{indent}none found")


#: What ``graph`` takes in.
RELATION_COMMANDS: tuple[click.Command, ...] = (
    *(_relation_command(name, find, about) for name, (find, about) in _RELATIONS.items()),
    neighbourhood,
    cycles,
    entry_points,
)
