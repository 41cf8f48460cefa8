"""Worker processes: their answers, their deaths, and that none outlives its work."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sightline.base.memory_system import memory_system
from sightline.base.system import real_system
from sightline.graph.codec import PackedFacts
from sightline.graph.frames import FrameReader, pack_frame
from sightline.graph.pool import FileAnswer, FileRequest, WorkerPool, WorkersUnavailable
from support.fake_workers import FakeWorkers
from support.patience import PATIENCE
from support.virtual_time import run_in_virtual_time


def _files(folder: Path, count: int) -> list[FileRequest]:
    for number in range(count):
        (folder / f"m{number}.py").write_text(f"def f{number}():\n    return {number}\n")
    return [FileRequest(str(folder / f"m{number}.py"), "python") for number in range(count)]


def _pool(*, workers: int = 2, stuck_seconds: float = 60) -> WorkerPool:
    return WorkerPool(real_system().processes, workers=workers, stuck_seconds=stuck_seconds)


async def _parse(pool: WorkerPool, requests: list[FileRequest], root: Path) -> dict[int, FileAnswer]:
    answers: dict[int, FileAnswer] = {}

    def receive(index: int, answer: FileAnswer) -> None:
        assert index not in answers
        answers[index] = answer

    await pool.parse(requests, receive, roots=[str(root)])
    return answers


def _wait_until_gone(process_ids: tuple[int, ...] | list[int]) -> None:
    alive = [psutil.Process(each) for each in process_ids if psutil.pid_exists(each)]
    _, left = psutil.wait_procs(alive, timeout=PATIENCE)
    assert [each for each in left if each.status() != psutil.STATUS_ZOMBIE] == []


async def test_every_file_is_answered_once(tmp_path: Path) -> None:
    requests = _files(tmp_path, 100)
    pool = _pool()
    answers = await _parse(pool, requests, tmp_path)
    assert sorted(answers) == list(range(100))
    facts = PackedFacts(answers[42].blob)
    assert [row.name for row in facts.definitions] == ["f42"]
    assert facts.digest == answers[42].digest
    assert answers[42].size == (tmp_path / "m42.py").stat().st_size
    assert answers[42].mtime_ns == (tmp_path / "m42.py").stat().st_mtime_ns
    workers = pool.process_ids
    assert len(workers) == 2
    await pool.close()
    _wait_until_gone(workers)


async def test_what_cannot_be_read_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    (tmp_path / "binary.py").write_bytes(b"\0\1\2")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.py"
    outside.write_text("secret = 1\n")
    (tmp_path / "link.py").symlink_to(outside)
    names = ["latin.py", "binary.py", "missing.py", "link.py"]
    pool = _pool(workers=1)
    answers = await _parse(pool, [FileRequest(str(tmp_path / name), "python") for name in names], tmp_path)
    await pool.close()
    assert [answers[at].reason for at in range(4)] == ["undecodable", "binary", "unreadable", "outside_root"]
    assert not any(answer.blob for answer in answers.values())


async def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    requests = _files(tmp_path, 200)
    pool = _pool()
    answers: dict[int, FileAnswer] = {}
    killed: list[int] = []

    def receive(index: int, answer: FileAnswer) -> None:
        answers[index] = answer
        if len(killed) < 3:
            killed.append(pool.process_ids[0])
            os.kill(killed[-1], signal.SIGKILL)

    await pool.parse(requests, receive, roots=[str(tmp_path)])
    await pool.close()
    assert sorted(answers) == list(range(200))
    assert [answer.reason for answer in answers.values() if answer.reason] == []


def _reasons(folder: Path, act: Callable[[str], float | None]) -> tuple[dict[int, str], FakeWorkers]:
    """Why which of some files have no facts, in time that passes as quickly as nothing happens."""
    machine = FakeWorkers(act=act)

    async def parse() -> dict[int, FileAnswer]:
        pool = WorkerPool(machine, workers=1)
        answers = await _parse(pool, _files(folder, 40), folder)
        await pool.close()
        return answers

    answers, _ = run_in_virtual_time(parse())
    assert sorted(answers) == list(range(40))
    return {index: answer.reason for index, answer in answers.items() if answer.reason}, machine


def test_on_a_busy_machine_every_file_may_take_minutes(tmp_path: Path) -> None:
    reasons, machine = _reasons(tmp_path, lambda _: 200.0)
    assert reasons == {}
    assert len(machine.started) == 1


def test_the_file_over_which_every_worker_dies_is_given_up(tmp_path: Path) -> None:
    reasons, _ = _reasons(tmp_path, lambda path: None if path.endswith("m7.py") else 0.0)
    assert reasons == {7: "crashed"}


def test_the_file_over_which_every_worker_hangs_is_given_up(tmp_path: Path) -> None:
    reasons, _ = _reasons(tmp_path, lambda path: 1e6 if path.endswith("m7.py") else 0.0)
    assert reasons == {7: "timeout"}


def test_a_file_gets_another_turn_when_it_was_the_machine(tmp_path: Path) -> None:
    deaths = Counter({"m7.py": 2})  # once with others, once alone

    def act(path: str) -> float | None:
        deaths[Path(path).name] -= 1
        return None if deaths[Path(path).name] >= 0 else 0.0

    assert _reasons(tmp_path, act)[0] == {}


def test_a_worker_ends_when_a_file_takes_too_much_of_the_processor(tmp_path: Path) -> None:
    (request,) = _files(tmp_path, 1)
    code, answers = _worker_with("while True: pass", "0.05", request, tmp_path)
    assert code == -signal.SIGPROF
    assert answers == ["ready"]


def test_a_worker_may_wait_as_long_as_others_keep_the_processor(tmp_path: Path) -> None:
    (request,) = _files(tmp_path, 1)
    other = "import time\nwhile time.process_time() < 0.3: pass"
    code, answers = _worker_with(
        f"import subprocess; subprocess.run([sys.executable, '-S', '-c', {other!r}])", "0.25", request, tmp_path
    )
    assert code == 0
    assert len(answers) == 2


async def test_cancelling_leaves_no_worker_at_work(tmp_path: Path) -> None:
    requests = _files(tmp_path, 64)
    os.mkfifo(tmp_path / "pipe.py")
    requests.append(FileRequest(str(tmp_path / "pipe.py"), "python"))
    pool = _pool(workers=1)
    first = asyncio.Event()
    task = asyncio.create_task(pool.parse(requests, lambda _index, _answer: first.set(), roots=[str(tmp_path)]))
    await first.wait()
    workers = pool.process_ids
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    _wait_until_gone(workers)
    assert pool.process_ids == ()
    assert len(await _parse(pool, requests[:3], tmp_path)) == 3
    await pool.close()


async def test_without_processes_the_caller_is_told() -> None:
    pool = WorkerPool(memory_system().processes, workers=1)
    with pytest.raises(WorkersUnavailable):
        await pool.parse([FileRequest("/a.py", "python")], lambda _index, _answer: None, roots=["/"])
    await pool.close()


_PARENT = """
import asyncio, os, sys
from sightline.base.system import real_system
from sightline.graph.pool import FileRequest, WorkerPool

