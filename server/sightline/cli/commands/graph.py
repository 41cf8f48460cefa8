"""``sightline graph``: asks the dependency graph. Every answer says how complete it is."""

from __future__ import annotations

import json

import click

from sightline.base.errors import UsageError
from sightline.base.paths import WorkspacePath, confine
from sightline.base.system import real_system
from sightline.cli import reports
from sightline.cli.commands.graph_impact import impact
from sightline.cli.commands.graph_relations import RELATION_COMMANDS
from sightline.cli.convert import coverage_json, edges_json, places_json, symbol_json
from sightline.cli.graph_answers import ask_each, limit_option, room_for, say_coverage, say_limit, symbols_called
from sightline.cli.graph_formats import FORMATS
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async
from sightline.engine.engine import Engine
from sightline.graph.coverage import coverage_words, joint_coverage
from sightline.graph.view import GraphView
from sightline.graph.walks import ReachAnswer, reach

depth_option = click.option(
    "--depth", type=click.IntRange(1, 1_000), default=1, show_default=True, help="How many steps to follow."
)


@click.group("graph")
def command() -> None:
    """Ask the dependency graph. Every answer says how complete it is."""


@command.command("export")
@root_option
@json_option
@click.option("--symbols", is_flag=True, help="Stream the symbol edges too, one JSON object a line.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("json", *FORMATS)),
    help="Write the file edges for another program: Graphviz, GraphML readers, Mermaid.",
)
@runs_async
async def export(root: str, form: str | None, *, as_json: bool, symbols: bool) -> int:
    """Print every file edge."""
    async with opened(root) as engine:
        view = engine.view
        if symbols:
            _stream_symbols(view)
            return 0
        shape = reports.GraphExportJson(
            revision=view.revision,
            files=[str(path) for path in view.paths()],
            edges=edges_json(view.edges()),
            coverage=coverage_json(view.coverage()),
        )
    if form is not None and form in FORMATS and not as_json:
        for line in FORMATS[form](shape):
            say(line)
    elif as_json or form == "json":
        print_json(shape.model_dump())
    else:
        for edge in shape.edges:
            say(f"{edge.source}:{edge.line} -> {edge.target} ({edge.kind}, {edge.confidence})")
    return 0


def _stream_symbols(view: GraphView) -> None:
    for path in view.paths():
        for symbol in view.symbols(path):
            for place in view.references(symbol).places:
                shape = reports.SymbolEdgeJson(
                    source=f"{place.path}::{place.enclosing}" if place.enclosing else str(place.path),
                    target=symbol.identifier,
                    kind=place.kind.value,
                    path=str(place.path),
                    line=place.line,
                    confidence=place.confidence.value,
                )
                say(json.dumps(shape.model_dump()))


@command.command("importers")
@click.argument("path")
@root_option
@json_option
@depth_option
@runs_async
async def importers(path: str, root: str, depth: int, *, as_json: bool) -> int:
    """Print the files that import PATH, with --depth those that do so through others."""
    async with opened(root) as engine:
        return _tell_reached(engine.view, reach(engine.view, _file(engine, path), "importers", depth=depth), as_json)


@command.command("dependencies")
@click.argument("path")
@root_option
@json_option
@depth_option
@runs_async
async def dependencies(path: str, root: str, depth: int, *, as_json: bool) -> int:
    """Print the files that PATH imports, with --depth those it imports through others."""
    async with opened(root) as engine:
        view = engine.view
        return _tell_reached(view, reach(view, _file(engine, path), "dependencies", depth=depth), as_json)


@command.command("references")
@click.argument("name")
@root_option
@limit_option
@json_option
@runs_async
async def references(name: str, root: str, limit: int | None, *, as_json: bool) -> int:
    """Print the uses of NAME: `name`, `Class.method` or `path::Class.method`."""
    async with opened(root) as engine:
        view = engine.view
        asked = ask_each(
            symbols_called(view, name),
            room_for(limit, as_json=as_json),
            lambda symbol, most: view.references(symbol, limit=most),
            lambda answer: len(answer.places),
        )
        answers = asked.answers
        coverage = joint_coverage((answer.coverage for answer in answers), cut=asked.is_cut)
        shape = reports.ReferencesJson(
            revision=view.revision,
            symbols=[
                reports.SymbolReferences(
                    symbol=symbol_json(view, answer.symbol),
                    places=places_json(answer.places),
                    coverage=coverage_json(answer.coverage),
                )
                for answer in answers
            ],
            coverage=coverage_json(coverage),
        )
    if as_json:
        print_json(shape.model_dump())
        return 0
    for entry, answer in zip(shape.symbols, answers, strict=True):
        say(f"{entry.symbol.path}:{entry.symbol.line}: {entry.symbol.kind} {entry.symbol.name}")
        for place in entry.places:
            inside = f" in {place.enclosing}" if place.enclosing else ""
            say(f"    {place.path}:{place.line}:{place.column}: {place.kind}{inside} ({place.confidence})")
        if not entry.places:
            say(f"    no uses found ({coverage_words(answer.coverage, nothing_found=True)})")
    told = sum(len(entry.places) for entry in shape.symbols)
    say_limit(name, told, asked.left, is_cut=any(answer.coverage.cut for answer in answers))
    say_coverage(coverage, nothing_found=not any(entry.places for entry in shape.symbols))
    return 0


def _tell_reached(view: GraphView, answer: ReachAnswer, as_json: bool) -> int:  # noqa: FBT001  an option passed on
    shape = reports.FileEdgesJson(
        revision=view.revision,
        path=str(answer.path),
        edges=[
            edge.model_copy(update={"depth": each.depth}) for each in answer.reached for edge in edges_json(each.edges)
        ],
        coverage=coverage_json(answer.coverage),
    )
    if as_json:
        print_json(shape.model_dump())
        return 0
    for edge in shape.edges:
        indent = "  " * (edge.depth - 1)
        say(f"{indent}{edge.source}:{edge.line} -> {edge.target} ({edge.kind}, {edge.confidence})")
    if not shape.edges:
        say("none found")
    say_coverage(answer.coverage, nothing_found=not shape.edges)
    return 0


def _file(engine: Engine, path: str) -> WorkspacePath:
    """The file that a person means, who stands in a folder of the workspace or has read a path in an answer."""
    here = engine.workspace_path(real_system().files.real_path(path))
    if here is not None and engine.workspace.exists(here):
        return here
    file = confine(engine.roots[0], path)
    if engine.workspace.exists(file):
        return file
    raise UsageError(
        f"{path} is not a file of this workspace.",
        hint=f"Paths begin at the current folder or at {engine.roots[0]}.",
    )


for _command in (impact, *RELATION_COMMANDS):
    command.add_command(_command)
