"""TOML as projects write it; knows nothing of what their files mean."""

from __future__ import annotations

import re
import tomllib
from typing import Any

#: ``tomllib`` takes the square of how many parts a key has, and no manifest has keys this deep.
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![\w.-])(?:{_PART}){{200}}", re.ASCII)


def parse_toml(text: str) -> dict[str, Any]:
    """The table of a TOML text; empty for what is none, or is nested beyond use. Never raises.

    ``tomllib`` raises ``ValueError`` itself, not its own error, for numbers of thousands of digits.
    """
    if _DEEP_KEY.search(text):
        return {}
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}
