"""What was said before is found by its words, and by nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from sightline.base.system import real_system
from sightline.cli.main import run
from sightline.cli.workspace import settings_for
from sightline.models.messages import Message
from sightline.prompts.conversation import Conversation, PastTurn
from sightline.sessions.conversations import ConversationStore
from sightline.sessions.recall import MOST_TURNS, SaidTurn, find_turns


def said(number: int, task: str, reply: str = "Done.") -> SaidTurn:
    return SaidTurn(conversation="c", turn=f"t{number}", made=number, task=task, reply=reply, verdict="accepted")


TURNS = (
    said(4, "Rename total to grand_total"),
    said(3, "Why is the cart empty?", "The session expires before the cart is read."),
    said(2, "Add a tax rate", "The rate is in `shop/cart.py`, which the invoice reads."),
    said(1, "Ändere die Währung", "Erledigt."),
)


@pytest.mark.parametrize(
    ("words", "turns"),
    [
        ("renaming", ["t4"]),
        ("cart", ["t3", "t2"]),
        ("sessions that expired", ["t3"]),
        ("währung", ["t1"]),
        ("grand_total", ["t4"]),
        ('"cart" OR NEAR( -x*: ^', ["t3", "t2"]),
        ("'; DROP TABLE said; --", []),
        ("blockchain", []),
        ("", []),
    ],
)
def test_turns_are_found_by_their_words(words: str, turns: list[str]) -> None:
    assert [each.said.turn for each in find_turns(words, TURNS)] == turns


def test_the_excerpt_is_of_what_was_sought_and_of_equal_ones_the_newest_comes_first() -> None:
    long = " ".join(f"word{n}" for n in range(300))
    found = find_turns("needle", [said(9, "x", f"{long} the needle is here {long}"), said(8, "no")])
    assert "needle is here" in found[0].excerpt
    assert len(found[0].excerpt) < 300
    assert [each.said.turn for each in find_turns("same", [said(3, "same"), said(2, "same")])] == ["t3", "t2"]
    assert len(find_turns("same", [said(n, "same") for n in range(MOST_TURNS + 5)], limit=3)) == 3


def test_the_command_finds_what_the_store_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setenv("SIGHTLINE_CACHE_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("SIGHTLINE_CONFIG", str(tmp_path / "sightline.toml"))
    where, _, _ = settings_for(real_system(), str(work.resolve()))
    store = ConversationStore(real_system(), where.session_store((str(work.resolve()),)))
    past = PastTurn(turn="t", task_type="fix", task="Mend the tax", reply="With ghp_" + "a1" * 18, verdict="accepted")
    messages = (Message(role="system", content="Rules"),)
    store.save(Conversation(name="first", messages=messages, turns=(past,)))
    store.close()
    capsys.readouterr()
    assert run(["recall", "taxes", "--root", str(work), "--json"]) == 0
    out = SimpleNamespace(**json.loads(capsys.readouterr().out))
    assert out.searched == 1
    assert [(each["conversation"], each["task"]) for each in out.turns] == [("first", "Mend the tax")]
    assert run(["recall", "With", "--root", str(work)]) == 0
    shown = capsys.readouterr().out
    assert "first" in shown
    assert "ghp_" not in shown
