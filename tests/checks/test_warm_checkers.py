"""Type checkers that are kept between checks: one process, told of what changes, started anew when it ends."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Mapping
from pathlib import Path

import pytest

from sightline.base.paths import WorkspacePath
from sightline.checks.check import CheckInput, CheckOutcome
from sightline.checks.checkers.checker import TypeChecker
from sightline.checks.checkers.registry import CHECKERS
from sightline.checks.checkers.warm import WarmCheckers
from sightline.checks.type_check import TypesCheck
from support.checkers import Fake, comment, fake, file_of, importing, named

SERVERS = [pytest.param(checker, id=checker.name) for checker in CHECKERS if checker.name != "mypy"]
EVERY = [pytest.param(checker, id=checker.name) for checker in CHECKERS]
QUESTION = {"tsserver": "semanticDiagnosticsSync", "mypy": "run"}


class Kept:
    """Checks of one workspace whose checkers are kept, as an engine keeps them."""

    def __init__(self, made: Fake, *, idle: float = 600.0, seconds: float = 30.0) -> None:
        self.made = made
        self.system = made.programs.system()
        self.warm = WarmCheckers(self.system, idle=idle)
        self.policy = named(made.checker, warm=self.warm, seconds=seconds)

    def given(self, before: Mapping[str, str], after: Mapping[str, str | None]) -> CheckInput:
        return self.made.programs.given(before, after, self.policy)

    async def judged(self, before: Mapping[str, str], after: Mapping[str, str | None]) -> CheckOutcome:
        return await TypesCheck().run(self.given(before, after))

    def asked(self) -> int:
        return len(self.made.heard(QUESTION.get(self.made.checker.name, "textDocument/diagnostic")))


def runs(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def until_ended(process_id: int) -> None:
    """Waits until a process is gone, without taking its end from whoever waits for it."""
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], 60)[0]
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("checker", SERVERS)
async def test_one_process_judges_edit_after_edit(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker))
    a, b = file_of(checker, "a"), file_of(checker, "b")
    before = {a: "x = 1  WORD\n", b: f"{importing(checker)}\n{comment(checker)} needs WORD in {a}\n"}
    for after, found in (({a: "x = 1\n"}, [b]), ({a: "x = 1  WORD more\n"}, []), ({b: "BAD\n"}, [b])):
        outcome = await kept.judged(before, after)
        assert ([str(finding.path) for finding in outcome.findings], outcome.skipped) == (found, ())
    assert len(kept.made.starts) == 1
    await kept.warm.close()
    assert not runs(kept.made.starts[0][-1])


@pytest.mark.parametrize("checker", EVERY)
async def test_what_the_text_before_says_is_asked_once(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker))
    name = file_of(checker)
    first = kept.given({name: "BAD x\n"}, {name: "BAD x\nBAD y\n"})
    for _ in range(3):
        outcome = await TypesCheck().run(first)
        assert [finding.line for finding in outcome.findings] == [2]
    assert kept.asked() == 4
    await kept.warm.close()


@pytest.mark.parametrize("checker", EVERY)
async def test_what_changes_on_disk_is_seen(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker))
    a, b = file_of(checker, "a"), file_of(checker, "b")
    uses = f"{comment(checker)} needs WORD in {b}\n"
    assert len((await kept.judged({a: "x\n", b: "y\n"}, {a: uses})).findings) == 1
    kept.warm.disk_changed([WorkspacePath(kept.made.programs.root, b)])
    assert (await kept.judged({a: "x\n", b: "WORD\n"}, {a: uses})).findings == ()
    if checker.name == "tsserver":
        assert len(kept.made.heard("reloadProjects")) == 1
    elif checker.name != "mypy":
        (told,) = kept.made.heard("workspace/didChangeWatchedFiles")
        uri = WorkspacePath(kept.made.programs.root, b).uri
        assert told == {"changes": [{"uri": uri, "type": 1}, {"uri": uri, "type": 2}]}
    await kept.warm.close()


@pytest.mark.parametrize("checker", SERVERS)
async def test_a_file_that_rules_it_starts_it_anew(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker))
    name = file_of(checker)
    await kept.judged({name: "x\n"}, {name: "y\n"})
    kept.warm.disk_changed([WorkspacePath(kept.made.programs.root, f"deep/{checker.configuration[0]}")])
    await kept.judged({name: "x\n"}, {name: "y\n"})
    first, second = (row[-1] for row in kept.made.starts)
    assert not runs(first)
    await kept.warm.close()
    assert not runs(second)


@pytest.mark.parametrize("checker", SERVERS)
async def test_one_that_was_killed_meanwhile_is_started_anew(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker))
    name = file_of(checker)
    for _ in range(2):
        outcome = await kept.judged({name: "x\n"}, {name: "BAD\n"})
        assert (len(outcome.findings), outcome.skipped) == (1, ())
        os.kill(kept.made.starts[-1][-1], 9)
    assert len(kept.made.starts) == 2
    await kept.warm.close()


@pytest.mark.parametrize("checker", SERVERS)
async def test_one_that_ends_again_and_again_is_left_alone_for_a_while(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker, at_question="sys.exit(3)"))
    name = file_of(checker)
    clock = kept.made.programs.clock
    reasons: list[str] = []
    for wait in (0.0, 0.0, 601.0):
        clock.seconds += wait
        outcome = await kept.judged({name: "x\n"}, {name: "BAD\n"})
        reasons += [skipped.reason for skipped in outcome.skipped]
    left_alone = f"{checker.name} ended unexpectedly 3 times in 10 minutes, so it is not started again for now"
    assert reasons == [f"{checker.name} ended unexpectedly", left_alone, f"{checker.name} ended unexpectedly"]
    assert len(kept.made.starts) == 5
    await kept.warm.close()


@pytest.mark.parametrize("checker", SERVERS)
async def test_a_late_answer_is_not_taken_for_a_new_one(checker: TypeChecker, tmp_path: Path) -> None:
    """The first question is answered when the second is asked, of other texts: the answer to it is of its own text."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    wait = f"asked == 1 and open({str(gate)!r}).read()"
    kept = Kept(fake(tmp_path, checker, at_question=wait), seconds=1.0)
    name = file_of(checker)
    outcome = await kept.judged({name: "x\n"}, {name: "BAD\n"})
    assert [skipped.reason for skipped in outcome.skipped] == [f"{checker.name} took longer than 1 s"]
    second = asyncio.create_task(kept.judged({name: "BAD one\n"}, {name: "BAD one\nBAD two\n"}))
    await asyncio.to_thread(gate.write_text, "go")
    outcome = await second
    assert ([finding.line for finding in outcome.findings], outcome.skipped) == ([2], ())
    assert len(kept.made.starts) == 1
    await kept.warm.close()


