"""The values that ranking makes and packing takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from sightline.base.paths import WorkspacePath
from sightline.context.chunks import Chunk
from sightline.graph.facts import FileFacts

#: Why a path must not be shown, or ``None`` when it may be.
Permission = Callable[[WorkspacePath], str | None]


class Tier(IntEnum):
    """What comes first, whatever its score."""

    POINTED = 0  # the selection, and what the request names
    RANKED = 1  # found by words and by the graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A piece of a file that could be shown. ``reasons`` are short sentences, the weightiest first.

    ``lines`` are one-based lines inside the piece that matter most (a call, a selected line); a piece too large to be
    shown whole is cut around them.
    """

    path: WorkspacePath
    chunk: Chunk
    tier: Tier
    score: float
    reasons: tuple[str, ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedFile:
    """A file of the ranking."""

    path: WorkspacePath
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Files best first, and pieces in the order in which they should be shown.

    ``terms`` are the words of the task as search terms with their weights, for cutting large pieces.
    ``refused`` lists what the request named and must not be shown, with the reason.
    """

    files: tuple[RankedFile, ...]
    pieces: tuple[Candidate, ...]
    terms: dict[int, float]
    refused: tuple[tuple[WorkspacePath, str], ...] = ()


class Gate:
    """Asks ``permitted`` once per path and remembers who was refused.

    A path that holds control characters is refused here: it could not be told from the lines around it in a prompt.
    """

    def __init__(self, permitted: Permission) -> None:
        self._permitted = permitted
        self._answers: dict[WorkspacePath, str | None] = {}

    def reason(self, path: WorkspacePath) -> str | None:
        """Why ``path`` must not be shown, or ``None``."""
        if path not in self._answers:
            odd = not path.relative.isprintable()
            self._answers[path] = "its path holds control characters" if odd else self._permitted(path)
        return self._answers[path]

    def admits(self, path: WorkspacePath) -> bool:
        """Whether ``path`` may be shown."""
        return self.reason(path) is None


def name_of(facts: FileFacts | None, chunk: Chunk) -> tuple[str, str]:
    """Qualified name and kind of a piece: empty name and ``"module"`` for code between definitions."""
    if facts is None or chunk.definition < 0:
        return "", "module"
    return facts.qualified_name(chunk.definition), facts.definitions[chunk.definition].kind.value
