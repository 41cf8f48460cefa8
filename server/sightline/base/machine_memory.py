"""How much memory this machine has, and how much of it is free: the machine's own, and that of its graphics cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineMemory:
    """Bytes. ``graphics_total`` is 0 where there is no graphics card whose memory can be read.

    ``available`` is what a program can have without others being moved to disk.
    """

    total: int
    available: int
    graphics_total: int = 0
    graphics_free: int = 0


#: Reads the memory as it is now. May block for milliseconds.
ReadMemory = Callable[[], MachineMemory]


def read_memory() -> MachineMemory:
    """The memory of this machine now. Blocks for some milliseconds, the first time for longer (the driver is loaded).

    Graphics cards are read where the package ``nvidia-ml-py`` is installed (``pip install sightline[nvidia]``) and a
    driver answers; without either they are not there.
    """
    memory = psutil.virtual_memory()
    total, free = _graphics()
    return MachineMemory(total=memory.total, available=memory.available, graphics_total=total, graphics_free=free)


def _graphics() -> tuple[int, int]:
    """(bytes in all, bytes free) of all cards of one vendor's library."""
    try:
        library: Any = import_module("pynvml")
    except ImportError:
        return 0, 0
    return _of_cards(library)


def _of_cards(library: Any) -> tuple[int, int]:
    try:
        library.nvmlInit()
    except library.NVMLError:
        return 0, 0  # No driver, or no card.
    total = free = 0
    try:
        for index in range(library.nvmlDeviceGetCount()):
            memory = library.nvmlDeviceGetMemoryInfo(library.nvmlDeviceGetHandleByIndex(index))
            total, free = total + int(memory.total), free + int(memory.free)
    except library.NVMLError:
        return 0, 0
    finally:
        library.nvmlShutdown()
    return total, free
