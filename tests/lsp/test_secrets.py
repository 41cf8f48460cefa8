"""No planted secret leaves by the language server: what is in buffers, diagnostics and settings neither."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from pygls.exceptions import JsonRpcException

from support.chat import reply
from support.loopback import Exchange, loopback_server
from support.planted import FORBIDDEN, Planted, plant_workspace, replies, task, texts_under
from support.positions import uri_of
from support.server_process import editor_on_process, process_of

NOTHING = frozenset[str]()
#: The graph knows files by their names; the journal keeps the lines around an edit, to take it back.
KEPT_AS_IT_IS = {"graph": frozenset({"file name"}), "edits.sqlite3": frozenset({"typed in the editor"})}
CHAT = "POST /v1/chat/completions"


async def test_no_planted_secret_leaves_the_server(tmp_path: Path) -> None:
    planted = Planted()
    root = tmp_path / "work"
    root.mkdir()
    plant_workspace(root, planted)
    words = task(planted, root)
    texts: list[str] = []
    said: list[tuple[str, str]] = []

    async def answer(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(reply(texts.pop(0) if texts else "It connects."))

    async with loopback_server() as server:
        server.routes[CHAT] = answer
        model = {"name": "openai:tiny", "base_url": server.base_url, "api_key": planted.plant("key of the editor")}
        async with editor_on_process(tmp_path, "--log-level", "debug") as editor:
            await editor.initialize(root, options={"trusted": True, "userSettings": {"model": model}})
            await editor.ready()
            await _open(editor, root, planted)
            diagnostics = [f"shop/client.py:14: cannot log in with hf_{planted.plant('diagnostic')}"]
            for name in FORBIDDEN:
                given = {"command": "explain", "text": "connect", "turn": name, "uri": uri_of(root / name)}
                with suppress(JsonRpcException):
                    said.append((name, str(await editor.command("sightline.run", given))))
            note = editor.open_uri("untitled:notes", f"connect = 1\ntoken = '{planted.plant('untitled note')}'\n")
            selected = {"uri": note.uri, "range": editor.select(note.uri, note.text)}
            await editor.command("sightline.run", {"command": "explain", "turn": "note", **selected})
            texts += replies(planted)
            task_given = {"command": "fix", "text": words, "turn": "t", "diagnostics": diagnostics}
            result = await editor.command("sightline.run", {**task_given, "uri": uri_of(root / "shop/client.py")})
            assert result["outcome"]["verdict"] == "accepted", result["text"]
            await editor.command("sightline.apply", {"turn": "t"})
            said.append(("context", str(await editor.command("sightline.run", {"command": "context", "text": words}))))
            said += [("log", line.message) for line in editor.client.log_messages]
            said += [("message", line.message) for line in editor.client.messages]
            await editor.client.shutdown_session()
            said.append(("errors", await _errors(editor)))
        prompts = [exchange.body.decode() for exchange in server.exchanges]
    assert sum("messages" in prompt for prompt in prompts) >= 3
    assert any("# Notes of the repository" in prompt and "Connect with [redacted]" in prompt for prompt in prompts)
    leaks = [f"{where}: {found}" for where, text in said if (found := planted.found_in(text))]
    leaks += [f"prompt {number}: {found}" for number, text in enumerate(prompts) if (found := planted.found_in(text))]
    assert all(path.stat().st_mode & 0o77 == 0 for path in (tmp_path / "own").rglob("edits.sqlite3"))
    for where, text in texts_under(tmp_path / "own"):
        kept = KEPT_AS_IT_IS.get(
            where.split("/")[-1] if where.endswith("edits.sqlite3") else where.split("/")[1], NOTHING
        )
        if found := planted.found_in(text, kept):
            leaks.append(f"{where}: {found}")
    assert not leaks, "\n".join(leaks)


async def _open(editor: Any, root: Path, planted: Planted) -> None:
    """Opens files that may not be shown, and types secrets into one that may."""
    for name in FORBIDDEN:
        editor.open(root / name)
    buffer = editor.open(root / "shop/uses.py")
    typed = f'\n\n# connect with "xoxb-{planted.plant("typed in the editor")}"\n'
    editor.type(buffer.uri, ".connect(host)\n", typed)
    await asyncio.sleep(0)


async def _errors(editor: Any) -> str:
    stream = process_of(editor).stderr
    if stream is None:
        return ""
    with suppress(Exception):
        return (await asyncio.wait_for(stream.read(), 5)).decode()
    return ""
