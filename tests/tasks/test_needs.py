"""A model that asks for code: it gets what may be shown, within bounds, and everybody is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sightline.engine.engine import Engine
from sightline.prompts.needs import needs_in
from sightline.tasks.result import TurnEvent, TurnRequest, TurnResult, TurnStage, TurnVerdict
from support.shop import FILES, HARMLESS, RENAME_DEFINITION, RENAME_USES, script, shop_engine, write_workspace

TAX = '''"""Taxes."""


class Rates:
    def of(self, country):
        return 0.19


def unrelated():
    return 1
'''
MORE = {**FILES, "finance/tax.py": TAX, ".env": "KEY=1\n", ".gitignore": "hidden.py\n", "hidden.py": "HIDDEN = 1\n"}


async def ask(engine: Engine, task_type: str = "refactor", heard: list[TurnEvent] | None = None) -> TurnResult:
    request = TurnRequest(
        turn="t1", task_type=task_type, task="Rename total to grand_total", root=engine.roots[0], budget=400
    )
    return await engine.ask(replace(request, conversation="c"), (heard if heard is not None else []).append)


def last_asked(result: TurnResult) -> str:
    return result.attempts[0].asked


@pytest.mark.parametrize(
    ("reply", "names"),
    [
        ("NEEDS: a.py", ["a.py"]),
        ("I must see more.\n\n- NEEDS: `a.py::B.c`\n- **NEEDS:** pkg.mod.name\n", ["a.py::B.c", "pkg.mod.name"]),
        ("NEEDS: a.py, b.py and c.py", ["a.py", "b.py", "c.py"]),
        ("NEEDS: a.py lines 3-9", ["a.py lines 3-9"]),
        ("NEEDS: a.py.\nNEEDS: a.py", ["a.py"]),
        ("```\nNEEDS: a.py\n```", ["a.py"]),
        ("Done.\n```python\nNEEDS: a.py\n```", []),
        ("It NEEDS: nothing", []),
        ("No.", []),
    ],
)
def test_what_a_reply_asks_for(reply: str, names: list[str]) -> None:
    assert list(needs_in(reply)) == names


@pytest.mark.parametrize(
    "name",
    [
        "finance/tax.py::Rates.of",
        "finance/tax.py::of",
        "Rates.of",
        "finance/tax.py:4-6",
        "tax.py#L4-L6",
        "finance.tax.Rates",
    ],
)
async def test_a_file_a_definition_or_lines_are_shown(tmp_path: Path, name: str) -> None:
    write_workspace(tmp_path / "work", MORE)
    heard: list[TurnEvent] = []
    async with shop_engine(tmp_path, script(f"NEEDS: {name}", RENAME_DEFINITION + RENAME_USES)) as engine:
        result = await ask(engine, heard=heard)
    assert result.verdict is TurnVerdict.ACCEPTED
    assert len(result.attempts) == 1
    assert "class Rates:\n    def of(self, country):\n        return 0.19" in last_asked(result)
    assert "def unrelated" not in last_asked(result)
    assert [each.answers for each in result.needs] == [((name, "it is shown below"),)]
    assert any("The model asked for more code" in event.text and name in event.text for event in heard)
    assert any("asked for" in reason for entry in result.prompt.manifest for reason in entry.reasons)
    assert [event.attempt for event in heard if event.stage is TurnStage.MODEL and event.kind == "stage"] == [1, 2]
    assert result.conversation is not None
    assert [message.role for message in result.conversation.messages[1:]] == ["user", "assistant"] * 2


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (".env", "it may hold"),
        ("hidden.py", "it is ignored"),
        ("HIDDEN", "nothing that may be shown is called so"),
        ("../outside.py", "nothing that may be shown is called so"),
        ("/etc/passwd", "nothing that may be shown is called so"),
        ("finance/tax.py::missing", "does not define it; it defines Rates, unrelated"),
        ("no_such_thing", "nothing that may be shown is called so"),
    ],
)
async def test_what_cannot_be_given_is_told_to_the_model_and_to_the_user(tmp_path: Path, name: str, why: str) -> None:
    write_workspace(tmp_path / "work", MORE)
    heard: list[TurnEvent] = []
    async with shop_engine(tmp_path, script(f"NEEDS: {name}", HARMLESS)) as engine:
        result = await ask(engine, heard=heard)
    assert why in last_asked(result)
    assert any(name in event.text for event in heard)
    assert "KEY=1" not in last_asked(result)
    assert "HIDDEN = 1" not in last_asked(result)


async def test_rounds_are_bounded(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", MORE)
    heard: list[TurnEvent] = []
    replies = script(*["NEEDS: finance/tax.py"] * 3, "I give up.")
    async with shop_engine(tmp_path, replies) as engine:
        result = await ask(engine, heard=heard)
    assert len(result.needs) == 2
    assert result.needs[1].answers == (("finance/tax.py", "it is shown above"),)
    assert any("was not asked again" in event.text for event in heard)
    assert result.verdict is TurnVerdict.NO_EDITS


async def test_a_setting_turns_it_off(tmp_path: Path) -> None:
    (tmp_path / "sightline.toml").write_text("[context]\nneeds_rounds = 0\n", "utf-8")
    async with shop_engine(tmp_path, script("NEEDS: shop/cart.py", HARMLESS)) as engine:
        result = await ask(engine)
        assert result.needs == ()
        assert "NEEDS" not in result.prompt.messages[0].content
        assert "Answer with edits" in result.attempts[1].asked


async def test_a_question_may_ask_for_code_too(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", MORE)
    async with shop_engine(tmp_path, script("NEEDS: finance/tax.py", "It is 0.19.")) as engine:
        result = await ask(engine, "explain")
    assert (result.text, len(result.needs)) == ("It is 0.19.", 1)
    assert "return 0.19" in last_asked(result)


async def test_edits_win_and_what_was_asked_beside_them_comes_with_the_repair(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", MORE)
    heard: list[TurnEvent] = []
    async with shop_engine(tmp_path, script(f"NEEDS: Rates\n\n{RENAME_DEFINITION}", RENAME_USES)) as engine:
        result = await ask(engine, heard=heard)
    assert (result.verdict, len(result.attempts), result.needs) == (TurnVerdict.ACCEPTED, 2, ())
    assert any(event.text == "Beside its edits, the model asked for `Rates`." for event in heard)
    assert "# Code you asked for" in result.attempts[1].asked
    assert "class Rates" in result.attempts[1].asked


async def test_a_repair_may_ask_for_code_and_sees_the_draft(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", MORE)
    replies = script(RENAME_DEFINITION, "NEEDS: shop/cart.py\nNEEDS: Rates", RENAME_USES)
    async with shop_engine(tmp_path, replies) as engine:
        result = await ask(engine)
    assert (result.verdict, len(result.attempts), len(result.needs)) == (TurnVerdict.ACCEPTED, 2, 1)
    assert "def grand_total(prices, rate):" in result.attempts[1].asked, "the draft, not the file"


async def test_it_counts_against_the_budget(tmp_path: Path) -> None:
    long = "".join(f"def step_{n}():\n    return {n}\n\n\n" for n in range(300))
    write_workspace(tmp_path / "work", {**MORE, "finance/steps.py": long})
    async with shop_engine(
        tmp_path, script("NEEDS: finance/steps.py", "NEEDS: finance/steps.py:400-420", HARMLESS)
    ) as engine:
        result = await ask(engine)
    assert 0 < sum(each.tokens for each in result.needs) <= 400
