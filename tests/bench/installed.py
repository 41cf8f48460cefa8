"""Packages that a bench needs and the product does not: installed into a folder of the bench's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def installed(folder: Path, packages: Sequence[str]) -> Path:
    """``folder`` with ``packages`` in it, for ``PYTHONPATH`` and its like; nothing happens if it is there already."""
    if not folder.is_dir():
        command = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder))
        subprocess.run((*command, *packages), check=True)
    return folder
