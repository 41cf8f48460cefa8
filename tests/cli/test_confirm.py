"""Files that something runs later are edited at the user's word only; no other file is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Sightline
from sightline.cli import edit_reports, history_reports
from support.shop import HARMLESS, block, script

HOOK = ".github/workflows/ci.yml"
RUNS = "on: push\n"
EDIT = block(HOOK, "on: push", "on: pull_request_target")


@pytest.fixture
def hook(work: Path) -> Path:
    """A workflow of the workspace."""
    path = work / HOOK
    path.parent.mkdir(parents=True)
    path.write_text(RUNS, "utf-8")
    return path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``sightline`` believe that it stands on a terminal."""
    monkeypatch.setattr("sightline.cli.confirming.on_terminal", lambda: True)
    monkeypatch.setattr("sightline.cli.commands.ask.on_terminal", lambda: True)


def test_without_a_terminal_nothing_is_written_and_the_option_is_named(
    sightline: Sightline, work: Path, hook: Path
) -> None:
    ran = sightline("apply", "-", stdin=HARMLESS + EDIT)
    assert ran.code == 1
    assert f"--confirm {HOOK}" in ran.err
    assert "workflows run with the repository's rights" in ran.err
    assert hook.read_text("utf-8") == RUNS
    assert "INVOICE" not in (work / "shop/invoice.py").read_text("utf-8")
    told = edit_reports.ApplyJson.model_validate(sightline("apply", "-", "--json", stdin=HARMLESS + EDIT).json)
    assert (told.verdict, told.applied) == ("accept", False)
    assert [each.path for each in told.unconfirmed] == [HOOK]
    assert sightline("apply", "-", "--dry-run", stdin=EDIT).code == 0


@pytest.mark.parametrize("absolute", [False, True])
def test_a_named_file_is_edited(sightline: Sightline, hook: Path, absolute: bool) -> None:
    assert sightline("apply", "-", "--confirm", "package.json", stdin=EDIT).code == 1
    assert sightline("apply", "-", "--confirm", str(hook) if absolute else HOOK, stdin=EDIT).code == 0
    assert "pull_request_target" in hook.read_text("utf-8")


def test_a_link_to_such_a_file_is_as_such_a_file(sightline: Sightline, work: Path, hook: Path) -> None:
    (work / "innocent.yml").symlink_to(HOOK)
    ran = sightline("apply", "-", stdin=block("innocent.yml", "on: push", "on: pull_request_target"))
    assert ran.code == 1
    assert "--confirm innocent.yml" in ran.err
    assert hook.read_text("utf-8") == RUNS


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 2)])
def test_on_a_terminal_each_file_is_asked_about(
    sightline: Sightline, work: Path, hook: Path, answer: str, code: int
) -> None:
    (work / "reply.txt").write_text(EDIT, "utf-8")
    ran = sightline("apply", str(work / "reply.txt"), stdin=answer)
    assert f"{HOOK}: workflows" in ran.out + ran.err
    assert (ran.code == 0) is (code == 0)
    assert ("pull_request_target" in hook.read_text("utf-8")) is (code == 0)


@pytest.mark.parametrize("confirmed", [False, True])
def test_ask_apply_is_no_word_for_such_files(
    sightline: Sightline, work: Path, hook: Path, confirmed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "replies.txt").write_text(script(EDIT), "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")
    more = ("--confirm", HOOK) if confirmed else ()
    ran = sightline("ask", "run it for pull requests", "--task-type", "refactor", "--apply", "--json", *more)
    told = edit_reports.AskJson.model_validate(ran.json)
    assert (ran.code, told.applied) == ((0, True) if confirmed else (1, False))
    assert [each.path for each in told.unconfirmed] == ([] if confirmed else [HOOK])
    assert ("pull_request_target" in hook.read_text("utf-8")) is confirmed


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_taking_back_and_bringing_back_ask_for_the_same_word(sightline: Sightline, hook: Path, command: str) -> None:
    assert sightline("apply", "-", "--confirm", HOOK, stdin=EDIT).code == 0
    if command == "redo":
        assert sightline("undo", "--confirm", HOOK).code == 0
    before = hook.read_text("utf-8")
    ran = sightline(command)
    assert (ran.code, hook.read_text("utf-8")) == (1, before)
    assert f"--confirm {HOOK}" in ran.err
    refused = sightline(command, "--json")
    told = history_reports.TakenBackJson.model_validate(refused.json)
    assert (refused.code, told.applied, [each.path for each in told.unconfirmed]) == (1, False, [HOOK])
    assert sightline(command, "--dry-run").code == 0
    assert hook.read_text("utf-8") == before
    assert sightline(command, "--confirm", HOOK).code == 0
    assert hook.read_text("utf-8") != before


def test_the_files_that_were_approved_are_the_files_that_are_written(
    sightline: Sightline, work: Path, hook: Path
) -> None:
    before = contents(work)
    edit = HARMLESS + EDIT + "made.py\n```python\n<<<<<<< SEARCH\n=======\nMADE = 1\n>>>>>>> REPLACE\n```\n"
    shown = edit_reports.ApplyJson.model_validate(sightline("apply", "-", "--dry-run", "--json", stdin=edit).json)
    done = edit_reports.ApplyJson.model_validate(sightline("apply", "-", "--confirm", HOOK, "--json", stdin=edit).json)
    after = contents(work)
    written = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert shown.changes == done.changes
    assert shown.diff == done.diff
    assert written == {change.path for change in done.changes} == {"shop/invoice.py", HOOK, "made.py"}


def test_a_new_file_over_one_that_is_there_is_asked_about(sightline: Sightline, work: Path) -> None:
    (work / "notes.md").write_text("# Notes\n\n- one\n", "utf-8")
    anew = "notes.md\n```\n<<<<<<< SEARCH\n=======\n# New notes\n>>>>>>> REPLACE\n```\n"
    ran = sightline("apply", "-", stdin=anew)
    assert ran.code == 1
    assert "--confirm notes.md" in ran.err
    assert "-- one" in ran.out
    assert (work / "notes.md").read_text("utf-8").startswith("# Notes")
    assert sightline("apply", "-", "--confirm", "notes.md", stdin=anew).code == 0
    assert (work / "notes.md").read_text("utf-8") == "# New notes\n"
    assert sightline("undo").code == 0
    assert (work / "notes.md").read_text("utf-8") == "# Notes\n\n- one\n"


def contents(work: Path) -> dict[str, bytes]:
    """Every file of the workspace."""
    return {str(path.relative_to(work)): path.read_bytes() for path in work.rglob("*") if path.is_file()}
