"""Conversations on the command line: go on with the last one or a named one, list them, delete them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import Sightline
from sightline.cli import edit_reports, history_reports
from support.shop import HARMLESS, script


@pytest.fixture(autouse=True)
def model(sightline: Sightline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that answers what fits the prompt: each run of the command line begins its script at the top."""
    del sightline  # it takes the model of the machine away, and must come first
    replies = (
        "%%% reply\nwhen: Thanks\n\nYou are welcome.\n\n%%% reply\nwhen: was applied\n\nIt is loud.\n\n"
        + script("NEEDS: shop/cart.py::total\nNEEDS: .env", headers="when: Ask first\n")
        + script(HARMLESS)
    )
    (tmp_path / "replies.txt").write_text(replies, "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")


def listed(sightline: Sightline) -> history_reports.ConversationsJson:
    return history_reports.ConversationsJson.model_validate(sightline("conversations", "--json").json)


def test_the_last_conversation_goes_on(sightline: Sightline) -> None:
    first = edit_reports.AskJson.model_validate(sightline("ask", "Shout", "--apply", "--json").json)
    assert first.applied
    assert first.conversation
    second = edit_reports.AskJson.model_validate(sightline("ask", "--continue", "Why is it loud?", "--json").json)
    assert (second.text, second.conversation) == ("It is loud.", first.conversation)
    assert [(each.name, each.turns) for each in listed(sightline).conversations] == [(first.conversation, 2)]
    shown = sightline("conversations", first.conversation)
    assert "> explain: Why is it loud?\n\nIt is loud." in shown.out
    prompt = sightline("prompt", "--continue", "And then?", "--json").json
    assert [message["role"] for message in prompt["messages"]] == ["system", *["user", "assistant"] * 2, "user"]


def test_a_named_one_is_begun_and_goes_on_and_is_deleted(sightline: Sightline) -> None:
    for task in ("Shout", "Thanks?"):
        sightline("ask", "--conversation", "mine", task, "--task-type", "explain", "--json")
    assert [(each.name, each.turns, each.task) for each in listed(sightline).conversations] == [("mine", 2, "Shout")]
    sightline("ask", "Shout", "--json")
    assert len(listed(sightline).conversations) == 2
    assert sightline("conversations", "mine", "--delete").code == 0
    assert sightline("conversations", "mine", "--json").json["error"]["kind"] == "no_conversation"
    assert sightline("conversations", "--delete-all", "--json").json["deleted"] == 1
    assert listed(sightline).conversations == []


def test_one_that_this_release_cannot_read_is_listed_and_can_be_deleted(sightline: Sightline, tmp_path: Path) -> None:
    sightline("ask", "--conversation", "old", "Shout", "--json")
    (database,) = tmp_path.rglob("conversations.sqlite3")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE conversation SET content = x'00'")
    assert [each.name for each in listed(sightline).conversations] == ["old"]
    refused = sightline("conversations", "old")
    assert refused.code == 2
    assert "--delete" in refused.err
    assert sightline("conversations", "old", "--delete", "--json").json["deleted"] == 1
    assert listed(sightline).conversations == []
    assert sightline("conversations", "old", "--delete", "--json").json["error"]["kind"] == "no_conversation"


def test_reading_deletes_by_the_settings_of_the_user(sightline: Sightline, tmp_path: Path) -> None:
    sightline("ask", "--conversation", "old", "Shout", "--json")
    (database,) = tmp_path.rglob("conversations.sqlite3")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE conversation SET used = used - 60 * 86400")
    (tmp_path / "sightline.toml").write_text("[conversations]\ndays = 90\n")
    assert [each.name for each in listed(sightline).conversations] == ["old"]
    assert sightline("recall", "shout", "--json").json["searched"] == 1
    (tmp_path / "sightline.toml").write_text("")
    assert sightline("recall", "shout", "--json").json["searched"] == 0
    assert listed(sightline).conversations == []


def test_without_one_to_go_on_with_it_says_so(sightline: Sightline) -> None:
    refused = sightline("ask", "--continue", "Shout", "--json")
    assert (refused.code, refused.json["error"]["kind"]) == (2, "no_conversation")
    assert sightline("ask", "--continue", "--conversation", "x", "Shout").code == 2
    assert sightline("conversations", "--delete").code == 2
    assert sightline("conversations", "x", "--delete-all").code == 2


def test_what_the_model_asked_for_is_shown_as_it_goes(sightline: Sightline) -> None:
    asked = sightline("ask", "Ask first, then shout", "--dry-run")
    assert "`shop/cart.py::total`: it is shown" in asked.err
    assert "`.env`: it may hold environment secrets" in asked.err
    told = edit_reports.AskJson.model_validate(sightline("ask", "Ask first, then shout", "--json").json)
    assert [answer.name for answer in told.needs[0].answers] == ["shop/cart.py::total", ".env"]
    assert told.verdict == "accepted"
