"""An undo or a redo that would break what was written since is put to the user, who may go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from support.shop import CART, INVOICE, RENAME_DEFINITION, RENAME_USES, script
from support.shop_window import ShopWindow, shop_window

Undo = Callable[..., Awaitable[dict[str, object]]]

NEW_CALLER = "from shop.cart import grand_total\n\nSUM = grand_total([1], 0.2)\n"


async def renamed(shop: ShopWindow) -> None:
    """The edit is applied, and somebody has used the new name since."""
    await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
    assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
    shop.editor.open(shop.file("shop/new.py"), NEW_CALLER)


async def through_chat(shop: ShopWindow, **more: object) -> dict[str, object]:
    """``/undo`` holds the edit, and the chat applies it."""
    await shop.editor.command("sightline.run", {"command": "undo", "turn": "u"})
    return await shop.editor.command("sightline.apply", {"turn": "u", **more})


async def directly(shop: ShopWindow, **more: object) -> dict[str, object]:
    """The command of editors without a chat."""
    return await shop.editor.command("sightline.undo", {"anyway": more.get("inSpiteOfFindings", False)})


@pytest.mark.parametrize("undo", [through_chat, directly])
async def test_an_undo_that_strands_a_new_caller_is_asked_about(tmp_path: Path, undo: Undo) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await renamed(shop)
        shop.editor.answers.append("Cancel")
        outcome = await undo(shop)
        assert not outcome["applied"]
        assert "shop/new.py:1" in str(outcome["reason"])
        assert "shop/new.py:1" in shop.editor.questions[-1].message
        assert "grand_total" in (shop.text("shop/cart.py") or "")
        shop.editor.answers.append("Do it anyway")
        assert (await undo(shop))["applied"]
        assert (shop.text("shop/cart.py"), shop.text("shop/invoice.py")) == (CART, INVOICE)


@pytest.mark.parametrize("undo", [through_chat, directly])
async def test_who_knows_already_is_not_asked(tmp_path: Path, undo: Undo) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await renamed(shop)
        assert (await undo(shop, inSpiteOfFindings=True))["applied"]
        assert shop.editor.questions == []


async def test_an_undo_that_breaks_nothing_is_not_asked_about(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await renamed(shop)
        shop.editor.replace(shop.uri("shop/new.py"), 0, len(NEW_CALLER), "")
        assert (await directly(shop))["applied"]
        assert shop.editor.questions == []


async def test_a_redo_that_strands_a_new_caller_is_asked_about(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await renamed(shop)
        assert (await directly(shop, inSpiteOfFindings=True))["applied"]
        shop.editor.replace(shop.uri("shop/new.py"), 0, len(NEW_CALLER), NEW_CALLER.replace("grand_total", "total"))
        shop.editor.answers += ["Cancel", "Do it anyway"]
        assert not (await shop.editor.command("sightline.redo"))["applied"]
        assert "shop/new.py:1" in shop.editor.questions[-1].message
        assert (await shop.editor.command("sightline.redo"))["applied"]
        assert len(shop.editor.questions) == 2
