"""Order, early end, verdict, doubles and failures of a run of checks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import pytest

from sightline.base.changes import ChangeSet, FileCreate
from sightline.base.memory_system import ManualClock
from sightline.base.text import Span, Text
from sightline.checks.acceptance import Acceptance
from sightline.checks.check import (
    Certainty,
    CheckInput,
    CheckOutcome,
    Finding,
    Severity,
    SkippedCheck,
    Verdict,
)
from sightline.checks.run import run_checks
from sightline.graph.segments import NO_EDGES
from sightline.graph.state import HotFile
from sightline.graph.view import GraphView
from support.graphs import graph_of, path


def finding(check: str, certainty: Certainty = Certainty.CERTAIN, *, line: int = 1, symbol: str = "") -> Finding:
    return Finding(
        check=check,
        certainty=certainty,
        severity=Severity.ERROR,
        path=path("a.py"),
        span=Span(0, 1),
        line=line,
        column=1,
        message=f"{check} {symbol}",
        symbol=symbol,
    )


@dataclass
class FakeCheck:
    """Answers with ``outcome``, or fails; each run takes one second by the manual clock."""

    name: str
    outcome: CheckOutcome = field(default_factory=CheckOutcome)
    error: Exception | None = None
    runs: int = 0

    async def run(self, given: CheckInput) -> CheckOutcome:
        self.runs += 1
        assert isinstance(given.system.clock, ManualClock)
        given.system.clock.seconds += 1
        if self.error is not None:
            raise self.error
        return self.outcome


def given() -> CheckInput:
    view = graph_of({"a.py": "x = 1\n"})
    return CheckInput(before=view, after=view, changes=ChangeSet(), system=view.workspace.system)


async def test_certain_findings_reject_and_possible_ones_only_when_strict() -> None:
    certain = FakeCheck("a", CheckOutcome(findings=(finding("a"),)))
    possible = FakeCheck("b", CheckOutcome(findings=(finding("b", Certainty.POSSIBLE),)))
    nothing = FakeCheck("c")
    assert (await run_checks(given(), [certain, possible])).verdict is Verdict.REJECT
    assert (await run_checks(given(), [possible])).verdict is Verdict.ACCEPT
    assert (await run_checks(given(), [possible], strict=True)).verdict is Verdict.REJECT
    assert (await run_checks(given(), [nothing], strict=True)).verdict is Verdict.ACCEPT


async def test_certain_findings_come_first_then_by_place() -> None:
    rows = (
        finding("b", Certainty.POSSIBLE, line=1),
        finding("b", line=9, symbol="x"),
        finding("b", line=2, symbol="y"),
    )
    report = await run_checks(given(), [FakeCheck("b", CheckOutcome(findings=rows))])
    assert [(row.certainty.value, row.line) for row in report.findings] == [
        ("certain", 2),
        ("certain", 9),
        ("possible", 1),
    ]


async def test_what_cannot_be_parsed_ends_the_run_and_says_so() -> None:
    syntax = FakeCheck("syntax", CheckOutcome(findings=(finding("syntax"),)))
    later = FakeCheck("lint", CheckOutcome(findings=(finding("lint"),)))
    report = await run_checks(given(), [syntax, later])
    assert later.runs == 0
    assert report.skipped == (SkippedCheck(check="lint", reason="the edited text cannot be parsed"),)
    assert list(report.seconds) == ["syntax"]


async def test_a_possible_syntax_error_ends_nothing() -> None:
    syntax = FakeCheck("syntax", CheckOutcome(findings=(finding("syntax", Certainty.POSSIBLE),)))
    later = FakeCheck("lint")
    await run_checks(given(), [syntax, later])
    assert later.runs == 1


async def test_two_checks_that_see_one_missing_name_are_one_finding() -> None:
    imports = finding("imports", symbol="total")
    breakage = finding("breakage", symbol="pricing.py::total")
    method = finding("breakage", symbol="cart.py::Cart.total")
    other = finding("lint", symbol="totals")
    for rows in ((imports, breakage), (breakage, imports), (imports, method)):
        report = await run_checks(given(), [FakeCheck("x", CheckOutcome(findings=rows))])
        assert report.findings == (rows[0],)
    report = await run_checks(given(), [FakeCheck("x", CheckOutcome(findings=(imports, other)))])
    assert len(report.findings) == 2


async def test_of_a_possible_and_a_certain_finding_the_certain_one_is_kept() -> None:
    rows = (finding("a", Certainty.POSSIBLE, symbol="total"), finding("b", symbol="total"))
    report = await run_checks(given(), [FakeCheck("x", CheckOutcome(findings=rows))])
    assert report.findings == (rows[1],)


async def test_a_check_that_fails_is_logged_and_speaks_against_the_edit_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = FakeCheck("imports", error=RuntimeError("out of luck"))
    sound = FakeCheck("lint", CheckOutcome(findings=(finding("lint"),), fixed=("one",)))
    with caplog.at_level(logging.ERROR):
        report = await run_checks(given(), [broken, sound])
    assert "lint" in {row.check for row in report.findings}
    assert (await run_checks(given(), [broken])).verdict is Verdict.REJECT
    assert report.fixed == ("one",)
    assert report.skipped == (SkippedCheck(check="imports", reason="it failed; the log has the details"),)
    assert "out of luck" in caplog.text


async def test_each_check_has_its_seconds_and_the_report_its_revision() -> None:
    report = await run_checks(given(), [FakeCheck("a"), FakeCheck("b")])
    assert report.seconds == {"a": 1.0, "b": 1.0}
    assert report.revision == 1


def given_with_reason(reason: str, *names: str) -> CheckInput:
    """An edit that makes ``new.py``, where files were left without facts for ``reason``."""
    graph = graph_of(dict.fromkeys(("a.py", *names), "x = 1\n"))
    ids = [graph.state.table.id_of(path(name)) for name in names]
    lost = {number: HotFile(None, NO_EDGES, reason=reason) for number in ids if number is not None}
    view = GraphView(graph.workspace, replace(graph.state, hot={**graph.state.hot, **lost}), graph.layouts, graph.cache)
    changes = ChangeSet(creates=(FileCreate(path=path("new.py"), text=Text(b"y = 1\n")),))
    return CheckInput(before=view, after=view.fork(changes), changes=changes, system=view.workspace.system)


@pytest.mark.parametrize("reason", ["timeout", "crashed"])
async def test_files_whose_reading_was_given_up_are_possible_findings(reason: str) -> None:
    given = given_with_reason(reason, "b.py", "c.ts", "d.py")
    report = await run_checks(given, [FakeCheck("a")])
    assert [(str(each.path), each.certainty, each.check) for each in report.findings] == [
        ("b.py", Certainty.POSSIBLE, "graph"),
        ("d.py", Certainty.POSSIBLE, "graph"),
    ]
    assert report.verdict is Verdict.ACCEPT
    strict = await run_checks(given, [FakeCheck("a")], strict=True)
    assert strict.verdict is Verdict.REJECT
    # Whoever knows of such a file can say so, once and for all: the word does not depend on the others.
    reasons = {each.id: "generated" for each in strict.findings}
    assert Acceptance(reasons=reasons).allows(strict, strict=True)
    assert {each.id for each in report.findings} == {each.id for each in strict.findings}


async def test_no_more_than_five_such_files_are_named() -> None:
    names = [f"b{number}.py" for number in range(7)]
    findings = (await run_checks(given_with_reason("timeout", *names), [FakeCheck("a")])).findings
    assert [str(each.path) for each in findings] == ["b0.py", "b1.py", "b2.py", "b3.py", "b4.py"]
    assert [each.message for each in findings if "2 more" in each.message] == [findings[-1].message]


@pytest.mark.parametrize(("reason", "names"), [("too_large", ["b.py"]), ("timeout", ["c.ts"])])
async def test_what_stays_unread_or_is_of_other_languages_is_not(reason: str, names: list[str]) -> None:
    assert (await run_checks(given_with_reason(reason, *names), [FakeCheck("a")])).findings == ()
