"""What the commands that ask the graph share: symbols by name, how much is told, and how complete an answer is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import click

from sightline.base.errors import UsageError
from sightline.cli.output import say
from sightline.graph.answers import Coverage, Symbol
from sightline.graph.coverage import coverage_words
from sightline.graph.view import MOST_PLACES, GraphView

#: What is told to people unless they ask for more.
USUAL_LIMIT = 200

T = TypeVar("T")

limit_option = click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    help=f"Tell at most N, the nearest first; 0 for all. Usual are {USUAL_LIMIT}; with --json {MOST_PLACES:,} for each "
    "definition that is meant, or of those affected 2,000.",
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[T]):
    """Answers about the symbols of one name, in their order; ``left`` are those that the limit left no room for."""

    answers: tuple[T, ...]
    left: tuple[Symbol, ...]

    @property
    def is_cut(self) -> bool:
        """Whether somebody was not asked."""
        return bool(self.left)


class Room(NamedTuple):
    """How much a command tells: ``total`` in all, of one definition no more than ``each``."""

    total: int
    each: int


def room_for(limit: int | None, *, as_json: bool, usual: int = MOST_PLACES) -> Room:
    """What ``--limit`` leaves; ``usual`` is the room for one definition where nobody said a limit to a program."""
    if limit is None:
        return Room(sys.maxsize, usual) if as_json else Room(USUAL_LIMIT, USUAL_LIMIT)
    return Room(limit or sys.maxsize, limit or sys.maxsize)


def ask_each(
    symbols: Sequence[Symbol], room: Room, ask: Callable[[Symbol, int], T], size: Callable[[T], int]
) -> Asked[T]:
    """Asks about ``symbols`` while there is room; ``ask`` takes a symbol and how many more may be told."""
    answers: list[T] = []
    left = room.total
    for symbol in symbols:
        if left <= 0:
            break
        answers.append(ask(symbol, min(left, room.each)))
        left -= size(answers[-1])
    return Asked(answers=tuple(answers), left=tuple(symbols[len(answers) :]))


def say_limit(name: str, told: int, left: Sequence[Symbol], *, is_cut: bool) -> None:
    """Says that an answer is a part, and how to get the rest."""
    if is_cut:
        say(f"the first {told}, nearest first; --limit 0 for all")
    if left:
        more = f"{len(left)} more definition{'' if len(left) == 1 else 's'} called {name}"
        say(f"not asked about {more}: name one as {left[0].identifier}, or --limit 0 for all")


def say_coverage(coverage: Coverage, *, nothing_found: bool) -> None:
    """Prints how complete an answer is, and that there is nothing if that is certain."""
    say(f"coverage: {coverage_words(coverage, nothing_found=nothing_found)}")
