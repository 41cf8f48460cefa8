"""No secret of the workspace, the task, the settings or a server leaves by the command line, with the real program."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.chat import reply
from support.loopback import Exchange, LoopbackServer, loopback_server
from support.planted import Planted, plant_workspace, replies, task, texts_under
from support.server_process import server_environment

CHAT = "POST /v1/chat/completions"
#: What a person sees of their own: the diff and the reply they asked for, and the names of their files.
SHOWN_AS_IT_IS = {
    "ask: output": frozenset({"refused reply", "what a linter quotes"}),
    "graph: output": frozenset({"file name"}),
}
#: The graph is of files: it knows them by their names.
KEPT_AS_IT_IS = frozenset({"file name"})


@dataclass
class Door:
    """The program on a planted workspace, and all it said."""

    folder: Path
    planted: Planted
    server: LoopbackServer
    said: list[tuple[str, str]]

    @property
    def root(self) -> Path:
        return self.folder / "work"

    async def run(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """Runs ``sightline ARGUMENTS`` in a process of its own. Answers its standard output."""
        process = await asyncio.create_subprocess_exec(
            *sightline(*arguments),
            cwd=self.root,
            env={**server_environment(self.folder), **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(stdin.encode())
        self.said += [(f"{arguments[0]}: output", out.decode()), (f"{arguments[0]}: errors", err.decode())]
        return out.decode()

    def prompts(self) -> list[str]:
        """Every body that was sent to the model's server."""
        return [exchange.body.decode() for exchange in self.server.exchanges]


def sightline(*arguments: str) -> tuple[str, ...]:
    """The command line of the program, in this interpreter."""
    return (sys.executable, "-c", "import sys; from sightline.cli.main import main; main(sys.argv[1:])", *arguments)


def answering(*texts: str) -> Any:
    """A route that streams ``texts`` one after the other, the last one for ever."""
    left = [*texts]

    async def route(exchange: Exchange) -> None:
        await exchange.begin_stream()
        await exchange.send(reply(left.pop(0) if len(left) > 1 else left[0]))

    return route


def settings(planted: Planted, server: LoopbackServer) -> str:
    """Settings of the user with secrets in several places."""
    key, header = planted.plant("key in settings"), planted.plant("header in settings")
    address = f"http://a:{planted.plant('address in settings')}@127.0.0.1:9/v1"
    return (
        f'[model]\nname = "openai:tiny"\nbase_url = "{server.base_url}"\napi_key = "{key}"\n'
        f'headers = {{ X-Team = "{header}" }}\n'
        f'[models.far]\nname = "openai:far"\nbase_url = "{address}"\n'
    )


async def test_no_planted_secret_leaves(tmp_path: Path) -> None:
    planted = Planted()
    root = tmp_path / "work"
    root.mkdir()
    plant_workspace(root, planted)
    words = task(planted, root)
    broken, good = replies(planted)
    async with loopback_server() as server:
        server.routes[CHAT] = answering(broken, good)
        (tmp_path / "sightline.toml").write_text(settings(planted, server), "utf-8")
        door = Door(tmp_path, planted, server, [])
        await door.run("index", "--json")
        shown = json.loads(await door.run("context", words, "--budget", "20000", "--json"))
        assert "[redacted]" in shown["text"]
        assert "def connect(self, host):" in shown["text"]
        refused = {each["path"] for each in shown["dropped"] if "budget" not in each["reason"]}
        assert refused >= {".env", "id_rsa", "config/credentials.json", "secrets.yaml"}
        await door.run("prompt", words, "--budget", "20000", "--json")
        asked = json.loads(await door.run("ask", words, "--task-type", "fix", "--budget", "20000", "--apply", "--json"))
        assert len(door.prompts()) >= 2, asked
        assert asked["verdict"] == "accepted", json.dumps(asked, indent=1)
        await door.run("history", "--json")
        await door.run("graph", "export", "--json")
        await door.run("stats", "--json")
        await door.run("models", "--json")
        await door.run("status", "--json")
        await door.run("config", "check", "--json")
        await door.run("undo", "--json")

        async def refuse(exchange: Exchange) -> None:
            said = planted.cores["key in settings"] + " " + planted.plant("error of a server", "ghp_{}", 36)
            await exchange.answer(400, {"error": {"message": f"No such thing: Bearer {said}", "type": "x"}})

        server.routes[CHAT] = refuse
        await door.run("ask", "explain Client.connect", "--task-type", "explain", "--json")
        unreachable = {"SIGHTLINE_BASE_URL": f"http://shop:{planted.plant('address of nobody')}@127.0.0.1:9/v1"}
        await door.run("ask", "explain Client.connect", "--task-type", "explain", "--json", **unreachable)
        await door.run("ask", "explain Client.connect", "--task-type", "explain", **unreachable)
    assert len(planted.cores) >= 30
    leaks = [
        f"prompt {number}: {found}" for number, text in enumerate(door.prompts()) if (found := planted.found_in(text))
    ]
    for where, text in door.said:
        if found := planted.found_in(text, SHOWN_AS_IT_IS.get(where, frozenset())):
            leaks.append(f"{where}: {found}")
    for where, text in texts_under(tmp_path / "own"):
        if found := planted.found_in(text, KEPT_AS_IT_IS if where.startswith("cache/graph/") else frozenset()):
            leaks.append(f"{where}: {found}")
    assert not leaks, "\n".join(leaks)


def test_cores_are_found_by_half() -> None:
    planted = Planted()
    secret = planted.plant("whole")
    assert planted.found_in(f"x{secret[:14]}…") == ["whole"]
