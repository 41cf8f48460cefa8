"""Linters of the user's: what every one of the registry must do, tried with programs that the tests write."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from sightline.checks.check import Certainty, Severity
from sightline.checks.external_lint import ExternalLintCheck
from sightline.checks.linters.linter import Linter, Way
from sightline.checks.linters.registry import LINTERS
from sightline.checks.policy import CheckPolicy, RunPolicy
from support.linters import FAKES, fake, runs
from support.programs import Programs

EVERY = [pytest.param(linter, id=linter.name) for linter in LINTERS]
READERS = [pytest.param(linter, id=linter.name) for linter in LINTERS if linter.way is not Way.WORKSPACE]
RULED = [pytest.param(linter, id=linter.name) for linter in LINTERS if linter.configuration]


async def allowed(root: str, isolation: str) -> bool:
    del root, isolation
    return True


def named(linter: Linter, **more: object) -> CheckPolicy:
    executing = RunPolicy(consent=allowed, isolated=False, seconds=cast("float", more.get("seconds", 60.0)))
    return replace(CheckPolicy(linters=(linter.name,), executing=executing), **more)


def file_of(linter: Linter, folder: str = "") -> str:
    return f"{folder}a{'.ts' if '.ts' in linter.suffixes else min(linter.suffixes)}"


def test_every_linter_has_a_fake() -> None:
    assert FAKES.keys() == {linter.name for linter in LINTERS}


async def test_nothing_runs_unless_it_is_named(tmp_path: Path) -> None:
    programs = fake(tmp_path, "eslint")
    outcome = await ExternalLintCheck().run(programs.given({"a.ts": "x\n"}, {"a.ts": "BAD\n"}))
    assert (outcome.findings, outcome.skipped, runs(tmp_path)) == ((), (), [])


@pytest.mark.parametrize("linter", EVERY)
async def test_only_what_is_new_is_found_at_its_place(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    name = file_of(linter, "deep/")
    before, after = "BAD = 1\n", "first\nBAD = 1\n'ž\U0001f600' BAD\n"
    outcome = await ExternalLintCheck().run(programs.given({name: before}, {name: after}, named(linter)))
    (finding,) = outcome.findings
    assert (finding.line, finding.column) == (3, 6)
    assert after.encode()[finding.span.start :].startswith(b"BAD")
    severity = Severity.WARNING if linter.way is Way.WORKSPACE else Severity.ERROR
    assert (finding.check, finding.severity, str(finding.path)) == ("linters", severity, name)
    assert linter.name in finding.message
    assert outcome.skipped == ()
    assert len(runs(tmp_path)) == 2


@pytest.mark.parametrize("linter", EVERY)
async def test_what_an_edit_mends_is_told(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    name = file_of(linter)
    outcome = await ExternalLintCheck().run(programs.given({name: "BAD\n"}, {name: "good\n"}, named(linter)))
    assert outcome.findings == ()
    assert outcome.fixed == (f"{name}: bad",)


@pytest.mark.parametrize("linter", READERS)
async def test_a_text_that_could_be_read_and_no_longer_can_is_certain(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    name = file_of(linter)
    new, old = name.replace("a.", "new."), name.replace("a.", "old.")
    given = programs.given(
        {name: "good\n", old: "BROKEN x\n"}, {name: "BROKEN\n", old: "BROKEN y\n", new: "BROKEN\n"}, named(linter)
    )
    outcome = await ExternalLintCheck().run(given)
    certain = {str(finding.path): finding.certainty for finding in outcome.findings}
    assert certain == {name: Certainty.CERTAIN, old: Certainty.POSSIBLE, new: Certainty.POSSIBLE}
    assert outcome.fixed == ()


@pytest.mark.parametrize("linter", EVERY)
async def test_files_of_other_kinds_start_nothing(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    outcome = await ExternalLintCheck().run(programs.given({"a.md": "x\n"}, {"a.md": "BAD\n"}, named(linter)))
    assert (outcome.findings, outcome.skipped, runs(tmp_path)) == ((), (), [])


@pytest.mark.parametrize("linter", EVERY)
async def test_without_trust_nothing_runs_and_that_is_said(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    name = file_of(linter)
    given = programs.given({name: "x\n"}, {name: "BAD\n"}, named(linter), trusted=False)
    outcome = await ExternalLintCheck().run(given)
    (skipped,) = outcome.skipped
    assert skipped.reason == f"{linter.name} runs only in workspaces you trust (sightline trust)"
    assert (outcome.findings, runs(tmp_path)) == ((), [])


@pytest.mark.parametrize("linter", EVERY)
async def test_a_program_of_the_workspace_is_never_found_by_chance(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name, below="work/node_modules/.bin")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / linter.program).symlink_to(tmp_path / "work/node_modules/.bin" / linter.program)
    programs.path = f"node_modules/.bin:.::{tmp_path}/work/node_modules/.bin:{tmp_path}/bin"
    name = file_of(linter)
    outcome = await ExternalLintCheck().run(programs.given({name: "x\n"}, {name: "BAD\n"}, named(linter)))
    (skipped,) = outcome.skipped
    expected = f"{linter.program} is not on your PATH; the setting checks.programs can say where it is"
    assert (skipped.reason, runs(tmp_path)) == (expected, [])


async def test_a_program_of_a_workspace_opened_through_a_link_is_not_found_by_its_real_path(tmp_path: Path) -> None:
    programs = fake(tmp_path, "eslint", below="real/node_modules/.bin")
    (tmp_path / "work").symlink_to(tmp_path / "real")
    programs.path = f"{tmp_path}/real/node_modules/.bin"
    given = programs.given({"a.ts": "x\n"}, {"a.ts": "BAD\n"}, CheckPolicy(linters=("eslint",)))
    outcome = await ExternalLintCheck().run(given)
    assert [row.reason.partition(";")[0] for row in outcome.skipped] == ["eslint is not on your PATH"]
    assert runs(tmp_path) == []


@pytest.mark.parametrize("linter", [row for row in READERS if row.id != "gofmt"])
@pytest.mark.parametrize(("folder", "judged"), [("(group)/[id] x/", True), ("x&calc&/", False), ("%PATH%/", False)])
async def test_no_name_of_a_file_reaches_the_interpreter_of_a_batch_file(
    linter: Linter, folder: str, judged: bool, tmp_path: Path
) -> None:
    programs = fake(tmp_path, linter.name)
    (tmp_path / "bin" / linter.program).rename(tmp_path / "bin" / f"{linter.program}.cmd")
    programs.environment = {"PATHEXT": ".EXE;.CMD"}
    given = programs.given({"b.md": ""}, {file_of(linter, folder): "BAD\n"}, named(linter))
    outcome = await ExternalLintCheck().run(given)
    assert (len(outcome.findings), bool(runs(tmp_path))) == ((1, True) if judged else (0, False))
    said = "is a batch file, for which a name of a file here may be a command"
    assert [row.reason for row in outcome.skipped] == ([] if judged else [f"{linter.name} {said}"])


@pytest.mark.parametrize("linter", EVERY)
async def test_a_program_of_the_workspace_runs_where_the_user_says_so(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name, below="work/node_modules/.bin")
    name = file_of(linter)
    policy = named(linter, programs={linter.program: f"node_modules/.bin/{linter.program}"})
    outcome = await ExternalLintCheck().run(programs.given({name: "x\n"}, {name: "BAD\n"}, policy))
    assert len(outcome.findings) == 1
    elsewhere = named(linter, programs={linter.program: "/nowhere/it"})
    outcome = await ExternalLintCheck().run(programs.given({name: "x\n"}, {name: "BAD\n"}, elsewhere))
    assert (
        outcome.skipped[0].reason
        == f"{linter.program} is not at /nowhere/it, where your setting checks.programs says it is"
    )


@pytest.mark.parametrize("linter", EVERY)
async def test_a_program_sees_few_variables_and_the_workspace_stays_as_it_was(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    programs.environment = {"SIGHTLINE_API_KEY": "secret", "LANG": "C.UTF-8"}
    name = file_of(linter)
    await ExternalLintCheck().run(programs.given({name: "x\n"}, {name: "BAD\n"}, named(linter)))
    for _, directory, environment in runs(tmp_path):
        assert "SIGHTLINE_API_KEY" not in environment
        assert environment["LANG"] == "C.UTF-8"
        assert (directory == programs.root) is (linter.way is Way.STANDARD_INPUT)
    assert (tmp_path / "work" / name).read_text() == "x\n"
    assert len(programs.files.made) == (0 if linter.way is Way.STANDARD_INPUT else 2)
    assert not any(os.path.exists(folder) for folder in programs.files.made)


@pytest.mark.parametrize("linter", RULED)
async def test_an_edit_of_its_configuration_is_not_judged_by_it(linter: Linter, tmp_path: Path) -> None:
    programs = fake(tmp_path, linter.name)
    rules, name = linter.configuration[0], file_of(linter)
    for before, after in (
        ({rules: "{}\n"}, {rules: "{ }\n"}),
        ({rules: "{}\n"}, {rules: None}),
        ({}, {f"deep/{rules}": "{}\n"}),
    ):
        given = programs.given({name: "x\n", **before}, {name: "BAD\n", **after}, named(linter))
        outcome = await ExternalLintCheck().run(given)
        touched = min(after)
        assert [row.reason for row in outcome.skipped] == [
            f"{linter.name} would execute or be ruled by {touched}, which this edit changes"
        ]
        assert (outcome.findings, runs(tmp_path)) == ((), [])


@pytest.mark.parametrize("touched", ["tools/rules.js", "tools/deep.js", "node_modules/plugin/index.js"])
async def test_what_the_configuration_of_eslint_imports_is_executed_too(touched: str, tmp_path: Path) -> None:
    programs = fake(tmp_path, "eslint")
    before = {
        "eslint.config.mjs": 'import rules from "./tools/rules.js";\nexport default rules;\n',
        "tools/rules.js": 'import deep from "./deep.js";\nexport default [deep];\n',
        "tools/deep.js": "export default {};\n",
        "node_modules/plugin/index.js": "x\n",
        "a.js": "x\n",
    }
    given = programs.given(before, {touched: "evil();\n", "a.js": "BAD\n"}, CheckPolicy(linters=("eslint",)))
    outcome = await ExternalLintCheck().run(given)
    assert [row.reason for row in outcome.skipped] == [
        f"eslint would execute or be ruled by {touched}, which this edit changes"
    ]
    assert runs(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text"), [(".oxlintrc.json", '{"jsPlugins": ["./a.js"]}\n'), ("oxlint.config.ts", "export default {};\n")]
)
async def test_oxlint_does_not_run_with_plugins_of_javascript(name: str, text: str, tmp_path: Path) -> None:
    programs = fake(tmp_path, "oxlint")
    given = programs.given({name: text, "deep/a.js": "x\n"}, {"deep/a.js": "BAD\n"}, CheckPolicy(linters=("oxlint",)))
    outcome = await ExternalLintCheck().run(given)
    (skipped,) = outcome.skipped
    assert skipped.reason.startswith(f"{name} ")
    assert runs(tmp_path) == []
    assert not any(os.path.exists(folder) for folder in programs.files.made)


async def test_a_copy_holds_the_touched_files_and_the_configuration_above_them(tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    programs.write(
        "biome",
        f"print(sorted(map(str, Path().rglob('*'))), file=open({str(tmp_path / 'seen')!r}, 'a'))\n" + FAKES["biome"],
    )
    before = {"biome.json": "{}\n", "deep/biome.json": "{}\n", "deep/a.ts": "x\n", "other/biome.json": "", "b.ts": ""}
    given = programs.given(before, {"deep/a.ts": "y\n"}, CheckPolicy(linters=("biome",)))
    await ExternalLintCheck().run(given)
    expected = "['biome.json', 'deep', 'deep/a.ts', 'deep/biome.json']"
    assert (tmp_path / "seen").read_text().splitlines() == [expected] * 2


@pytest.mark.parametrize("linter", EVERY)
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("print('no plan', file=sys.stderr)\nsys.exit(70)\n", "{} failed: no plan"),
        ("sys.exit(70)\n", "{} failed: exit code 70"),
        ("os.kill(os.getpid(), 9)\n", "{} was killed by signal 9"),
        ("while True:\n    time.sleep(1)\n", "{} took longer than 2 s"),
        ("while True:\n    sys.stdout.write('x' * 1_000_000)\n", "{} took longer than 2 s"),
        ("sys.stdout.write('x' * (17 << 20))\n", "{} printed too much"),
    ],
)
async def test_a_program_that_does_not_do_its_work_is_skipped(
    linter: Linter, script: str, reason: str, tmp_path: Path
) -> None:
    programs = Programs(tmp_path)
    programs.write(linter.program, script)
    name = file_of(linter)
    given = programs.given({name: "x\n"}, {name: "BAD\n"}, named(linter, seconds=2.0))
    outcome = await ExternalLintCheck().run(given)
    assert [row.reason for row in outcome.skipped] == [reason.format(linter.name)]
    assert outcome.findings == ()
    assert not any(os.path.exists(folder) for folder in programs.files.made)


@pytest.mark.parametrize("linter", [row for row in EVERY if row.id not in ("gofmt", "govet")])
@pytest.mark.parametrize(
    "answer", ["", "surprise", "[]x", '{"diagnostics": 1}', '[{"messages": [1]}]', '{"diagnostics": [{}]}']
)
async def test_an_answer_of_another_form_is_skipped(linter: Linter, answer: str, tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    programs.write(linter.program, f"print({answer!r})\n")
    name = file_of(linter)
    outcome = await ExternalLintCheck().run(programs.given({name: "x\n"}, {name: "BAD\n"}, named(linter)))
    assert [row.reason for row in outcome.skipped] == [f"{linter.name} gave an answer that is not understood"]


async def test_one_linter_that_fails_does_not_cost_the_others(tmp_path: Path) -> None:
    programs = fake(tmp_path, "oxlint")
    given = programs.given({"a.ts": "x\n"}, {"a.ts": "BAD\n"}, CheckPolicy(linters=("eslint", "oxlint")))
    outcome = await ExternalLintCheck().run(given)
    assert len(outcome.findings) == 1
    assert [row.reason.split()[0] for row in outcome.skipped] == ["eslint"]


@pytest.mark.parametrize("linter", EVERY)
async def test_cancelling_ends_the_programs_and_removes_the_copies(linter: Linter, tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    programs.write(linter.program, f"open({str(pipe)!r}, 'w').write(f'{{os.getpid()}}\\n')\ntime.sleep(600)\n")
    name = file_of(linter)
    task = asyncio.create_task(ExternalLintCheck().run(programs.given({name: "x\n"}, {name: "BAD\n"}, named(linter))))
    process_id = int((await asyncio.to_thread(pipe.read_text)).split()[0])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not os.path.exists(f"/proc/{process_id}") or "Z" in Path(f"/proc/{process_id}/stat").read_text().split()[2]
    assert not any(os.path.exists(folder) for folder in programs.files.made)


REAL: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "gofmt": ("a.go", "package x\n\nfunc f() {}\n", "package x\n\nfunc f( {}\n", {}),
    "eslint": ("a.js", "x = 1;\n", "x = ;\n", {"eslint.config.mjs": "export default [{rules: {'no-debugger': 2}}];\n"}),
    "oxlint": ("deep/a.ts", "export const x = 1;\n", "export const x = ;\n", {}),
    "biome": ("deep/a.ts", "export const x = 1;\n", "export const x = ;\n", {"biome.json": "{}\n"}),
}


#: Where ``make test`` puts those of :data:`INSTALLED`; Node.js may lie beside this Python.
PROGRAMS = Path(__file__).parent.parent / "programs/node_modules"
INSTALLED = frozenset({"eslint"})


@pytest.mark.parametrize("name", sorted(REAL))
async def test_the_real_program_where_it_is_installed(name: str, tmp_path: Path) -> None:
    folders = os.pathsep.join((str(PROGRAMS / ".bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    if shutil.which(name, path=folders) is None:
        assert name not in INSTALLED or not (PROGRAMS / ".installed").exists(), "make test installs it"
        pytest.skip(f"{name} is not installed")
    path, before, broken, rules = REAL[name]
    programs = Programs(tmp_path, path=folders)
    policy = CheckPolicy(linters=(name,))
    outcome = await ExternalLintCheck().run(programs.given({path: before, **rules}, {path: broken}, policy))
    assert outcome.skipped == ()
    found = {(finding.line, finding.certainty) for finding in outcome.findings}
    assert (before.count("\n"), Certainty.CERTAIN) in found
    if name != "gofmt":
        worse = programs.given({path: before, **rules}, {path: before + "debugger;\n"}, policy)
        (finding,) = (await ExternalLintCheck().run(worse)).findings
        assert (finding.line, finding.column, finding.certainty) == (2, 1, Certainty.POSSIBLE)
