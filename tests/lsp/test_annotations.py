"""What an editor's preview groups: what was asked for, what follows from it, and what wants a word of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from support.client_capabilities import full_capabilities
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


MENU = "def price(item):\n    return 1\n\n\nRATE = 0.2\n\n\ndef show(item):\n    return price(item)\n"
RENAMED_MENU = block("menu.py", "def price(item):", "def cost(item):")
USE_IN_MENU = block("menu.py", "    return price(item)", "    return cost(item)")


def hunks(shop: ShopWindow) -> list[tuple[str, str, int]]:
    """Label, description and first line (zero-based) of each text edit of the last edit, in order."""
    edit = shop.editor.edits[-1].edit
    notes = edit.change_annotations or {}
    found: list[tuple[str, str, int]] = []
    for change in edit.document_changes or ():
        for each in change.edits if isinstance(change, types.TextDocumentEdit) else ():
            assert isinstance(each, types.AnnotatedTextEdit)
            note = notes[each.annotation_id]
            found.append((note.label, note.description or "", each.range.start.line))
    return sorted(found, key=lambda hunk: hunk[2])


@pytest.mark.parametrize("typed", ["", "# typed\n# typed\n"])
async def test_a_repair_in_a_file_that_was_asked_for_is_ripple_alone(tmp_path: Path, typed: str) -> None:
    async with shop_window(tmp_path, script(RENAMED_MENU, USE_IN_MENU), files={"menu.py": MENU}) as shop:
        shop.open("menu.py")
        answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
        assert len(answer["outcome"]["attempts"]) == 2
        shop.editor.type(shop.uri("menu.py"), "RATE = 0.2\n", typed)
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert [(label, line) for label, _, line in hunks(shop)] == [
            ("Requested", 0),
            ("Ripple", 8 + typed.count("\n")),
        ]


LOOSE = {
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart:\n    def reckon(self):\n        return 1\n\n\nLIMIT = 3\n",
    "shop/bill.py": "def bill(cart):\n    return cart.reckon()\n",
}
LOSING = block("shop/cart.py", "    def reckon(self):", "    def add_up(self):") + block(
    "shop/cart.py", "LIMIT = 3", "LIMIT = 4"
)


async def doubted(shop: ShopWindow) -> str:
    """An edit with a possible finding alone waits under ``t``. Answers the finding's id."""
    answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "rename", "turn": "t"})
    assert answer["outcome"]["verdict"] == "accepted"
    (finding,) = answer["outcome"]["findings"]
    assert (finding["certainty"], finding["path"]) == ("possible", "shop/bill.py")
    return finding["id"]


async def test_what_may_break_something_needs_confirmation(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(LOSING), files=LOOSE) as shop:
        await doubted(shop)
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        (first, second) = hunks(shop)
        assert (first[0], first[2]) == ("Needs confirmation", 1)
        assert first[1].startswith("shop/bill.py:2: ")
        assert (second[0], second[2]) == ("Requested", 5)
        notes = shop.editor.edits[-1].edit.change_annotations or {}
        assert {note.label: note.needs_confirmation for note in notes.values()} == {
            "Requested": False,
            "Needs confirmation": True,
        }


async def test_a_possible_finding_that_was_accepted_is_not_asked_about_again(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(LOSING), files=LOOSE) as shop:
        accept = [{"id": await doubted(shop), "reason": "bill goes too"}]
        assert (await shop.editor.command("sightline.apply", {"turn": "t", "accept": accept}))["applied"]
        assert {label for label, _, _ in hunks(shop)} == {"Requested"}


async def test_an_editor_without_annotations_is_asked_about_what_may_break(tmp_path: Path) -> None:
    capabilities = full_capabilities()
    assert capabilities.workspace is not None and capabilities.workspace.workspace_edit is not None
    capabilities.workspace.workspace_edit.change_annotation_support = None
    async with shop_window(tmp_path, script(LOSING), files=LOOSE, capabilities=capabilities) as shop:
        await doubted(shop)
        shop.editor.answers += ["Cancel", "Apply"]
        assert not (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert "shop/bill.py:2: " in shop.editor.questions[0].message
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]


async def test_who_said_apply_to_the_findings_is_not_asked_twice(tmp_path: Path) -> None:
    async with shop_window(tmp_path, script(LOSING), files=LOOSE) as shop:
        shop.editor.answers.append("Apply")
        answer = await shop.editor.command("sightline.refactor", {"text": "rename"})
        assert answer["applied"]["applied"]
        assert {label for label, _, _ in hunks(shop)} == {"Requested"}


ANEW = "shop/cart.py\n```python\n<<<<<<< SEARCH\n=======\nLIMIT = 5\n>>>>>>> REPLACE\n```\n"


async def test_a_new_file_over_one_that_is_there_is_doubted_once_and_then_needs_confirmation(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/cart.py": "LIMIT = 3\nRATE = 2\n"}
    async with shop_window(tmp_path, script(ANEW, ANEW), files=files) as shop:
        answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "anew", "turn": "t"})
        assert answer["outcome"]["verdict"] == "accepted"
        assert len(answer["outcome"]["attempts"]) == 2
        outcome = await shop.editor.command("sightline.apply", {"turn": "t"})
        assert groups(shop) == {"Needs confirmation": {shop.uri("shop/cart.py")}}
        assert "replace the whole" in outcome["files"][0]["needsConfirmation"]
        assert shop.text("shop/cart.py") == "LIMIT = 5\n"


async def test_a_model_that_did_not_know_of_the_file_edits_it_when_told(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/cart.py": "LIMIT = 3\nRATE = 2\n"}
    better = block("shop/cart.py", "LIMIT = 3", "LIMIT = 5")
    async with shop_window(tmp_path, script(ANEW, better), files=files) as shop:
        answer = await shop.editor.command("sightline.run", {"command": "refactor", "text": "anew", "turn": "t"})
        assert answer["outcome"]["verdict"] == "accepted"
        assert (await shop.editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert groups(shop) == {"Requested": {shop.uri("shop/cart.py")}}
        assert shop.text("shop/cart.py") == "LIMIT = 5\nRATE = 2\n"
