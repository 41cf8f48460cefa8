"""``sightline serve`` as a process of its own, and what is left of it afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

from support.editor import Editor
from support.patience import PATIENCE


def server_command(*arguments: str) -> tuple[str, ...]:
    """The command line of the server, in this interpreter."""
    code = "import sys; from sightline.cli.main import main; main(sys.argv[1:])"
    return (sys.executable, "-c", code, "serve", *arguments)


def server_environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which everything the server writes lies under ``folder``."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "SIGHTLINE_CACHE_DIR": str(folder / "own"),
        "SIGHTLINE_CONFIG": str(folder / "sightline.toml"),
        **more,
    }


def process_of(editor: Editor) -> asyncio.subprocess.Process:
    """The process an editor started."""
    process = editor.client._server  # pyright: ignore[reportPrivateUsage]  pygls tells it nowhere else
    assert process is not None
    return process


def family(process_id: int) -> list[psutil.Process]:
    """A process and everything below it."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process_id)
        return [parent, *parent.children(recursive=True)]
    return []


async def gone(processes: Iterable[psutil.Process], seconds: float = PATIENCE) -> list[psutil.Process]:
    """Waits until the processes have ended; answers those that have not."""
    left = list(processes)
    deadline = asyncio.get_running_loop().time() + seconds
    while left and asyncio.get_running_loop().time() < deadline:
        left = [process for process in left if _lives(process)]
        await asyncio.sleep(0.02)
    return left


async def kill(editor: Editor) -> list[psutil.Process]:
    """``kill -9`` of the server. It is stopped first, so that no child can be missed. Answers the family it had."""
    process = process_of(editor)
    os.kill(process.pid, signal.SIGSTOP)
    processes = family(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    return processes


@asynccontextmanager
async def editor_on_process(folder: Path, *arguments: str, **environment: str) -> AsyncGenerator[Editor]:
    """An editor with a server process; whatever is left at the end is killed."""
    editor = Editor()
    await editor.start(*server_command(*arguments), environment=server_environment(folder, **environment))
    processes = family(process_of(editor).pid)
    try:
        yield editor
    finally:
        for process in {*processes, *family(process_of(editor).pid)}:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        await process_of(editor).wait()
        editor.client._stop_event.set()  # pyright: ignore[reportPrivateUsage]  stop() would wait for messages of the dead
        for task in editor.client._async_tasks:  # pyright: ignore[reportPrivateUsage]
            task.cancel()
        if (forwarder := editor.client._stderr_forwarder) is not None:  # pyright: ignore[reportPrivateUsage]
            forwarder.cancel()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
