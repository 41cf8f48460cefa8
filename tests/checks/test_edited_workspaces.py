"""Edits that a careful programmer expects to be refused, or to pass, in every language: ``tests/cases/check_edits``."""

from __future__ import annotations

import pytest

from support.check_cases import report_on
from support.edited_workspaces import EDITS, EditedWorkspace, read_edits

ALL = [
    pytest.param(edit, id=f"{file.stem}: {edit.verdict} {edit.case.name}")
    for file in sorted(EDITS.glob("*.txt"))
    for edit in read_edits(file.name)
]


@pytest.mark.parametrize("edit", ALL)
async def test_verdict_and_places(edit: EditedWorkspace) -> None:
    report = await report_on(edit.case)
    certainties = {str(finding.certainty.value) for finding in report.findings}
    said = "refuse" if "certain" in certainties else "possible" if certainties else "pass"
    shown = "\n".join(f"{each.path.relative}:{each.line} {each.message}" for each in report.findings)
    assert said == edit.verdict, shown
    assert sorted({f"{each.path.relative}:{each.line}" for each in report.findings}) == sorted(edit.places), shown
