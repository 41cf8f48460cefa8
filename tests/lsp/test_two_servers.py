"""Two windows on one workspace, each with a server of its own: they share the cache and the journal, and see each
other's saves as an editor tells of them. One is killed at a seeded moment; the other goes on.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from support.databases import opens_again
from support.editor import Editor
from support.patience import PATIENCE
from support.positions import uri_of
from support.server_process import editor_on_process, gone, kill
from support.shop import block, script, write_workspace

FILES = {
    "pkg/__init__.py": "",
    "pkg/m0.py": "def f0():\n    return 0\n",
    **{
        f"pkg/m{n}.py": f"from pkg.m{n - 1} import f{n - 1}\n\n\ndef f{n}():\n    return f{n - 1}()\n"
        for n in range(1, 8)
    },
}
NAMES = [f"pkg/m{number}.py" for number in range(8)]
REPLY = block("pkg/m3.py", "def f3():", "def f3(more=None):")
STEPS = 14

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kill -9 of POSIX"),
]


def _tell(windows: list[Editor], paths: list[Path]) -> None:
    """What file watchers tell every window."""
    events = [types.FileEvent(uri=uri_of(path), type=types.FileChangeType.Changed) for path in paths]
    for window in windows:
        window.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=events))


class Work:
    """What two people do to one workspace, each in a window."""

    def __init__(self, root: Path, windows: list[Editor], chance: random.Random) -> None:
        self.root, self.windows, self.chance = root, windows, chance
        self.turn = 0

    async def step(self) -> None:
        """One thing that somebody does."""
        does = self.chance.choice(
            (self._type, self._type, self._save, self._save, self._close, self._switch, self._ask)
        )
        await does(self.chance.choice(self.windows))

    async def _type(self, window: Editor) -> None:
        path = self.root / self.chance.choice(NAMES)
        if uri_of(path) not in window.buffers:
            window.open(path)
        name = self.chance.randrange(8)
        for piece in (f"\n\ndef g{name}():\n", f"    return f{name}()", "\n"):
            length = len(window.buffers[uri_of(path)].text)
            window.replace(uri_of(path), length, length, piece)

    async def _save(self, window: Editor) -> None:
        if window.buffers:
            uri = self.chance.choice(sorted(window.buffers))
            window.save(uri)
            _tell(self.windows, [self.root / "pkg" / uri.rpartition("/")[2]])

    async def _close(self, window: Editor) -> None:
        if window.buffers:
            window.close(self.chance.choice(sorted(window.buffers)))

    async def _switch(self, window: Editor) -> None:
        """As git does it: many files at once, told to both."""
        del window
        for name in NAMES:
            text = (
                FILES[name] if self.chance.random() < 0.5 else FILES[name] + f"\n\ndef other():\n    return {name[5]}\n"
            )
            (self.root / name).write_text(text)
        _tell(self.windows, [self.root / name for name in NAMES])

    async def _ask(self, window: Editor) -> None:
        """An edit of the scripted model; one that no longer fits the file is refused, which is no matter here."""
        self.turn += 1
        turn = f"turn {self.turn}"
        await window.command("sightline.run", {"command": "fix", "text": "more", "turn": turn})
        if self.chance.random() < 0.7:
            await asyncio.gather(window.command("sightline.apply", {"turn": turn}), return_exceptions=True)
            await asyncio.gather(window.command("sightline.undo", {"turn": turn}), return_exceptions=True)


async def _answers(window: Editor) -> list[Any]:
    """What a server says of the whole workspace."""
    found: list[Any] = []
    for number in range(8):
        for query, text in (("references", f"f{number}"), ("importers", f"pkg/m{number}.py")):
            try:
                answer = await window.command("sightline.graph", {"query": query, "text": text})
            except JsonRpcException as error:  # a name or a file that the server does not know, yet or any more
                found.append((query, number, error.message))
                continue
            places = sorted((each["path"], each["line"], each["name"]) for each in answer["found"])
            found.append((query, number, len(answer["symbols"]), places, answer["coverage"]["text"]))
    return found


async def _comes_to(window: Editor, expected: list[Any]) -> None:
    last: list[Any] = []
    try:
        async with asyncio.timeout(PATIENCE):
            while (last := await _answers(window)) != expected:
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert last == expected


@pytest.mark.parametrize("seed", range(4))
async def test_one_is_killed_and_the_other_knows_what_a_new_one_does(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    root = write_workspace((tmp_path / "work").resolve(), FILES)
    (tmp_path / "replies.txt").write_text(script(REPLY, headers="times: always\n"))
    model = {"SIGHTLINE_MODEL": f"scripted:{tmp_path / 'replies.txt'}"}
    async with editor_on_process(tmp_path, **model) as first, editor_on_process(tmp_path, **model) as second:
        windows = [first, second]
        await asyncio.gather(*(window.initialize(root) for window in windows))
        if chance.random() < 0.5:  # else they are at work while both write the cache for the first time
            await asyncio.gather(*(window.ready() for window in windows))
        work = Work(root, windows, chance)
        for _ in range(chance.randrange(STEPS)):
            await work.step()
        begun = asyncio.create_task(first.command("sightline.index"))
        await asyncio.sleep(chance.choice((0.0, 0.01, 0.05)))
        processes = await kill(first)
        begun.cancel()
        await asyncio.gather(begun, return_exceptions=True)
        assert await gone(processes) == []
        work.windows = [second]
        await second.ready()
        for _ in range(STEPS):
            await work.step()
        for uri in tuple(second.buffers):
            second.close(uri)
        async with editor_on_process(tmp_path / "fresh", **model) as fresh:
            await fresh.initialize(root)
            await fresh.ready()
            expected = await _answers(fresh)
        assert any(places for _, _, _, *found in expected for places in found[:1])
        await _comes_to(second, expected)
        await second.client.shutdown_session()
    assert opens_again(tmp_path / "own") >= 2
    async with editor_on_process(tmp_path, **model) as warm:
        await warm.initialize(root)
        await warm.ready()
        await _comes_to(warm, expected)
