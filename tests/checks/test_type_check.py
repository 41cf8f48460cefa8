"""Type checkers: what every one of the registry must do, tried with programs that the tests write."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.checks.check import Certainty, CheckInput, CheckOutcome, Severity
from sightline.checks.checkers.checker import TypeChecker
from sightline.checks.checkers.registry import CHECKERS
from sightline.checks.policy import CheckPolicy, Refusing
from sightline.checks.type_check import TypesCheck
from sightline.checks.type_scope import MOST_IMPORTERS
from support.checkers import FAKES, comment, fake, file_of, importing, named

EVERY = [pytest.param(checker, id=checker.name) for checker in CHECKERS]
SERVERS = [pytest.param(checker, id=checker.name) for checker in CHECKERS if checker.name != "mypy"]


async def judged(given: CheckInput) -> CheckOutcome:
    return await TypesCheck().run(given)


def reasons(outcome: CheckOutcome) -> list[str]:
    return [skipped.reason for skipped in outcome.skipped]


def test_every_checker_has_a_fake() -> None:
    assert FAKES.keys() == {checker.name for checker in CHECKERS}


@pytest.mark.parametrize("checker", EVERY)
async def test_nothing_runs_unless_it_is_named(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    name = file_of(checker)
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}))
    assert (outcome.findings, outcome.skipped, made.starts) == ((), (), [])


@pytest.mark.parametrize("checker", EVERY)
async def test_only_what_is_new_is_found_at_its_place(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    name = file_of(checker, "deep/a")
    before, after = "BAD = 1\nx = BAD\n", "first\nBAD = 1\n'ž\U0001f600' BAD\nx = BAD\n"
    outcome = await judged(made.programs.given({name: before}, {name: after}, named(checker)))
    (finding,) = outcome.findings
    assert (finding.line, finding.column) == (3, 6)
    assert after.encode()[finding.span.start :].startswith(b"BAD")
    assert (finding.check, finding.severity, str(finding.path)) == ("types", Severity.ERROR, name)
    assert finding.message.startswith(f"BAD is on line 3 ({checker.name} ")
    assert (outcome.fixed, outcome.skipped) == ((), ())


@pytest.mark.parametrize("checker", EVERY)
async def test_what_an_edit_mends_is_told(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    name = file_of(checker)
    outcome = await judged(made.programs.given({name: "BAD\n"}, {name: "good\n"}, named(checker)))
    assert (outcome.findings, outcome.fixed) == ((), (f"{name}: BAD is on line 1",))


@pytest.mark.parametrize("checker", EVERY)
async def test_an_error_in_a_file_that_imports_the_edited_one_is_found(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    a, b, other = file_of(checker, "a"), file_of(checker, "b"), file_of(checker, "other")
    before = {
        a: "x = 1  WORD\n",
        b: f"{importing(checker)}\n{comment(checker)} needs WORD in {a}\n",
        other: f"{comment(checker)} needs WORD in {a}\n",
    }
    outcome = await judged(made.programs.given(before, {a: "x = 1\n"}, named(checker)))
    (finding,) = outcome.findings
    assert (str(finding.path), finding.line, finding.certainty) == (b, 2, Certainty.CERTAIN)
    assert outcome.skipped == ()


@pytest.mark.parametrize("checker", EVERY)
async def test_importers_count_through_files_that_hand_on(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    script = ".ts" in checker.suffixes
    package, inner, user = ("p/index.ts", "p/a.ts", "user.ts") if script else ("p/__init__.py", "p/a.py", "user.py")
    before = {
        inner: "x = 1  WORD\n",
        package: 'export { x } from "./a";\n' if script else "from .a import x\n",
        user: f"{importing(checker, 'p')}\n{comment(checker)} needs WORD in {inner}\n",
    }
    outcome = await judged(made.programs.given(before, {inner: "x = 1\n"}, named(checker)))
    assert [str(finding.path) for finding in outcome.findings] == [user]


@pytest.mark.parametrize("checker", EVERY)
async def test_an_error_is_certain_where_the_file_kept_the_rule(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    a, b, new = (file_of(checker, name) for name in ("a", "b", "new"))
    before = {a: "x\n", b: "BAD y\n"}
    after = {a: "BAD x\n", b: "BAD y\nBAD z\n"} | ({new: "BAD\n"} if checker.opens_new else {})
    expected = {
        Refusing.CLEAN: {a: Certainty.CERTAIN, b: Certainty.POSSIBLE, new: Certainty.POSSIBLE},
        Refusing.ALL: dict.fromkeys((a, b, new), Certainty.CERTAIN),
        Refusing.NONE: dict.fromkeys((a, b, new), Certainty.POSSIBLE),
    }
    for refusing, rows in expected.items():
        outcome = await judged(made.programs.given(before, after, named(checker, types_refuse=refusing)))
        assert {str(finding.path): finding.certainty for finding in outcome.findings} == {
            name: certainty for name, certainty in rows.items() if name in after
        }


@pytest.mark.parametrize("checker", SERVERS)
async def test_a_warning_is_possible_and_a_hint_is_nothing(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    name = file_of(checker)
    policy = named(checker, types_refuse=Refusing.ALL)
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "SHADY\nHINT\n"}, policy))
    assert [(f.severity, f.certainty) for f in outcome.findings] == [(Severity.WARNING, Certainty.POSSIBLE)]


@pytest.mark.parametrize("checker", EVERY)
async def test_what_is_not_on_disk_is_shown_or_said_to_be_left_out(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    a, new = file_of(checker, "a"), file_of(checker, "new")
    uses = f"{importing(checker, 'new')}\n{comment(checker)} needs x in {new}\n"
    outcome = await judged(made.programs.given({a: "x\n"}, {a: uses, new: "x = 1\n"}, named(checker)))
    assert outcome.findings == ()
    expected = [f"{checker.name} cannot be shown which files the edit makes, moves or deletes; not judged: {a}"]
    if not checker.opens_new:
        expected.insert(0, f"{checker.name} judges no file that the edit makes or moves: {new}")
    assert reasons(outcome) == ([] if checker.shows_new else expected)


@pytest.mark.parametrize("checker", EVERY)
async def test_importers_of_a_deleted_file_are_said_to_be_left_out(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    a, b, c = (file_of(checker, name) for name in "abc")
    before = {a: "x\n", b: f"{importing(checker, 'a')}\n", c: f"{importing(checker, 'b')}\n"}
    outcome = await judged(made.programs.given(before, {a: None, c: before[c] + "BAD\n"}, named(checker)))
    assert reasons(outcome) == [
        f"{checker.name} cannot be shown which files the edit makes, moves or deletes; not judged: {b}"
    ]
    # What it says of a file that depends on one it sees otherwise than the edit has it is not to be sure of.
    assert [(str(f.path), f.certainty) for f in outcome.findings] == [(c, Certainty.POSSIBLE)]


@pytest.mark.parametrize("checker", EVERY)
async def test_importers_are_bounded_and_those_of_what_changed_come_first(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    a, script = file_of(checker), ".ts" in checker.suffixes
    uses = f"{comment(checker)} needs WORD in {a}\n"
    before = {file_of(checker, f"b{number:02}"): f"{importing(checker)}\n{uses}" for number in range(MOST_IMPORTERS)}
    other = 'import { y } from "./a";' if script else "from a import y"
    last = file_of(checker, "z")
    before[last] = f"{other}\n{'y()'}\n{uses}"
    define = "export const x = 1;\nexport function y() {{ {} }}\n" if script else "x = 1\ndef y():\n    {}\n"
    before[a] = define.format("WORD")
    given = made.programs.given(before, {a: define.format("gone")}, named(checker, seconds=120.0))
    outcome = await judged(given)
    assert len(outcome.findings) == MOST_IMPORTERS
    assert last in {str(finding.path) for finding in outcome.findings}
    assert reasons(outcome) == [
        f"{checker.name} judged the nearest {MOST_IMPORTERS} of {MOST_IMPORTERS + 1} files that import what changed"
    ]


@pytest.mark.parametrize("checker", EVERY)
async def test_without_trust_nothing_runs_and_that_is_said(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    name = file_of(checker)
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, named(checker), trusted=False))
    assert reasons(outcome) == [f"{checker.name} runs only in workspaces you trust (sightline trust)"]
    assert (outcome.findings, made.starts) == ((), [])


@pytest.mark.parametrize("checker", EVERY)
async def test_a_program_of_the_workspace_runs_only_where_the_user_says_so(
    checker: TypeChecker, tmp_path: Path
) -> None:
    made = fake(tmp_path, checker, below="work/tools")
    made.programs.path = f"tools:{tmp_path}/work/tools"
    name = file_of(checker)
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, named(checker)))
    expected = f"{checker.program} is not on your PATH; the setting checks.programs can say where it is"
    assert (reasons(outcome), made.starts) == ([expected], [])
    policy = named(checker, programs={checker.name: f"tools/{checker.program}"})
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, policy))
    assert len(outcome.findings) == 1


@pytest.mark.parametrize("checker", EVERY)
async def test_a_checker_sees_few_variables_and_the_workspace_stays_as_it_was(
    checker: TypeChecker, tmp_path: Path
) -> None:
    made = fake(tmp_path, checker)
    made.programs.environment = {"SIGHTLINE_API_KEY": "secret", "LANG": "C.UTF-8"}
    name = file_of(checker)
    await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, named(checker)))
    for _, folder, environment, process_id in made.starts:
        assert "SIGHTLINE_API_KEY" not in environment
        assert environment["LANG"] == "C.UTF-8"
        assert folder == made.programs.root
        assert not _runs(process_id)
    assert [path.relative_to(made.programs.root) for path in Path(made.programs.root).rglob("*")] == [Path(name)]
    assert (tmp_path / "work" / name).read_text() == "x\n"
    assert not any(os.path.exists(folder) for folder in made.programs.files.made)


@pytest.mark.parametrize("checker", EVERY)
async def test_an_edit_of_what_rules_or_runs_it_is_not_judged(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker, below="work/tools")
    name = file_of(checker)
    policy = named(checker, programs={checker.name: f"tools/{checker.program}"})
    touched = [
        checker.configuration[0].replace("*", "x"),
        f"deep/{checker.configuration[1].replace('*', 'x')}",
        f"node_modules/it/index{Path(name).suffix}",
        f"venv/lib/site-packages/it{Path(name).suffix}",
        f"tools/it{Path(name).suffix}",
    ]
    for path in touched:
        for before in ({}, {path: "{}\n"}):
            given = made.programs.given({name: "x\n", **before}, {name: "BAD\n", path: "{ }\n"}, policy)
            outcome = await judged(given)
            expected = f"{checker.name} would execute or be ruled by {path}, which this edit changes"
            assert (reasons(outcome), outcome.findings, made.starts) == ([expected], (), [])


@pytest.mark.parametrize(
    ("file", "text", "touched"),
    [
        ("mypy.ini", "[mypy]\nplugins = tools/plugin.py, other\n", "tools/plugin.py"),
        ("mypy.ini", "[mypy]\nplugins = ./tools/plugin.py:start\n", "tools/deep.py"),
        ("setup.cfg", "[mypy]\nplugins =\n    other,\n    tools.plugin\n", "src/tools/plugin.py"),
        ("pyproject.toml", '[tool.mypy]\nplugins = ["tools.plugin:start"]\n', "tools/plugin/__init__.py"),
        ("deep/.mypy.ini", "[mypy]\nplugins = tools.plugin\n", "tools/plugin.py"),
    ],
)
async def test_plugins_of_mypy_and_what_they_import_are_executed(
    file: str, text: str, touched: str, tmp_path: Path
) -> None:
    (mypy,) = (checker for checker in CHECKERS if checker.name == "mypy")
    made = fake(tmp_path, mypy)
    before = {file: text, "tools/plugin.py": "from tools import deep\n", "tools/deep.py": "", "a.py": "x\n"}
    before |= {touched: before.get(touched, "y = 1\n")}
    given = made.programs.given(before, {touched: "evil()\n", "a.py": "BAD\n"}, named(mypy))
    outcome = await judged(given)
    assert reasons(outcome) == [f"mypy would execute or be ruled by {touched}, which this edit changes"]
    assert made.starts == []
    harmless = made.programs.given(before, {"a.py": "BAD\n"}, named(mypy))
    assert len((await judged(harmless)).findings) == 1


FAILURES = {
    "it ends at once": (
        "print('no plan', file=sys.stderr); sys.exit(70)", "pass",
        ("failed: no plan", "ended unexpectedly: no plan"),
    ),
    "it ends when it is asked": ("pass", "sys.exit(70)", ("failed: exit code 70", "ended unexpectedly")),
    "it is killed": ("pass", "os.kill(os.getpid(), 9)", ("was killed by signal 9", "ended unexpectedly")),
    "it says nothing": ("pass", "time.sleep(600)", ("took longer than 2 s", "took longer than 2 s")),
    "it says nothing at all": ("time.sleep(600)", "pass", ("took longer than 2 s", "took longer than 2 s")),
    "it talks nonsense": (
        "pass", "os.write(1, b'{nonsense}\\r\\n\\r\\n')",
        ("gave an answer that is not understood", "gave an answer that is not understood"),
    ),
    "it talks without an end": (
        "pass", "os.write(1, b'x' * 100_000)", ("", "gave an answer that is not understood"),
    ),
    "it promises too much": (
        "pass", "os.write(1, b'Content-Length: 99999999\\r\\n\\r\\n')", ("", "gave an answer that is not understood"),
    ),
    "it answers in another form": (
        "pass", "os.write(1, b'Content-Length: 3\\r\\n\\r\\n[1]')", ("", "gave an answer that is not understood"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("checker", EVERY)
async def test_a_checker_that_does_not_do_its_work_is_skipped(
    checker: TypeChecker, failure: str, tmp_path: Path
) -> None:
    at_start, at_question, words = FAILURES[failure]
    expected = words[0 if checker.name == "mypy" else 1]
    if not expected:
        return  # what mypy prints beside its answers is let go
    made = fake(tmp_path, checker, at_start=at_start, at_question=at_question)
    name = file_of(checker)
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, named(checker, seconds=2.0)))
    assert reasons(outcome) == [f"{checker.name} {expected}"]
    assert outcome.findings == ()
    assert not any(_runs(process_id) for *_, process_id in made.starts)
    assert not any(os.path.exists(folder) for folder in made.programs.files.made)


@pytest.mark.parametrize("checker", SERVERS)
async def test_what_was_judged_in_time_counts(checker: TypeChecker, tmp_path: Path) -> None:
    place = 'given["file"]' if checker.name == "tsserver" else 'given["textDocument"]["uri"]'
    made = fake(tmp_path, checker, at_question=f'if "/slow." in {place}: continue')
    a, slow = file_of(checker, "a"), file_of(checker, "slow")
    before = {a: "x\n", slow: f"{importing(checker)}\n"}
    outcome = await judged(made.programs.given(before, {a: "BAD\n"}, named(checker, seconds=2.0)))
    assert [(str(finding.path), finding.certainty) for finding in outcome.findings] == [(a, Certainty.CERTAIN)]
    assert reasons(outcome) == [f"{checker.name} did not get to 1 of 2 files in 2 s"]


@pytest.mark.parametrize("name", ["pyright", "ty"])
async def test_a_server_that_cannot_be_asked_for_diagnostics_is_too_old(name: str, tmp_path: Path) -> None:
    (checker,) = (checker for checker in CHECKERS if checker.name == name)
    refusal = 'say({"id": number, "error": {"code": -32601, "message": "Unhandled method"}}); continue'
    made = fake(tmp_path, checker, at_question=refusal)
    outcome = await judged(made.programs.given({"a.py": "x\n"}, {"a.py": "BAD\n"}, named(checker)))
    assert reasons(outcome) == [f"this {name} is too old to be asked for diagnostics"]


@pytest.mark.parametrize("name", ["pyright", "ty"])
async def test_a_server_that_was_busy_is_asked_again(name: str, tmp_path: Path) -> None:
    (checker,) = (checker for checker in CHECKERS if checker.name == name)
    busy = 'if asked % 2: say({"id": number, "error": {"code": -32802, "message": "busy"}}); continue'
    made = fake(tmp_path, checker, at_question=busy)
    outcome = await judged(made.programs.given({"a.py": "x\n"}, {"a.py": "BAD\n"}, named(checker)))
    assert len(outcome.findings) == 1
    for_ever = 'say({"id": number, "error": {"code": -32802, "message": "busy"}}); continue'
    made = fake(tmp_path, checker, at_question=for_ever)
    outcome = await judged(made.programs.given({"a.py": "x\n"}, {"a.py": "BAD\n"}, named(checker)))
    assert reasons(outcome) == [f"{name} failed: busy"]


@pytest.mark.parametrize("checker", SERVERS)
async def test_one_checker_that_fails_does_not_cost_the_others(checker: TypeChecker, tmp_path: Path) -> None:
    made = fake(tmp_path, checker)
    name = file_of(checker)
    missing = (
        next(one for one in CHECKERS if one.suffixes & checker.suffixes and one.program != checker.program)
        if (checker.name != "tsserver")
        else None
    )
    names = (checker.name, *((missing.name,) if missing else ()))
    outcome = await judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, CheckPolicy(types=names)))
    assert len(outcome.findings) == 1
    assert [reason.split()[0] for reason in reasons(outcome)] == ([missing.program] if missing else [])


@pytest.mark.parametrize("checker", EVERY)
async def test_cancelling_ends_what_was_started(checker: TypeChecker, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told = f"open({str(pipe)!r}, 'w').write(f'{{os.getpid()}}\\n'); time.sleep(600)"
    made = fake(tmp_path, checker, at_question=told)
    name = file_of(checker)
    task = asyncio.create_task(judged(made.programs.given({name: "x\n"}, {name: "BAD\n"}, named(checker))))
    process_id = int((await asyncio.to_thread(pipe.read_text)).split()[0])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not _runs(process_id)
    assert not any(os.path.exists(folder) for folder in made.programs.files.made)


async def test_a_buffer_that_is_not_saved_is_shown_too(tmp_path: Path) -> None:
    (checker,) = (one for one in CHECKERS if one.name == "ty")
    made = fake(tmp_path, checker)
    given = made.programs.given({"a.py": "x\n", "b.py": "WORD\n"}, {"a.py": "# needs WORD in b.py\n"}, named(checker))
    (tmp_path / "work" / "b.py").write_text("something else\n")  # what the disk says is not what the view says
    files = given.before.workspace
    typed = files.read(next(path for path in files.paths() if path.name == "b.py"))
    assert "WORD" not in str(typed.text)
    unsaved = {typed.path: replace(typed, text=typed.text.of("WORD\n"), version=1)}
    for view in (given.before, given.after):
        view.workspace = replace(view.workspace, overlay={**view.workspace.overlay, **unsaved})
    assert (await judged(given)).findings == ()


def _runs(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
