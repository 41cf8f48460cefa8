"""``kill -9`` at 50 seeded points of an editing session: no process is left, and everything kept opens again."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from support.databases import opens_again
from support.editor import Editor
from support.positions import uri_of
from support.server_process import editor_on_process, gone, kill
from support.shop import INVOICE, write_workspace

POINTS = 50
GROUPS = 5
FILES = {
    **{f"pkg/m{n}.py": f"from pkg.m0 import f0\n\n\ndef f{n}():\n    return f0()\n" for n in range(1, 60)},
    "pkg/__init__.py": "",
    "pkg/m0.py": "def f0():\n    return 0\n",
    "invoice.py": INVOICE,
}
REPLY = (
    "%%% reply\ntimes: always\npieces: 6\ndelay: 0.02\n\n"
    'invoice.py\n```python\n<<<<<<< SEARCH\n    print("Invoice")\n=======\n    print("INVOICE")\n>>>>>>> REPLACE\n```\n'
)


async def session(editor: Editor, root: Path, chance: random.Random, steps: int) -> list[asyncio.Task[Any]]:
    """An editing session that stops before step number ``steps``; the last one begun is not waited for.

    Answers the tasks that may still wait for the server.
    """
    invoice = root / "invoice.py"
    turn = f"turn-{chance.random()}"

    async def typed() -> None:
        for number in range(chance.randint(1, 5)):
            editor.type(uri_of(invoice), '"""Invoices."""\n', f"# typed {number}\n")

    async def opened() -> None:
        editor.open(invoice, INVOICE)

    async def saved() -> None:
        editor.save(uri_of(invoice))

    script: list[Any] = [
        lambda: editor.initialize(root),
        editor.ready,
        opened,
        typed,
        lambda: editor.command("sightline.run", {"command": "fix", "text": "louder", "turn": turn}),
        lambda: editor.command("sightline.apply", {"turn": turn}),
        typed,
        saved,
        lambda: editor.command("sightline.undo", {"turn": turn}),
        lambda: editor.command("sightline.index"),
    ]
    begun: list[asyncio.Task[Any]] = []
    for step in script[:steps]:
        if begun:
            await begun[-1]
        begun.append(asyncio.create_task(step()))
    await asyncio.sleep(chance.choice([0.0, 0.005, 0.03, 0.1, 0.3]))
    return begun


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 of POSIX")
@pytest.mark.parametrize("group", range(GROUPS))
async def test_kill_at_any_point(tmp_path: Path, group: int) -> None:
    root = write_workspace((tmp_path / "work").resolve(), FILES)
    (tmp_path / "replies.txt").write_text(REPLY)
    model = f"scripted:{tmp_path / 'replies.txt'}"
    for seed in range(group * POINTS // GROUPS, (group + 1) * POINTS // GROUPS):
        chance = random.Random(seed)
        (root / "invoice.py").write_text(INVOICE)
        async with editor_on_process(tmp_path, SIGHTLINE_MODEL=model) as editor:
            begun = await session(editor, root, chance, steps=chance.randint(0, 10))
            processes = await kill(editor)
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)
            assert processes, f"seed {seed}: the server was gone before it was killed"
            assert await gone(processes) == [], f"seed {seed}"
        opens_again(tmp_path / "own")
    async with editor_on_process(tmp_path, SIGHTLINE_MODEL=model) as editor:
        await editor.initialize(root)
        await editor.ready()
        editor.open(root / "invoice.py", INVOICE)
        impact = await editor.command("sightline.run", {"command": "impact", "text": "f0"})
        assert len({item["path"] for item in impact["data"]["answers"][0]["impacted"]}) == 59
        await editor.command("sightline.run", {"command": "fix", "text": "louder", "turn": "last"})
        assert (await editor.command("sightline.apply", {"turn": "last"}))["applied"]
        assert (await editor.command("sightline.undo"))["applied"]
        assert editor.text(root / "invoice.py") == INVOICE
        await editor.client.shutdown_session()
    assert opens_again(tmp_path / "own") >= 2
