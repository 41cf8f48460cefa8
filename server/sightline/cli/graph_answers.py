"""What the commands that ask the graph share: symbols by name, coverage of several answers, the words for it."""

from __future__ import annotations

from sightline.base.errors import UsageError
from sightline.cli import reports
from sightline.cli.output import say
from sightline.graph.answers import Coverage, Symbol
from sightline.graph.view import GraphView


def symbols_called(view: GraphView, name: str) -> tuple[Symbol, ...]:
    """The symbols that a person calls ``name``. Raises ``UsageError`` when there is none."""
    symbols = view.lookup(name)
    if not symbols:
        raise UsageError(
            f"Nothing in the workspace is called {name}.",
            hint="Names are written as in the code: name, Class.method or path::Class.method.",
            kind="unknown_symbol",
        )
    return symbols


def joint(parts: list[Coverage]) -> Coverage:
    """The coverage of several answers together."""
    return Coverage(
        complete=all(part.complete for part in parts),
        unparsed=max((part.unparsed for part in parts), default=0),
        dynamic=sum(part.dynamic for part in parts),
        ambiguous=sum(part.ambiguous for part in parts),
    )


def say_coverage(coverage: reports.CoverageJson) -> None:
    """Prints how complete an answer is."""
    if coverage.complete:
        say("coverage: complete")
    else:
        say(
            f"coverage: incomplete ({coverage.unparsed} unparsed files, {coverage.dynamic} dynamic places, "
            f"{coverage.ambiguous} uses by name alone)"
        )
