"""``--limit``: commands that ask the graph tell a part of a long answer, and that it is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Sightline
from sightline.cli import reports


@pytest.fixture(autouse=True)
def _many_users(work: Path) -> None:
    (work / "lib.py").write_text("def helper():\n    return 1\n\n\nclass Aside:\n    def helper(self): ...\n", "utf-8")
    for at in range(5):
        text = f"from lib import helper\n\n\ndef user_{at}():\n    return helper()\n"
        (work / f"user_{at}.py").write_text(text, "utf-8")


def test_people_see_the_first_and_how_to_get_the_rest(sightline: Sightline) -> None:
    part = sightline("graph", "references", "helper", "--limit", "3").out
    assert part.count("user_") == 3 + part.count(" in user_")
    assert "the first 3, nearest first; --limit 0 for all" in part
    assert "not asked about 1 more definition called helper: name one as lib.py::Aside.helper, or --limit 0" in part
    assert "coverage: incomplete: this is a part: " in part
    whole = sightline("graph", "references", "helper", "--limit", "0").out
    assert "Aside.helper" in whole
    assert "this is a part" not in whole
    assert sightline("graph", "references", "helper").out == whole


def test_programs_are_told_that_an_answer_is_a_part(sightline: Sightline) -> None:
    call = ("graph", "references", "lib.py::helper", "--json")
    whole = reports.ReferencesJson.model_validate(sightline(*call).json)
    assert (len(whole.symbols[0].places), whole.coverage.cut, whole.coverage.complete) == (10, False, True)
    part = reports.ReferencesJson.model_validate(sightline(*call, "--limit", "4").json)
    assert (len(part.symbols[0].places), part.coverage.cut, part.coverage.complete) == (4, True, False)
    assert part.coverage.unvisited == 3
    assert all(place in whole.symbols[0].places for place in part.symbols[0].places)


@pytest.mark.parametrize("relation", ["callers", "impact"])
def test_callers_and_impact_have_a_limit(sightline: Sightline, relation: str) -> None:
    part = sightline("graph", relation, "lib.py::helper", "--limit", "2").out
    assert "the first 2, nearest first; --limit 0 for all" in part
    assert "incomplete" in part
    whole = sightline("graph", relation, "lib.py::helper", "--limit", "0").out
    assert all(f"user_{at}" in whole for at in range(5))
    assert "the first" not in whole
