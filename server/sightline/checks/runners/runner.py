"""What is known of a runner of tests: which files hold tests, how some of them are run, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.checks.isolation import Room
from sightline.checks.policy import CheckPolicy
from sightline.workspace.files import WorkspaceView

#: Characters kept of a message, and of what a test printed.
LONGEST_MESSAGE = 300
LONGEST_OUTPUT = 2_000

#: The tests to run: of each file some by name, or all (``None``).
Selection = Mapping[WorkspacePath, "frozenset[str] | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A place on the way to a failure; ``line`` is one-based, ``path`` relative to the root."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What came of one test. ``path`` (relative to the root) and ``line`` (one-based) are where it failed in its file.

    ``message`` is the first line of what is wrong, ``output`` what was printed of it, both cut. ``frames`` are places
    of the workspace that it went through, the last one last. ``name`` is the test in the words of :data:`Selection`.
    """

    __test__ = False  # for pytest: this is no test

    id: str
    path: str
    name: str
    failed: bool
    line: int = 1
    message: str = ""
    output: str = ""
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Results by test. ``problem`` says why there may be too few: the run as a whole failed, or was ended."""

    results: tuple[TestResult, ...] = ()
    problem: str = ""

    @property
    def failed(self) -> dict[str, TestResult]:
        """The failed ones by id."""
        return {result.id: result for result in self.results if result.failed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The program that runs tests here, by absolute path, and the folders it needs to see."""

    program: str
    lent: tuple[str, ...] = ()


class Runner(Protocol):
    """One runner. ``name`` is how people call it, ``program`` the key of a place in the setting ``checks.programs``."""

    @property
    def name(self) -> str: ...

    @property
    def program(self) -> str: ...

    def holds_tests(self, path: WorkspacePath, view: WorkspaceView) -> bool:
        """Whether a file of ``view`` is one of those in which it looks for tests."""
        ...

    def test_of(self, name: str) -> str | None:
        """The test that a definition of such a file (by qualified name) is, or lies in; ``None`` for a helper."""
        ...

    def tool(self, system: System, policy: CheckPolicy, view: WorkspaceView, root: str) -> Tool:
        """What runs the tests of a root. Starts nothing. Raises :class:`ProgramUnavailable`."""
        ...

    async def run(self, room: Room, tool: Tool, view: WorkspaceView, selection: Selection, seconds: float) -> Answer:
        """Runs tests of the copy in ``room``, which holds what ``view`` says; of one that hangs it says so, if it can.

        Files that are not there, and names that are not in them, are passed over. Raises :class:`ProgramUnavailable`
        when the runner did not do its work.
        """
        ...


def one_line(text: str) -> str:
    """The first line that says something, cut."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


def last_part(text: str) -> str:
    """The end of what was printed: the reason is usually there."""
    text = text.strip()
    return text if len(text) <= LONGEST_OUTPUT else f"…{text[-LONGEST_OUTPUT:]}"
