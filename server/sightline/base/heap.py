"""The heap of C in this process, and how it is cut up. glibc alone can be told; elsewhere nothing happens.

Facts, texts, syntax trees and tables lie there. glibc gives threads heaps of their own (eight a core), of which each
keeps what its thread once needed: half of the server's memory was free, and grew while people worked. Threads of a
Python process take turns anyway, so one heap costs them nothing.
"""

from __future__ import annotations

import ctypes
from typing import Any

#: Numbers of glibc's ``malloc.h``.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
#: What is larger has pages of its own, which go back when it is freed; glibc would raise this to 32 MB (bytes).
_OWN_PAGES = 1 << 20
#: So much may be free at the end of the heap before it is made shorter (bytes).
_FREE_AT_END = 4 << 20


def share_one_heap() -> None:
    """One heap for all threads; only holds for threads that have not allocated anything yet."""
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES)
        mallopt(_M_TRIM_THRESHOLD, _FREE_AT_END)


def give_back() -> None:
    """Returns free pages to the machine. Takes a few milliseconds for every 100 MB: not for the event loop."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


def _function(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # no such thing as the names of the running program: Windows
        return None
