"""Go's rules for names: packages, pointers, embedded types, results of several values."""

from __future__ import annotations

import re

from sightline.graph.common_names import NameRules, common_rules
from sightline.graph.go_bindings import element_type

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")


def go_type(text: str) -> str:
    """The named type of a value: pointers dropped, the first of several results, nothing for slices, maps, functions.

    >>> go_type("(*http.Request, error)"), go_type("map[string]T"), go_type("Stack[T]")
    ('http.Request', '', 'Stack')
    """
    text = text.strip()
    if text.startswith("("):
        first = text[1:-1].partition(",")[0].strip()
        parts = first.split()
        text = parts[-1] if parts else ""
    text = text.lstrip("*& ")
    match = _NAME.match(text) if not text.startswith("map[") else None
    return match.group(0) if match and text[match.end() : match.end() + 1] in ("", "[") else ""


GO_RULES = common_rules(NameRules(type_name=go_type, element_type=element_type))
