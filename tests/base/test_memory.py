"""What the C library keeps: threads share the heap of all, and free pages go back."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import os, threading
from sightline.base.memory import give_back, share_one_arena

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

share_one_arena()
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
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5_000_000
