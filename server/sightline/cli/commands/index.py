"""``sightline index``: builds or refreshes the graph and says what is in it."""

from __future__ import annotations

import click

from sightline.base.errors import SightlineError
from sightline.cli import reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, opened, root_option, runs_async
from sightline.workspace.files import WorkspaceView
from sightline.workspace.origins import origin_by_name, origin_by_text


@click.command("index")
@root_option
@json_option
@click.option("--unparsed", "list_unparsed", is_flag=True, help="List every file that could not be read, with why.")
@click.option(
    "--origins", "list_origins", is_flag=True, help="List vendored, minified and generated files, with the rule."
)
@runs_async
async def command(root: str, *, as_json: bool, list_unparsed: bool, list_origins: bool) -> int:
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
            origins=_origins(engine.workspace) if list_origins else None,
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
    if shape.origins is not None:
        say(f"  {len(shape.origins)} files that nobody writes here")
        for each in shape.origins:
            say(f"    {each.path}: {each.origin} ({each.rule})")
    return 0


def _origins(workspace: WorkspaceView) -> list[reports.OriginJson]:
    found: list[reports.OriginJson] = []
    for path in sorted(workspace.known):
        rule = origin_by_name(path.relative)
        if rule is None:
            try:
                rule = origin_by_text(path.relative, workspace.read(path).text.data)
            except SightlineError:
                continue  # no text, or gone
        if rule is not None:
            found.append(reports.OriginJson(path=str(path), origin=rule.origin.value, rule=rule.source))
    return found
