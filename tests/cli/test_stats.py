"""``sightline stats``: what was asked is there afterwards, for people and for programs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Sightline
from sightline.cli.setup_reports import StatsJson

SCRIPT = """\
%%% reply
when: explain
prompt_tokens: 900
cached_tokens: 300
output_tokens: 12

It adds prices.
%%% reply
when: total

No edit here.
%%% reply
fail: overloaded
"""


@pytest.fixture
def asked(work: Path, tmp_path: Path, sightline: Sightline, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "replies.txt").write_text(SCRIPT, encoding="utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")
    assert sightline("ask", "explain total", "--task-type", "explain").code == 0
    (tmp_path / "replies.txt").write_text(SCRIPT.replace("when: explain", "when: xyzzy"), encoding="utf-8")
    assert sightline("ask", "rename total", "--task-type", "refactor").code == 2


@pytest.mark.usefixtures("asked")
def test_what_was_asked_is_said(sightline: Sightline, tmp_path: Path) -> None:
    stats = StatsJson.model_validate(sightline("stats", "--json", root=False).json)
    explain, refactor = sorted(stats.models, key=lambda row: row.task)
    assert (explain.task, explain.verdicts, explain.success) == ("explain", {"answered": 1}, 1.0)
    assert (explain.prompt_tokens, explain.cached_tokens, explain.output_tokens) == (900, 300, 12)
    assert (refactor.task, refactor.verdicts) == ("refactor", {"model_overloaded": 1, "repaired": 1})
    told = sightline("stats", root=False).out
    assert "explain: 1 request (1 answered)" in told
    assert "900 tokens read, 12 written, 33% of the prompts from the server's cache" in told
    counters = sightline("stats", "--prometheus", root=False).out
    assert 'verdict="model_overloaded"} 1\n' in counters
    kept = next((tmp_path / "own").rglob("usage.sqlite3")).read_bytes()
    assert b"rename total" not in kept
    assert b"cart" not in kept


@pytest.mark.usefixtures("work")
def test_before_any_model_was_asked(sightline: Sightline) -> None:
    assert sightline("stats", "--json", root=False).json["models"] == []
    assert "No model has been asked yet" in sightline("stats", root=False).err
    assert sightline("stats", "--days", "0", root=False).code == 2


def test_a_record_that_cannot_be_read_is_not_told_as_an_empty_one(
    sightline: Sightline, asked: None, tmp_path: Path
) -> None:
    next((tmp_path / "own").rglob("usage.sqlite3")).write_bytes(b"no database " * 100)
    for option in ((), ("--json",), ("--prometheus",)):
        told = sightline("stats", *option, root=False)
        assert told.code == 2
        assert "cannot be read" in told.out + told.err
        assert "sightline_requests_total" not in told.out


@pytest.mark.usefixtures("asked")
def test_a_record_that_fails_when_it_is_read_is_told_as_such(sightline: Sightline, tmp_path: Path) -> None:
    with closing(sqlite3.connect(next((tmp_path / "own").rglob("usage.sqlite3")))) as connection:
        connection.execute("ALTER TABLE request DROP COLUMN cost")
    told = sightline("stats", root=False)
    assert told.code == 2
    assert "The record of what models were asked cannot be used: no such column: cost." in told.err
    assert "SIGHTLINE_CACHE_DIR" in told.err


def test_an_answer_is_given_again_for_a_while_and_is_marked(
    sightline: Sightline, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script's second reply shows whether the model was asked; each command begins it at the top."""
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")

    def ask(question: str, *options: str, says: str) -> dict[str, Any]:
        (tmp_path / "replies.txt").write_text(f"%%% reply\ntimes: always\n\n{says}\n", encoding="utf-8")
        ran = sightline("ask", question, "--task-type", "explain", "--json", *options)
        assert ran.code == 0
        return ran.json["attempts"][0]

    assert ask("how does total add up its prices", says="First.") | {"usage": {}, "seconds": 0} == {
        "reply": "First.",
        "located": [],
        "unmatched": [],
        "findings": [],
        "usage": {},
        "seconds": 0,
        "reused": "",
    }
    again = ask("how does total add up its prices", says="Second.")
    assert (again["reply"], again["usage"]["prompt_tokens"]) == ("First.", None)
    assert "--fresh" in again["reused"]
    assert ask("how does total add up its prices", "--fresh", says="Third.")["reply"] == "Third."
    assert ask("how does total add up its prices", says="Fourth.")["reply"] == "Third."
    (work / "shop/cart.py").write_text((work / "shop/cart.py").read_text("utf-8") + "\nextra = 1\n", "utf-8")
    assert ask("how does total add up its prices", says="Fifth.")["reply"] == "Fifth."
    verdicts = StatsJson.model_validate(sightline("stats", "--json", root=False).json).models[0].verdicts
    assert verdicts == {"answered": 3, "cached": 2}
