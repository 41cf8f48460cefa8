"""What is known of a type checker, what it is shown, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Position, PositionEncoding, Span, Text
from sightline.checks.check import RelatedPlace, Severity
from sightline.checks.policy import CheckPolicy
from sightline.graph.view import GraphView

PYTHON = frozenset({".py", ".pyi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One diagnostic of a checker, in the text it was shown. ``rule`` is its own name or number of the rule."""

    span: Span
    rule: str
    message: str
    severity: Severity
    related: tuple[RelatedPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One side of an edit: ``texts`` in place of what the disk holds, and the files to judge, all in ``texts``."""

    texts: Mapping[WorkspacePath, Text]
    judged: tuple[WorkspacePath, ...]


#: What a checker says, by file: every file that it has judged is there.
Problems = Mapping[WorkspacePath, tuple[Problem, ...]]
Found = dict[WorkspacePath, tuple[Problem, ...]]


class CheckerSession(Protocol):
    """A checker at work on one workspace folder. One question at a time; it may be cancelled."""

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        ...

    async def problems(self, shown: Shown, found: Found) -> None:
        """Adds the problems of the judged files to ``found``, each file as it is done: a cancel leaves what is there.

        Raises :class:`~sightline.checks.programs.ProgramUnavailable`.
        """
        ...

    async def disk_changed(self, paths: Collection[WorkspacePath]) -> None:
        """Files were made, changed or removed on disk since it was asked last. Raises as :meth:`problems`."""
        ...

    async def stop(self) -> None:
        """Ends it and leaves no process. May be called twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a session is started with. ``python`` is the interpreter whose packages count; "" where none was found."""

    system: System
    root: str
    program: str
    python: str
    policy: CheckPolicy


def _nothing(view: GraphView, root: str) -> Iterable[WorkspacePath]:
    del view, root
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeChecker:
    """One type checker. ``name`` is what settings call it, ``program`` what is looked for on the ``PATH``.

    ``configuration`` are patterns of file names that rule it: an edit that touches such a file is not judged by it.
    ``executes`` names the files of the workspace that it runs itself, such as plugins. A file that is not on disk can
    be judged if it ``opens_new`` ones, and is found by those who import it if it ``shows_new`` ones. ``elsewhere`` are
    rules that speak of what is installed, not of types.
    """

    name: str
    program: str
    suffixes: frozenset[str]
    start: Callable[[Start], Awaitable[CheckerSession]]
    configuration: tuple[str, ...] = ()
    executes: Callable[[GraphView, str], Iterable[WorkspacePath]] = _nothing
    opens_new: bool = True
    shows_new: bool = False
    elsewhere: frozenset[str] = field(default_factory=frozenset[str])


def span_of(text: Text, start: tuple[int, int], end: tuple[int, int], encoding: PositionEncoding) -> Span:
    """Span between two zero-based places (line, character) of a text; what lies outside it is clipped."""
    first = text.offset(Position(max(start[0], 0), max(start[1], 0)), encoding)
    return Span(first, max(first, text.offset(Position(max(end[0], 0), max(end[1], 0)), encoding)))


def path_in(root: str, absolute: str) -> WorkspacePath | None:
    """The workspace path of an absolute one; ``None`` outside ``root``."""
    prefix = root.rstrip("/") + "/"
    path = absolute.replace("\\", "/")
    return WorkspacePath(root, path[len(prefix) :]) if path.startswith(prefix) else None
