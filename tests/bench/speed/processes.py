"""A process of its own for each figure: what it printed last, and what it and its children cost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """``cpu`` seconds of the process and all it waited for; ``megabytes`` are those of the largest of them."""

    cpu: float
    wall: float
    megabytes: float
    printed: str


def cost_of(
    command: Sequence[str], *, directory: Path | None = None, environment: Mapping[str, str] | None = None
) -> Cost:
    """Runs a command to its end. Raises :class:`subprocess.CalledProcessError` when it fails."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as told:
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command], stdout=printed, stderr=told, cwd=directory, env={**os.environ, **(environment or {})}
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        output = printed.read().decode("utf-8", "replace")
        told.seek(0)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command[0], output, told.read()[-2000:].decode())
    return Cost(
        cpu=round(used.ru_utime + used.ru_stime, 2),
        wall=round(wall, 2),
        megabytes=round(used.ru_maxrss / 1e3, 1),
        printed=output,
    )