@pytest.mark.parametrize("checker", SERVERS)
async def test_one_that_is_late_twice_is_started_anew(checker: TypeChecker, tmp_path: Path) -> None:
    silent = f"os.path.exists({str(tmp_path / 'well')!r}) or time.sleep(600)"
    kept = Kept(fake(tmp_path, checker, at_question=silent), seconds=1.0)
    name = file_of(checker)
    for _ in range(2):
        outcome = await kept.judged({name: "x\n"}, {name: "BAD\n"})
        assert [skipped.reason for skipped in outcome.skipped] == [f"{checker.name} took longer than 1 s"]
    assert not runs(kept.made.starts[0][-1])
    (tmp_path / "well").touch()
    kept.policy = named(checker, warm=kept.warm)
    assert len((await kept.judged({name: "x\n"}, {name: "BAD\n"})).findings) == 1
    await kept.warm.close()


@pytest.mark.parametrize("checker", SERVERS)
async def test_a_cancelled_question_leaves_the_checker_as_it_should_be(checker: TypeChecker, tmp_path: Path) -> None:
    pipe, gate = tmp_path / "pipe", tmp_path / "gate"
    os.mkfifo(pipe)
    os.mkfifo(gate)
    wait = f"asked == 2 and (open({str(pipe)!r}, 'w').write('here'), open({str(gate)!r}).read())"
    kept = Kept(fake(tmp_path, checker, at_question=wait))
    name = file_of(checker)
    task = asyncio.create_task(kept.judged({name: "x\n"}, {name: "BAD\n"}))
    await asyncio.to_thread(pipe.read_text)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(gate.write_text, "go")
    outcome = await kept.judged({name: "BAD\n"}, {name: "BAD\nBAD\n"})
    assert [finding.line for finding in outcome.findings] == [2]
    assert len(kept.made.starts) == 1
    await kept.warm.close()


@pytest.mark.parametrize("checker", SERVERS)
async def test_one_that_nobody_asks_is_stopped_and_started_again_when_asked(
    checker: TypeChecker, tmp_path: Path
) -> None:
    kept = Kept(fake(tmp_path, checker), idle=0.0)
    name = file_of(checker)
    await kept.judged({name: "x\n"}, {name: "BAD\n"})
    await asyncio.to_thread(until_ended, kept.made.starts[0][-1])
    assert len((await kept.judged({name: "x\n"}, {name: "BAD\n"})).findings) == 1
    await kept.warm.close()
    assert not runs(kept.made.starts[1][-1])


@pytest.mark.parametrize("checker", SERVERS)
async def test_closing_ends_a_question_that_is_being_asked(checker: TypeChecker, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    wait = f"(open({str(pipe)!r}, 'w').write('here'), time.sleep(600))"
    kept = Kept(fake(tmp_path, checker, at_question=wait))
    name = file_of(checker)
    task = asyncio.create_task(kept.judged({name: "x\n"}, {name: "BAD\n"}))
    await asyncio.to_thread(pipe.read_text)
    await kept.warm.close()
    assert [skipped.reason for skipped in (await task).skipped] == [f"{checker.name} was stopped"]
    assert not any(runs(process_id) for *_, process_id in kept.made.starts)


@pytest.mark.parametrize("checker", SERVERS)
async def test_questions_of_one_workspace_wait_for_one_another(checker: TypeChecker, tmp_path: Path) -> None:
    kept = Kept(fake(tmp_path, checker))
    name = file_of(checker)
    given = [kept.given({name: "x\n"}, {name: f"BAD {number}\n" * number}) for number in range(1, 4)]
    outcomes = await asyncio.gather(*(TypesCheck().run(each) for each in given))
    assert [len(outcome.findings) for outcome in outcomes] == [1, 2, 3]
    assert len(kept.made.starts) == 1
    await kept.warm.close()
