"""Kills a child process with SIGKILL at the n-th call into the interpreter's C code, for every n that is asked.

Run as a program: ``python kill_points.py WORK SEED POINTS``. Forks children (before it has any thread) that apply one
change set to a fresh copy of a tree; the child kills itself at the chosen call. What it leaves is recovered, first in
another child that may be killed as well, then for good; one JSON line per point says whether the tree is exactly before
or exactly after. It goes on until POINTS children were killed between the first file that was moved and the end of the
journal: when the tree was no longer what it was, and the journal was still there.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.system import real_system
from sightline.base.text import Span, Text, TextEdit
from sightline.workspace.write import apply_to_disk, recover

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.trees import read_tree, write_tree

FILES = {
    "edit.py": b"\xef\xbb\xbfone\r\ntwo\r\n",
    "script.sh": b"#!/bin/sh\necho\n",
    "sub/move.py": b"moved\n",
    "drop.py": b"dropped\n",
    "swap_a.py": b"a\n",
    "swap_b.py": b"b\n",
    "untouched.py": b"same\n",
}


def make_tree(root: Path) -> None:
    """The tree before the change, with modes of its own."""
    write_tree(root, FILES)
    (root / "script.sh").chmod(0o755)
    (root / "drop.py").chmod(0o600)


def changes_of(root: str) -> ChangeSet:
    """Every kind of change at once."""

    def path(name: str) -> WorkspacePath:
        return WorkspacePath(root, name)

    touched = ("edit.py", "script.sh", "sub/move.py", "drop.py", "swap_a.py", "swap_b.py")
    texts = {name: Text(FILES[name].removeprefix(b"\xef\xbb\xbf")) for name in touched}
    return ChangeSet(
        base={path(name): text.digest for name, text in texts.items()},
        edits=(
            FileEdit(path=path("edit.py"), edits=(TextEdit(Span(0, 3), b"1"), TextEdit(Span(10, 10), b"end"))),
            FileEdit(path=path("script.sh"), edits=(TextEdit(Span(15, 15), b"echo 2\n"),)),
            FileEdit(path=path("sub/move.py"), edits=(TextEdit(Span(0, 0), b"# "),)),
        ),
        renames=(
            FileRename(old=path("sub/move.py"), new=path("new/deep/moved.py")),
            FileRename(old=path("swap_a.py"), new=path("swap_b.py")),
            FileRename(old=path("swap_b.py"), new=path("swap_a.py")),
        ),
        deletes=(path("drop.py"),),
        creates=(FileCreate(path=path("other/made.py"), text=Text(b"made\n")),),
    )


class CallCounter:
    """A profiler that counts calls into C and kills the process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self.kill_at = kill_at

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event in ("c_call", "c_return"):
            self.count += 1
            if self.count == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], None], kill_at: int, profile: Callable[[CallCounter], None]) -> int:
    """Runs ``work`` in a child; returns the number of its calls, or -1 if it was killed.

    ``profile`` tells where calls count: ``sys.setprofile`` in the main thread, ``threading.setprofile`` in new ones.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counter = CallCounter(kill_at)
        profile(counter)
        work()
        sys.setprofile(None)
        os.write(writing, str(counter.count).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    assert answer or os.WIFSIGNALED(status), "the child failed on its own"
    return int(answer) if answer else -1


def main(work: Path, seed: int, points: int) -> None:
    """Prints one line for the undisturbed run and one for each point."""
    choose = random.Random(seed)
    system, root, journal = real_system(), work / "tree", work / "journal"

    def apply() -> None:
        asyncio.run(apply_to_disk(system, changes_of(str(root)), str(journal)))

    def recover_here() -> None:
        recover(system, str(journal))

    make_tree(root)
    before = read_tree(root)
    calls = in_child(apply, 0, threading.setprofile)
    after = read_tree(root)
    print(json.dumps({"calls": calls, "after": {name: mode for name, (_, mode) in after.items()}}))
    between = 0
    for number in range(10 * points):
        if between == points:
            break
        shutil.rmtree(root)
        make_tree(root)
        # Files are moved in the last third: three of four points lie there.
        first = calls * 2 // 3 if number % 4 else 1
        killed = in_child(apply, choose.randint(first, calls), threading.setprofile) == -1
        left = read_tree(root)
        torn = left not in (before, after)
        open_journal = any(name.endswith(".journal") for name in os.listdir(journal))
        is_between = killed and left != before and open_journal
        between += is_between
        in_child(recover_here, choose.randint(1, 400), sys.setprofile)
        recovery = recover(system, str(journal))
        found = read_tree(root)
        print(
            json.dumps(
                {
                    "killed": killed,
                    "torn": torn,
                    "between": is_between,
                    "state": "before" if found == before else "after" if found == after else "torn",
                    "left": [*recovery.left, *(name for name in os.listdir(journal) if name != "apply.lock")],
                }
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
