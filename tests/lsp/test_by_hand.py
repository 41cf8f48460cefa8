"""The round trip with any web chat: a prompt that is copied, a reply that is pasted, and all that checks say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from pygls.exceptions import JsonRpcException

from support.shop import CART, FILES, HARMLESS, INVOICE, RENAME_DEFINITION, RENAME_USES, block
from support.shop_window import ShopWindow, shop_window

TAX = '"""Taxes."""\n\n\ndef rate_of(country):\n    return 0.19\n'
MORE = {**FILES, "finance/tax.py": TAX, ".env": "KEY=1\n"}


async def prompt(shop: ShopWindow, text: str, **more: Any) -> dict[str, Any]:
    return await shop.editor.command("sightline.run", {"command": "prompt", "text": text, "turn": "ask", **more})


async def paste(shop: ShopWindow, text: str, turn: str = "reply", **more: Any) -> dict[str, Any]:
    return await shop.editor.command("sightline.run", {"command": "paste", "text": text, "turn": turn, **more})


async def test_a_prompt_is_made_of_the_place_and_no_model_is_asked(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        answer = await prompt(shop, "/refactor Rename total", uri=shop.uri("shop/cart.py"))
        data = answer["data"]
        assert answer["outcome"] is None
        assert data["taskType"] == "refactor"
        assert "def total(prices, rate):" in data["prompt"]
        assert "<<<<<<< SEARCH" in data["prompt"]
        assert data["prompt"].endswith(data["message"])
        assert answer["text"].startswith(f"**Prompt ready**: {data['tokens']:,} tokens")
        assert "shop/cart.py" in {place["path"] for place in answer["places"]}


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Explain what total does", "explain"), ("/test total", "test"), ("/nothing of the kind", "implement")],
)
async def test_the_kind_of_task_is_named_or_seen(tmp_path: Path, text: str, kind: str) -> None:
    async with shop_window(tmp_path) as shop:
        assert (await prompt(shop, text))["data"]["taskType"] == kind


async def test_the_kind_may_stand_on_a_line_of_its_own(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        assert "# Task\n\nRename total" in (await prompt(shop, "/refactor\nRename total"))["data"]["prompt"]


async def test_a_reply_is_checked_and_applied_like_any_edit(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        await prompt(shop, "/refactor Rename total to grand_total")
        answer = await paste(shop, f"Of course!\n\n{RENAME_DEFINITION}{RENAME_USES}")
        outcome = answer["outcome"]
        assert (outcome["verdict"], outcome["model"], answer["data"]["next"]) == ("accepted", "", None)
        assert answer["text"].startswith("**Edit ready**: 2 files. Nothing is written yet.")
        assert {span["path"] for span in outcome["manifest"]} >= {"shop/cart.py"}
        assert shop.text("shop/cart.py") == CART
        applied = await shop.editor.command("sightline.apply", {"turn": "reply"})
        assert applied["applied"]
        assert applied["label"] == "refactor: Rename total to grand_total"
        assert shop.text("shop/cart.py") == CART.replace("def total", "def grand_total")
        await shop.editor.command("sightline.undo")
        assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (CART, INVOICE)


async def test_a_stranded_caller_refuses_and_the_next_message_says_why(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        asked = (await prompt(shop, "/refactor Rename total"))["data"]
        answer = await paste(shop, RENAME_DEFINITION)
        (finding, *_) = answer["outcome"]["findings"]
        assert answer["outcome"]["verdict"] == "rejected"
        assert finding["path"] == "shop/invoice.py"
        then = answer["data"]["next"]
        assert then["kind"] == "repair"
        assert "shop/invoice.py" in then["message"]
        assert "Nothing of it was kept" in then["message"]
        assert then["prompt"].startswith(asked["prompt"])
        assert then["prompt"].endswith(then["message"])
        with pytest.raises(JsonRpcException):
            await shop.editor.command("sightline.apply", {"turn": "reply"})
        # What the message asks for is all edits once more, and they are for the files as they are.
        again = await paste(shop, RENAME_DEFINITION + RENAME_USES, turn="again")
        assert again["outcome"]["verdict"] == "accepted"


async def test_findings_are_accepted_one_by_one(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        answer = await paste(shop, RENAME_DEFINITION)
        accept = [{"id": each["id"], "reason": "it goes next"} for each in answer["outcome"]["findings"]]
        applied = await shop.editor.command("sightline.apply", {"turn": "reply", "accept": accept})
        assert applied["applied"]
        history = await shop.editor.command("sightline.history")
        assert {each["reason"] for each in history["edits"][0]["accepted"]} == {"it goes next"}


async def test_a_reply_without_a_prompt_of_ours_is_tried_all_the_same(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        answer = await paste(shop, HARMLESS)
        assert answer["outcome"]["verdict"] == "accepted"
        assert answer["outcome"]["promptTokens"] == 0
        assert "Prompt:" not in answer["text"]
        assert (await shop.editor.command("sightline.apply", {"turn": "reply"}))["label"] == "a pasted reply"


async def test_code_that_is_asked_for_is_there_to_be_copied(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=MORE) as shop:
        asked = (await prompt(shop, "/refactor Rename total", mentions=["shop/cart.py"]))["data"]
        answer = await paste(shop, "NEEDS: finance/tax.py::rate_of\nNEEDS: .env")
        then = answer["data"]["next"]
        assert answer["outcome"] is None
        assert then["kind"] == "needs"
        assert "def rate_of(country):" in then["message"]
        assert "KEY" not in then["message"]
        assert (
            then["prompt"] == f"{asked['prompt']}\n\nNEEDS: finance/tax.py::rate_of\nNEEDS: .env\n\n{then['message']}"
        )
        assert "finance/tax.py::rate_of" in answer["text"]
        assert ".env" in answer["text"]
        assert (await paste(shop, RENAME_DEFINITION + RENAME_USES, turn="2"))["outcome"]["verdict"] == "accepted"


async def test_code_is_given_without_a_prompt_too(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=MORE) as shop:
        then = (await paste(shop, "NEEDS: finance/tax.py"))["data"]["next"]
        assert "def rate_of(country):" in then["message"]
        assert then["prompt"] == ""


async def test_rounds_end(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=MORE) as shop:
        await prompt(shop, "/refactor Rename total")
        told = [await paste(shop, "NEEDS: finance/tax.py", turn=str(number)) for number in range(3)]
        assert [each["data"]["next"] is None for each in told] == [False, False, True]
        assert "context.needs_rounds" in told[-1]["text"]


async def test_the_prompt_itself_is_no_reply(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        asked = (await prompt(shop, "/refactor Rename total"))["data"]
        with pytest.raises(JsonRpcException) as error:
            await paste(shop, asked["prompt"].replace("\n", "\r\n") + "\n")
        assert cast("dict[str, str]", error.value.data)["kind"] == "still_the_prompt"
        with pytest.raises(JsonRpcException) as error:
            await paste(shop, "  \n")
        assert cast("dict[str, str]", error.value.data)["kind"] == "usage"


async def test_what_is_no_edit_says_what_one_looks_like(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        answer = await paste(shop, "I think total is fine as it is.")
        assert answer["outcome"]["verdict"] == "no_edits"
        assert "Copy the whole reply" in answer["text"]
        fenced = await paste(shop, "```python\nx = 1\n```", turn="2")
        assert "on the line above the fence" in fenced["text"]


async def test_a_path_outside_and_a_secret_bearing_file_are_refused(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files=MORE) as shop:
        for path in ("../elsewhere.py", ".env"):
            answer = await paste(shop, block(path, "KEY=1", "KEY=2"), turn=path)
            assert answer["outcome"]["verdict"] != "accepted"
            assert answer["outcome"]["changes"] == []


async def test_it_names_the_prompt_it_answers(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        await prompt(shop, "/refactor Rename total to grand_total")
        await shop.editor.command("sightline.run", {"command": "prompt", "text": "/document total", "turn": "later"})
        await paste(shop, HARMLESS, answers="ask")
        label = (await shop.editor.command("sightline.apply", {"turn": "reply"}))["label"]
        assert label == "refactor: Rename total to grand_total"
        await paste(shop, RENAME_DEFINITION + RENAME_USES, turn="2", answers="never heard of")
        assert (await shop.editor.command("sightline.apply", {"turn": "2"}))["label"] == "a pasted reply"


async def test_an_editor_that_knows_only_commands_applies_at_once(tmp_path: Path) -> None:
    async with shop_window(tmp_path) as shop:
        asked = await shop.editor.command("sightline.prompt", {"text": "/refactor Shout"})
        assert "INVOICE" not in asked["data"]["prompt"]
        answer = await shop.editor.command("sightline.paste", {"text": HARMLESS})
        assert answer["applied"]["applied"]
        assert shop.text("shop/invoice.py") == INVOICE.replace('print("Invoice")', 'print("INVOICE")')


async def test_a_secret_bearing_file_that_is_open_in_the_editor_enters_no_prompt(tmp_path: Path) -> None:
    """A client may tell of every file: what is typed into `.env` is known to the server, and shown to nobody."""
    async with shop_window(tmp_path, files=MORE) as shop:
        shop.editor.open(shop.file(".env"), "KEY=typed-just-now\n")
        data = (await prompt(shop, "/refactor Use the KEY of .env", mentions=[".env"], uri=shop.uri(".env")))["data"]
        assert "typed-just-now" not in data["prompt"]
        assert "typed-just-now" not in str(await paste(shop, "NEEDS: .env"))


async def test_an_edit_of_an_open_file_that_is_no_code_lands_in_its_unsaved_text(tmp_path: Path) -> None:
    async with shop_window(tmp_path, files={**FILES, "notes.json": '{\n  "a": 1\n}\n'}) as shop:
        shop.editor.open(shop.file("notes.json"), '{\n  "new": 0,\n  "a": 1\n}\n')
        await paste(shop, block("notes.json", '  "a": 1', '  "a": 2'))
        assert (await shop.editor.command("sightline.apply", {"turn": "reply"}))["applied"]
        assert shop.text("notes.json") == '{\n  "new": 0,\n  "a": 2\n}\n'
