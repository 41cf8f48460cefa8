"""``sightline.graph``: every question to the graph as one command, with the whole answer and how complete it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types

from sightline.base.errors import ChangeConflict, UsageError
from sightline.base.paths import WorkspacePath, confine
from sightline.base.text import Span
from sightline.engine.gate import DiffSource
from sightline.engine.graph_questions import DiffImpact
from sightline.graph.answers import Coverage, Symbol
from sightline.graph.at import around, symbols_at
from sightline.graph.coverage import coverage_words
from sightline.graph.queries import FILE_QUERIES, IMPACT_DEPTH, QUERIES, SYMBOL_QUERIES, GraphQuery, QueryAnswer
from sightline.graph.queries import ask as ask_query
from sightline.graph.stopping import Check
from sightline.graph.view import GraphView
from sightline.lsp.errors import BadArguments, TextMovedOn
from sightline.lsp.messages import GraphArguments
from sightline.lsp.session import Session
from sightline.lsp.snapshots import Places, Snapshot, ask, snapshot
from sightline.lsp.symbol_kinds import best

#: Definitions that one name may mean, beyond which a question must be put more exactly.
MOST_MEANT = 20


def asked_of_graph(session: Session, given: GraphArguments) -> Snapshot:
    """Read when the command arrives."""
    position = None
    if given.range is not None:
        position = types.Position(line=given.range.start.line, character=given.range.start.character)
    return snapshot(session, given.uri, position)


async def graph_answer(session: Session, given: GraphArguments, asked: Snapshot) -> dict[str, Any]:
    """The answer as JSON (docs/reference/protocol.md).

    Raises :class:`BadArguments` for an unknown query, :class:`UsageError` when nothing is called so or stands there,
    and :class:`ChangeConflict` when the text it was asked of is gone.
    """
    if given.query not in QUERIES:
        raise BadArguments(f"There is no query {given.query!r}.", hint=f"Queries: {', '.join(sorted(QUERIES))}.")
    source = DiffSource(diff=given.diff, base=given.base, staged=given.staged, commits=given.commits)
    if source != DiffSource():
        if given.query != "impact":
            raise BadArguments(f"{given.query} is not asked of a change; impact is.")
        engine = await session.host.settled()
        _refuse_without_root(engine.roots)
        found = await engine.impact_of_diff(source, given.depth or IMPACT_DEPTH)
        return _diff_json(found, asked, given.limit)

    def question(view: GraphView, places: Places, check: Check) -> dict[str, Any]:
        answer = ask_query(view, _query(view, given, asked), check)
        return _answer_json(view, answer, places, given.limit)

    try:
        return await ask(session, asked, question)
    except TextMovedOn as error:  # an editor would swallow it; whoever sent a command must be told
        raise ChangeConflict(error.message, hint=error.hint) from error


def _query(view: GraphView, given: GraphArguments, asked: Snapshot) -> GraphQuery:
    _refuse_without_root(view.workspace.roots)
    if given.query in SYMBOL_QUERIES:
        symbols = _symbols(view, given, asked)
        if len(symbols) > MOST_MEANT:
            raise UsageError(
                f"{len(symbols)} definitions are called {given.text}.",
                hint="Write Class.method or path::Class.method.",
                kind="ambiguous_symbol",
            )
        return GraphQuery(name=given.query, symbols=symbols, depth=given.depth)
    if given.query in FILE_QUERIES:
        return GraphQuery(name=given.query, file=_file(view, given.text.strip(), asked), depth=given.depth)
    return GraphQuery(name=given.query)


def _symbols(view: GraphView, given: GraphArguments, asked: Snapshot) -> tuple[Symbol, ...]:
    name = given.text.strip()
    if name:
        found = view.lookup(name)
    elif asked.path is not None and asked.offset is not None:
        found = tuple(best(symbols_at(view, asked.path, asked.offset)))
        if not found and (inside := around(view, asked.path, Span(asked.offset, asked.offset))) is not None:
            found = (inside,)
    else:
        found = ()
    if not found:
        raise UsageError(
            f"Nothing in the workspace is called {name}." if name else "No symbol is named or stands there.",
            hint="Names are written as in the code: name, Class.method or path::Class.method.",
            kind="unknown_symbol",
        )
    return found


def _file(view: GraphView, name: str, asked: Snapshot) -> WorkspacePath:
    for root in view.workspace.roots if name else ():
        path = confine(root, name)
        if view.workspace.exists(path):
            return path
    if not name and asked.path is not None:
        return asked.path
    raise UsageError(
        f"{name} is not a file of this workspace." if name else "Say which file is meant.",
        hint="Give its address as uri, or its path relative to the root as text.",
        kind="missing_file",
    )


def _refuse_without_root(roots: tuple[str, ...]) -> None:
    if not roots:
        raise UsageError("No folder is open.", hint="Open the folder of your project first.", kind="missing_root")


def _answer_json(view: GraphView, answer: QueryAnswer, places: Places, limit: int) -> dict[str, Any]:
    def place(path: WorkspacePath) -> dict[str, Any]:
        places.told.add(path)
        return {"uri": places.uri(path), "path": str(path)}

    found = [
        {
            **place(item.path),
            "line": item.line,
            "column": item.column,
            "name": item.name,
            "relation": item.relation,
            "kind": item.kind,
            "confidence": item.confidence.value,
            "depth": item.depth,
            "source": place(item.source) if item.source is not None else None,
        }
        for item in answer.items[:limit]
    ]
    return {
        "query": answer.query,
        "revision": answer.revision,
        "symbols": [
            {
                **place(symbol.path),
                "line": _line(view, symbol),
                "name": symbol.qualified_name,
                "kind": symbol.definition.kind.value,
            }
            for symbol in answer.symbols
        ],
        "found": found,
        "cycles": [[place(path) for path in group] for group in answer.groups[:limit]],
        "changed": [],
        "unmatched": [],
        "total": len(answer.items) + len(answer.groups),
        "coverage": _coverage_json(answer.coverage, places.uri, nothing_found=answer.is_empty),
    }


def _diff_json(found: DiffImpact, asked: Snapshot, limit: int) -> dict[str, Any]:
    def place(path: WorkspacePath) -> dict[str, Any]:
        return {"uri": asked.uris.get(path, path.uri), "path": str(path)}

    answer = found.answer
    return {
        "query": "impact",
        "revision": answer.revision,
        "symbols": [],
        "found": [
            {
                **place(each.path),
                "line": each.line,
                "column": 0,
                "name": each.name,
                "relation": "tests" if each.test else "impact",
                "kind": "",
                "confidence": each.confidence.value,
                "depth": each.depth,
                "source": None,
                "of": each.of,
            }
            for each in answer.affected[:limit]
        ],
        "cycles": [],
        "changed": [
            {**place(each.path), "line": each.line, "name": each.name, "kind": each.kind}
            for each in answer.changed[:limit]
        ],
        "unmatched": [{"path": item.path, "reason": item.reason} for item in found.unmatched],
        "total": len(answer.affected),
        "coverage": _coverage_json(
            answer.coverage, lambda path: asked.uris.get(path, path.uri), nothing_found=not answer.affected
        ),
    }


def _coverage_json(coverage: Coverage, uri: Callable[[WorkspacePath], str], *, nothing_found: bool) -> dict[str, Any]:
    return {
        "complete": coverage.complete,
        "unparsed": coverage.unparsed,
        "dynamic": coverage.dynamic,
        "ambiguous": coverage.ambiguous,
        "cut": coverage.cut,
        "unvisited": coverage.unvisited,
        "unparsedFiles": [{"uri": uri(path), "path": str(path)} for path in coverage.unparsed_files],
        "text": coverage_words(coverage, nothing_found=nothing_found),
    }


def _line(view: GraphView, symbol: Symbol) -> int:
    index = view.index(symbol.path)
    return index.line_of(symbol.definition.name_span.start) + 1 if index is not None else 1
