"""Tells this process apart from others, and whether another one still lives."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMark:
    """One process. ``started`` (Unix seconds) tells it from a later one of the same number.

    ``space`` names the machine or container whose numbers these are.
    """

    space: str
    number: int
    started: float


def this_process() -> ProcessMark:
    """The mark of this process."""
    number = os.getpid()
    return ProcessMark(space=_space(), number=number, started=psutil.Process(number).create_time())


def is_gone(mark: ProcessMark) -> bool:
    """Whether that process has ended. ``False`` where that cannot be told, as of another machine or container."""
    if mark.space != _space():
        return False
    try:
        process = psutil.Process(mark.number)
        return abs(process.create_time() - mark.started) > 1 or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _space() -> str:
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")
    return f"{platform.node()} {namespace}".strip()
