"""Several models on the command line: what is told of them, which answers, and what happens when one does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Sightline
from sightline.cli import edit_reports, model_reports, setup_reports
from support.shop import HARMLESS, script

QUESTION = ("ask", "why", "--task-type", "explain", "--fresh")


@pytest.fixture
def two(work: Path, tmp_path: Path) -> Path:
    """Settings with the user's own model and one for edits, both scripts; gives the settings file."""
    del work
    (tmp_path / "own.txt").write_text("%%% reply\ntimes: always\n\nFrom own.\n", encoding="utf-8")
    (tmp_path / "coder.txt").write_text("%%% reply\ntimes: always\n\nFrom coder.\n", encoding="utf-8")
    settings = tmp_path / "sightline.toml"
    settings.write_text(
        f'[model]\nname = "scripted:{tmp_path / "own.txt"}"\n'
        f'[models.coder]\nname = "scripted:{tmp_path / "coder.txt"}"\nroles = ["edit"]\n'
        # By its name a model of Ollama's cloud; nobody listens there.
        '[models.far]\nname = "ollama:big-cloud"\nbase_url = "http://127.0.0.1:9/v1"\nroles = ["fast"]\n',
        encoding="utf-8",
    )
    return settings


def asked(sightline: Sightline, *arguments: str) -> edit_reports.AnsweredJson:
    ran = sightline(*QUESTION, "--json", *arguments)
    answered = edit_reports.AskJson.model_validate(ran.json).answered
    assert answered is not None
    return answered


@pytest.mark.usefixtures("two")
def test_a_switch_holds_until_it_is_taken_back_and_a_named_model_outranks_it(sightline: Sightline) -> None:
    assert asked(sightline).name == "model"
    assert model_reports.SwitchJson.model_validate(sightline("switch", "coder", "--json").json).model == "coder"
    answered = asked(sightline)
    assert (answered.name, answered.where) == ("coder", "this machine")
    assert "switched" in answered.reason
    assert asked(sightline, "--model", "model").name == "model"
    ran = sightline(*QUESTION)
    assert (ran.code, ran.out.strip()) == (0, "From coder.")
    assert "coder, this machine), because you switched to it" in ran.err
    assert "coder answers" in sightline("switch").out
    assert sightline("switch", "--back").out.strip() == "Your settings decide which model answers."
    assert asked(sightline).name == "model"


@pytest.mark.usefixtures("two")
def test_a_name_that_is_none_of_the_users_models_is_refused_with_those_there_are(sightline: Sightline) -> None:
    ran = sightline("switch", "fsat", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "no_such_model")
    assert "model, coder, far" in ran.json["error"]["hint"]
    assert sightline(*QUESTION, "--model", "fsat", "--json").json["error"]["kind"] == "model_not_configured"
    assert sightline("switch", "coder", "--back").code == 2


def test_a_switch_to_a_model_that_left_the_settings_says_so(sightline: Sightline, two: Path) -> None:
    assert sightline("switch", "coder").code == 0
    two.write_text(two.read_text("utf-8").replace("[models.coder]", "[models.other]"), encoding="utf-8")
    ran = sightline("switch", "--json")
    assert (ran.code, ran.json["model"]) == (1, "coder")
    assert "any more" in ran.json["problem"]
    assert asked(sightline).name == "model"


@pytest.mark.usefixtures("two")
def test_models_and_status_tell_each_model_and_who_is_asked_for_what(sightline: Sightline) -> None:
    ran = sightline("models", "--json")
    listed = {row.name: row for row in setup_reports.ModelsJson.model_validate(ran.json).models}
    assert ran.code == 1, "far does not answer"
    assert [*listed] == ["model", "coder", "far"]
    assert (listed["model"].primary, listed["model"].reachable, listed["model"].where) == (True, True, "this machine")
    assert (listed["coder"].roles, listed["coder"].price) == (
        ["edit"],
        model_reports.PriceJson(prompt=0.0, output=0.0, cached=0.0),
    )
    assert (listed["far"].where, listed["far"].reachable) == ("cloud, by 127.0.0.1", False)
    assert listed["far"].error
    told = sightline("models").out
    assert "coder  scripted:" in told and "(for edit)" in told and "costs nothing" in told
    status = setup_reports.StatusJson.model_validate(sightline("status", "--json").json)
    roles = {row.role: (row.name, row.reason) for row in status.roles}
    assert roles["edit"] == ("coder", "it has the role edit")
    assert roles["chat"] == ("model", "it is your model")
    assert roles["fast"][0] == "", "a cloud may not have what a private model would answer"
    assert "stays in your network" in roles["fast"][1]
    assert sightline("status").code == 0, "what questions and edits go to answers"
    assert sightline("trust", "--cloud", "--json").json["cloud"]
    status = setup_reports.StatusJson.model_validate(sightline("status", "--json").json)
    assert (status.cloud, {row.role: row.name for row in status.roles}["fast"]) == (True, "far")
    assert not sightline("trust", "--no-cloud", "--json").json["cloud"]


def test_another_model_answers_for_one_that_is_gone_and_says_so(
    sightline: Sightline, two: Path, tmp_path: Path
) -> None:
    (tmp_path / "coder.txt").write_text("%%% reply\ntimes: always\nfail: unreachable\n\n\n", encoding="utf-8")
    (tmp_path / "own.txt").write_text(script(HARMLESS), encoding="utf-8")
    two.write_text(two.read_text("utf-8") + '[routing]\nfallback = ["far", "model"]\n', encoding="utf-8")
    ran = sightline("ask", "shout", "--task-type", "refactor", "--apply")
    assert ran.code == 0
    assert "model is asked instead (it is your fallback)" in ran.err
    assert "coder could not:" in ran.out
    status = setup_reports.StatusJson.model_validate(sightline("status", "--json").json)
    assert status.failed == [f"scripted:{tmp_path / 'coder.txt'}"]
    two.write_text(two.read_text("utf-8").replace('"far", "model"', '"far"'), encoding="utf-8")
    failed = sightline("ask", "shout", "--task-type", "refactor", "--json")
    assert (failed.code, failed.json["error"]["kind"]) == (2, "model_unreachable")
    assert "far was not asked: it runs in a cloud" in failed.json["error"]["hint"]


def test_never_is_never(sightline: Sightline, two: Path, work: Path) -> None:
    (work / ".sightline").mkdir()
    (work / ".sightline/sightline.toml").write_text('[privacy]\ncloud = "never"\n', encoding="utf-8")
    sightline("trust", "--cloud")
    ran = sightline(*QUESTION, "--model", "far", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "model_privacy")
    assert "Nothing was sent" in ran.json["error"]["message"]
