"""``sightline history``, ``undo`` and ``redo``: what was applied can be taken back, in part too, and brought back."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Ran, Sightline
from sightline.cli import history_reports
from support.shop import CART, HARMLESS, INVOICE, RENAME_DEFINITION, RENAME_USES, block

TWO = HARMLESS + block("shop/cart.py", '    """Sum of prices with tax."""', '    """The sum."""')
NEW = "shop/rates.py\n```python\n<<<<<<< SEARCH\n=======\nRATE = 0.2\n>>>>>>> REPLACE\n```\n"


def history(ran: Ran) -> history_reports.HistoryJson:
    assert ran.code == 0
    return history_reports.HistoryJson.model_validate(ran.json)


def test_an_edit_is_taken_back_and_brought_back(sightline: Sightline, work: Path) -> None:
    assert history(sightline("history", "--json")).edits == []
    assert "no edit" in sightline("history").err
    assert sightline("apply", "-", stdin=TWO + NEW).code == 0
    changed = (work / "shop/cart.py").read_text("utf-8")
    (only,) = history(sightline("history", "--json")).edits
    assert only.undone is None
    shown = sightline("undo", "--dry-run")
    assert shown.code == 0
    assert '+    """Sum of prices with tax."""' in shown.out
    assert (work / "shop/cart.py").read_text("utf-8") == changed
    undone = history_reports.TakenBackJson.model_validate(sightline("undo", "--json").json)
    assert not undone.rebased
    assert (undone.applied, {(change.path, change.kind) for change in undone.changes}) == (
        True,
        {("shop/cart.py", "edit"), ("shop/invoice.py", "edit"), ("shop/rates.py", "delete")},
    )
    assert (work / "shop/cart.py").read_text("utf-8") == CART
    assert not (work / "shop/rates.py").exists()
    assert history(sightline("history", "--json")).edits[0].undone is not None
    again = sightline("undo", "--json")
    assert (again.code, again.json["error"]["kind"]) == (2, "nothing_to_undo")
    assert sightline("redo").code == 0
    assert (work / "shop/cart.py").read_text("utf-8") == changed
    assert (work / "shop/rates.py").read_text("utf-8") == "RATE = 0.2\n"
    assert sightline("redo", "--json").json["error"]["kind"] == "nothing_to_redo"


def test_single_changes_are_taken_back_by_number(sightline: Sightline, work: Path) -> None:
    assert sightline("apply", "-", stdin=TWO + NEW).code == 0
    turn = history(sightline("history", "--json")).edits[0].turn
    hunks = history(sightline("history", turn, "--json")).hunks
    assert [(hunk.number, hunk.path, hunk.kind, hunk.line) for hunk in hunks] == [
        (1, "shop/cart.py", "edit", 5),
        (2, "shop/invoice.py", "edit", 7),
        (3, "shop/rates.py", "create", 1),
    ]
    assert (hunks[1].removed, hunks[1].added) == ('    print("Invoice")\n', '    print("INVOICE")\n')
    assert '    -    print("Invoice")' in sightline("history", turn).out
    assert sightline("undo", turn, "--hunk", "2", "--hunk", "3").code == 0
    assert (work / "shop/invoice.py").read_text("utf-8") == INVOICE
    assert '"""The sum."""' in (work / "shop/cart.py").read_text("utf-8")
    assert not (work / "shop/rates.py").exists()
    beyond = sightline("undo", turn, "--hunk", "4", "--json")
    assert (beyond.code, beyond.json["error"]["kind"]) == (2, "no_such_hunk")
    assert sightline("undo", turn, "--json").json["changes"] == [{"path": "shop/cart.py", "kind": "edit", "hunks": 1}]
    assert (work / "shop/cart.py").read_text("utf-8") == CART


def test_what_is_newer_is_merged_or_left_alone(sightline: Sightline, work: Path) -> None:
    assert sightline("apply", "-", stdin=HARMLESS).code == 0
    invoice = work / "shop/invoice.py"
    invoice.write_text(invoice.read_text("utf-8").replace('"""Invoices."""', '"""All invoices."""'), "utf-8")
    assert sightline("undo", "--json").json["rebased"] is True
    assert invoice.read_text("utf-8") == INVOICE.replace('"""Invoices."""', '"""All invoices."""')
    assert sightline("redo").code == 0
    invoice.write_text(invoice.read_text("utf-8").replace('"INVOICE"', '"Bill"'), "utf-8")
    refused = sightline("undo", "--json")
    assert refused.code != 0
    assert refused.json["error"]["kind"] == "change_conflict"
    assert '"Bill"' in invoice.read_text("utf-8")


def test_what_somebody_took_back_by_hand_is_not_taken_back_again(sightline: Sightline, work: Path) -> None:
    assert sightline("apply", "-", stdin=HARMLESS).code == 0
    (work / "shop/invoice.py").write_text(INVOICE, "utf-8")
    told = sightline("undo", "--json")
    assert told.json["error"]["kind"] == "nothing_to_undo"
    assert "already" in told.json["error"]["message"]
    assert history(sightline("history", "--json")).edits[0].undone is not None


def test_an_undo_that_strands_what_was_written_since_wants_a_word(sightline: Sightline, work: Path) -> None:
    assert sightline("apply", "-", stdin=RENAME_DEFINITION + RENAME_USES).code == 0
    (work / "shop/new.py").write_text("from shop.cart import grand_total\n\nSUM = grand_total([1], 0.2)\n", "utf-8")
    refused = sightline("undo")
    assert refused.code == 1
    assert "shop/new.py:1" in refused.err
    assert "--anyway" in refused.err
    assert "grand_total" in (work / "shop/cart.py").read_text("utf-8")
    told = sightline("undo", "--json")
    shape = history_reports.TakenBackJson.model_validate(told.json)
    assert (told.code, shape.applied, {each.path for each in shape.findings}) == (1, False, {"shop/new.py"})
    assert sightline("undo", "--dry-run").code == 0
    assert sightline("undo", "--anyway").code == 0
    assert (work / "shop/cart.py").read_text("utf-8") == CART
    (work / "shop/new.py").write_text("from shop.cart import total\n\nSUM = total([1], 0.2)\n", "utf-8")
    assert sightline("redo").code == 1
    assert sightline("redo", "--anyway").code == 0
