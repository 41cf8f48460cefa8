"""What waits for the user's word: prepared for the texts as they are now, applied, compared, undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.base.errors import ChangeConflict, SightlineError, UsageError
from sightline.base.text import Text
from sightline.checks.acceptance import Acceptance
from sightline.engine.engine import Engine, PreparedEdit
from sightline.features.feature import FeatureRequest, FeatureResult
from sightline.tasks.result import TurnEvent, TurnStage, TurnVerdict
from support.shop import CART, HARMLESS, INVOICE, RENAME_DEFINITION, RENAME_USES, at, script, shop_engine


async def run(engine: Engine, command: str, text: str = "", turn: str = "t1", path: str = "") -> FeatureResult:
    request = FeatureRequest(
        command=command, turn=turn, text=text, root=engine.roots[0], path=at(engine, path) if path else None
    )
    return await engine.run(request, lambda event: None)


def land(engine: Engine, prepared: PreparedEdit) -> None:
    """Does what an editor does: every file comes to hold the prepared text."""
    for file in prepared.files:
        assert file.after is not None
        engine.open_document(file.path, file.after, 10)


async def test_an_accepted_edit_is_prepared_applied_and_undone(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as engine:
        result = await run(engine, "refactor", "rename total")
        assert result.turn is not None
        assert result.turn.verdict is TurnVerdict.ACCEPTED
        prepared = engine.prepare("t1")
        assert [str(file.path) for file in prepared.files] == ["shop/cart.py", "shop/invoice.py"]
        assert not prepared.rebased
        land(engine, prepared)
        assert engine.applied(prepared) == ()
        undo = engine.prepare_undo()
        assert {str(file.path): str(file.after) for file in undo.files} == {
            "shop/cart.py": CART,
            "shop/invoice.py": INVOICE,
        }
        land(engine, undo)
        assert engine.applied(undo) == ()
        with pytest.raises(UsageError):
            engine.prepare_undo()


async def test_what_was_typed_meanwhile_is_merged_where_it_is_elsewhere(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        path = at(engine, "shop/invoice.py")
        engine.open_document(path, Text.of(INVOICE), 1)
        await run(engine, "fix", "shout")
        engine.change_document(path, Text.of(INVOICE.replace('"""Invoices."""', '"""All invoices."""')), 2)
        prepared = engine.prepare("t1")
        (file,) = prepared.files
        assert prepared.rebased
        assert file.version == 2
        assert str(file.after) == INVOICE.replace('"""Invoices."""', '"""All invoices."""').replace(
            'Invoice")', 'INVOICE")'
        )


async def test_what_was_typed_on_the_same_line_is_a_conflict(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        path = at(engine, "shop/invoice.py")
        engine.open_document(path, Text.of(INVOICE), 1)
        await run(engine, "fix", "shout")
        engine.change_document(path, Text.of(INVOICE.replace('print("Invoice")', 'print("Bill")')), 2)
        with pytest.raises(ChangeConflict, match=r"shop/invoice\.py"):
            engine.prepare("t1")


async def test_a_file_that_changed_on_disk_meanwhile_is_seen(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        await run(engine, "fix", "shout")
        (tmp_path / "work/shop/invoice.py").write_text("# all new\n", "utf-8")
        with pytest.raises(ChangeConflict):
            engine.prepare("t1")


async def test_a_refused_edit_is_not_prepared_unless_the_user_insists(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(*[RENAME_DEFINITION] * 4)) as engine:
        await run(engine, "refactor", "rename total")
        with pytest.raises(SightlineError) as caught:
            engine.prepare("t1")
        assert caught.value.kind == "rejected"
        assert "shop/invoice.py:3: `total` is gone from shop/cart.py" in caught.value.message
        assert engine.prepare("t1", Acceptance(everything=True)).files


async def test_what_landed_is_compared_with_what_was_checked(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        await run(engine, "fix", "shout")
        prepared = engine.prepare("t1")
        engine.open_document(at(engine, "shop/invoice.py"), Text.of("something else\n"), 1)
        assert [str(path) for path in engine.applied(prepared)] == ["shop/invoice.py"]
        with pytest.raises(UsageError):
            engine.prepare_undo()


async def test_a_discarded_edit_is_gone(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        await run(engine, "fix", "shout")
        engine.discard("t1")
        engine.discard("t1")
        with pytest.raises(UsageError) as caught:
            engine.prepare("t1")
        assert caught.value.kind == "no_such_turn"


async def test_undo_survives_a_restart_and_goes_through_the_chat(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:
        result = await run(engine, "fix", "shout")
        assert result.turn is not None
        await engine.write("t1", "shout", result.turn.changes)
    assert "INVOICE" in (tmp_path / "work/shop/invoice.py").read_text("utf-8")
    async with shop_engine(tmp_path) as engine:
        answer = await run(engine, "undo", turn="u1")
        assert "shop/invoice.py" in answer.text
        (file,) = engine.prepare("u1").files
        assert str(file.after) == INVOICE


async def test_impact_says_who_is_affected_and_how_complete_that_is(tmp_path: Path) -> None:
    async with shop_engine(tmp_path) as engine:
        result = await run(engine, "impact", "total")
        assert "shop/invoice.py:8" in result.text
        assert "Coverage: complete" in result.text
        assert result.data is not None
        nobody = await run(engine, "impact", "print_invoice")
        assert "nothing could hide it" in nobody.text
        with pytest.raises(UsageError) as caught:
            await run(engine, "impact", "no_such_name")
        assert caught.value.kind == "unknown_symbol"


async def test_context_names_files_with_reasons_and_asks_no_model(tmp_path: Path) -> None:
    async with shop_engine(tmp_path) as engine:
        result = await run(engine, "context", "change the tax rate in total")
        assert "shop/cart.py" in result.text
        assert result.data is not None
        assert result.turn is None


async def test_context_shows_the_imports_that_a_file_begins_with_without_a_name(tmp_path: Path) -> None:
    async with shop_engine(tmp_path) as engine:
        result = await run(engine, "context", "change total and print_invoice")
        assert result.data is not None
        names = [symbol["name"] for file in result.data["files"] for symbol in file["symbols"]]
        assert "" in names
        assert "print_invoice" in names
        assert "``" not in result.text


async def test_fix_finds_the_problems_of_the_file_itself(tmp_path: Path) -> None:
    broken = INVOICE + "\n\nprint(undefined_thing)\n"
    async with shop_engine(tmp_path, script("no idea", "none")) as engine:
        path = at(engine, "shop/invoice.py")
        engine.open_document(path, Text.of(broken), 1)
        result = await run(engine, "fix", path="shop/invoice.py")
        assert result.turn is not None
        assert "undefined_thing" in result.turn.attempts[0].asked
        assert "F821" in result.turn.attempts[0].asked


async def test_a_command_that_does_not_exist_lists_those_that_do(tmp_path: Path) -> None:
    async with shop_engine(tmp_path) as engine:
        with pytest.raises(UsageError, match="/frobnicate") as caught:
            await run(engine, "frobnicate")
        assert "/fix" in caught.value.hint


async def test_a_command_with_nothing_to_work_on_says_what_it_needs(tmp_path: Path) -> None:
    async with shop_engine(tmp_path) as engine:
        with pytest.raises(UsageError, match="needs something to work on"):
            await run(engine, "explain")


async def test_a_closed_file_that_changed_while_the_model_answered_is_a_conflict(tmp_path: Path) -> None:
    """The text on disk is newer than the one the edit was computed for: there is nothing to merge with."""
    async with shop_engine(tmp_path, script(HARMLESS)) as engine:

        def change_on_disk(event: TurnEvent) -> None:
            if event.stage is TurnStage.DONE:
                (tmp_path / "work/shop/invoice.py").write_text("# all new\n", "utf-8")

        request = FeatureRequest(command="fix", turn="t1", text="shout", root=engine.roots[0])
        await engine.run(request, change_on_disk)
        with pytest.raises(ChangeConflict, match=r"shop/invoice\.py"):
            engine.prepare("t1")


async def test_fresh_at_the_end_is_an_option_of_questions_and_a_word_of_edits(tmp_path: Path) -> None:
    """`/implement` with a task about a `--fresh` flag must not lose its subject."""
    async with shop_engine(tmp_path, script("One.", "Two.", "Three.", "none")) as engine:
        question = await run(engine, "explain", "what is total for --fresh")
        assert question.turn is not None
        assert "--fresh" not in question.turn.attempts[0].asked
        word = await run(engine, "review", "what is --afresh, or x--fresh", turn="t2")
        assert word.turn is not None
        assert "x--fresh" in word.turn.attempts[0].asked
        edit = await run(engine, "implement", "an option --fresh", turn="t3")
        assert edit.turn is not None
        assert "an option --fresh" in edit.turn.attempts[0].asked
