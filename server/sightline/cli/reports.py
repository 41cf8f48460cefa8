"""The JSON shapes of the command line, stable from 0.1 on: fields may be added, none renamed or removed.

Those about the installation itself are in ``setup_reports.py``.

``tools/generate.py`` writes their schemas into docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Report(BaseModel):
    """Base of all shapes. Lines and columns are one-based; paths are relative to the root, with forward slashes."""

    model_config = ConfigDict(frozen=True)


class UnparsedFile(Report):
    """A file that is in the workspace and not in the graph."""

    path: str
    reason: str


class OriginJson(Report):
    """A file that nobody writes here. `rule` says by whose convention that is known."""

    path: str
    origin: Literal["vendored", "minified", "generated"]
    rule: str


class IndexSeconds(Report):
    """Wall time in seconds. `skim`: imports, and the edges between files that a first start shows meanwhile."""

    scan: float
    skim: float
    parse: float
    resolve: float
    store: float
    total: float


class IndexJson(Report):
    """`sightline index --json`. `edges` counts file edges; `cold` says that no stored facts could be used.

    `origins` is null without `--origins`.
    """

    root: str
    revision: int
    cold: bool
    files: int
    definitions: int
    references: int
    imports: int
    edges: int
    languages: dict[str, int]
    unparsed: list[UnparsedFile]
    seconds: IndexSeconds
    origins: list[OriginJson] | None = None


class CoverageJson(Report):
    """How complete a graph answer is: `complete` only when nothing counted here could hide a use.

    `cut`: a limit ended the search; `unvisited`: files that may hold more and were not looked at then.
    `unparsed_files` are the first of the `unparsed`.
    """

    complete: bool
    unparsed: int
    dynamic: int
    ambiguous: int
    cut: bool = False
    unvisited: int = 0
    unparsed_files: list[str] = Field(default_factory=list[str])


class EdgeJson(Report):
    """A file edge: `source` imports `target` at `line`. `depth` counts the steps from the file that was asked about."""

    source: str
    target: str
    kind: str
    line: int
    confidence: str
    depth: int = 1


class GraphExportJson(Report):
    """`sightline graph export --json`."""

    revision: int
    files: list[str]
    edges: list[EdgeJson]
    coverage: CoverageJson


class FileEdgesJson(Report):
    """`sightline graph importers PATH --json` and `dependencies PATH --json`."""

    revision: int
    path: str
    edges: list[EdgeJson]
    coverage: CoverageJson


class SymbolEdgeJson(Report):
    """A use of a symbol: the definition `source` (or its file) uses `target`."""

    source: str
    target: str
    kind: str
    path: str
    line: int
    confidence: str


class SymbolJson(Report):
    """A definition."""

    name: str
    kind: str
    path: str
    line: int


class RelatedSymbolJson(Report):
    """A definition (or, with an empty `name`, the top of a file) in some relation to the symbol asked about."""

    path: str
    name: str
    line: int
    confidence: str
    depth: int


class RelationJson(Report):
    """`sightline graph callers|callees|implementers|twins|tests NAME --json`."""

    revision: int
    relation: str
    symbols: list[SymbolJson]
    related: list[RelatedSymbolJson]
    coverage: CoverageJson


class NeighbourhoodJson(Report):
    """`sightline graph neighbourhood NAME --json`: everything one step away, by relation."""

    revision: int
    symbols: list[SymbolJson]
    relations: dict[str, list[RelatedSymbolJson]]
    coverage: CoverageJson


class CyclesJson(Report):
    """`sightline graph cycles --json`: sets of files that all import one another, the largest first."""

    revision: int
    cycles: list[list[str]]
    coverage: CoverageJson


class EntryPointsJson(Report):
    """`sightline graph entry-points --json`: files that import others and that nobody imports."""

    revision: int
    files: list[str]
    coverage: CoverageJson


class PlaceJson(Report):
    """A use of a symbol. `enclosing` is the definition around it."""

    path: str
    line: int
    column: int
    kind: str
    confidence: str
    enclosing: str


class ReferencesJson(Report):
    """`sightline graph references NAME --json`: one entry for each definition the name may mean."""

    revision: int
    symbols: list[SymbolReferences]
    coverage: CoverageJson


class SymbolReferences(Report):
    """A definition and its uses."""

    symbol: SymbolJson
    places: list[PlaceJson]
    coverage: CoverageJson


class ImpactedJson(Report):
    """A definition (or, with an empty name, a whole file) that is reached through uses, `depth` steps away."""

    name: str
    path: str
    line: int
    depth: int
    confidence: str


class ImpactJson(Report):
    """`sightline graph impact NAME --json`: who is affected when the symbol changes, transitively."""

    revision: int
    symbols: list[SymbolJson]
    impacted: list[ImpactedJson]
    coverage: CoverageJson


class ChangedSymbolJson(Report):
    """A definition that a change touches, or with an empty `name` the top of a file."""

    path: str
    name: str
    line: int
    kind: Literal["changed", "removed", "added"]


class AffectedJson(ImpactedJson):
    """As in Impact; `of` is the changed definition (or file) it was reached from, `test` tells that it is in a test."""

    of: str
    test: bool


class DiffImpactJson(Report):
    """`sightline graph impact --diff FILE|--base REV|--commits A..B|--staged --json`: who is affected by a change.

    `unmatched` are parts of the diff that do not fit the tree; they were left out.
    """

    revision: int
    changed: list[ChangedSymbolJson]
    impacted: list[AffectedJson]
    unmatched: list[UnmatchedJson]
    coverage: CoverageJson


class RelatedJson(Report):
    """Another place a finding speaks of."""

    path: str
    line: int
    message: str = ""


class FindingJson(Report):
    """Something an edit broke. A certain finding rejects, a possible one is listed. `id` names it for `--accept`.

    `detail` is what the program that found it printed of it, in some lines.
    """

    id: str
    check: str
    certainty: Literal["certain", "possible"]
    path: str
    line: int
    column: int
    severity: str
    message: str
    related: list[RelatedJson]
    detail: str = ""


class AcceptedJson(Report):
    """A finding that somebody accepted, and why."""

    id: str
    check: str
    path: str
    line: int
    message: str
    reason: str


class SkippedJson(Report):
    """A check that did not run."""

    check: str
    reason: str


class CheckJson(Report):
    """`sightline check --json`. Only new findings. `seconds` is the wall time by check, with `total`.

    `applied`: the tree has the diff already, and was judged against what it was without it. `already` are files of
    another diff of which that is so; nothing of them was judged. `notes` say how it was judged where that matters:
    which tests ran, and how they were kept apart.
    """

    verdict: Literal["accept", "reject"]
    revision: int
    findings: list[FindingJson]
    fixed: list[str]
    skipped: list[SkippedJson]
    unmatched: list[UnmatchedJson] = Field(default_factory=list["UnmatchedJson"])
    applied: bool = False
    already: list[str] = Field(default_factory=list[str])
    accepted: list[AcceptedJson] = Field(default_factory=list["AcceptedJson"])
    seconds: dict[str, float]
    notes: list[str] = Field(default_factory=list[str])


class UnmatchedJson(Report):
    """An edit that could not be placed, or a part of the reply that could not be read (then `path` may be empty)."""

    path: str
    reason: str


class PlacedJson(Report):
    """How an edit was placed: exact, symbol, whole, offset, whitespace, indentation, characters or `closest (0.94)`.

    `line` is the line of the file before the edit.
    """

    path: str
    line: int
    how: str


class ChangeJson(Report):
    """A file that the edit touches; `kind` is edit, create, delete or rename, `hunks` its number of edited places."""

    path: str
    kind: str
    hunks: int


class ErrorBody(Report):
    """What went wrong and what to do next; `kind` is a stable word."""

    kind: str
    message: str
    hint: str


class ErrorJson(Report):
    """With `--json`, an error on standard output."""

    error: ErrorBody
