"""What an editor's preview groups: what was asked for, what follows from it, and what wants a word of its own."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from support.shop import INVOICE, RENAME_DEFINITION, RENAME_USES, block, script
from support.shop_window import ShopWindow, shop_window

HOOK = block("package.json", "{}", '{"private": true}')


def groups(shop: ShopWindow) -> dict[str, set[str]]:
    """Labels of the last edit, and the files under each."""
    edit = shop.editor.edits[-1].edit
    found: dict[str, set[str]] = {}
    for change in edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        for each in change.edits:
            assert isinstance(each, types.AnnotatedTextEdit)
            note = (edit.change_annotations or {})[each.annotation_id]
            assert note.needs_confirmation is (note.label == "Needs confirmation")
            assert note.description
            found.setdefault(note.label, set()).add(change.text_document.uri)
    return found


async def test_what_a_repair_added_is_ripple(tmp_path: Path) -> None:
    replies = script(RENAME_DEFINITION + HOOK, RENAME_USES)
    files = {
        "shop/__init__.py": "",
        "shop/cart.py": "def total(prices, rate):\n    return sum(prices) * rate\n",
        "shop/invoice.py": INVOICE,
        "package.json": "{}\n",
    }
    async with shop_window(tmp_path, replies, files=files) as shop:
        answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        assert answer["outcome"]["verdict"] == "accepted"
        assert len(answer["outcome"]["attempts"]) == 2
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert {file["path"] for file in outcome["files"] if file["ripple"]} == {"shop/invoice.py"}
        assert groups(shop) == {
            "Requested": {shop.uri("shop/cart.py")},
            "Ripple": {shop.uri("shop/invoice.py")},
            "Needs confirmation": {shop.uri("package.json")},
        }


async def test_what_one_reply_edits_is_all_requested(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(RENAME_DEFINITION + RENAME_USES)) as shop:
        await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        await shop.editor.command("sightline.apply", {"turn": "t"})
        assert groups(shop) == {"Requested": {shop.uri("shop/cart.py"), shop.uri("shop/invoice.py")}}
