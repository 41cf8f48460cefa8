"""``LanguageSpec``: everything that differs by language, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSpec:
    """One language. ``grammar`` loads the tree-sitter language object lazily; ``query`` names a file in ``queries/``.

    ``extensions`` are lower-case with their dot. ``comment`` begins a line comment; ``identifier`` is what VS Code
    calls the language (LSP ``languageId``).
    """

    name: str
    extensions: tuple[str, ...]
    grammar: Callable[[], Any]
    query: str
    comment: str
    identifier: str
