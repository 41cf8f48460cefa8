"""Build constraints of Go that are longer or deeper than is followed: nothing is said of them, and nothing fails."""

from __future__ import annotations

import pytest

from sightline.checks.check import Verdict
from support.check_cases import CheckCase, report_on

USE = "package shop\n\nfunc use() { hook() }\n"
HOOK = "package shop\n\nvar hook = func() {}\n"


def case(constraint: str) -> CheckCase:
    """The edit takes ``hook`` out of the file that is built under ``constraint``, and another has it on Windows."""
    return CheckCase(
        name="hook",
        before={
            "go.mod": "module example.com/shop\n",
            "use.go": USE,
            "hook_windows.go": HOOK,
            "other.go": f"//go:build {constraint}\n\n{HOOK}",
        },
        after={"other.go": f"//go:build {constraint}\n\npackage shop\n"},
    )


async def test_what_is_followed_is_judged() -> None:
    report = await report_on(case("(((!windows)))"))
    (finding,) = report.findings
    assert finding.message.startswith("`hook` is gone from other.go, and builds with ")


@pytest.mark.parametrize(
    "constraint",
    ["(" * 140 + "!windows" + ")" * 140, "(" * 280 + "!windows", "!windows" + " && !plan9" * 40],
    ids=["deep", "open", "long"],
)
async def test_what_is_too_deep_or_too_long_to_follow_says_nothing(constraint: str) -> None:
    report = await report_on(case(constraint))
    assert (report.verdict, report.findings, report.skipped) == (Verdict.ACCEPT, (), ())
