"""What the oldest supported Python gets wrong and our own does not is kept out of the source."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import sightline

#: A possessive group: before 3.11.5 it may end too early (python/cpython#106052). ``(?>(?:…)*)`` means the same.
_POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+")


def test_no_pattern_holds_a_possessive_group() -> None:
    found: list[str] = []
    for path in sorted(Path(sightline.__file__).parent.rglob("*.py")):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            written = token.string.lstrip("brfuBRFU") != token.string  # a prefix: no docstring
            if token.type == tokenize.STRING and written and _POSSESSIVE_GROUP.search(token.string):
                found.append(f"{path.name}:{token.start[0]}")
    assert found == []
