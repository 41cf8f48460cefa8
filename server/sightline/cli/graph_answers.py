"""What the commands that ask the graph share: symbols by name, and how complete an answer is."""

from __future__ import annotations

from sightline.base.errors import UsageError
from sightline.cli.output import say
from sightline.graph.answers import Coverage, Symbol
from sightline.graph.coverage import coverage_words
from sightline.graph.view import GraphView


def symbols_called(view: GraphView, name: str) -> tuple[Symbol, ...]:
    """The symbols that a person calls ``name``. Raises ``UsageError`` when there is none."""
    symbols = view.lookup(name)
    if not symbols:
        unread = view.coverage().unparsed
        told = f" {unread} files could not be read (sightline index --unparsed)." if unread else ""
        raise UsageError(
            f"Nothing in the workspace is called {name}.{told}",
            hint="Names are written as in the code: name, Class.method or path::Class.method.",
            kind="unknown_symbol",
        )
    return symbols


def say_coverage(coverage: Coverage, *, nothing_found: bool) -> None:
    """Prints how complete an answer is, and that there is nothing if that is certain."""
    say(f"coverage: {coverage_words(coverage, nothing_found=nothing_found)}")
