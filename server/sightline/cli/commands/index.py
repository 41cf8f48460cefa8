"""``sightline index``: builds or refreshes the graph and says what is in it."""

from __future__ import annotations

import click

from sightline.cli import reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async


@click.command("index")
@root_option
@json_option
@click.option("--unparsed", "list_unparsed", is_flag=True, help="List every file that could not be read, with why.")
@runs_async
async def command(root: str, *, as_json: bool, list_unparsed: bool) -> int:
    """Build or refresh the dependency graph and say what is in it."""
    async with opened(root) as engine:
        report = engine.report
        shape = reports.IndexJson(
            root=engine.roots[0],
            revision=engine.view.revision,
            cold=report.cold,
            files=report.files,
            definitions=report.definitions,
            references=report.references,
            imports=report.imports,
            edges=report.edges,
            languages=dict(report.languages),
            unparsed=[reports.UnparsedFile(path=str(path), reason=reason) for path, reason in report.unparsed],
            seconds=reports.IndexSeconds(**report.seconds),
        )
    if as_json:
        print_json(shape.model_dump())
        return 0
    say(f"{shape.root}: {shape.files} files in {shape.seconds.total:.2f} s ({'cold' if shape.cold else 'warm'})")
    say(f"  {shape.definitions} definitions, {shape.references} references, {shape.imports} imports")
    say(f"  {shape.edges} import edges between files")
    languages = ", ".join(f"{name}: {count}" for name, count in sorted(shape.languages.items()))
    say(f"  {languages or 'no file of a language that is read into the graph'}")
    if shape.unparsed:
        say(f"  {len(shape.unparsed)} files not in the graph" + ("" if list_unparsed else " (--unparsed lists them)"))
        if list_unparsed:
            for file in shape.unparsed:
                say(f"    {file.path}: {file.reason}")
    return 0
