"""Bad input: each a clear error that says what to do next, and nothing lost."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cli.conftest import Sightline
from support.shop import HARMLESS, INVOICE


def test_a_missing_root(sightline: Sightline) -> None:
    ran = sightline("index", "--root", "/does/not/exist", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "missing_root")
    assert ran.json["error"]["hint"]


def test_a_file_as_root(sightline: Sightline, work: Path) -> None:
    assert sightline("index", "--root", str(work / "shop/cart.py")).code == 2


def test_home_as_root_is_refused_with_a_way_out(
    sightline: Sightline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    ran = sightline("index", "--root", str(home), "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "root_too_large")
    (tmp_path / "sightline.toml").write_text("[workspace]\nallow_large_root = true\n", "utf-8")
    assert sightline("index", "--root", str(home)).code == 0


def test_no_git_is_needed(sightline: Sightline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sightline("index").code == 0
    sightline("trust")
    ran = sightline("check", "--staged", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "no_git")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_listed(sightline: Sightline, work: Path) -> None:
    (work / "shop/secret.py").write_text("x = 1\n", "utf-8")
    (work / "shop/secret.py").chmod(0)
    assert "shop/secret.py" in {row["path"] for row in sightline("index", "--json").json["unparsed"]}


def test_invalid_utf8_and_a_huge_file_are_listed_and_the_rest_works(sightline: Sightline, work: Path) -> None:
    (work / "latin.py").write_bytes("name = 'Müller'\n".encode("latin-1"))
    with open(work / "huge.py", "wb") as file:
        file.truncate(50 << 20)
    data = sightline("index", "--json").json
    reasons = {row["path"]: row["reason"] for row in data["unparsed"]}
    assert set(reasons) == {"latin.py", "huge.py"}
    assert all(reasons.values())
    coverage = sightline("graph", "references", "total", "--json").json["coverage"]
    assert not coverage["complete"]
    assert coverage["unparsed"], "the huge file may use it; the other can be read well enough to know that it does not"


def test_a_loop_of_links(sightline: Sightline, work: Path) -> None:
    (work / "shop/again").symlink_to(work, target_is_directory=True)
    (work / "self").symlink_to("self")
    assert sightline("index", "--json").json["languages"] == {"python": 3}


def test_links_out_of_the_root_are_not_followed(sightline: Sightline, work: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("outside_marker = 1\n", "utf-8")
    (work / "link.py").symlink_to(tmp_path / "outside.py")
    assert sightline("index", "--json").json["languages"] == {"python": 3}
    assert "outside_marker" not in sightline("context", "link.py outside_marker", "--json").json["text"]
    reply = HARMLESS.replace("shop/invoice.py", "link.py")
    assert sightline("apply", "-", stdin=reply).code == 1


@pytest.mark.parametrize("text", ["[context\nbudget=1", "[context]\nbudget = 'x'\n", "\xff\xfe"])
def test_broken_settings_are_told_and_the_defaults_hold(sightline: Sightline, tmp_path: Path, text: str) -> None:
    (tmp_path / "sightline.toml").write_bytes(text.encode("latin-1"))
    ran = sightline("context", "total", "--json")
    assert ran.code == 0
    assert "sightline.toml:" in ran.err
    assert sightline("config", "check").code == 1


def test_no_model_says_how_to_name_one(sightline: Sightline) -> None:
    ran = sightline("ask", "x", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "model_not_configured")
    assert "SIGHTLINE_MODEL" in ran.json["error"]["hint"]


def test_a_model_server_that_is_down(sightline: Sightline, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("SIGHTLINE_MODEL", "openai:m")
    monkeypatch.setenv("SIGHTLINE_BASE_URL", f"http://127.0.0.1:{port}/v1")
    ran = sightline("ask", "x", "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (2, "model_unreachable")
    assert str(port) in ran.json["error"]["message"] + ran.json["error"]["hint"]


def test_a_reply_of_garbage(sightline: Sightline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Path) -> None:
    (tmp_path / "replies.txt").write_text("%%% reply\ngarbage: 5000\ntimes: always\n\n<<<<<<< SEARCH\n", "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")
    ran = sightline("ask", "x", "--apply", "--json")
    assert ran.code == 1
    assert (work / "shop/invoice.py").read_text("utf-8") == INVOICE


@pytest.mark.parametrize("path", ["../escape.py", "/etc/hostname", "a/../../b.py"])
def test_a_path_outside_the_root(sightline: Sightline, path: str) -> None:
    ran = sightline("apply", "-", "--json", stdin=HARMLESS.replace("shop/invoice.py", path))
    assert ran.code == 1
    assert sightline("graph", "importers", path, "--json").code == 2


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["check", "--diff", "-", "--staged"], ["check", "--diff", "/no/such/file"], ["context"], ["nonsense"]],
)
def test_wrong_usage(sightline: Sightline, arguments: list[str]) -> None:
    ran = sightline(*arguments)
    assert ran.code == 2
    assert ran.err.startswith("sightline: ")


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(
    sightline: Sightline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    monkeypatch.setenv("SIGHTLINE_CACHE_DIR", str(tmp_path / "file"))
    assert sightline("index").code == 0
    assert sightline("context", "total").code == 0


def test_a_damaged_store_is_rebuilt(sightline: Sightline, tmp_path: Path) -> None:
    sightline("index")
    stores = list((tmp_path / "own").rglob("*.sqlite"))
    assert stores
    for store in stores:
        store.write_bytes(b"this is no database" * 100)
    assert sightline("index", "--json").json["languages"] == {"python": 3}
