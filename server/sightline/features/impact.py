"""``/impact parse_date``: who is affected when a symbol changes, from the graph alone, with its coverage."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sightline.base.errors import UsageError
from sightline.features.feature import FeatureContext, FeatureRequest, FeatureResult, FoundPlace
from sightline.graph.answers import Symbol
from sightline.graph.coverage import coverage_words
from sightline.graph.impact import ImpactAnswer, impact_of
from sightline.graph.view import GraphView

_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Impact:
    name: str = "impact"
    title: str = "Show who is affected by a change here"
    action: str = "source.sightline.impact"
    uses_model: bool = False
    early: bool = False

    async def run(self, request: FeatureRequest, context: FeatureContext) -> FeatureResult:
        """Raises :class:`UsageError` when neither the text nor the selection names a symbol."""
        symbols = _symbols(request, context.view)
        answers = [await asyncio.to_thread(impact_of, context.view, symbol) for symbol in symbols]
        places = tuple(
            FoundPlace(path=item.path, line=item.line, label=item.name)
            for answer in answers
            for item in answer.impacted
        )
        return FeatureResult(
            command=self.name,
            turn_id=request.turn,
            revision=context.view.revision,
            text="\n\n".join(map(_tell, answers)),
            places=places[:_MOST_SHOWN],
            data={"answers": [_data(answer) for answer in answers]},
        )


def _symbols(request: FeatureRequest, view: GraphView) -> tuple[Symbol, ...]:
    words = (request.text.strip(), *request.mentions)
    named = tuple(symbol for word in words if word for symbol in view.lookup(word.lstrip("@")))
    if named:
        return named[:10]
    if request.path is not None and request.span is not None:
        span = request.span
        around = [symbol for symbol in view.symbols(request.path) if symbol.definition.span.contains(span)]
        if around:
            return (min(around, key=lambda symbol: len(symbol.definition.span)),)
    raise UsageError(
        "No symbol of the workspace is named or selected.",
        hint="Write its name after /impact, such as `/impact Class.method`, or put the cursor into it.",
        kind="unknown_symbol",
    )


def _tell(answer: ImpactAnswer) -> str:
    lines = [f"**`{answer.symbol.identifier}`**: {len(answer.impacted)} affected, revision {answer.revision}"]
    lines += [
        f"- `{item.path}:{item.line}` {item.name} ({item.confidence.value}{', indirect' if item.depth > 1 else ''})"
        for item in answer.impacted[:_MOST_SHOWN]
    ]
    if len(answer.impacted) > _MOST_SHOWN:
        lines.append(f"- … and {len(answer.impacted) - _MOST_SHOWN} more")
    words = coverage_words(answer.coverage, nothing_found=not answer.impacted)
    return "\n".join(lines) + f"\n\n_Coverage: {words}._"


def _data(answer: ImpactAnswer) -> dict[str, object]:
    return {
        "symbol": answer.symbol.identifier,
        "impacted": [
            {
                "name": item.name,
                "path": str(item.path),
                "line": item.line,
                "depth": item.depth,
                "confidence": item.confidence.value,
            }
            for item in answer.impacted
        ],
        "coverage": {
            "complete": answer.coverage.complete,
            "unparsed": answer.coverage.unparsed,
            "dynamic": answer.coverage.dynamic,
            "ambiguous": answer.coverage.ambiguous,
            "cut": answer.coverage.cut,
            "unparsedFiles": [str(path) for path in answer.coverage.unparsed_files],
        },
    }


FEATURE = _Impact()
