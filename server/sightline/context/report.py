"""The JSON of ``sightline context``, as plain typed dictionaries. Its shape is stable: fields may be added."""

from __future__ import annotations

from typing import TypedDict

from sightline.context.candidates import Reranking, Step
from sightline.context.pack import ContextPack, Slice
from sightline.context.render import Form


class StepReport(TypedDict):
    """One step of the way that brought a piece in: the definition at a line, and what was said of it."""

    path: str
    name: str
    line: int
    reason: str


class SymbolReport(TypedDict):
    """One piece of a file. Lines are one-based and inclusive; ``name`` is empty for code between definitions.

    ``chain`` leads by the graph from the piece to what the task led to; empty for what the graph ties to nothing.
    """

    name: str
    kind: str
    start_line: int
    end_line: int
    form: str
    tokens: int
    reasons: list[str]
    chain: list[StepReport]


class FileReport(TypedDict):
    """One file of the context and the pieces of it that are in the text."""

    path: str
    score: float
    reasons: list[str]
    symbols: list[SymbolReport]


class DroppedReport(TypedDict):
    """A piece that is not in the text."""

    path: str
    name: str
    start_line: int
    end_line: int
    reason: str


class SitesReport(TypedDict):
    """Of a pattern task ("use X instead of Y"): lines with what is ``sought``, and how many stand in the text.

    ``left_out`` counts the others by file. ``complete`` is false where the search stopped at a bound.
    """

    sought: list[str]
    total: int
    shown: int
    left_out: dict[str, int]
    complete: bool


class ExampleReport(TypedDict):
    """The nearest to something that is to be added. The workspace has ``count`` of its ``kind``, most in ``place``."""

    kind: str
    name: str
    path: str
    start_line: int
    end_line: int
    count: int
    place: str


class RerankingReport(TypedDict):
    """What came of comparing ``pieces`` with the task in meaning; ``problem`` says why none were, else it is empty."""

    model: str
    where: str
    pieces: int
    problem: str


class ContextReport(TypedDict):
    """``sightline context --json``. ``tokens`` counts ``text``; ``ranking`` goes on past what fitted.

    ``reranking`` is null where ``context.rerank`` is off.
    """

    revision: int
    budget: int
    tokens: int
    text: str
    ranking: list[str]
    files: list[FileReport]
    dropped: list[DroppedReport]
    sites: SitesReport | None
    example: ExampleReport | None
    reranking: RerankingReport | None


def context_report(pack: ContextPack) -> ContextReport:
    """A pack as JSON. Files stand in the order of the text, best first."""
    ranked = {file.path: file for file in pack.ranking}
    files: dict[str, FileReport] = {}
    for piece in pack.slices:
        file = ranked.get(piece.path)
        report = files.setdefault(
            str(piece.path),
            FileReport(
                path=str(piece.path),
                score=file.score if file else 0.0,
                reasons=list(file.reasons if file else piece.reasons),
                symbols=[],
            ),
        )
        report["symbols"].append(_symbol(piece))
    return ContextReport(
        revision=pack.revision,
        budget=pack.budget,
        tokens=pack.tokens,
        text=pack.text,
        ranking=[str(file.path) for file in pack.ranking],
        files=list(files.values()),
        dropped=dropped_report(pack),
        sites=sites_report(pack),
        example=example_report(pack),
        reranking=reranking_report(pack.reranking),
    )


def example_report(pack: ContextPack) -> ExampleReport | None:
    """The example in a text; ``None`` where there is none."""
    found = pack.example
    if found is None:
        return None
    return ExampleReport(
        kind=found.kind,
        name=found.name,
        path=found.path,
        start_line=found.first,
        end_line=found.last,
        count=found.count,
        place=found.place,
    )


def sites_report(pack: ContextPack) -> SitesReport | None:
    """What of a pattern task is shown; ``None`` for another."""
    sites = pack.sites
    if sites is None:
        return None
    return SitesReport(
        sought=list(sites.sought),
        total=sites.total,
        shown=sites.shown,
        left_out=dict(sites.left_out),
        complete=sites.complete,
    )


def reranking_report(said: Reranking | None) -> RerankingReport | None:
    """What came of comparing pieces in meaning."""
    if said is None:
        return None
    return RerankingReport(model=said.model, where=said.where, pieces=said.pieces, problem=said.problem)


def reranking_said(said: Reranking | None) -> str:
    """The same as a sentence; "" where nobody was asked."""
    if said is None or said.problem or not said.pieces:
        return said.problem if said else ""
    return f"{said.pieces} pieces were compared with the task in meaning by {said.model} ({said.where})."


def dropped_report(pack: ContextPack) -> list[DroppedReport]:
    """What was pointed at and is refused, then what did not fit."""
    return [
        *(
            DroppedReport(path=str(path), name="", start_line=0, end_line=0, reason=reason)
            for path, reason in pack.refused
        ),
        *(
            DroppedReport(
                path=str(piece.path),
                name=piece.name,
                start_line=piece.first,
                end_line=piece.last,
                reason=piece.reason,
            )
            for piece in pack.dropped
        ),
    ]


def _symbol(piece: Slice) -> SymbolReport:
    form: Form = piece.form
    return SymbolReport(
        name=piece.name,
        kind=piece.kind,
        start_line=piece.first,
        end_line=piece.last,
        form=form.value,
        tokens=piece.tokens,
        reasons=list(piece.reasons),
        chain=chain_report(piece.chain),
    )


def chain_report(chain: tuple[Step, ...]) -> list[StepReport]:
    """The way that brought a piece in."""
    return [StepReport(path=str(step.path), name=step.name, line=step.line, reason=step.reason) for step in chain]
