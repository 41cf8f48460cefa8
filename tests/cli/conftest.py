"""The command line as a person calls it, on a small workspace, with every file of ours in a temporary folder."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sightline.cli.main import run
from support.shop import write_workspace


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


Sightline = Callable[..., Ran]

#: A diff that gives ``total`` a parameter which its callers do not give.
BREAKING = """\
--- a/shop/cart.py
+++ b/shop/cart.py
@@ -3,3 +3,3 @@

-def total(prices, rate):
+def total(prices, rate, currency):
     \"\"\"Sum of prices with tax.\"\"\"
"""


def git(work: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=work, check=True, capture_output=True)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace; the environment holds no setting of the machine's user."""
    for name in ("SIGHTLINE_MODEL", "SIGHTLINE_BASE_URL", "SIGHTLINE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIGHTLINE_CACHE_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("SIGHTLINE_CONFIG", str(tmp_path / "sightline.toml"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return write_workspace(tmp_path / "work")


@pytest.fixture
def sightline(work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sightline:
    """Runs ``sightline ARGUMENTS``; ``stdin`` is its standard input. ``--root`` is the workspace unless given."""

    def call(*arguments: str, stdin: str = "", root: bool = True) -> Ran:
        given = [*arguments]
        if root and "--root" not in given:
            given += ["--root", str(work)]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8"))))
        capsys.readouterr()
        code = run(given)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call
