"""Call and type hierarchies, for the languages of ``navigation.py``.

An item names its definition in ``data`` and is found again by that name, whatever was typed since.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from lsprotocol import types

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.graph.answers import Confidence, EdgeKind, Place, Symbol
from sightline.graph.at import symbols_at
from sightline.graph.facts import ReferenceKind
from sightline.graph.relations import CLASSES
from sightline.graph.stopping import Check
from sightline.graph.view import GraphView
from sightline.lsp.navigation import answers_for, asked_at, known_uses, tell_gaps
from sightline.lsp.options import table
from sightline.lsp.session import Session
from sightline.lsp.snapshots import Places, Snapshot, ask, snapshot
from sightline.lsp.symbol_kinds import best, container_of, kind_of

T = TypeVar("T")
Item = TypeVar("Item", types.CallHierarchyItem, types.TypeHierarchyItem)

Calls = Coroutine[Any, Any, list[types.CallHierarchyItem]]
Types = Coroutine[Any, Any, list[types.TypeHierarchyItem]]


def prepare_calls(session: Session, params: types.CallHierarchyPrepareParams) -> Calls | None:
    """``textDocument/prepareCallHierarchy``: what the name at the place means."""
    place = asked_at(session, params)
    if place is None:
        return None
    asked, path, offset = place

    def question(view: GraphView, places: Places, check: Check) -> list[types.CallHierarchyItem]:
        del check
        return [_item(types.CallHierarchyItem, symbol, places) for symbol in best(symbols_at(view, path, offset))]

    return ask(session, asked, question)


def incoming_calls(
    session: Session, params: types.CallHierarchyIncomingCallsParams
) -> Coroutine[Any, Any, list[types.CallHierarchyIncomingCall]] | None:
    """``callHierarchy/incomingCalls``: definitions that call it, and files that do so at their top."""
    again = _again(session, params.item)
    if again is None:
        return None
    asked, path, name = again

    def question(view: GraphView, places: Places, check: Check) -> list[types.CallHierarchyIncomingCall]:
        check()
        symbol = _named(view, path, name)
        if symbol is None:
            return []
        answer = view.references(symbol)
        calls: dict[tuple[WorkspacePath, str], list[Place]] = {}
        for use in known_uses(place for place in answer.places if place.kind is EdgeKind.CALL):
            calls.setdefault((use.path, use.enclosing), []).append(use)
        if not calls:
            tell_gaps(symbol, answer.coverage)
        return [
            types.CallHierarchyIncomingCall(
                from_=_caller(view, caller, enclosing, places),
                from_ranges=[places.range(use.path, use.reference.span) for use in uses],
            )
            for (caller, enclosing), uses in calls.items()
        ]

    return ask(session, asked, question)


def outgoing_calls(
    session: Session, params: types.CallHierarchyOutgoingCallsParams
) -> Coroutine[Any, Any, list[types.CallHierarchyOutgoingCall]] | None:
    """``callHierarchy/outgoingCalls``: definitions of the workspace that it calls."""
    again = _again(session, params.item)
    if again is None:
        return None
    asked, path, name = again

    def question(view: GraphView, places: Places, check: Check) -> list[types.CallHierarchyOutgoingCall]:
        symbol, facts = _named(view, path, name), view.facts(path)
        calls: dict[Symbol, list[Span]] = {}
        for reference in facts.references if facts is not None and symbol is not None else ():
            check()
            inside = symbol is not None and symbol.definition.span.contains(reference.span)
            if inside and reference.kind is ReferenceKind.CALL:
                for target, confidence in view.resolve(path, reference):
                    if confidence is not Confidence.NAME_ONLY:
                        calls.setdefault(target, []).append(reference.span)
        return [
            types.CallHierarchyOutgoingCall(
                to=_item(types.CallHierarchyItem, target, places),
                from_ranges=[places.range(path, span) for span in spans],
            )
            for target, spans in calls.items()
        ]

    return ask(session, asked, question)


def prepare_types(session: Session, params: types.TypeHierarchyPrepareParams) -> Types | None:
    """``textDocument/prepareTypeHierarchy``: the classes and interfaces that the name at the place means."""
    place = asked_at(session, params)
    if place is None:
        return None
    asked, path, offset = place

    def question(view: GraphView, places: Places, check: Check) -> list[types.TypeHierarchyItem]:
        del check
        found = best(symbols_at(view, path, offset))
        return [_item(types.TypeHierarchyItem, symbol, places) for symbol in found if symbol.definition.kind in CLASSES]

    return ask(session, asked, question)


def supertypes(session: Session, params: types.TypeHierarchySupertypesParams) -> Types | None:
    """``typeHierarchy/supertypes``: the bases that a class names and the workspace has."""
    again = _again(session, params.item)
    if again is None:
        return None
    asked, path, name = again

    def question(view: GraphView, places: Places, check: Check) -> list[types.TypeHierarchyItem]:
        del check
        symbol = _named(view, path, name)
        return [_item(types.TypeHierarchyItem, base, places) for base in _bases(view, symbol)] if symbol else []

    return ask(session, asked, question)


def subtypes(session: Session, params: types.TypeHierarchySubtypesParams) -> Types | None:
    """``typeHierarchy/subtypes``: classes that name it as a base."""
    again = _again(session, params.item)
    if again is None:
        return None
    asked, path, name = again

    def question(view: GraphView, places: Places, check: Check) -> list[types.TypeHierarchyItem]:
        check()
        symbol = _named(view, path, name)
        heirs = view.subclasses(symbol) if symbol is not None else ()
        return [_item(types.TypeHierarchyItem, heir, places) for heir in heirs]

    return ask(session, asked, question)


def _again(
    session: Session, item: types.CallHierarchyItem | types.TypeHierarchyItem
) -> tuple[Snapshot, WorkspacePath, str] | None:
    """The definition of an item that was handed out; ``None`` for items that are not ours."""
    asked, name = snapshot(session, item.uri), table(item.data).get("name")
    if asked.path is None or not isinstance(name, str) or not answers_for(session, asked.path):
        return None
    return asked, asked.path, name


def _named(view: GraphView, path: WorkspacePath, name: str) -> Symbol | None:
    return next((symbol for symbol in view.symbols(path) if symbol.qualified_name == name), None)


def _bases(view: GraphView, symbol: Symbol) -> list[Symbol]:
    facts = view.facts(symbol.path)
    header = Span(symbol.definition.span.start, max(symbol.definition.body_start, symbol.definition.span.start))
    found: dict[Symbol, None] = {}
    for reference in facts.references if facts is not None else ():
        if reference.kind is ReferenceKind.INHERIT and header.contains(reference.span):
            found.update(dict.fromkeys(best(view.resolve(symbol.path, reference))))
    return list(found)


def _caller(view: GraphView, path: WorkspacePath, enclosing: str, places: Places) -> types.CallHierarchyItem:
    symbol = _named(view, path, enclosing) if enclosing else None
    if symbol is not None:
        return _item(types.CallHierarchyItem, symbol, places)
    top = places.range(path, Span(0, 0))
    return types.CallHierarchyItem(
        name=path.name,
        kind=types.SymbolKind.File,
        detail=str(path),
        uri=places.uri(path),
        range=top,
        selection_range=top,
        data={"name": ""},
    )


def _item(kind: type[Item], symbol: Symbol, places: Places) -> Item:
    container = container_of(symbol)
    return kind(
        name=symbol.definition.name or "?",
        kind=kind_of(symbol),
        detail=f"{symbol.path}::{container}" if container else str(symbol.path),
        uri=places.uri(symbol.path),
        range=places.whole(symbol),
        selection_range=places.range(symbol.path, symbol.definition.name_span),
        data={"name": symbol.qualified_name},
    )
