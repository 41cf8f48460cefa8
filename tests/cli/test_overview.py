"""``sightline overview`` on a small workspace: git is asked only where it may be."""

from __future__ import annotations

from pathlib import Path

from cli.conftest import Sightline, git


def test_overview_tells_last_changes_of_trusted_workspaces_alone(sightline: Sightline, work: Path) -> None:
    git(work, "init", "-q")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "Begin the shop")
    data = sightline("overview", "--json").json
    assert data["recent"] == []
    assert data["languages"]["python"] > 0
    sightline("trust")
    assert sightline("overview", "--json").json["recent"] == ["Begin the shop"]
    ran = sightline("overview", "--budget", "80")
    assert ran.code == 0
    assert ran.out.startswith("**Files**")
