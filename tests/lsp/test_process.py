"""The server as a process: how it ends, what it leaves, and that nothing but the protocol reaches the wire."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.loopback import Exchange, loopback_server
from support.patience import PATIENCE, least_seconds
from support.server_process import (
    editor_on_process,
    family,
    gone,
    kill,
    process_of,
    server_command,
    server_environment,
)
from support.shop import HARMLESS, INVOICE, script, write_workspace
from support.shop_window import shop_window

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and descriptors of POSIX")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A small workspace."""
    return write_workspace((tmp_path / "work").resolve())


async def test_a_whole_session_ends_with_code_0_and_leaves_nothing(tmp_path: Path, workspace: Path) -> None:
    (tmp_path / "replies.txt").write_text(script(HARMLESS))
    model = f"scripted:{tmp_path / 'replies.txt'}"
    async with editor_on_process(tmp_path, SIGHTLINE_MODEL=model) as editor:
        await editor.initialize(workspace)
        await editor.ready()
        invoice = workspace / "shop/invoice.py"
        editor.open(invoice)
        result = await editor.command("sightline.run", {"command": "fix", "text": "louder", "turn": "t"})
        assert result["outcome"]["verdict"] == "accepted"
        assert (await editor.command("sightline.apply", {"turn": "t"}))["applied"]
        assert editor.text(invoice) == INVOICE.replace('"Invoice"', '"INVOICE"')
        processes = family(process_of(editor).pid)
        await editor.client.shutdown_session()
        assert process_of(editor).returncode == 0
        assert await gone(processes) == []


async def test_exit_without_shutdown_is_code_1(tmp_path: Path, workspace: Path) -> None:
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        editor.client.exit(None)
        assert await process_of(editor).wait() == 1


async def test_the_end_of_input_ends_the_server(tmp_path: Path, workspace: Path) -> None:
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        await editor.ready()
        processes = family(process_of(editor).pid)
        stdin = process_of(editor).stdin
        assert stdin is not None
        stdin.close()
        assert await process_of(editor).wait() == 1
        assert await gone(processes) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signals_end_the_server_while_its_input_is_open(
    tmp_path: Path, workspace: Path, number: signal.Signals
) -> None:
    (tmp_path / "replies.txt").write_text(script("x", headers="hang_after: 0\n"))
    async with editor_on_process(tmp_path, SIGHTLINE_MODEL=f"scripted:{tmp_path / 'replies.txt'}") as editor:
        await editor.initialize(workspace)
        _, answer = editor.begin("sightline.run", {"command": "explain", "text": "x"})
        await editor.until(lambda: any(event.stage == "model" for event in editor.events))
        processes = family(process_of(editor).pid)
        process_of(editor).send_signal(number)
        assert await asyncio.wait_for(process_of(editor).wait(), PATIENCE) == 128 + number
        assert await gone(processes) == []
        with pytest.raises((JsonRpcException, RuntimeError)):
            await answer


async def test_garbage_instead_of_frames_ends_the_server(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *server_command(), env=server_environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), PATIENCE)
    assert process.returncode == 1
    assert out == b""
    assert b"speaks no LSP" in err


async def test_bad_json_is_answered_and_the_session_goes_on(tmp_path: Path, workspace: Path) -> None:
    async with editor_on_process(tmp_path) as editor:
        stdin = process_of(editor).stdin
        assert stdin is not None
        for body in (b"{oops", b"[1]", b'"text"', b"{}", b'{"jsonrpc":"2.0","method":5}'):
            stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        await editor.initialize(workspace)
        await editor.ready()
        assert (await editor.command("sightline.status"))["state"] == "ready"


def test_only_the_protocol_reaches_the_wire() -> None:
    code = """
import os, subprocess, sys
from sightline.lsp.streams import private_standard_streams
channel = private_standard_streams()
print("noise of a library", flush=True)
os.write(1, b"noise of C code\\n")
subprocess.run([sys.executable, "-c", "print('noise of a child', input('?') if False else '')"], check=True)
assert sys.stdin.read() == "", "descriptor 0 must be at its end"
channel.write(b"heard " + channel.read(100))
"""
    ended = subprocess.run([sys.executable, "-c", code], input=b"the wire", capture_output=True, timeout=60, check=True)
    assert ended.stdout == b"heard the wire"
    assert ended.stderr.count(b"noise") == 3


