"""The values that ranking makes and packing takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sightline.base.errors import PathOutsideRoot
from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.context.access import qualified_name
from sightline.context.chunks import Chunk
from sightline.graph.raw_facts import DefinitionRow
from sightline.workspace.files import WorkspaceView
from sightline.workspace.protected import is_protected

#: Without one a path holds no secret of any known shape; to look for it is a hundred times cheaper.
_LONG_WORD = re.compile(r"[\w.=-]{16,}")

#: Why a path must not be shown, or ``None`` when it may be.
Permission = Callable[[WorkspacePath], str | None]


class Tier(IntEnum):
    """What comes first, whatever its score."""

    POINTED = 0  # the selection, and what the request names
    RANKED = 1  # found by words and by the graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way that led to a piece: the definition at a one-based line, and what was said of it.

    ``name`` is qualified within the file, empty for code between definitions.
    """

    path: WorkspacePath
    name: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A piece of a file that could be shown. ``reasons`` are short sentences, the weightiest first.

    ``chain`` is the way through the graph that brought it in: the piece itself, what it is tied to, and so on to what
    was found without the graph. It is empty for what the graph ties to nothing that was found.

    ``lines`` are one-based lines inside the piece that matter most (a call, a selected line); a piece too large to be
    shown whole is cut around them. ``named`` says that the request names the piece, or the file that it stands for:
    some form of it must be shown. ``worth`` is the score for the cost: what pieces of a tier are ordered by.
    """

    path: WorkspacePath
    chunk: Chunk
    tier: Tier
    score: float
    reasons: tuple[str, ...]
    lines: tuple[int, ...] = ()
    named: bool = False
    chain: tuple[Step, ...] = ()
    worth: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedFile:
    """A file of the ranking."""

    path: WorkspacePath
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A one-based line that holds what a pattern task wants changed."""

    path: WorkspacePath
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSearch:
    """What was found for a pattern task, in a stable order: code first, then tests and documents.

    ``sought`` is what was looked for, as written; ``places`` are the ``sites`` as pieces to be shown. ``complete`` is
    false where the search stopped at a bound.
    """

    sought: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()
    places: tuple[Candidate, ...] = ()
    complete: bool = True


#: Of a task that is no pattern.
NO_SITES = SiteSearch()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Something of the ``kind`` that a task wants one more of: the ``piece``, and its ``name`` within its file.

    ``others`` are some of the ``count`` things of the kind; ``place`` is the file or the relative folder that most of
    them live in, "" for none.
    """

    kind: str
    piece: Candidate
    name: str
    others: tuple[tuple[WorkspacePath, str], ...]
    count: int
    place: WorkspacePath | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranking:
    """What came of comparing the best pieces with the task in meaning.

    ``pieces`` were compared, by the vectors of ``model`` (``PROVIDER:NAME``, "" where it is not known), which runs
    ``where``. ``problem`` is a sentence on why none were: then the order is the one without.
    """

    model: str = ""
    where: str = ""
    pieces: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Files best first, and pieces in the order in which they should be shown.

    ``terms`` are the words of the task as search terms with their weights, for cutting large pieces.
    ``refused`` lists what the request named and must not be shown, with the reason. ``search`` is that of a pattern
    task, ``example`` what is near to a thing that is to be added. ``reranking`` is ``None`` where nobody was asked for
    meanings.
    """

    files: tuple[RankedFile, ...]
    pieces: tuple[Candidate, ...]
    terms: dict[int, float]
    refused: tuple[tuple[WorkspacePath, str], ...] = ()
    search: SiteSearch = NO_SITES
    example: Example | None = None
    reranking: Reranking | None = None


class Gate:
    """Decides which paths may be shown, asking once per path.

    ``permitted`` is the caller's rule; ignored and secret-bearing files, links to them, and paths that hold a secret or
    control characters (which could not be told from the lines around them in a prompt) are refused whatever it says.
    """

    def __init__(self, workspace: WorkspaceView, permitted: Permission) -> None:
        self._workspace = workspace
        self._permitted = permitted
        self._answers: dict[WorkspacePath, str | None] = {}
        self._real: dict[WorkspacePath, str | None] = {}

    def reason(self, path: WorkspacePath) -> str | None:
        """Why ``path`` must not be shown by its name, or ``None``. Looks at no disk."""
        if path not in self._answers:
            self._answers[path] = self._judge(path)
        return self._answers[path]

    def admits(self, path: WorkspacePath) -> bool:
        """Whether ``path`` may be shown by its name."""
        return self.reason(path) is None

    def real_reason(self, path: WorkspacePath) -> str | None:
        """As :meth:`reason`, for the name given and for the file it is a link to."""
        if path not in self._real:
            self._real[path] = self.reason(path) or self._judge_target(path)
        return self._real[path]

    def _judge(self, path: WorkspacePath) -> str | None:
        if not path.relative.isprintable():
            return "its path holds control characters"
        if _LONG_WORD.search(path.relative) and redact(path.relative) != path.relative:
            return "its path holds what looks like a secret"
        if self._workspace.rules.is_ignored(path):
            return "it is ignored"
        secret = is_protected(path)
        return f"it may hold {secret}" if secret else self._permitted(path)

    def _judge_target(self, path: WorkspacePath) -> str | None:
        try:
            real = self._workspace.canonical(path)
        except (OSError, PathOutsideRoot):
            return "it is a link that leads out of the workspace"
        return self.reason(real) if real != path else None


def name_of(definitions: Sequence[DefinitionRow], chunk: Chunk) -> tuple[str, str]:
    """Qualified name and kind of a piece: empty name and ``"module"`` for code between definitions."""
    if not 0 <= chunk.definition < len(definitions):
        return "", "module"
    return qualified_name(definitions, chunk.definition), definitions[chunk.definition].kind
