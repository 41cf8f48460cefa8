"""Finds what was said before in a workspace: full text over the turns that are kept, the best match first.

The index is made in memory for one question, of at most the last :data:`MOST_TURNS` turns. So what a user deletes is
deleted everywhere, and nothing needs to be kept in step. Asks no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from sightline.base.database import open_in_memory, translated

#: Turns that are looked through, the newest ones, and characters of each reply.
MOST_TURNS, MOST_CHARACTERS = 2_000, 20_000
# The porter stemmer lets "renaming" find "renamed"; a task says more than the reply to it.
_SCHEMA = "CREATE VIRTUAL TABLE said USING fts5(task, reply, tokenize = 'porter unicode61')"
_SEARCH = (
    "SELECT rowid, bm25(said, 3.0, 1.0) AS score, snippet(said, -1, '', '', '…', 24) FROM said "
    "WHERE said MATCH ? ORDER BY score, rowid LIMIT ?"
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTurn:
    """A turn as it is kept. ``made`` is Unix time in seconds."""

    conversation: str
    turn: str
    made: float
    task: str
    reply: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTurn:
    """A turn that was found, with the words around what was sought."""

    said: SaidTurn
    excerpt: str


def find_turns(words: str, turns: Iterable[SaidTurn], limit: int = 10) -> tuple[FoundTurn, ...]:
    """The turns that speak of ``words``, any of them, the best match first; of equal ones the newest.

    ``turns`` are the newest first. Raises :class:`SightlineError` of kind ``database`` where SQLite has no full text.
    """
    kept = list(turns)[:MOST_TURNS]
    # Each word in quotes: what is sought is no language of its own, and can be in no way wrong.
    sought = " OR ".join(f'"{word}"' for word in dict.fromkeys(_WORD.findall(words)))
    if not kept or not sought:
        return ()
    with translated("The search in conversations"), closing(open_in_memory(_SCHEMA)) as connection:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO said (rowid, task, reply) VALUES (?, ?, ?)",
            [(number, each.task, each.reply[:MOST_CHARACTERS]) for number, each in enumerate(kept)],
        )
        found: list[tuple[int, float, str]] = connection.execute(_SEARCH, (sought, limit)).fetchall()
    return tuple(FoundTurn(said=kept[number], excerpt=" ".join(excerpt.split())) for number, _, excerpt in found)
