"""JSON with comments and trailing commas, as TypeScript's configuration files are written. Knows nothing of them."""

from __future__ import annotations

import json
import re

#: What lacks its end reaches as far as it can: to look for an end anew from each quote would take the square of that.
_STRING = r'("(?>(?:[^"\\\n]|\\.)*)"?)'
_TOKEN = re.compile(_STRING + r"|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_TRAILING_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])", re.DOTALL)


def parse_json(text: str) -> object:
    """The value of a JSON text, comments and trailing commas allowed; ``None`` for what is no JSON."""
    bare = _TOKEN.sub(_keep_string, text.removeprefix("\ufeff"))
    try:
        return json.loads(_TRAILING_COMMA.sub(_keep_string, bare))
    except (ValueError, RecursionError):
        return None


def _keep_string(found: re.Match[str]) -> str:
    return found.group(1) or " "
