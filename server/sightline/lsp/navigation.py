"""The requests by which editors jump: references, definition, implementation, symbols of a document and a workspace.

They are answered for the languages of the setting ``navigation.languages`` alone: elsewhere the user's own language
server answers, and nobody wants to see everything twice. These answers have no place for a confidence or a coverage,
so that uses by name alone are left out where there are better ones; ``sightline.graph`` tells everything.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Iterable
from typing import Any, Protocol

from lsprotocol import types

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.graph.answers import Confidence, Coverage, Place, Symbol
from sightline.graph.at import module_at, symbols_at, symbols_like
from sightline.graph.coverage import coverage_words
from sightline.graph.relations import heirs
from sightline.graph.stopping import Check
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of
from sightline.lsp.session import Session
from sightline.lsp.snapshots import Places, Snapshot, ask, snapshot
from sightline.lsp.symbol_kinds import best, container_of, kind_of

log = logging.getLogger(__name__)

Locations = list[types.Location]
DocumentSymbols = list[types.DocumentSymbol] | list[types.SymbolInformation]


class AtPosition(Protocol):
    """Parameters of a request about a place."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


def asked_at(session: Session, params: AtPosition) -> tuple[Snapshot, WorkspacePath, int] | None:
    """The place of a request; ``None`` where another language server answers, and outside the workspace."""
    asked = snapshot(session, params.text_document.uri, params.position)
    if asked.path is None or asked.offset is None or not answers_for(session, asked.path):
        return None
    return asked, asked.path, asked.offset


def answers_for(session: Session, path: WorkspacePath) -> bool:
    """Whether the user wants answers for the language of a file from us."""
    language = language_of(path)
    return language is not None and language.name in session.navigation


def references(session: Session, params: types.ReferenceParams) -> Coroutine[Any, Any, Locations] | None:
    """``textDocument/references``."""
    place = asked_at(session, params)
    if place is None:
        return None
    asked, path, offset = place

    def question(view: GraphView, places: Places, check: Check) -> Locations:
        symbols = best(symbols_at(view, path, offset))
        found: list[Place] = []
        for symbol in symbols:
            check()
            answer = view.references(symbol)
            found += known_uses(answer.places)
            if not answer.places:
                tell_gaps(symbol, answer.coverage)
        spans = dict.fromkeys((use.path, use.reference.span) for use in found)
        own = places.names(symbols) if params.context.include_declaration else []
        return [*own, *(places.location(*span) for span in spans)]

    return ask(session, asked, question)


def definition(session: Session, params: types.DefinitionParams) -> Coroutine[Any, Any, Locations] | None:
    """``textDocument/definition``; of a module in an import, the beginning of its file."""
    place = asked_at(session, params)
    if place is None:
        return None
    asked, path, offset = place

    def question(view: GraphView, places: Places, check: Check) -> Locations:
        del check
        found = places.names(best(symbols_at(view, path, offset)))
        if not found and (module := module_at(view, path, offset)) is not None:
            return [places.location(module, Span(0, 0))]
        return found

    return ask(session, asked, question)


def implementation(session: Session, params: types.ImplementationParams) -> Coroutine[Any, Any, Locations] | None:
    """``textDocument/implementation``: classes below a class or an interface, members that override a member."""
    place = asked_at(session, params)
    if place is None:
        return None
    asked, path, offset = place

    def question(view: GraphView, places: Places, check: Check) -> Locations:
        symbols = best(symbols_at(view, path, offset))
        return places.names(heir for symbol in symbols for heir, _ in heirs(view, symbol, check))

    return ask(session, asked, question)


def document_symbols(
    session: Session, params: types.DocumentSymbolParams
) -> Coroutine[Any, Any, DocumentSymbols] | None:
    """``textDocument/documentSymbol``: nested where the editor takes that, else in one list."""
    asked = snapshot(session, params.text_document.uri)
    path = asked.path
    if path is None or not answers_for(session, path):
        return None
    nested = session.client.can.nested_symbols

    def question(view: GraphView, places: Places, check: Check) -> DocumentSymbols:
        del check
        symbols = view.symbols(path)
        return _tree(symbols, places) if nested else [_row(symbol, places) for symbol in symbols]

    return ask(session, asked, question)


def workspace_symbols(
    session: Session, params: types.WorkspaceSymbolParams
) -> Coroutine[Any, Any, list[types.WorkspaceSymbol]] | None:
    """``workspace/symbol``: definitions whose name holds the query, best first, a bounded number."""
    if not session.navigation:
        return None
    asked = snapshot(session)

    def question(view: GraphView, places: Places, check: Check) -> list[types.WorkspaceSymbol]:
        return [
            types.WorkspaceSymbol(
                name=symbol.definition.name,
                kind=kind_of(symbol),
                container_name=container_of(symbol),
                location=places.location(symbol.path, symbol.definition.name_span),
            )
            for symbol in symbols_like(view, params.query.strip(), check, languages=session.navigation)
        ]

    return ask(session, asked, question)


def known_uses(found: Iterable[Place]) -> list[Place]:
    """Uses that the language's rules give; those by name alone only where there are no others."""
    uses = list(found)
    return [use for use in uses if use.confidence is not Confidence.NAME_ONLY] or uses


def tell_gaps(symbol: Symbol, coverage: Coverage) -> None:
    """An empty answer that may be wrong is told in the log: the protocol has no other place for it."""
    if not coverage.complete:
        log.info("%s: %s.", symbol.identifier, coverage_words(coverage, nothing_found=True))


def _tree(symbols: tuple[Symbol, ...], places: Places) -> list[types.DocumentSymbol]:
    made = [
        types.DocumentSymbol(
            name=symbol.definition.name or "?",  # the protocol allows no empty name
            kind=kind_of(symbol),
            range=places.whole(symbol),
            selection_range=places.range(symbol.path, symbol.definition.name_span),
            children=[],
        )
        for symbol in symbols
    ]
    top: list[types.DocumentSymbol] = []
    for symbol, item in zip(symbols, made, strict=True):
        parent = symbol.definition.parent
        around = list(made[parent].children or ()) if parent >= 0 else top
        around.append(item)
        if parent >= 0:
            made[parent].children = around
    return top


def _row(symbol: Symbol, places: Places) -> types.SymbolInformation:
    return types.SymbolInformation(
        name=symbol.definition.name or "?",
        kind=kind_of(symbol),
        container_name=container_of(symbol),
        location=types.Location(uri=places.uri(symbol.path), range=places.whole(symbol)),
    )
