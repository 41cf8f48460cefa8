"""``LanguageSpec``: everything that differs by language, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from sightline.languages.prepared import Prepared
from sightline.languages.skim import ImportSkim


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSpec:
    """One language. ``grammar`` loads the tree-sitter language object lazily; ``queries`` names files in ``queries/``
    that are read as one query.

    ``extensions`` are lower-case with their dot; ``names`` are whole file names in lower case. ``comment`` begins a
    line comment; ``identifier`` is what VS Code calls the language (LSP ``languageId``). ``extractor`` names the
    reading of the query's captures in ``graph/``. ``family``: languages of one family import one another, by the
    rules of ``import_registry.py``. ``preview``: what the graph says of it has not been measured to the bar of the
    others. ``prepare``: for files that are not all code, what of a text is code and by which language it is read.
    ``in_parts``: the query finds the same in a long text, broken or not, when it is asked part by part.
    ``skim``: how imports are found before the text is parsed; ``None`` where only parsing tells them.
    ``parses_whole``: the grammar reads a text differently when parts of an old tree are used again.
    ``spelled``: a text of the same length that means the same, where the grammar cannot read a text as it is written.
    ``respelled``: such a text for one in which the grammar finds errors, or the text itself if nothing is to be done.
    ``typed``: its compiler knows the type of every value that is not declared to be of any.
    ``needs_final_newline``: its scanner looks for the end of a line without looking for the end of the text.
    """

    name: str
    extensions: tuple[str, ...]
    grammar: Callable[[], Any]
    queries: tuple[str, ...]
    comment: str
    identifier: str
    extractor: str
    family: str
    names: tuple[str, ...] = ()
    preview: bool = False
    prepare: Callable[[bytes], Prepared] | None = None
    in_parts: bool = False
    skim: ImportSkim | None = None
    parses_whole: bool = False
    needs_final_newline: bool = False
    spelled: Callable[[bytes], bytes] | None = None
    respelled: Callable[[bytes], bytes] | None = None
    typed: bool = False


@cache
def load_grammar(module: str, function: str) -> Any:
    """The tree-sitter language that ``function`` of a grammar package returns; loaded on the first call only."""
    return import_module("tree_sitter").Language(getattr(import_module(module), function)())


def query_source(language: LanguageSpec) -> str:
    """Text of the language's query. Raises ``FileNotFoundError`` for a file that does not ship."""
    from importlib.resources import files  # noqa: PLC0415  a process that only skims asks for no query

    folder = files("sightline.languages") / "queries"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in language.queries)
