"""``kill -9`` while files are moved into place: the next ordinary command finds every file as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Sightline
from support.shop import CART, HARMLESS, INVOICE, block

EDIT = HARMLESS + block("shop/cart.py", '    """Sum of prices with tax."""', '    """The sum."""')

#: The command line, killed by itself right before it moves the second file into place.
KILLED = """
import os, signal, sys
from sightline.base.system import RealFiles
from sightline.cli.main import run

move, moved = RealFiles.rename, []

def rename(self, old, new):
    if new.endswith(".py") and moved:
        os.kill(os.getpid(), signal.SIGKILL)
    move(self, old, new)
    if new.endswith(".py"):
        moved.append(new)

RealFiles.rename = rename
run(sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 of POSIX")
@pytest.mark.parametrize("command", [("index",), ("check", "--diff", "-"), ("apply", "-"), ("context", "total")])
def test_the_next_command_finds_the_tree_as_it_was(sightline: Sightline, work: Path, command: tuple[str, ...]) -> None:
    given = [sys.executable, "-c", KILLED, "apply", "-", "--root", str(work)]
    ran = subprocess.run(given, input=EDIT.encode(), capture_output=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    torn = [(work / name).read_text("utf-8") for name in ("shop/cart.py", "shop/invoice.py")]
    assert torn != [CART, INVOICE], "the kill must have torn the tree, or nothing was tried"
    sightline(*command)
    assert [(work / name).read_text("utf-8") for name in ("shop/cart.py", "shop/invoice.py")] == [CART, INVOICE]
    assert not [path for path in work.rglob(".*") if path.is_file()]
