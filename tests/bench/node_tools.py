"""The tools of ``script_truth``, installed with npm into a folder of the bench's own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

SCRIPTS = Path(__file__).parent / "script_truth"
TYPESCRIPT = "typescript@5.9.3"


def install_tools(folder: Path, packages: Sequence[str]) -> Path:
    """``folder`` with ``packages`` and the newest scripts that use them; what is installed already stays."""
    install_packages(folder, packages)
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def install_packages(folder: Path, packages: Sequence[str]) -> None:
    """Installs ``packages`` into ``node_modules`` of a folder; nothing happens if the last run installed the same."""
    mark = folder / "node_modules" / ".installed"
    if not packages or (mark.exists() and mark.read_text("utf-8") == "\n".join(packages)):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", *packages]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    mark.write_text("\n".join(packages), encoding="utf-8")
