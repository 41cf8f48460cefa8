"""The page on languages says what the registry says."""

from __future__ import annotations

import re
from pathlib import Path

from sightline.languages.registry import LANGUAGES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "languages.md"


def test_every_language_has_its_row() -> None:
    rows = {cells[1].strip(): cells for line in PAGE.read_text().splitlines() if len(cells := line.split("|")) == 6}
    del rows["language"], rows["---"]
    assert set(rows) == {language.name for language in LANGUAGES}
    for language in LANGUAGES:
        files, state = rows[language.name][2], rows[language.name][4].strip()
        assert {name.lower() for name in re.findall(r"`([^`]+)`", files)} == {*language.extensions, *language.names}
        assert state == ("preview" if language.preview else "measured")
