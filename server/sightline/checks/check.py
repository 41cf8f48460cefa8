"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Span, TextEdit, digest_of
from sightline.checks.policy import NO_PROGRAMS, CheckPolicy
from sightline.graph.view import GraphView


class Certainty(StrEnum):
    """A certain finding rejects the edit; a possible one is listed (``--strict`` rejects)."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


class Severity(StrEnum):
    """How bad a finding is, in the words of LSP diagnostics."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedPlace:
    """Another place a finding speaks of; ``line`` is one-based."""

    path: WorkspacePath
    line: int
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What mends a finding for certain: ``edits`` of its file as it is after the edit, or a name to import there.

    ``imported`` is a bare name that nothing binds in the file; from where it comes is for others to find out.
    """

    edits: tuple[TextEdit, ...] = ()
    imported: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the edit broke. ``span`` lies in the text of ``path`` *after* the edit (before it, if it was deleted).

    ``line`` and ``column`` are one-based, ``column`` in characters. ``symbol`` names what the finding is about, for
    the repair prompt ("" if nothing). ``remedy`` is there where a program can mend it without thinking. ``detail`` is
    what the program that found it says, in some lines: it may differ from run to run, so it is no part of :attr:`id`.
    """

    check: str
    certainty: Certainty
    severity: Severity
    path: WorkspacePath
    span: Span
    line: int
    column: int
    message: str
    related: tuple[RelatedPlace, ...] = ()
    symbol: str = ""
    remedy: Remedy | None = None
    detail: str = ""

    @property
    def id(self) -> str:
        """Names the finding, whatever line it stands on: 12 hexadecimal digits."""
        return digest_of("\0".join((self.check, str(self.path), self.symbol, self.message)).encode())[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedCheck:
    """A check that did not run, and why."""

    check: str
    reason: str


def tell_nobody(sentence: str) -> None:
    """For checks whose progress nobody sees."""
    del sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInput:
    """One edit to judge: the snapshots around it.

    ``trusted`` tells whether the user trusts the workspace, ``policy`` which programs the checks may run there.
    ``told`` takes a sentence on how far a long check is, on the event loop.
    """

    before: GraphView
    after: GraphView
    changes: ChangeSet
    system: System
    trusted: bool = False
    policy: CheckPolicy = NO_PROGRAMS
    told: Callable[[str], None] = tell_nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What one check found; ``fixed`` counts problems of the same check that the edit removed, as sentences.

    ``notes`` say how it was done, where that matters: what ran, and how it was kept apart.
    """

    findings: tuple[Finding, ...] = ()
    fixed: tuple[str, ...] = ()
    skipped: tuple[SkippedCheck, ...] = ()
    notes: tuple[str, ...] = ()


class Check(Protocol):
    """One check. ``name`` is stable and appears in JSON as ``check``."""

    @property
    def name(self) -> str: ...

    async def run(self, given: CheckInput) -> CheckOutcome:
        """New findings only: what was already wrong before the edit is not reported. Never raises for bad source."""
        ...


class Verdict(StrEnum):
    """What becomes of the edit."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All checks of one edit, at the ``revision`` they were computed for; ``seconds`` of wall time.

    ``notes`` as in :class:`CheckOutcome`.
    """

    verdict: Verdict
    revision: int
    findings: tuple[Finding, ...] = ()
    fixed: tuple[str, ...] = ()
    skipped: tuple[SkippedCheck, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    notes: tuple[str, ...] = ()
