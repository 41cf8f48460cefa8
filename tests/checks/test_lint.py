"""The lint check's dealings with ruff: which one runs, how, and what happens when it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from ruff import find_ruff_bin

from sightline.base.system import ChildProcess, KeptProgram, Processes, ProcessResult, ProcessTimeout, System
from sightline.checks import lint
from sightline.checks.check import Certainty, CheckInput, Severity
from sightline.checks.lint import LintCheck
from support.check_cases import CheckCase, processes


def case(before: str = "x = 1\n", after: str = "x = missing\n", **files: str) -> CheckCase:
    return CheckCase(name="", before={"a.py": before, **files}, after={"a.py": after})


@dataclass
class Recorder:
    """Passes processes on, or answers in their place."""

    answer: ProcessResult | Exception | None = None
    runs: list[tuple[tuple[str, ...], str]] = field(default_factory=list[tuple[tuple[str, ...], str]])

    async def run(
        self,
        arguments: Sequence[str],
        *,
        directory: str,
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 16 << 20,
        memory: int | None = None,
        most: int | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> ProcessResult:
        self.runs.append((tuple(arguments), directory))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        return await processes().run(arguments, directory="/", stdin=stdin, seconds=seconds, limit=limit)

    async def start(self, arguments: Sequence[str], *, directory: str) -> ChildProcess:
        raise AssertionError("a check starts no helpers")

    async def keep(self, arguments: Sequence[str], *, directory: str, memory: int | None = None) -> KeptProgram:
        raise AssertionError("ruff does not stay")

    def on_path(self, path: str) -> Processes:
        raise AssertionError("a check takes the programs as it finds them")


def with_processes(given: CheckInput, recorder: Recorder, *, trusted: bool = False) -> CheckInput:
    system = System(files=given.system.files, clock=given.system.clock, processes=recorder)
    return CheckInput(before=given.before, after=given.after, changes=given.changes, system=system, trusted=trusted)


async def test_without_trust_our_own_ruff_runs_isolated_and_away_from_the_workspace() -> None:
    recorder = Recorder()
    outcome = await LintCheck().run(with_processes(case().given(), recorder))
    assert [finding.message for finding in outcome.findings] == ["Undefined name `missing` (F821)"]
    assert len(recorder.runs) == 2
    for arguments, directory in recorder.runs:
        assert arguments[0] == find_ruff_bin()
        assert "--isolated" in arguments and "--no-cache" in arguments
        assert directory == "/"


async def test_with_trust_the_workspace_is_where_ruff_looks_for_its_rules() -> None:
    recorder = Recorder()
    outcome = await LintCheck().run(with_processes(case().given(), recorder, trusted=True))
    assert [finding.certainty for finding in outcome.findings] == [Certainty.CERTAIN]
    for arguments, directory in recorder.runs:
        assert "--isolated" not in arguments
        assert directory == "/work"


async def test_the_workspaces_own_rules_give_possible_findings_only() -> None:
    row = {
        "code": "E501",
        "message": "Line too long",
        "location": {"row": 1, "column": 5},
        "end_location": {"row": 1, "column": 12},
    }

    class OnceAfter(Recorder):
        async def run(
            self,
            arguments: Sequence[str],
            *,
            directory: str,
            stdin: bytes = b"",
            seconds: float = 30.0,
            limit: int = 16 << 20,
            memory: int | None = None,
            most: int | None = None,
            variables: Mapping[str, str] | None = None,
        ) -> ProcessResult:
            rows = [row] if stdin == b"x = missing\n" else []
            return ProcessResult(code=0, stdout=json.dumps(rows).encode(), stderr=b"")

    outcome = await LintCheck().run(with_processes(case().given(), OnceAfter(), trusted=True))
    (finding,) = outcome.findings
    assert (finding.certainty, finding.severity) == (Certainty.POSSIBLE, Severity.WARNING)
    assert (finding.line, finding.column, finding.span.start, finding.span.end) == (1, 5, 4, 11)


async def test_a_broken_configuration_does_not_cost_the_fatal_rules() -> None:
    class BrokenUnlessIsolated(Recorder):
        async def run(
            self,
            arguments: Sequence[str],
            *,
            directory: str,
            stdin: bytes = b"",
            seconds: float = 30.0,
            limit: int = 16 << 20,
            memory: int | None = None,
            most: int | None = None,
            variables: Mapping[str, str] | None = None,
        ) -> ProcessResult:
            if "--isolated" not in arguments:
                return ProcessResult(code=2, stdout=b"", stderr=b"ruff failed\n  Cause: no such rule")
            return await super().run(arguments, directory=directory, stdin=stdin, seconds=seconds, limit=limit)

    outcome = await LintCheck().run(with_processes(case().given(), BrokenUnlessIsolated(), trusted=True))
    assert len(outcome.findings) == 1
    assert outcome.skipped == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory"), "ruff could not be started: No such file or directory"),
        (ProcessTimeout("ruff took longer than 30 s"), "ruff took longer than 30 s"),
        (ProcessResult(code=2, stdout=b"", stderr=b"error: bad\nmore"), "ruff failed: error: bad"),
        (ProcessResult(code=101, stdout=b"", stderr=b""), "ruff failed: exit code 101"),
        (ProcessResult(code=0, stdout=b"surprise", stderr=b""), "ruff's answer is not JSON"),
    ],
)
async def test_a_ruff_that_does_not_do_its_work_is_a_skipped_check(
    answer: ProcessResult | Exception, reason: str
) -> None:
    outcome = await LintCheck().run(with_processes(case().given(), Recorder(answer)))
    assert [row.reason for row in outcome.skipped] == [reason]
    assert outcome.findings == ()


async def test_a_missing_ruff_is_a_skipped_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(lint, "find_ruff_bin", none)
    outcome = await LintCheck().run(case().given())
    assert [row.reason for row in outcome.skipped] == ["ruff is not installed"]


async def test_columns_count_characters_and_spans_bytes() -> None:
    after = "x = 'žž\U0001f600' + missing\n"
    (finding,) = (await LintCheck().run(case(after=after).given())).findings
    assert finding.column == after.index("missing") + 1
    assert after.encode()[finding.span.start : finding.span.end] == b"missing"


async def test_a_second_use_of_an_undefined_name_is_new_when_its_line_is() -> None:
    before = "def f():\n    return missing\n"
    same = await LintCheck().run(case(before, "import os\n\n" + before + "\nprint(os)\n").given())
    more = await LintCheck().run(case(before, before + "\n\ndef g():\n    return missing\n").given())
    other = await LintCheck().run(case(before, before + "\n\ndef g():\n    print(missing)\n").given())
    assert (len(same.findings), len(more.findings), len(other.findings)) == (0, 1, 1)


async def test_what_an_edit_mends_is_told() -> None:
    outcome = await LintCheck().run(case("x = missing\n", "x = 1\n").given())
    assert outcome.fixed == ("a.py: Undefined name `missing`",)


async def test_the_newest_syntax_is_no_error() -> None:
    outcome = await LintCheck().run(case(after="type Pair[T] = tuple[T, T]\nx = f'{'a'}'\n").given())
    assert outcome.findings == ()


async def test_what_ruff_says_is_read_and_compared_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long broken file has megabytes of answers."""
    threads: dict[str, int] = {}

    def noted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            threads[name] = threading.get_ident()
            return function(*arguments)

        return call

    monkeypatch.setattr(json, "loads", noted("read", json.loads))
    monkeypatch.setattr(lint, "new_ones", noted("compared", lint.new_ones))
    assert (await LintCheck().run(case().given())).findings
    assert threads.keys() == {"read", "compared"}
    assert threading.get_ident() not in threads.values()
