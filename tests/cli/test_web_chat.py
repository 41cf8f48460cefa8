"""The round trip without a key: a prompt by the clipboard out, a reply of a web chat by the clipboard in."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from cli.conftest import Sightline
from sightline.base.clipboard import MOST_BY_TERMINAL, NoClipboard, copy, paste

BLOCK = """\
shop/cart.py
<<<<<<< SEARCH
    return sum(prices) * (1 + rate)
=======
    return round(sum(prices) * (1 + rate), 2)
>>>>>>> REPLACE
"""
FENCED = f"```python\n{BLOCK}```\n"
INDENTED = "".join(f"   {line}\n" for line in FENCED.rstrip("\n").split("\n"))

DIFF = '''\
--- a/shop/cart.py
+++ b/shop/cart.py
@@ -1,3 +1,3 @@
 def total(prices, rate):
     """Sum of prices with tax."""
-    return sum(prices) * (1 + rate)
+    return round(sum(prices) * (1 + rate), 2)
'''

#: What web chats make of the same reply.
SHAPES = {
    "plain": BLOCK,
    "fence in prose": f"Sure! I'll round the total.\n\n{FENCED}\nLet me know if you want tests too.",
    "path over the fence": "**shop/cart.py**\n\n```python\n" + BLOCK.partition("\n")[2] + "```\n",
    "numbered steps": f"1. **Round the total** in `shop/cart.py`:\n\n{INDENTED}\n2. Run the tests.\n",
    "windows line ends": FENCED.replace("\n", "\r\n"),
    "no-break spaces": FENCED.replace("    return", "\u00a0\u00a0\u00a0 return"),
    "byte order mark": "\ufeff" + FENCED,
    "copy button's words": f"python\nCopy code\n{BLOCK}",
    "diff": f"Here is the patch:\n\n```diff\n{DIFF}```\n",
}


@pytest.fixture
def clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clipboard that is a file, behind a program called xclip."""
    kept = tmp_path / "clipboard.txt"
    program = tmp_path / "programs" / "xclip"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ncase "$*" in *-o) cat "{kept}" ;; *) cat > "{kept}" ;; esac\n')
    program.chmod(0o755)
    for name in ("WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return kept


@pytest.fixture
def no_clipboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_prompt_goes_to_the_clipboard_whole(sightline: Sightline, clipboard: Path) -> None:
    printed = sightline("prompt", "round the total")
    ran = sightline("prompt", "round the total", "--copy")
    assert (ran.code, ran.out) == (0, "")
    assert "by xclip" in ran.err
    assert "sightline apply --paste" in ran.err
    assert clipboard.read_text("utf-8") == printed.out.removesuffix("\n")
    assert "def total(prices, rate):" in clipboard.read_text("utf-8")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_of_any_shape_comes_in(sightline: Sightline, work: Path, clipboard: Path, shape: str) -> None:
    clipboard.write_bytes(SHAPES[shape].encode("utf-8"))
    ran = sightline("apply", "--paste")
    assert ran.code == 0, ran.err
    assert "    return round(sum(prices) * (1 + rate), 2)\n" in (work / "shop/cart.py").read_text("utf-8")


@pytest.mark.usefixtures("no_clipboard")
def test_without_a_clipboard_the_prompt_is_printed_and_it_is_said_why(sightline: Sightline) -> None:
    printed = sightline("prompt", "round the total")
    ran = sightline("prompt", "round the total", "--copy")
    assert ran.code == 1
    assert ran.out == printed.out
    assert "not copied" in ran.err
    refused = sightline("apply", "--paste")
    assert refused.code == 2
    assert "sightline apply -" in refused.err


def test_an_empty_clipboard_and_two_sources_are_told(sightline: Sightline, clipboard: Path) -> None:
    clipboard.write_text(" \n")
    assert "The clipboard is empty." in sightline("apply", "--paste").err
    assert sightline("apply", "-", "--paste", stdin=BLOCK).code == 2
    assert sightline("apply").code == 2


def test_why_each_piece_is_there_is_told_instead_of_the_prompt(sightline: Sightline) -> None:
    ran = sightline("prompt", "round what `total` gives", "--explain")
    assert "implement task, simple" in ran.out or "refactor task" in ran.out
    assert "base: built in" in ran.out
    assert "named in the task" in ran.out
    assert "# Task" not in ran.out
    data = sightline("prompt", "round what `total` gives", "--explain", "--json").json
    assert data["budget"] == 8000
    assert 0 < data["context_tokens"] <= data["budget"]
    assert data["templates"][0] == {"name": "base", "origin": "built in"}
    assert data["ranking"][0]["score"] > 0
    assert data["manifest"][0]["reasons"]


NEEDS = "NEEDS: shop/cart.py::total\nNEEDS: .env\n"


def test_a_reply_that_asks_for_code_gets_it_as_the_next_message(sightline: Sightline, clipboard: Path) -> None:
    clipboard.write_text(NEEDS)
    ran = sightline("apply", "--paste")
    assert (ran.code, ran.out) == (1, "")
    assert "it asks for more code" in ran.err
    assert "No edit was found" not in ran.err
    assert ".env: it may hold environment secrets" in ran.err
    assert "sightline apply --paste" in ran.err, "it says what comes next"
    answer = clipboard.read_text("utf-8")
    assert answer.startswith("# Code you asked for")
    assert "def total(prices, rate):" in answer
    clipboard.write_text(NEEDS)
    judged = sightline("apply", "--paste", "--dry-run")
    assert judged.out.startswith("# Code you asked for")
    assert clipboard.read_text("utf-8") == NEEDS


def test_code_that_is_asked_for_is_printed_where_the_reply_was_not_pasted(sightline: Sightline, tmp_path: Path) -> None:
    ran = sightline("apply", "-", stdin=NEEDS)
    assert ran.code == 1
    assert "def total(prices, rate):" in ran.out
    report = sightline("apply", "-", "--json", stdin=NEEDS).json
    assert (report["verdict"], [each["name"] for each in report["needs"]]) == (
        "reject",
        ["shop/cart.py::total", ".env"],
    )
    assert report["answer"] == ran.out
    (tmp_path / "sightline.toml").write_text("[context]\nneeds_rounds = 0\n")
    assert "No edit was found" in sightline("apply", "-", stdin=NEEDS).err


def test_a_file_is_known_by_the_end_of_its_name_though_no_prompt_was_made(sightline: Sightline) -> None:
    ran = sightline("apply", "-", stdin="NEEDS: cart.py\n")
    assert "def total(prices, rate):" in ran.out


def test_a_reply_with_edits_is_tried_whatever_it_asks_for(sightline: Sightline, clipboard: Path) -> None:
    clipboard.write_text(f"{BLOCK}\n{NEEDS}")
    ran = sightline("apply", "--paste")
    assert ran.code == 0
    assert "# Code you asked for" not in ran.out


@pytest.mark.usefixtures("no_clipboard")
@pytest.mark.parametrize(
    ("options", "where"),
    [
        (("--explain",), "Without --explain the prompt itself is printed."),
        (("--json",), "in the messages on standard output"),
        (("--explain", "--json"), "in the messages on standard output"),
    ],
)
def test_where_the_prompt_is_that_was_not_copied_is_told_truly(
    sightline: Sightline, options: tuple[str, ...], where: str
) -> None:
    ran = sightline("prompt", "round the total", "--copy", *options)
    assert ran.code == 1
    assert where in ran.err
    assert "`> prompt.txt`" not in ran.err


class _Screen(io.BytesIO):
    def close(self) -> None:
        """Keeps what was written."""


@pytest.mark.parametrize("inside", ["", "TMUX"])
def test_a_terminal_is_asked_where_there_is_no_program(inside: str) -> None:
    screen = _Screen()

    def terminal() -> BinaryIO:
        return screen

    environment = {"TERM": "xterm", "PATH": "/nowhere"} | ({inside: "1"} if inside else {})
    assert copy("Grüße", environment, terminal) == "the terminal"
    encoded = base64.b64encode("Grüße".encode()).decode()
    written = screen.getvalue().decode()
    assert f"]52;c;{encoded}\a" in written
    assert written.startswith("\x1bPtmux;\x1b\x1b]" if inside else "\x1b]52;")


def test_what_is_too_large_for_a_terminal_is_not_sent_in_part() -> None:
    screen = _Screen()
    with pytest.raises(NoClipboard, match="more than terminals take"):
        copy("x" * MOST_BY_TERMINAL, {"TERM": "xterm", "PATH": "/nowhere"}, lambda: screen)
    assert screen.getvalue() == b""


def test_over_ssh_the_terminal_comes_before_the_other_machines_programs(clipboard: Path) -> None:
    screen = _Screen()
    environment = {**os.environ, "TERM": "xterm", "SSH_TTY": "/dev/pts/1"}
    assert copy("here", environment, lambda: screen) == "the terminal"
    assert not clipboard.exists()


def test_a_program_that_fails_is_named(clipboard: Path) -> None:
    program = clipboard.parent / "programs" / "xclip"
    program.write_text("#!/bin/sh\nexit 3\n")
    environment = {"PATH": f"{program.parent}:/bin:/usr/bin", "DISPLAY": ":0"}
    with pytest.raises(NoClipboard, match="xclip: ended with code 3"):
        paste(environment)
