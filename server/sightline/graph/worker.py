"""A parsing process: ``python -m sightline.graph.worker PARENT_PID CPU_SECONDS_PER_FILE STUCK_SECONDS``.

It reads requests, ``(task, roots, ((path, language), …))`` with absolute paths, from its standard input and answers one
frame per file, ``(index, digest, blob, size, mtime_ns, reason)``; the first frame it writes is ``"ready"``. The task
says what blobs hold: all facts of a text (``"facts"``), or only its imports (``"imports"``). End of file ends it. It
never imports the protocol library, writes no file, and reads none whose real path lies outside the roots.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from typing import TypeAlias, cast

from sightline.base.errors import SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.real_clock import RealClock
from sightline.graph.frames import IMPORTS, FrameReader, pack_frame
from sightline.graph.skim import skim_blob
from sightline.languages.registry import language_named
from sightline.workspace.source import MAXIMUM_FILE_SIZE, decode_source

#: Answers are held back at most this long and this much, to save system calls (seconds, bytes).
_HOLD_SECONDS = 0.1
_HOLD_BYTES = 1 << 16

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Serves requests until the pipe closes. Returns the exit code."""
    parent, limits = int(arguments[0]), (float(arguments[1]), float(arguments[2]))
    incoming, outgoing = _private_pipes()
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # The rows of one file are plain trees without cycles: collecting them costs a tenth of the time and finds nothing.
    gc.disable()
    gc.freeze()
    try:
        _serve(incoming, outgoing, limits)
    except (BrokenPipeError, ValueError):
        return 1
    return 0


def _serve(incoming: int, outgoing: int, limits: tuple[float, float]) -> None:
    _write(outgoing, pack_frame("ready"))
    reader = FrameReader()
    clock = RealClock()
    while data := os.read(incoming, 1 << 16):
        for message in reader.feed(data):
            held = bytearray()
            since = clock.monotonic()
            task, roots, files = cast("_Request", message)
            for index, (path, language) in enumerate(files):
                if len(held) > _HOLD_BYTES or clock.monotonic() - since > _HOLD_SECONDS:
                    _write(outgoing, bytes(held))
                    held.clear()
                    since = clock.monotonic()
                held += pack_frame((index, *_answer(limits, roots, path, language, task)))
            _write(outgoing, bytes(held))
        gc.collect(0)


_Request: TypeAlias = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]
_Answer: TypeAlias = tuple[str, bytes, int, int, str]


def _answer(limits: tuple[float, float], roots: tuple[str, ...], path: str, language: str, task: str) -> _Answer:
    """Parses one file under timers whose default action ends the process, even inside the parser's C code.

    One counts the CPU time of this process, the other what passes outside.
    """
    if not hasattr(signal, "setitimer"):
        return answer_in_this_process(roots, path, language, task)
    signal.setitimer(signal.ITIMER_PROF, limits[0])
    signal.setitimer(signal.ITIMER_REAL, limits[1])
    try:
        return answer_in_this_process(roots, path, language, task)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def answer_in_this_process(roots: tuple[str, ...], path: str, language: str, task: str) -> _Answer:
    """Digest, blob, size, time of change and reason of a file (see the module), without limits."""
    try:
        with open(path, "rb") as file:
            real = _real_path(file.fileno(), path)
            if not any(real.startswith(root.rstrip("/") + "/") for root in roots):
                return "", b"", 0, 0, "outside_root"
            found = os.fstat(file.fileno())
            data = file.read(MAXIMUM_FILE_SIZE + 1)
        source = decode_source(WorkspacePath("/", path.lstrip("/")), data)
    except OSError:
        return "", b"", 0, 0, "unreadable"
    except SourceUnavailable as error:
        return "", b"", 0, 0, error.kind
    if task == IMPORTS:
        return "", skim_blob(source.text.data, language_named(language)), found.st_size, found.st_mtime_ns, ""
    # Half of a worker's start, which the first answer would wait for: a skim does without.
    from sightline.graph.facts_blob import facts_blob  # noqa: PLC0415

    blob, reason = facts_blob(source, language_named(language))
    return source.digest, blob, found.st_size, found.st_mtime_ns, reason


def _real_path(descriptor: int, path: str) -> str:
    """Where an open file really lies; asked of the descriptor where that works: a link could change meanwhile."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return os.path.realpath(path).replace("\\", "/")


def _private_pipes() -> tuple[int, int]:
    """Moves descriptors 0 and 1 away, so that nothing a library prints or reads touches the frames."""
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return incoming, outgoing


def _die_with(parent: int) -> None:
    """Asks Linux to kill this process with its parent; elsewhere the closed pipe and the alarm end it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
