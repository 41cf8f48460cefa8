"""The dialects by name of an extractor. A language is added by one file beside this and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from sightline.graph.dialect import Dialect

_MODULES = {
    name: f"sightline.graph.dialect_{name}"
    for name in ("bash", "c", "csharp", "go", "java", "kotlin", "php", "ruby", "rust")
}


def dialect_of(name: str) -> Dialect:
    """The dialect of an extractor, loaded now: all of them take a parsing process longer than a hundred files."""
    return cast("Dialect", getattr(import_module(_MODULES[name]), f"{name.upper()}_DIALECT"))
