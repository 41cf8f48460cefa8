#!/usr/bin/env python3
"""How much of the prompt before a conversation's next prompt begins with, as a real server renders and counts both.

    python tests/bench/context/bench_prefix.py PATH [RESULT.json]

A session of ten turns on a copy of PATH: questions and edits in turn, each about other files than the one before. Every
edit is accepted; between the turns lines are typed into files that were shown; in some, the model asks for code itself.
The prompts are rendered by the chat template of a llama.cpp server (random weights) and cut into its tokens; nothing is
generated. Beside it: the same tasks, each with a prompt of its own. Exit code 1 if a share is under 90 %.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sightline.engine.engine import Engine
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind
from sightline.models.messages import Message
from sightline.tasks.result import TurnRequest, TurnVerdict
from support.shop import block, script, shop_engine
from support.tiny_llama import tiny_llama

TURNS = 10
WANTED = 0.9
_SEED = 11
_FUNCTIONS = (DefinitionKind.FUNCTION, DefinitionKind.METHOD)


def chosen_symbols(engine: Engine) -> list[Symbol]:
    """A function for each turn and one that is typed into after it, every one of them in another file."""
    chance = random.Random(_SEED)
    view = engine.view
    found: list[Symbol] = []
    paths = [path for path in view.workspace.paths() if path.relative.endswith(".py") and "test" not in path.relative]
    chance.shuffle(paths)
    for path in paths:
        lines = str(view.workspace.read(path).text).split("\n")
        functions = [
            symbol
            for symbol in view.symbols(path)
            if symbol.definition.kind in _FUNCTIONS and lines.count(first_line(engine, symbol)) == 1
        ]
        if functions:
            found.append(chance.choice(functions))
        if len(found) == TURNS:
            break
    return found


def first_line(engine: Engine, symbol: Symbol) -> str:
    """The line with the name of a function."""
    text = engine.workspace.read(symbol.path).text
    return str(text).split("\n")[text.line_of(symbol.definition.name_span.start)]


def replies_for(engine: Engine, symbols: list[Symbol]) -> str:
    """What the scripted model answers: prose to questions, else an edit; every third turn it asks for code first."""
    replies: list[str] = []
    for number, symbol in enumerate(symbols):
        if number % 3 == 2:
            other = symbols[number - 2]
            replies.append(f"NEEDS: {symbol.path}::{symbol.qualified_name}\nNEEDS: {other.path}")
        if number % 2:
            replies.append(f"`{symbol.qualified_name}` does what its name says.")
        else:
            line = first_line(engine, symbol)
            indent = line[: len(line) - len(line.lstrip())]
            replies.append(block(symbol.path.relative, line, f"{indent}# Looked at in turn {number + 1}.\n{line}"))
    return script(*replies)


async def conversation(engine: Engine, symbols: list[Symbol], *, name: str) -> list[tuple[Message, ...]]:
    """The last prompt of every turn; ``name`` is "" for prompts of their own."""
    prompts: list[tuple[Message, ...]] = []
    for number, symbol in enumerate(symbols):
        question = number % 2 == 1
        task = f"What does `{symbol.qualified_name}` do?" if question else f"Comment on `{symbol.qualified_name}`"
        request = TurnRequest(
            turn=f"t{number}",
            task_type="explain" if question else "document",
            task=task,
            root=engine.roots[0],
            budget=engine.settings.context.budget,
            mentions=(str(symbol.path),),
            conversation=name or f"alone-{number}",
        )
        result = await engine.ask(request, lambda _: None)
        assert result.conversation is not None
        prompts.append(result.conversation.messages[:-1])
        if result.verdict is TurnVerdict.ACCEPTED:
            await engine.write(result.turn, request.label, result.changes)
        elif not question:
            raise AssertionError(f"turn {number + 1} was {result.verdict}: {result.diff}")
        type_into(Path(symbol.path.absolute), number)
        await engine.rescan()
    return prompts


def type_into(file: Path, number: int) -> None:
    """Types a line at the top of a file that was just shown."""
    file.write_text(f"# Typed after turn {number + 1}.\n" + file.read_text("utf-8"), "utf-8")


async def tokens_of(client: httpx.AsyncClient, messages: tuple[Message, ...]) -> list[int]:
    """A prompt as the server reads it."""
    body = {"messages": [{"role": message.role, "content": message.content} for message in messages]}
    rendered = (await client.post("/apply-template", json=body)).raise_for_status().json()["prompt"]
    answer = await client.post("/tokenize", json={"content": rendered, "add_special": True, "parse_special": True})
    return answer.raise_for_status().json()["tokens"]


def shared(before: list[int], after: list[int]) -> int:
    """Tokens at the beginning that are the same."""
    same = (index for index, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    return next(same, min(len(before), len(after)))


async def measure(source: Path, folder: Path, *, name: str) -> list[dict[str, Any]]:
    """One row for each turn after the first."""
    work = folder / "work"
    shutil.copytree(source, work, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    async with shop_engine(folder) as engine:
        symbols = chosen_symbols(engine)
        replies = replies_for(engine, symbols)
    async with shop_engine(folder, replies) as engine:
        prompts = await conversation(engine, symbols, name=name)
    async with tiny_llama() as server, httpx.AsyncClient(base_url=server.root, timeout=120) as client:
        tokens = [await tokens_of(client, prompt) for prompt in prompts]
    rows: list[dict[str, Any]] = []
    for number in range(1, len(tokens)):
        same = shared(tokens[number - 1], tokens[number])
        rows.append(
            {
                "turn": number + 1,
                "tokens": len(tokens[number]),
                "new": len(tokens[number]) - same,
                "reused": round(same / len(tokens[number - 1]), 4),
            }
        )
    return rows


def main() -> int:
    """Prints the figures as JSON."""
    source = Path(sys.argv[1])
    figures: dict[str, Any] = {"code": source.name, "turns": TURNS}
    for kind, name in (("conversation", "bench"), ("alone", "")):
        with tempfile.TemporaryDirectory() as folder:
            rows = asyncio.run(measure(source, Path(folder).resolve(), name=name))
        shares = [row["reused"] for row in rows]
        figures[kind] = {
            "least": min(shares),
            "mean": round(sum(shares) / len(shares), 4),
            "new": sum(row["new"] for row in rows),
            "turns": rows,
        }
    text = json.dumps(figures, indent=2) + "\n"
    print(text, end="")
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(text, "utf-8")
    return 0 if figures["conversation"]["least"] >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
