"""What packing answers: the pieces that are in a text, the pieces that are not, and the text. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.context.candidates import RankedFile, Reranking, Step
from sightline.context.ranges import Lines
from sightline.context.render import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A piece that is in the text. Lines are one-based and inclusive.

    For ``FULL`` and ``SIGNATURE`` they are exactly the lines shown; for ``OUTLINE`` the lines the name stands for.
    ``name`` is qualified within the file, empty for code between definitions. ``digest`` is that of the file's text,
    ``version`` the editor's number for it where the file is open. ``chain`` is that of the candidate.
    """

    path: WorkspacePath
    name: str
    kind: str
    first: int
    last: int
    form: Form
    tokens: int
    reasons: tuple[str, ...]
    digest: str = ""
    version: int | None = None
    chain: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """All lines of a file as they may be shown, and which of them are in the text: ranges, one-based and inclusive."""

    path: WorkspacePath
    digest: str
    lines: tuple[str, ...]
    ranges: tuple[Lines, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A piece that did not fit."""

    path: WorkspacePath
    name: str
    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesShown:
    """How many of the ``total`` sites of a pattern task stand in the text, and how many of which files do not.

    ``sought`` and ``complete`` as in ``SiteSearch``. Paths of ``left_out`` are written as in the text.
    """

    sought: tuple[str, ...]
    total: int
    shown: int
    left_out: tuple[tuple[str, int], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleShown:
    """An example that stands in the text, see ``Example``; places are written as in the text."""

    kind: str
    name: str
    path: str
    first: int
    last: int
    others: tuple[tuple[str, str], ...]
    count: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPack:
    """The context of one request.

    ``slices`` are grouped by file, files in the order of the text, best first. ``tokens`` counts ``text`` and is at
    most ``budget``. ``ranking`` goes on past what fitted. ``refused`` names what the request pointed at and must not
    be shown. ``focus`` is the selection as path (written as in the text), first and last line. ``shown`` are the lines
    that stand in the text, or above it where the request says that they are known.
    ``sites`` tells of a pattern task what of it is shown, ``example`` is what is near to a thing that is to be added,
    ``told`` says both in sentences, which count too. ``reranking`` is that of the ranking.
    """

    slices: tuple[Slice, ...]
    tokens: int
    dropped: tuple[Dropped, ...]
    refused: tuple[tuple[WorkspacePath, str], ...]
    ranking: tuple[RankedFile, ...]
    text: str
    revision: int
    budget: int
    focus: tuple[str, int, int] | None = None
    shown: tuple[ShownFile, ...] = ()
    sites: SitesShown | None = None
    example: ExampleShown | None = None
    told: str = ""
    reranking: Reranking | None = None
