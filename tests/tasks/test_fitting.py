"""Prompts are made for the model that will read them: what is left out of them, and what is not even asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.models.messages import ModelError, ModelFailure
from sightline.tasks.result import TurnEvent, TurnRequest, TurnVerdict
from support.shop import CART, FILES, HARMLESS, at, block, script, shop_engine, write_workspace

TWO_MODELS = """
[models.one]
name = "scripted:{folder}/one.txt"

[models.two]
name = "scripted:{folder}/two.txt"

[routing]
fallback = ["two"]
"""


@pytest.mark.parametrize(("window", "sees_all"), [(100_000, True), (5_000, False)])
async def test_another_model_is_told_of_a_repair_what_its_window_has_room_for(
    tmp_path: Path, window: int, *, sees_all: bool
) -> None:
    """The rounds between the task and the last refusal are left out where they have no room; the last one never is."""
    two = "".join(f"\n\ndef more_{n}():\n    return missing_{n}\n" for n in range(2))
    first = f"FIRST ROUND {'of many words ' * 2_000}\n\n" + block("shop/cart.py", CART.rstrip("\n"), CART + two)
    second = "SECOND ROUND\n\n" + block("shop/cart.py", "return missing_0", "return 0")
    mends = block("shop/cart.py", "return missing_1", "return 1")
    write_workspace(tmp_path, {
        "sightline.toml": TWO_MODELS.format(folder=tmp_path),
        "one.txt": script(first, second) + "%%% reply\nfail: overloaded\n\n",
        "two.txt": f"%%% server\nwindow: {window}\n\n"
         f"%%% reply\nwhen: FIRST ROUND\nwhen: SECOND ROUND\n\nI see all of it.\n{mends}\n\n"
         f"%%% reply\nwhen: SECOND ROUND\nwhen: missing_1\n\nI see the last round.\n{mends}\n\n",
    })  # fmt: skip
    heard: list[TurnEvent] = []
    async with shop_engine(tmp_path) as engine:
        request = TurnRequest(turn="t", task_type="refactor", task="Add two", root=engine.roots[0], budget=20_000)
        result = await engine.ask(request, heard.append)
    assert result.verdict is TurnVerdict.ACCEPTED, [attempt.reply[:300] for attempt in result.attempts]
    assert result.attempts[-1].reply.startswith("I see all of it." if sees_all else "I see the last round.")
    assert result.answered is not None
    assert (result.answered.name, result.answered.passed[0].name) == ("two", "one")
    assert "return 0" in result.diff  # what the first model had mended is still there
    assert "return 1" in result.diff
    assert any("two is asked instead" in event.text for event in heard)


@pytest.mark.parametrize(("edit_format", "asked"), [("whole_file", 0), ("search_replace", 1)])
async def test_a_limit_that_would_cut_a_whole_file_off_is_told_before_anything_is_sent(
    tmp_path: Path, edit_format: str, asked: int
) -> None:
    write_workspace(tmp_path / "work", {**FILES, "shop/long.py": "".join(f"value_{n} = {n}\n" for n in range(900))})
    write_workspace(tmp_path, {
        "sightline.toml": f'[model]\nname = "scripted:{tmp_path}/replies.txt"\nmax_output_tokens = 1024\n',
        "replies.txt": script(HARMLESS),
    })  # fmt: skip
    async with shop_engine(tmp_path) as engine:
        request = TurnRequest(
            turn="t",
            task_type="refactor",
            task="Rename",
            root=engine.roots[0],
            budget=2_000,
            focus=(at(engine, "shop/long.py"), None),
            edit_format=edit_format,
        )
        if asked:
            assert (await engine.ask(request, lambda _: None)).verdict is TurnVerdict.ACCEPTED
            return
        with pytest.raises(ModelError) as caught:
            await engine.ask(request, lambda _: None)
    assert caught.value.failure is ModelFailure.OUTPUT_LIMIT
    assert "Nothing was sent" in caught.value.message
    assert "your settings" in caught.value.message


async def test_a_file_that_is_not_there_expects_nothing(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script("shop/new.py\n```python\nVALUE = 1\n```\n")) as engine:
        focus = (at(engine, "shop/new.py"), None)
        request = TurnRequest(
            turn="t", task_type="implement", task="Add", root=engine.roots[0], budget=500, focus=focus,
            edit_format="whole_file",
        )  # fmt: skip
        assert (await engine.ask(request, lambda _: None)).verdict is TurnVerdict.ACCEPTED
