"""Programs of others that stay: spoken to by pipes, limited, and gone as a whole when they are stopped."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from pathlib import Path

import pytest

from sightline.base.real_processes import RealProcesses
from support.patience import PATIENCE

PYTHON = sys.executable
_ECHO = "import sys\nfor line in sys.stdin.buffer:\n    sys.stdout.buffer.write(line)\n    sys.stdout.buffer.flush()\n"


@pytest.fixture(name="processes")
def processes_fixture() -> RealProcesses:
    return RealProcesses({"PATH": os.environ["PATH"], "SIGHTLINE_API_KEY": "secret", "LANG": "C.UTF-8"})


def _runs(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_it_answers_until_it_is_stopped(processes: RealProcesses, tmp_path: Path) -> None:
    program = await processes.keep([PYTHON, "-c", _ECHO], directory=str(tmp_path))
    for word in (b"one\n", b"two\n"):
        await program.send(word)
        assert await program.receive() == word
    await program.stop()
    await program.stop()
    assert (_runs(program.pid), await program.receive()) == (False, b"")
    with pytest.raises(OSError):  # noqa: PT011  a broken pipe, or one that is closed: whatever the system says
        await program.send(b"three\n")


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors of processes are Linux's")
async def test_stopping_ends_what_it_started(processes: RealProcesses, tmp_path: Path) -> None:
    child = "import time; time.sleep(600)"
    parent = f"import subprocess\nprint(subprocess.Popen([{PYTHON!r}, '-c', {child!r}]).pid, flush=True)\n"
    program = await processes.keep([PYTHON, "-c", parent + _ECHO], directory=str(tmp_path))
    started = os.pidfd_open(int(await program.receive()))
    try:
        await program.stop()
        ended, _, _ = await asyncio.to_thread(select.select, [started], [], [], 30)
        assert ended, "it lives on"
    finally:
        os.close(started)


async def test_its_first_words_to_standard_error_are_known_and_no_more_is_kept(
    processes: RealProcesses, tmp_path: Path
) -> None:
    script = "import sys\nsys.stderr.write('\\n  no plan \\n' + 'x' * 10_000_000)\nsys.exit(3)\n"
    program = await processes.keep([PYTHON, "-c", script], directory=str(tmp_path))
    assert await program.receive() == b""
    await program.stop()
    assert program.complaint == "no plan"


async def test_it_sees_few_variables(processes: RealProcesses, tmp_path: Path) -> None:
    script = "import os\nprint(sorted({'SIGHTLINE_API_KEY', 'LANG', 'PATH'} & {*os.environ}), flush=True)\n"
    program = await processes.keep([PYTHON, "-c", script], directory=str(tmp_path))
    assert await program.receive() == b"['LANG', 'PATH']\n"
    await program.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's memory")
async def test_its_memory_is_limited(processes: RealProcesses, tmp_path: Path) -> None:
    script = "import sys\nsys.stdin.readline()\nx = bytearray(400 << 20)\nprint('had it', flush=True)\n"
    for memory, said in ((200 << 20, b""), (2 << 30, b"had it\n")):
        program = await processes.keep([PYTHON, "-c", script], directory=str(tmp_path), memory=memory)
        await program.send(b"go\n")
        assert await program.receive() == said
        await program.stop()


async def test_one_that_is_not_there_cannot_be_kept(processes: RealProcesses, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await processes.keep([str(tmp_path / "nowhere")], directory=str(tmp_path))


async def test_a_child_that_left_the_group_holds_nobody_up(processes: RealProcesses, tmp_path: Path) -> None:
    child = (
        f"import os, time; os.setsid(); open({str(tmp_path / 'left')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )
    parent = f"import subprocess, sys\nsubprocess.Popen([{PYTHON!r}, '-c', {child!r}])\n" + _ECHO
    program = await processes.keep([PYTHON, "-c", parent], directory=str(tmp_path))
    async with asyncio.timeout(PATIENCE):
        while not (tmp_path / "left").exists() or not (tmp_path / "left").read_text():
            await program.send(b"still there?\n")
            assert await program.receive()
    try:
        async with asyncio.timeout(PATIENCE):
            await program.stop()
    finally:
        os.kill(int((tmp_path / "left").read_text()), 9)