async def test_the_servers_own_descriptors_are_not_the_wire(tmp_path: Path, workspace: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        folder = Path(f"/proc/{process_of(editor).pid}/fd")
        assert os.readlink(folder / "0") == "/dev/null"
        assert os.readlink(folder / "1") == os.readlink(folder / "2")


async def test_the_server_leaves_when_the_editors_process_is_killed(tmp_path: Path, workspace: Path) -> None:
    """The editor's pipes stay open here (another process holds them): only the watch on the parent can notice."""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(600)")
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace, process_id=parent.pid)
        await editor.ready()
        processes = family(process_of(editor).pid)
        parent.kill()
        await parent.wait()
        assert await asyncio.wait_for(process_of(editor).wait(), PATIENCE) == 1
        assert await gone(processes) == []


async def test_a_parent_that_is_not_visible_is_not_watched(tmp_path: Path, workspace: Path) -> None:
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace, process_id=2**22 + 7)  # above the largest process number of Linux
        await editor.ready()
        assert (await editor.command("sightline.status"))["state"] == "ready"


async def test_killed_while_indexing_no_worker_lives_on(tmp_path: Path) -> None:
    files = {f"pkg/m{number}.py": f"def f{number}():\n    return {number}\n" * 200 for number in range(400)}
    workspace = write_workspace((tmp_path / "large").resolve(), files)
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        async with asyncio.timeout(PATIENCE):
            while len(family(process_of(editor).pid)) < 2:
                await asyncio.sleep(0.005)
        processes = await kill(editor)
        assert len(processes) >= 2
        assert await gone(processes) == []
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        await editor.ready()
        found = await editor.command("sightline.run", {"command": "impact", "text": "f7"})
        assert found["data"]["answers"][0]["symbol"] == "pkg/m7.py::f7"


async def test_a_client_that_stops_reading_holds_nobody_up(tmp_path: Path, workspace: Path) -> None:
    """The pipe is full after 64 KB; what is asked meanwhile is done, and answered when the client reads again."""
    async with editor_on_process(tmp_path) as editor:
        await editor.initialize(workspace)
        await editor.ready()
        stdout = process_of(editor).stdout
        assert stdout is not None
        transport = stdout._transport  # type: ignore[attr-defined]  asyncio offers no other way to stop reading
        transport.pause_reading()  # pyright: ignore[reportUnknownMemberType]
        answers = [editor.begin("sightline.status", {"n": str(number)})[1] for number in range(2_000)]
        (workspace / "replies").write_text("")
        process = psutil.Process(process_of(editor).pid)
        async with asyncio.timeout(PATIENCE):
            busy = -1.0
            while busy != (busy := sum(process.cpu_times()[:2])) or busy == 0:
                await asyncio.sleep(0.3)  # until it has handled all of them and waits
        transport.resume_reading()  # pyright: ignore[reportUnknownMemberType]
        assert all(answer["state"] == "ready" for answer in await asyncio.gather(*answers))


async def test_tcp_serves_one_client_of_this_machine(tmp_path: Path, workspace: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *server_command("--tcp", "0"), env=server_environment(tmp_path), stderr=subprocess.PIPE
    )
    try:
        assert process.stderr is not None
        line = (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
        port = int(line.rsplit(":", 1)[1].strip(" .\n"))
        (listening,) = [c for c in psutil.Process(process.pid).net_connections() if c.status == psutil.CONN_LISTEN]
        assert listening.laddr.ip == "127.0.0.1"
        from support.editor import Editor  # noqa: PLC0415  used here only

        editor = Editor()
        await editor.client.start_tcp("127.0.0.1", port)
        await editor.initialize(workspace)
        await editor.ready()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_cancel_closes_the_socket_of_the_model_server(tmp_path: Path) -> None:
    closed = asyncio.Event()

    async def stream(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(b'data: {"choices":[{"index":0,"delta":{"content":"Thinking"},"finish_reason":null}]}\n\n')
        await exchange.end_of_file()
        closed.set()

    async with loopback_server() as server:
        server.routes["POST /v1/chat/completions"] = stream
        model = {"SIGHTLINE_MODEL": "openai:tiny", "SIGHTLINE_BASE_URL": server.base_url, "SIGHTLINE_API_KEY": "k"}
        async with shop_window(tmp_path, environment=model) as shop:

            async def cancelled() -> float:
                closed.clear()
                shop.editor.events.clear()
                identifier, answer = shop.editor.begin("sightline.run", {"command": "explain", "text": "x"})
                await shop.editor.until(lambda: any(event.kind == "text" for event in shop.editor.events))
                began = asyncio.get_running_loop().time()
                shop.editor.cancel(identifier)
                with pytest.raises(JsonRpcException) as error:
                    await answer
                took = asyncio.get_running_loop().time() - began
                assert error.value.code == types.LSPErrorCodes.RequestCancelled
                await asyncio.wait_for(closed.wait(), PATIENCE)
                return took

            assert await least_seconds(cancelled, 0.1) < 0.1
