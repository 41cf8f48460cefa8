"""What was found is of a revision: when somebody types meanwhile, an edit is judged anew before it is applied."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from pygls.exceptions import JsonRpcException

from support.editor import Manners
from support.shop import CART, HARMLESS, INVOICE, RENAME_DEFINITION, RENAME_USES, script
from support.shop_window import ShopWindow, shop_window

NEW_CALLER = "from shop.cart import total\n\nSUM = total([1], 0.2)\n"


async def renamed(shop: ShopWindow) -> None:
    """An accepted edit waits under ``t``."""
    answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
    assert answer["outcome"]["verdict"] == "accepted"


def error_of(error: pytest.ExceptionInfo[JsonRpcException]) -> dict[str, str]:
    """What an error carries."""
    return cast("dict[str, str]", error.value.data)


async def test_an_edit_that_breaks_what_was_typed_since_is_refused(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await renamed(shop)
        shop.editor.open(shop.file("shop/new.py"), "")
        shop.editor.replace(shop.uri("shop/new.py"), 0, 0, NEW_CALLER)
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        assert error_of(error)["kind"] == "rejected"
        assert "shop/new.py:" in error_of(error)["message"]
        assert shop.editor.edits == []
        assert shop.text("shop/cart.py") == CART
        # What broke it goes, and the same edit is good again: nothing was lost.
        shop.editor.replace(shop.uri("shop/new.py"), 0, len(NEW_CALLER), "")
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]


async def test_the_new_finding_can_be_accepted(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await renamed(shop)
        shop.editor.open(shop.file("shop/new.py"), NEW_CALLER)
        given = {"turn": "t", "inSpiteOfFindings": True, "reason": "it goes too"}
        assert (await shop.editor.command("sightline.apply", given))["applied"]
        history = await shop.editor.command("sightline.history")
        assert {each["path"] for each in history["edits"][0]["accepted"]} == {"shop/new.py"}


async def test_a_caller_typed_while_the_edit_is_on_its_way_is_seen_before_it_is_sent_again(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        shop.open("shop/cart.py", "shop/invoice.py")
        await renamed(shop)

        def type_caller() -> None:
            shop.editor.type(
                shop.uri("shop/invoice.py"), '"""Invoices."""\n', "import shop.cart\n\nSAME = shop.cart.total\n"
            )

        shop.editor.manners.append(Manners(before=type_caller))
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        assert error_of(error)["kind"] == "rejected"
        assert len(shop.editor.edits) == 1
        assert shop.text("shop/cart.py") == CART


async def test_what_was_typed_elsewhere_is_no_reason_to_refuse(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(HARMLESS)) as shop:
        shop.open("shop/cart.py", "shop/invoice.py")
        await renamed(shop)
        shop.editor.type(shop.uri("shop/cart.py"), '"""Carts."""\n', "# typed\n")
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert (outcome["applied"], outcome["rebased"]) == (True, False)


async def test_a_conflict_keeps_both_versions(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(HARMLESS)) as shop:
        shop.open("shop/invoice.py")
        await renamed(shop)
        shop.editor.type(shop.uri("shop/invoice.py"), 'print("Invoice', " typed")
        typed = INVOICE.replace('Invoice")', 'Invoice typed")')
        with pytest.raises(JsonRpcException) as error:
            await shop.editor.command("sightline.apply", {"turn": "t"})
        assert error_of(error)["kind"] == "change_conflict"
        assert shop.text("shop/invoice.py") == typed
        kept = await shop.editor.command("sightline.preview", {"turn": "t"})
        assert kept["conflicts"] == ["shop/invoice.py"]
        (file,) = kept["files"]
        assert (file["before"], file["after"]) == (INVOICE, INVOICE.replace('"Invoice"', '"INVOICE"'))
