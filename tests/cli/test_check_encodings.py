"""``sightline check`` on files that declare another encoding than UTF-8: git prints the bytes that they hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.conftest import Sightline, git

LEGACY = "# -*- coding: latin-1 -*-\n\n\ndef größe(länge):\n    return 'für', länge\n"
USER = "from legacy import größe\n\nprint(größe(1))\n"


@pytest.fixture
def legacy(work: Path, sightline: Sightline) -> Path:
    """A file in Latin-1, committed with one in UTF-8 that uses it."""
    path = work / "legacy.py"
    path.write_bytes(LEGACY.encode("latin-1"))
    (work / "user.py").write_text(USER, "utf-8")
    git(work, "init", "-q")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "first")
    assert sightline("trust").code == 0
    return path


def diff_of(work: Path) -> bytes:
    """What git prints of the working tree."""
    return subprocess.run(["git", "diff"], cwd=work, check=True, capture_output=True).stdout


def edit(path: Path, old: str, new: str) -> None:
    """Changes the file and keeps its encoding."""
    path.write_bytes(path.read_bytes().decode("latin-1").replace(old, new).encode("latin-1"))


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_a_diff_is_read_in_the_encoding_of_its_file(
    sightline: Sightline, work: Path, legacy: Path, tmp_path: Path, applied: bool, turned: bool
) -> None:
    edit(legacy, "def größe(", "def weite(")
    diff = diff_of(work)
    assert "größe".encode("latin-1") in diff
    patch = tmp_path / "changes.diff"
    patch.write_bytes(diff.decode("latin-1").encode() if turned else diff)
    if not applied:
        git(work, "checkout", "-q", ".")
    told = sightline("check", "--diff", str(patch), "--json").json
    assert (told["unmatched"], told["applied"]) == ([], applied)
    assert {finding["path"] for finding in told["findings"]} == {"user.py"}
    assert told["verdict"] == "reject"


def test_a_diff_that_harms_nothing_is_accepted(sightline: Sightline, work: Path, legacy: Path, tmp_path: Path) -> None:
    edit(legacy, "'für'", "'über'")
    patch = tmp_path / "changes.diff"
    patch.write_bytes(diff_of(work))
    assert sightline("check", "--diff", str(patch)).code == 0


def test_what_is_staged_and_committed_is_read_likewise(sightline: Sightline, work: Path, legacy: Path) -> None:
    edit(legacy, "def größe(", "def weite(")
    git(work, "add", "-A")
    staged = sightline("check", "--staged", "--json").json
    git(work, "commit", "-qm", "second")
    commits = sightline("check", "--commits", "HEAD~1..HEAD", "--json").json
    for told in (staged, commits):
        assert told["unmatched"] == []
        assert {finding["path"] for finding in told["findings"]} == {"user.py"}


def test_a_new_file_is_read_as_it_declares(sightline: Sightline, work: Path, legacy: Path, tmp_path: Path) -> None:
    legacy.rename(work / "moved.py")
    git(work, "add", "-A")
    patch = tmp_path / "changes.diff"
    command = ["git", "diff", "--cached", "--no-renames"]
    patch.write_bytes(subprocess.run(command, cwd=work, check=True, capture_output=True).stdout)
    git(work, "reset", "-q", "--hard")
    told = sightline("check", "--diff", str(patch), "--json").json
    assert told["unmatched"] == []
    assert {finding["path"] for finding in told["findings"]} == {"user.py"}


def test_bytes_that_no_declaration_explains_are_refused_in_so_many_words(
    sightline: Sightline, work: Path, legacy: Path, tmp_path: Path
) -> None:
    del legacy
    patch = tmp_path / "changes.diff"
    patch.write_bytes(b"--- a/user.py\n+++ b/user.py\n@@ -2,0 +3,1 @@\n+NAME = '\xfc'\n")
    ran = sightline("check", "--diff", str(patch))
    assert ran.code == 1
    assert "user.py holds bytes that are no UTF-8, and the file declares no other encoding" in ran.out + ran.err
