"""Definitions as the protocol's symbols."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from sightline.graph.answers import Confidence, Symbol
from sightline.graph.facts import DefinitionKind

_KINDS = {
    DefinitionKind.FUNCTION: types.SymbolKind.Function,
    DefinitionKind.METHOD: types.SymbolKind.Method,
    DefinitionKind.CLASS: types.SymbolKind.Class,
    DefinitionKind.INTERFACE: types.SymbolKind.Interface,
    DefinitionKind.TYPE: types.SymbolKind.Struct,
    DefinitionKind.ENUM: types.SymbolKind.Enum,
    DefinitionKind.VARIABLE: types.SymbolKind.Variable,
    DefinitionKind.ATTRIBUTE: types.SymbolKind.Field,
    DefinitionKind.NAMESPACE: types.SymbolKind.Namespace,
    DefinitionKind.EXTENSION: types.SymbolKind.Class,
}


def kind_of(symbol: Symbol) -> types.SymbolKind:
    """The protocol's word for what a definition is."""
    return _KINDS[symbol.definition.kind]


def container_of(symbol: Symbol) -> str | None:
    """What a definition lies in, within its file."""
    return symbol.qualified_name.rpartition(".")[0] or None


def best(found: Iterable[tuple[Symbol, Confidence]]) -> list[Symbol]:
    """Those that the language's rules give; those of the same name only where there are no others."""
    pairs = list(found)
    known = [symbol for symbol, confidence in pairs if confidence is not Confidence.NAME_ONLY]
    return known or [symbol for symbol, _ in pairs]
