"""Vocabularies of models that a package ships, for exact counts without a network. Loaded when first asked for.

``rs-bpe`` is optional (``pip install sightline[tokens]``): it has no wheels for every platform, and estimates that
learn from a server's reports do without it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

Count = Callable[[str], int]

#: Names of vocabularies, as the list of models has them, that ``rs-bpe`` ships.
SHIPPED = frozenset({"o200k_base", "cl100k_base"})


@cache
def vocabulary(name: str | None) -> Count | None:
    """Counts tokens of a text by the vocabulary ``name``; ``None`` where it is not at hand.

    Text that looks like a special token counts as text: that is how a server reads what a user writes. Takes 0.3 s and
    60 MB the first time: not on the event loop.
    """
    if name not in SHIPPED:
        return None
    try:
        shipped: Any = importlib.import_module("rs_bpe.bpe").openai
        loaded: Any = getattr(shipped, name)()
    except (ImportError, AttributeError):
        return None

    def count(text: str) -> int:
        try:
            return int(loaded.count(text))
        except UnicodeEncodeError:  # a lone surrogate, which an editor can send
            return int(loaded.count(text.encode("utf-8", "replace").decode("utf-8")))

    return count