async def main():
    pool = WorkerPool(real_system().processes, workers=2)
    requests = [FileRequest(path, "python") for path in sys.argv[2:]]
    started = asyncio.Event()
    task = asyncio.create_task(pool.parse(requests, lambda index, answer: started.set(), roots=[sys.argv[1]]))
    await started.wait()
    print(*pool.process_ids, flush=True)
    await task
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
def test_no_worker_survives_its_parent(tmp_path: Path, *, busy: bool) -> None:
    requests = [request.path for request in _files(tmp_path, 64)]
    if busy:
        os.mkfifo(tmp_path / "pipe.py")
        requests.append(str(tmp_path / "pipe.py"))
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path), *requests], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    workers = [int(each) for each in parent.stdout.readline().split()]
    assert workers
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _wait_until_gone(workers)


_BURDENED = """
import sys
from sightline.graph import facts_blob, worker
from sightline.languages.registry import language_named
worker.skim_blob(b"", language_named("python"))
answer = worker.answer_in_this_process

def burdened(*arguments):
    {burden}
    return answer(*arguments)

worker.answer_in_this_process = burdened
sys.exit(worker.main(sys.argv[1:]))
"""


def _worker_with(burden: str, cpu_seconds: str, request: FileRequest, root: Path) -> tuple[int, list[object]]:
    """How a worker ends that does something before it reads a file, and what it answers."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-c", _BURDENED.format(burden=burden), str(os.getpid()), cpu_seconds, "60"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    out, _ = worker.communicate(pack_frame(("imports", [str(root)], [(request.path, "python")])), timeout=PATIENCE)
    return worker.returncode, FrameReader().feed(out)


_NOISY = """
import os, sys
from sightline.graph import worker
parse = worker.answer_in_this_process

def noisy(*arguments):
    print("noise")
    os.write(1, b"more noise")
    assert sys.stdin.read() == ""
    return parse(*arguments)

worker.answer_in_this_process = noisy
sys.exit(worker.main([str(os.getppid()), "20", "60"]))
"""


def test_noise_on_standard_output_does_not_touch_the_frames(tmp_path: Path) -> None:
    (request,) = _files(tmp_path, 1)
    worker = subprocess.Popen(
        [sys.executable, "-c", _NOISY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = worker.communicate(pack_frame(("facts", [str(tmp_path)], [(request.path, "python")])), timeout=PATIENCE)
    ready, answer = FrameReader().feed(out)
    assert ready == "ready"
    assert isinstance(answer, tuple)
    assert answer[0] == 0
    assert answer[5] == ""
    assert b"noise" in err
    assert worker.returncode == 0


def test_a_worker_loads_no_more_than_it_needs() -> None:
    """The protocol library takes longer than a thousand files, and each of the others longer than a dozen."""
    script = "import sys, sightline.graph.worker; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    unneeded = {
        "pygls",
        "lsprotocol",
        "asyncio",
        "subprocess",
        "sightline.graph.dialect_go",
        "sightline.graph.meanings",
    }
    assert not unneeded & set(done.stdout.split())


def test_frames_may_arrive_in_any_pieces() -> None:
    messages = [("a", 1), [b"\x00" * 70_000], "", {"k": None}]
    data = b"".join(pack_frame(message) for message in messages)
    for size in (1, 3, 4_096, len(data)):
        reader = FrameReader()
        found = [each for at in range(0, len(data), size) for each in reader.feed(data[at : at + size])]
        assert found == [("a", 1), (b"\x00" * 70_000,), "", {"k": None}]
    with pytest.raises(ValueError, match="not a frame"):
        FrameReader().feed(b"\xff\xff\xff\xff")
