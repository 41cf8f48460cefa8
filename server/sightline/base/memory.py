"""Memory that the C library keeps for later, which glibc alone can be told about; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_M_ARENA_MAX = -8


def share_one_arena() -> None:
    """Threads started from now on allocate where the main thread does.

    glibc gives every thread a heap of its own, and what one leaves free no other uses. Our threads hold the
    interpreter's lock most of the time and never wait for one another's memory.
    """
    library = _library()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Returns free pages to the machine. Takes a few milliseconds for every 100 MB: not for the event loop."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)


@cache
def _library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
