"""Names of definitions as people write them, in whatever language."""

from __future__ import annotations

import re

from sightline.graph.answers import Symbol

#: What parts names in other languages than ours: Ruby and C++, Ruby's documentation, PHP.
_SEPARATOR = re.compile(r"::|#|->|\\")


def with_dots(text: str) -> str:
    """``text`` with dots for the separators of other languages; a path before ``::`` stays."""
    path, separator, name = text.partition("::")
    if not separator or not ("/" in path or "." in path):
        path, name = "", text
    plain = _SEPARATOR.sub(".", name.removesuffix("()").replace("(*", "").replace(")", "")).strip(".")
    return f"{path}::{plain}" if path else plain


def is_tail(qualified: str, name: str) -> bool:
    """Whether a qualified name ends with the parts of ``name``."""
    return qualified.endswith("." + name)


def is_in_module(symbol: Symbol, name: str) -> bool:
    """Whether ``name`` is the qualified name with (the end of) the module's dotted path before it."""
    if not name.endswith("." + symbol.qualified_name):
        return False
    module = str(symbol.path).rpartition(".")[0].removesuffix("/__init__").replace("/", ".")
    before = name.removesuffix("." + symbol.qualified_name)
    return module == before or module.endswith("." + before)
