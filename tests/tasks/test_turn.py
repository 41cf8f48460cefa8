"""One turn, end to end below the doors: the scripted model, the real graph, the real checks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sightline.base.text import Text
from sightline.checks.check import Certainty, Verdict
from sightline.engine.engine import Engine
from sightline.models.fitting import ESTIMATE_MARGIN, OUTPUT_RESERVE
from sightline.models.messages import ModelError, ModelFailure
from sightline.tasks.result import TurnEvent, TurnRequest, TurnResult, TurnStage, TurnVerdict
from support.shop import (
    CART,
    FILES,
    HARMLESS,
    INVOICE,
    RENAME_DEFINITION,
    RENAME_USES,
    at,
    block,
    script,
    shop_engine,
    write_workspace,
)


async def ask(engine: Engine, task_type: str = "refactor", heard: list[TurnEvent] | None = None) -> TurnResult:
    request = TurnRequest(
        turn="t1", task_type=task_type, task="Rename total to grand_total", root=engine.roots[0], budget=2000
    )
    return await engine.ask(request, (heard if heard is not None else []).append)


async def test_a_harmless_edit_is_accepted_and_nothing_is_written(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.ACCEPTED
        assert result.revision == engine.view.revision
        assert '+    print("INVOICE")' in result.diff
        assert (tmp_path / "work/shop/invoice.py").read_text("utf-8") == INVOICE


async def test_an_edit_that_strands_a_caller_is_refused_with_the_place_and_then_repaired(tmp_path: Path) -> None:
    heard: list[TurnEvent] = []
    async with shop_engine(tmp_path, script(RENAME_DEFINITION, RENAME_USES)) as engine:
        result = await ask(engine, heard=heard)
        first, second = result.attempts
        assert first.report is not None
        assert first.report.verdict is Verdict.REJECT
        certain = {(str(f.path), f.line) for f in first.report.findings if f.certainty is Certainty.CERTAIN}
        assert ("shop/invoice.py", 3) in certain
        assert "shop/invoice.py" in second.asked
        assert result.verdict is TurnVerdict.ACCEPTED
        assert {str(path) for path in result.changes.paths_after} == {"shop/cart.py", "shop/invoice.py"}
        stages = [event.stage for event in heard if event.kind == "stage"]
        assert stages.count(TurnStage.MODEL) == 2
        assert stages[-1] is TurnStage.DONE


async def test_repair_stops_after_three_rounds_and_the_edit_stays_refused(tmp_path: Path) -> None:
    four = "".join(f"\n\ndef more_{n}():\n    return missing_{n}\n" for n in range(4))
    first = block("shop/cart.py", CART.rstrip("\n"), CART + four)
    slow = [block("shop/cart.py", f"return missing_{n}", f"return {n}") for n in range(4)]
    async with shop_engine(tmp_path, script(first, *slow)) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.REJECTED
        assert len(result.attempts) == 4
        assert [len(each.report.findings) for each in result.attempts if each.report] == [4, 3, 2, 1]


async def test_a_round_that_mends_nothing_is_the_last(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(RENAME_DEFINITION, *[HARMLESS] * 9)) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.REJECTED
        assert len(result.attempts) == 2
        assert "mended nothing" in result.stopped


async def test_a_model_that_turns_in_circles_is_stopped(tmp_path: Path) -> None:
    back = block("shop/cart.py", "def grand_total(prices, rate):", "def total(prices, rate:")
    again = block("shop/cart.py", "def total(prices, rate:", "def grand_total(prices, rate):")
    async with shop_engine(tmp_path, script(RENAME_DEFINITION, back, again, RENAME_USES)) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.REJECTED
        assert len(result.attempts) == 3
        assert "brought back" in result.stopped


async def test_two_answers_without_an_edit_are_enough(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(RENAME_DEFINITION, "Hm.", "Well.", RENAME_USES)) as engine:
        result = await ask(engine)
        assert (result.verdict, len(result.attempts)) == (TurnVerdict.REJECTED, 3)
        assert "Answer with edits" in result.attempts[2].asked
        assert "without an edit" in result.stopped


async def test_a_missing_import_that_can_only_come_from_one_place_is_written_without_the_model(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", {**FILES, "shop/report.py": "def report(prices):\n    return len(prices)\n"})
    use = block("shop/report.py", "    return len(prices)", "    return total(prices, 0.1)")
    async with shop_engine(tmp_path, script(use)) as engine:
        result = await ask(engine)
        assert (result.verdict, len(result.attempts)) == (TurnVerdict.ACCEPTED, 1)
        assert "+from shop.cart import total" in result.diff
        assert result.mended == ("shop/report.py: imports 'total' from 'shop.cart'",)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"shop/tax.py": "def total():\n    return 1\n"}, id="defined twice"),
        pytest.param({"shop/json.py": "def json():\n    return 1\n"}, id="a name of the standard library"),
    ],
)
async def test_a_missing_import_that_can_be_doubted_is_the_models_to_mend(
    tmp_path: Path, others: dict[str, str]
) -> None:
    name = "json" if "shop/json.py" in others else "total"
    write_workspace(tmp_path / "work", {**FILES, **others, "shop/report.py": "def report(prices):\n    return 1\n"})
    use = block("shop/report.py", "    return 1", f"    return {name}(prices)")
    async with shop_engine(tmp_path, script(use, "I do not know.", "No.")) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.REJECTED
        assert result.mended == ()


async def test_safe_fixes_of_rules_that_the_workspace_chose_are_made(tmp_path: Path) -> None:
    rules = '[tool.ruff.lint]\nselect = ["F401", "UP"]\n'
    write_workspace(tmp_path / "work", {**FILES, "pyproject.toml": rules})
    first = block(
        "shop/cart.py", '"""Carts."""', '"""Carts."""\n\nimport os\nfrom typing import List\n\nX: List[int] = []'
    )
    async with shop_engine(tmp_path, script(first), trusted=True) as engine:
        result = await ask(engine)
        assert (result.verdict, len(result.attempts)) == (TurnVerdict.ACCEPTED, 1)
        assert "import os" not in result.diff
        assert any("`os` imported but unused" in each for each in result.mended)
    async with shop_engine(tmp_path, script(first)) as engine:
        result = await ask(engine)
        assert result.mended == (), "without trust the workspace chooses no rules"


async def test_a_round_of_prose_costs_a_round_and_no_more(tmp_path: Path) -> None:
    replies = script(RENAME_DEFINITION, "I do not know.", RENAME_USES)
    async with shop_engine(tmp_path, replies) as engine:
        result = await ask(engine)
        assert len(result.attempts) == 3
        assert result.verdict is TurnVerdict.ACCEPTED
        assert "shop/invoice.py" in result.attempts[2].asked


async def test_a_reply_that_was_cut_off_is_never_used(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS, headers="finish: length\n")) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.NO_EDITS
        assert result.changes.is_empty
        assert "cut off" in result.attempts[0].problems[0]


async def test_a_repair_that_was_cut_off_leaves_the_edit_refused(tmp_path: Path) -> None:
    replies = script(RENAME_DEFINITION) + script(RENAME_USES, headers="finish: length\n")
    async with shop_engine(tmp_path, replies) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.REJECTED
        assert len(result.attempts) == 2


async def test_prose_without_an_edit_is_asked_once_more_and_then_told(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script("Certainly!", "Still no edit.", HARMLESS)) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.NO_EDITS
        assert len(result.attempts) == 2


async def test_an_edit_that_is_there_already_is_no_failure(tmp_path: Path) -> None:
    already = block("shop/invoice.py", '    print("Bill")', '    print("Invoice")')
    async with shop_engine(tmp_path, script(already)) as engine:
        result = await ask(engine)
        assert result.verdict is TurnVerdict.NO_EDITS
        assert len(result.attempts) == 1


async def test_a_question_is_answered_without_looking_for_edits(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(RENAME_DEFINITION)) as engine:
        result = await ask(engine, "explain")
        assert result.verdict is TurnVerdict.ANSWERED
        assert result.changes.is_empty
        assert result.text == RENAME_DEFINITION.strip()


@pytest.mark.parametrize("path", ["../outside.py", "/etc/passwd", ".env", ".git/config", "shop/../../x.py", "C:\\x.py"])
async def test_a_reply_cannot_leave_the_root_or_touch_what_is_secret(tmp_path: Path, path: str) -> None:
    reply = f"{path}\n```\n<<<<<<< SEARCH\n=======\nowned\n>>>>>>> REPLACE\n```\n"
    async with shop_engine(tmp_path, script(*[reply] * 4)) as engine:
        result = await ask(engine)
        assert result.verdict is not TurnVerdict.ACCEPTED
        assert result.changes.is_empty
        assert not (tmp_path / "outside.py").exists()


async def test_a_failing_model_is_told_and_leaves_the_engine_usable(tmp_path: Path) -> None:
    replies = script("x", headers="fail: unreachable\n") + script(HARMLESS)
    async with shop_engine(tmp_path, replies) as engine:
        with pytest.raises(ModelError) as caught:
            await ask(engine)
        assert caught.value.failure is ModelFailure.UNREACHABLE
        assert (await ask(engine)).verdict is TurnVerdict.ACCEPTED


async def test_a_turn_can_be_cancelled_while_the_model_hangs(tmp_path: Path) -> None:
    asked = asyncio.Event()

    def listen(event: TurnEvent) -> None:
        if event.stage is TurnStage.MODEL:
            asked.set()

    replies = script("x", headers="hang_after: 0\n") + script(HARMLESS)
    async with shop_engine(tmp_path, replies) as engine:
        request = TurnRequest(turn="t", task_type="fix", task="x", root=engine.roots[0], budget=500)
        task = asyncio.create_task(engine.ask(request, listen))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await ask(engine)).verdict is TurnVerdict.ACCEPTED


async def test_the_checks_judge_what_the_user_has_typed_not_what_is_on_disk(tmp_path: Path) -> None:
    """The caller exists only in an unsaved buffer."""
    remove = block("shop/cart.py", "def total(prices, rate):", "def sum_up(prices, rate):")
    async with shop_engine(tmp_path, script(*[remove] * 4)) as engine:
        other = at(engine, "shop/report.py")
        engine.open_document(at(engine, "shop/invoice.py"), Text.of('"""Nothing here."""\n'), 1)
        engine.open_document(other, Text.of("from shop import cart\n\nprint(cart.total([1], 0.1))\n"), 1)
        result = await ask(engine)
        assert result.verdict is TurnVerdict.REJECTED
        assert result.report is not None
        assert {str(finding.path) for finding in result.report.findings} == {"shop/report.py"}


async def test_the_context_is_made_smaller_where_the_models_window_has_no_room(tmp_path: Path) -> None:
    users = {
        f"shop/report{n}.py": "from shop.cart import total\n\n\n"
        + "".join(f"def report_{n}_{k}(prices):\n    return total(prices, {k})\n\n\n" for k in range(40))
        for n in range(20)
    }
    write_workspace(tmp_path / "work", {**FILES, **users})
    heard: list[TurnEvent] = []
    replies = f"%%% server\nwindow: 4800\n{script(HARMLESS)}"
    async with shop_engine(tmp_path, replies) as engine:
        task = "Rename total to grand_total"
        request = TurnRequest(turn="t1", task_type="refactor", task=task, root=engine.roots[0], budget=20_000)
        result = await engine.ask(request, heard.append)
        room = (4800 - OUTPUT_RESERVE) / ESTIMATE_MARGIN
        assert room / 2 < result.prompt.tokens <= room
        assert any("made smaller to fit" in event.text for event in heard)
        assert result.verdict is TurnVerdict.ACCEPTED


@pytest.mark.parametrize("trusted", [True, False])
async def test_the_notes_of_a_repository_stand_before_its_code_where_the_user_trusts_it(
    tmp_path: Path, trusted: bool
) -> None:
    write_workspace(tmp_path / "work", {**FILES, "AGENTS.md": "Prices are cents.\n"})
    async with shop_engine(tmp_path, script(HARMLESS), trusted=trusted) as engine:
        result = await ask(engine)
        asked = result.prompt.messages[1].content
        assert asked.startswith("# Notes of the repository\n") is trusted
        assert ("### AGENTS.md\n```markdown\nPrices are cents.\n```\n\n# Workspace\n" in asked) is trusted
        first = result.prompt.manifest[0]
        assert (first.path == "AGENTS.md" and first.reasons == ("says how to work here",)) is trusted
