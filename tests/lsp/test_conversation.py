"""A conversation of three turns in an editor: edits accepted, lines typed, and one prompt that only grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sightline.models.messages import Message
from support.reading import Reader
from support.shop import HARMLESS, INVOICE, block, script
from support.shop_window import ShopWindow, shop_window

RATE = block("shop/cart.py", "    return sum(prices) * (1 + rate)", "    return round(sum(prices) * (1 + rate), 2)")


async def turn(shop: ShopWindow, command: str, text: str, name: str) -> dict[str, Any]:
    given = {"command": command, "text": text, "conversation": "chat", "turn": name, "uri": shop.uri("shop/invoice.py")}
    return await shop.editor.command("sightline.run", given)


async def messages(shop: ShopWindow) -> tuple[Message, ...]:
    talk = await shop.engine.conversations.load("chat")
    assert talk is not None
    return talk.messages


async def test_three_turns(tmp_path: Path) -> None:
    replies = script(HARMLESS, "NEEDS: shop/cart.py::total\nNEEDS: .git/config", RATE, "It rounds to cents.")
    async with shop_window(tmp_path, replies) as shop:
        shop.open("shop/invoice.py")
        first = await turn(shop, "implement", "Shout in print_invoice", "one")
        assert first["outcome"]["conversation"] == "chat"
        await shop.editor.command("sightline.apply", {"turn": "one"})
        assert shop.text("shop/invoice.py") == INVOICE.replace('print("Invoice")', 'print("INVOICE")')
        before = await messages(shop)
        shop.editor.type(shop.uri("shop/invoice.py"), '"""Invoices."""', '"""Invoices of the shop."""')

        second = await turn(shop, "implement", "Round what total gives", "two")
        answers = second["outcome"]["needs"][0]["answers"]
        assert [each["name"] for each in answers] == ["shop/cart.py::total", ".git/config"]
        assert any("The model asked for more code" in event.text for event in shop.editor.events)
        after = await messages(shop)
        assert after[: len(before)] == before
        asked = after[len(before)].content
        assert "The edit of your last reply was applied in part, or its files have been changed since." in asked
        assert '"""Invoices of the shop."""' in asked, "what was typed is told, though it is not saved"
        await shop.editor.command("sightline.apply", {"turn": "two"})

        third = await turn(shop, "explain", "What does total do now?", "three")
        assert third["outcome"]["text"] == "It rounds to cents."
        final = await messages(shop)
        assert final[: len(after)] == after
        assert "The edit of your last reply was applied." in final[-2].content
        spans = third["outcome"]["manifest"]
        assert {span["message"] for span in spans} >= {1, len(final) - 2}
        assert any(span["version"] is not None for span in spans), "of an open document"
        reader = Reader()
        reader.read(final)
        for name, seen in reader.files.items():
            lines = (shop.text(name) or "").split("\n")
            assert {number: lines[number - 1] for number in seen} == seen
