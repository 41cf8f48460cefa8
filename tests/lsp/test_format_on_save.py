"""What a formatter makes of an applied edit when it is saved is what undo, redo and the next reply work from."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from pygls.exceptions import JsonRpcException

from support.shop import block, script
from support.shop_window import ShopWindow, shop_window

CART = """def total( prices,rate ):
    return sum( prices )*( 1+rate )


LIMIT = 3


def first(prices):
    return prices[ 0 ]
"""
#: Two changes of one reply, in the style of the file.
EDIT = block("cart.py", "    return sum( prices )*( 1+rate )", "    return sum( prices )*( 1+rate/100 )") + block(
    "cart.py", "    return prices[ 0 ]", "    return prices[ 0 ]+prices[ 1 ]+prices[ 2 ]+prices[ 3 ]"
)
EDITED = CART.replace("1+rate", "1+rate/100").replace("prices[ 0 ]", "prices[ 0 ]+prices[ 1 ]+prices[ 2 ]+prices[ 3 ]")
SAVED = """def total(prices, rate):
    return sum(prices) * (1 + rate / 100)


LIMIT = 3


def first(prices):
    return (
        prices[0]
        + prices[1]
        + prices[2]
        + prices[3]
    )
"""
#: A reply to what was saved.
NEXT = block("cart.py", "    return sum(prices) * (1 + rate / 100)", "    return sum(prices) + rate")


def save_formatted(shop: ShopWindow, formatted: str) -> None:
    """Ctrl+S in an editor that formats: the formatter's change, then the file, then the notification."""
    uri = shop.uri("cart.py")
    shop.editor.replace(uri, 0, len(shop.editor.buffers[uri].text), formatted)
    shop.editor.save(uri)


async def applied(shop: ShopWindow, turn: str, *, opened: bool = True) -> None:
    """The next reply is applied under ``turn``."""
    if opened and shop.uri("cart.py") not in shop.editor.buffers:
        shop.open("cart.py")
    answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "change", "turn": turn})
    assert answer["outcome"]["verdict"] == "accepted"
    assert (await shop.editor.command("sightline.apply", {"turn": turn}))["applied"]


def said(shop: ShopWindow) -> str:
    """What the file says, but for whitespace."""
    return "".join((shop.text("cart.py") or "").split())


async def test_undo_and_redo_work_from_the_saved_text(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(EDIT), files={"cart.py": CART}) as shop:
        await applied(shop, "t")
        assert shop.text("cart.py") == EDITED
        save_formatted(shop, SAVED)
        assert (await shop.editor.command("sightline.undo"))["applied"]
        assert said(shop) == "".join(CART.split())
        save_formatted(shop, (shop.text("cart.py") or "").replace("( ", "(").replace(" )", ")").replace("[ 0 ]", "[0]"))
        assert (await shop.editor.command("sightline.redo"))["applied"]
        assert said(shop) == "".join(EDITED.split())


async def test_single_changes_are_undone_in_the_saved_text(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(EDIT), files={"cart.py": CART}) as shop:
        await applied(shop, "t")
        save_formatted(shop, SAVED)
        hunks = (await shop.editor.command("sightline.history", {"turn": "t"}))["hunks"]
        assert [hunk["number"] for hunk in hunks] == [1, 2]
        assert (await shop.editor.command("sightline.undo", {"turn": "t", "hunks": [2]}))["applied"]
        text = shop.text("cart.py") or ""
        assert "rate / 100" in text
        assert "prices[ 0 ]\n" in text
        assert "prices[1]" not in text


async def test_the_next_reply_is_placed_in_the_saved_text(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(EDIT, NEXT), files={"cart.py": CART}) as shop:
        await applied(shop, "first")
        save_formatted(shop, SAVED)
        await applied(shop, "second")
        assert "sum(prices) + rate" in (shop.text("cart.py") or "")
        # The newest first: then the one below it, through what the formatter made of it.
        assert (await shop.editor.command("sightline.undo"))["applied"]
        assert shop.text("cart.py") == SAVED
        assert (await shop.editor.command("sightline.undo"))["applied"]
        assert said(shop) == "".join(CART.split())


async def test_an_edit_that_waits_is_applied_to_the_saved_text(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(EDIT), files={"cart.py": CART}) as shop:
        shop.open("cart.py")
        await shop.editor.command("sightline.run", {"command": "refactor", "text": "change", "turn": "t"})
        save_formatted(shop, CART.replace("( ", "(").replace(" )", ")").replace(",rate", ", rate").replace("+", " + "))
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert (outcome["applied"], outcome["rebased"]) == (True, True)
        assert said(shop) == "".join(EDITED.split())


@pytest.mark.parametrize("typed", ["rate / 1000", "rate"])
async def test_what_was_typed_is_no_formatting(tmp_path: Path, typed: str) -> None:
    async with shop_window(tmp_path, script(EDIT), files={"cart.py": CART}) as shop:
        await applied(shop, "t")
        save_formatted(shop, SAVED.replace("rate / 100", typed))
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.undo")
        assert cast("dict[str, str]", error.value.data)["kind"] == "change_conflict"
        assert typed in (shop.text("cart.py") or "")
