"""Every case of ``tests/cases/checks``: exactly the marked findings, whichever way the same edit is written."""

from __future__ import annotations

import pytest

from sightline.base.changes import ChangeSet
from sightline.checks.check import CheckInput, CheckReport, Verdict
from sightline.checks.run import run_checks
from support.check_cases import CASES, CheckCase, read_check_cases, report_on

ALL = [
    pytest.param(case, id=f"{file.stem}: {case.name}")
    for file in sorted(CASES.glob("*.txtar"))
    for case in read_check_cases(file.name)
]


def _shown(report: CheckReport) -> str:
    return "\n".join(f"{f.path}:{f.line} {f.certainty} {f.check} {f.message}" for f in report.findings) or "(nothing)"


@pytest.mark.parametrize("case", ALL)
async def test_exactly_the_marked_findings(case: CheckCase) -> None:
    report = await report_on(case)
    left = list(report.findings)
    for expected in case.expected:
        found = [
            finding
            for finding in left
            if (str(finding.path), finding.line) == (expected.path, expected.line)
            and (finding.certainty, finding.check) == (expected.certainty, expected.check)
            and expected.words in finding.message
        ]
        assert found, f"{expected} was not found among\n{_shown(report)}"
        left.remove(found[0])
    assert not left, f"not asked for:\n{_shown(report)}"
    unreadable = any((each.certainty, each.check) == ("certain", "syntax") for each in case.expected)
    assert bool(report.skipped) is unreadable
    certain = any(expected.certainty == "certain" for expected in case.expected)
    assert report.verdict is (Verdict.REJECT if certain else Verdict.ACCEPT)


@pytest.mark.parametrize("case", ALL)
async def test_a_file_written_anew_is_judged_like_the_same_edit_in_place(case: CheckCase) -> None:
    edited = await report_on(case)
    rewritten = await report_on(case, whole=True)
    assert rewritten.findings == edited.findings


@pytest.mark.parametrize("case", ALL)
async def test_what_is_already_there_is_never_new(case: CheckCase) -> None:
    """The text after the edit, broken as it may be, judged against itself."""
    view = case.given().after
    report = await run_checks(CheckInput(before=view, after=view, changes=ChangeSet(), system=view.workspace.system))
    assert report.findings == ()
