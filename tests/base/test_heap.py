"""Threads share one heap and its free pages go back; in processes of their own, for the first holds for good."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys, threading
from sightline.base.heap import share_one_heap

if sys.argv[1] == "shared":
    share_one_heap()
together = threading.Barrier(4)

def work():
    together.wait()  # all of them are alive at once
    kept = [bytes(10_000) for _ in range(100)]
    together.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = libc.fdopen(1, b"w")
libc.malloc_info(0, ctypes.c_void_p(out))
libc.fflush(ctypes.c_void_p(out))
"""

glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="glibc alone tells of its heaps"
)


@glibc
@pytest.mark.parametrize(("how", "shared"), [("shared", True), ("not shared", False)])
def test_threads_allocate_from_one_heap(how: str, shared: bool) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    assert (done.stdout.count("<heap nr=") == 1) is shared


RESIDENT = """
import os, threading
from sightline.base.heap import give_back, share_one_heap

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

share_one_heap()
kept, before = [], resident()

def work():
    # The last block keeps the heap from shrinking by itself.
    blocks = [bytes(100_000) for _ in range(300)]
    kept.append(blocks[-1])

thread = threading.Thread(target=work)
thread.start()
thread.join()
give_back()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_what_a_thread_used_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5_000_000
