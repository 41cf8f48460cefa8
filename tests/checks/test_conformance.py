"""What every check of the registry must do, whatever it looks for."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.memory_system import ManualClock, MemoryFiles, memory_system
from sightline.base.system import System
from sightline.base.text import Span, Text, TextEdit
from sightline.checks.check import Check, CheckInput, CheckOutcome
from sightline.checks.registry import CHECKS
from sightline.graph.view import GraphView
from sightline.workspace.files import WorkspaceView
from support.check_cases import CASES, CheckCase, processes, read_check_cases
from support.graphs import ROOT, fresh_graph, path

EVERY = [pytest.param(check, id=check.name) for check in CHECKS]
#: What finds something without a choice of the user's. ``test_external_lint.py``, ``test_type_check.py`` and
#: ``test_tests.py`` ask the others the same.
AT_WORK = [pytest.param(check, id=check.name) for check in CHECKS if check.name not in ("linters", "types", "tests")]
BROKEN = {
    "empty": b"",
    "only a line end": b"\n",
    "unfinished": b"def f(\n",
    "odd bytes": "def ž():\n    return '\U0001f600'\n\x0c".encode(),
    "not Python": b"{% for %}\n<<<<<<< HEAD\n",
    "deep": b"x = " + b"(" * 150 + b"1" + b")" * 150 + b"\n",
    "carriage returns": b"def f():\r\n    return missing\r\n",
    "null": b"x = 1\x00\n",
    "tabs": b"if 1:\n\tx = 1\n        y = 2\n",
}


def _given(before: dict[str, bytes], after: dict[str, bytes]) -> CheckInput:
    """An edit that replaces files as a whole."""
    files = memory_system({f"{ROOT}/{name}": data for name, data in before.items()}).files
    system = System(files=files, clock=ManualClock(), processes=processes())
    known = frozenset(path(name) for name in before)
    view = fresh_graph(WorkspaceView(revision=7, roots=(ROOT,), system=system, known=known, overlay={}))
    changes = ChangeSet(
        base={path(name): Text(data).digest for name, data in before.items()},
        edits=tuple(
            FileEdit(path=path(name), edits=(TextEdit(Span(0, len(before[name])), data),))
            for name, data in after.items()
            if name in before
        ),
        creates=tuple(
            FileCreate(path=path(name), text=Text(data)) for name, data in after.items() if name not in before
        ),
        deletes=tuple(path(name) for name in before if name not in after),
    )
    return CheckInput(before=view, after=view.fork(changes), changes=changes, system=system)


def _case(file: str, name: str) -> CheckCase:
    return next(case for case in read_check_cases(file) if case.name == name)


def test_names_are_distinct_and_those_of_the_documentation() -> None:
    names = ["syntax", "imports", "breakage", "lint", "generated", "linters", "types", "tests"]
    assert [check.name for check in CHECKS] == names


@pytest.mark.parametrize("check", AT_WORK)
async def test_findings_carry_the_name_of_their_check_and_lie_in_their_text(check: Check) -> None:
    seen = 0
    for file in sorted(CASES.glob("*.txtar")):
        for case in read_check_cases(file.name):
            given = case.given()
            for finding in (await check.run(given)).findings:
                seen += 1
                text = given.after.workspace.read(finding.path).text
                assert finding.check == check.name
                assert finding.span.end <= len(text)
                assert finding.line == text.line_of(finding.span.start) + 1
                before = text.data[text.line_starts[finding.line - 1] : finding.span.start]
                assert finding.column == len(before.decode()) + 1
                assert finding.message.endswith((".", ")", "'", ",")) or finding.check == "syntax"
    assert seen, "no case shows what this check finds"


@pytest.mark.parametrize("check", EVERY)
async def test_no_change_gives_no_findings(check: Check) -> None:
    given = _given({"a.py": b"import nowhere\nmissing(\n"}, {"a.py": b"import nowhere\nmissing(\n"})
    outcome = await check.run(given)
    assert (outcome.findings, outcome.fixed, outcome.skipped) == ((), (), ())


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("check", EVERY)
async def test_bad_source_before_or_after_never_raises(check: Check, name: str) -> None:
    good = {"a.py": b"from b import f\nprint(f())\n", "b.py": b"def f():\n    return 1\n"}
    bad = good | {"b.py": BROKEN[name]}
    pairs: list[tuple[dict[str, bytes], dict[str, bytes]]] = [(good, bad), ({}, bad)]
    if name != "null":  # nobody can edit a text that could not be read
        pairs += [(bad, good), (bad, bad | {"b.py": BROKEN[name] + b"\n# more\n"})]
    for before, after in pairs:
        outcome = await check.run(_given(before, after))
        assert isinstance(outcome, CheckOutcome)


@pytest.mark.parametrize("check", EVERY)
async def test_files_of_no_language_are_left_alone(check: Check) -> None:
    given = _given({"notes.md": b"# Notes\n"}, {"notes.md": b"# Notes (\n", "data.bin": b"\x00\x01"})
    assert (await check.run(given)).findings == ()


@pytest.mark.parametrize("check", EVERY)
async def test_the_same_edit_is_judged_the_same_twice(check: Check) -> None:
    given = _case("removed.txtar", "a method that goes strands its calls on known receivers").given()
    assert await check.run(given) == await check.run(given)


@pytest.mark.parametrize("check", EVERY)
async def test_nothing_is_written(check: Check) -> None:
    given = _case("files.txtar", "a moved module strands its importers").given()
    files = given.system.files
    assert isinstance(files, MemoryFiles)
    was = dict(files.contents)
    await check.run(given)
    assert files.contents == was


@pytest.mark.parametrize("check", AT_WORK)
async def test_cancelling_ends_the_check(check: Check) -> None:
    given = _case("signatures.txtar", "a new required parameter strands every caller that lacks it").given()
    task = asyncio.create_task(check.run(given))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class _Watched(GraphView):
    """A view that notes the threads in which it is asked something."""

    threads: set[int]

    def facts(self, path):  # type: ignore[no-untyped-def]  # the same method, watched
        self.threads.add(threading.get_ident())
        return super().facts(path)


@pytest.mark.parametrize("check", EVERY)
async def test_the_graph_is_never_asked_on_the_event_loop(check: Check) -> None:
    given = _case("removed.txtar", "a method that goes strands its calls on known receivers").given()
    views: list[_Watched] = []
    for view in (given.before, given.after):
        watched = _Watched(view.workspace, view.state, view.layouts, view.cache)
        watched.threads = set()
        views.append(watched)
    await check.run(replace(given, before=views[0], after=views[1]))
    assert all(threading.get_ident() not in view.threads for view in views)
