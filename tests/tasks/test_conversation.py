"""Turns of one conversation: what was sent stays as it was, and what is shown as current is what the files say."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.engine.engine import Engine
from sightline.models.messages import Message
from sightline.prompts.conversation import Conversation
from sightline.tasks.result import TurnEvent, TurnRequest, TurnResult, TurnVerdict
from support.reading import Reader
from support.shop import (
    CART,
    HARMLESS,
    INVOICE,
    RENAME_DEFINITION,
    RENAME_USES,
    at,
    block,
    script,
    shop_engine,
    write_workspace,
)

NUMBER = iter(range(10**6))


async def ask(
    engine: Engine, task: str, task_type: str = "implement", heard: list[TurnEvent] | None = None, **fields: object
) -> TurnResult:
    request = TurnRequest(
        turn=f"t{next(NUMBER)}",
        task_type=task_type,
        task=task,
        root=engine.roots[0],
        budget=2000,
        conversation="talk",
    )
    return await engine.ask(replace(request, **fields), (heard if heard is not None else []).append)


async def accept(engine: Engine, result: TurnResult) -> None:
    await engine.write(result.turn, "edit", result.changes)
    await engine.rescan()


async def write(engine: Engine, name: str, text: str) -> None:
    Path(engine.roots[0], name).write_bytes(text.encode("utf-8"))
    await engine.rescan()


def talk_of(result: TurnResult) -> Conversation:
    assert result.conversation is not None
    return result.conversation


def believed(messages: tuple[Message, ...]) -> dict[str, dict[int, str]]:
    reader = Reader()
    reader.read(messages)
    return reader.files


def check_believed(engine: Engine, messages: tuple[Message, ...]) -> None:
    """Every line that the messages show as current is in the workspace, at its number."""
    for name, seen in believed(messages).items():
        lines = str(engine.workspace.read(at(engine, name)).text).removesuffix("\n").split("\n")
        wrong = {number: text for number, text in seen.items() if number > len(lines) or lines[number - 1] != text}
        assert not wrong, f"{name} shown as current: {wrong}"


async def test_a_follow_up_extends_the_prompt_and_tells_what_changed(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS, "Loud now.")) as engine:
        first = await ask(engine, "Shout in `print_invoice`")
        assert first.verdict is TurnVerdict.ACCEPTED
        before = talk_of(first).messages
        await accept(engine, first)
        second = await ask(engine, "How does `print_invoice` shout?", "explain")
        messages = second.prompt.messages
        assert messages[: len(before)] == before, "byte for byte"
        last = messages[-1].content
        assert "The edit of your last reply was applied." in last
        assert "`shop/invoice.py` has changed." in last
        assert '    print("INVOICE")' in last
        assert "def total" not in last, "it is shown above and has not changed"
        assert "The task is to explain code." in last, "a task of another kind brings its rules along"
        check_believed(engine, messages)
        shown = [(entry.path, entry.message) for entry in second.prompt.manifest]
        assert ("shop/invoice.py", 1) in shown
        assert ("shop/invoice.py", 3) in shown


async def test_what_was_not_applied_is_told(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(HARMLESS, "Yes.", "Yes.")) as engine:
        await ask(engine, "Shout in `print_invoice`")
        second = await ask(engine, "Does it shout?", "explain")
        assert "The edit of your last reply was not applied" in second.prompt.messages[-1].content
        assert "No code that is shown above has changed." in second.prompt.messages[-1].content
        await write(engine, "shop/invoice.py", INVOICE.replace("Invoice", "Rechnung"))
        third = await ask(engine, "And now?", "explain")
        assert "Your last edit was applied in part, or its files have been changed since." in (
            third.prompt.messages[-1].content
        )
        check_believed(engine, third.prompt.messages)


async def test_drafts_of_repair_rounds_stay_and_do_not_count(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script(RENAME_DEFINITION, RENAME_USES, "Well.")) as engine:
        first = await ask(engine, "Rename total to grand_total", "refactor")
        assert len(first.attempts) == 2
        second = await ask(engine, "Why?", "explain")
        assert [message.role for message in second.prompt.messages] == ["system", *["user", "assistant"] * 2, "user"]
        check_believed(engine, second.prompt.messages)


async def test_a_conversation_goes_on_after_a_restart_and_can_be_deleted(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script("It sums.")) as engine:
        first = await ask(engine, "What does `total` do?", "explain")
    async with shop_engine(tmp_path, script("So that it is taxed.", "Hello.")) as engine:
        second = await ask(engine, "Why does `total` multiply?", "explain")
        assert second.prompt.messages[:3] == talk_of(first).messages
        assert await engine.conversations.delete("talk")
        third = await ask(engine, "What does `total` do?", "explain")
        assert len(third.prompt.messages) == 2


async def test_without_leave_to_keep_them_they_end_with_the_engine(tmp_path: Path) -> None:
    (tmp_path / "sightline.toml").write_text("[conversations]\nkeep = false\n", "utf-8")
    async with shop_engine(tmp_path, script("It sums.", "Yes.")) as engine:
        await ask(engine, "What does `total` do?", "explain")
        second = await ask(engine, "Sure?", "explain")
        assert len(second.prompt.messages) == 4
        assert not list((tmp_path / "own").rglob("conversations.sqlite3"))
    async with shop_engine(tmp_path, script("Hello.")) as engine:
        assert len((await ask(engine, "Sure?", "explain")).prompt.messages) == 2


async def test_a_turn_that_failed_leaves_the_conversation_as_it_was(tmp_path: Path) -> None:
    replies = script("It sums.") + "%%% reply\nfail: overloaded\n\n\n" + script("Yes.")
    async with shop_engine(tmp_path, replies) as engine:
        first = await ask(engine, "What does `total` do?", "explain")
        with pytest.raises(Exception, match="overloaded"):
            await ask(engine, "Sure?", "explain")
        third = await ask(engine, "Really?", "explain")
        assert third.prompt.messages[:3] == talk_of(first).messages
        assert len(third.prompt.messages) == 4


async def test_a_conversation_too_long_for_the_window_is_fitted_anew_and_that_is_told(tmp_path: Path) -> None:
    words = "and so on " * 900
    replies = "%%% server\nwindow: 6000\n\n" + script(f"First: {words}", f"Second: {words}", "Third.", "Fourth.")
    heard: list[TurnEvent] = []
    async with shop_engine(tmp_path, replies) as engine:
        await ask(engine, "What does `total` do?", "explain")
        await ask(engine, "What does `print_invoice` do?", "explain")
        third = await ask(engine, "And `total` again?", "explain", heard)
        assert any("no longer fits" in event.text for event in heard)
        assert len(third.prompt.messages) == 2
        asked = third.prompt.messages[-1].content
        assert "# Earlier in this conversation" in asked
        assert "1. explain: What does `total` do? (you answered: First: and so on" in asked
        assert "def total" in asked, "its code is chosen anew"
        check_believed(engine, third.prompt.messages)
        fourth = await ask(engine, "Thanks. And now?", "explain")
        assert fourth.prompt.messages[:3] == talk_of(third).messages, "from there on it is extended again"
        assert len(talk_of(fourth).turns) == 4


async def test_what_became_secret_or_vanished_is_not_shown_again(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script("It sums.", "Gone.")) as engine:
        await ask(engine, "What do `total` and `print_invoice` do?", "explain")
        Path(engine.roots[0], "shop/invoice.py").unlink()
        await write(engine, ".gitignore", "cart.py\n")
        second = await ask(engine, "And `print_invoice` and `total` now?", "explain")
        last = second.prompt.messages[-1].content
        assert "`shop/invoice.py`: it is gone. Nothing that is shown of it above holds any more." in last
        assert "`shop/cart.py`: it is ignored" in last
        assert "def " not in last
        assert believed(second.prompt.messages) == {}


SECRET = "ghp_plantedPLANTEDplantedPLANTEDplanted00"


async def test_no_secret_is_in_what_is_kept(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", {"shop/keys.py": f'def key():\n    return "{SECRET}"\n'})
    async with shop_engine(tmp_path, script(f"Say {SECRET}.", "Yes.")) as engine:
        await ask(engine, f"What does `key` return, is it {SECRET}?", "explain")
        await write(engine, "shop/keys.py", f'def key():\n    return ["{SECRET}"]\n')
        second = await ask(engine, "And now?", "explain")
        assert SECRET not in "".join(message.content for message in second.prompt.messages)
        assert "[redacted]" in second.prompt.messages[-1].content
    for file in (tmp_path / "own").rglob("*"):
        if file.is_file() and file.name.startswith("conversations"):
            assert SECRET.encode() not in file.read_bytes()


async def test_two_turns_at_once_wait_for_one_another(tmp_path: Path) -> None:
    async with shop_engine(tmp_path, script("One.", "Two.")) as engine:
        results = await asyncio.gather(ask(engine, "First?", "explain"), ask(engine, "Second?", "explain"))
        assert sorted(len(result.prompt.messages) for result in results) == [2, 4]


@pytest.mark.parametrize("seed", range(6))
async def test_after_any_edits_what_is_shown_as_current_is_in_the_files(tmp_path: Path, seed: int) -> None:
    """Ten turns; between them edits accepted, lines typed, moved and taken out, files made, removed and renamed."""
    chance = random.Random(seed)
    names = ["shop/cart.py", "shop/invoice.py", "shop/extra.py"]
    texts = {
        names[0]: CART + "".join(f"\n\ndef rule_{n}(price):\n    price += {n}\n    return price\n" for n in range(12)),
        names[1]: INVOICE,
        names[2]: "\n".join(f"VALUE_{n} = {n}" for n in range(30)) + "\n",
    }
    write_workspace(tmp_path / "work", texts)
    replies = [
        block("shop/cart.py", f"    price += {n}", f"    price += {n}0\n    price -= 1") if n % 2 else f"Answer {n}."
        for n in range(10)
    ]
    replies_file = script(*replies) + "%%% reply\ntimes: always\n\nHm.\n"
    async with shop_engine(tmp_path, replies_file) as engine:
        before: tuple[Message, ...] = ()
        for turn in range(10):
            task = f"Look at `rule_{turn}` and `VALUE_{chance.randrange(30)}` and `print_invoice`"
            result = await ask(engine, task, "implement" if turn % 2 else "explain")
            messages = talk_of(result).messages
            assert messages[: len(before)] == before
            before = messages
            check_believed(engine, result.prompt.messages)
            if result.verdict is TurnVerdict.ACCEPTED and chance.random() < 0.7:
                await accept(engine, result)
            for _ in range(chance.randrange(3)):
                await write_changed(engine, chance.choice(names), chance)


async def write_changed(engine: Engine, name: str, chance: random.Random) -> None:
    """Types into a file: takes lines out, doubles, changes or moves them; or removes it and makes it again."""
    file = Path(engine.roots[0], name)
    if not file.exists() or chance.random() < 0.1:
        if file.exists() and name == "shop/extra.py":
            file.unlink()
            await engine.rescan()
        else:
            await write(engine, name, "# made anew\nVALUE_1 = 'one'\n")
        return
    lines = file.read_text("utf-8").split("\n")
    first = chance.randrange(len(lines))
    part = lines[first : first + chance.randrange(1, 5)]
    rest = lines[:first] + lines[first + len(part) :]
    kinds = [
        rest,
        lines[:first] + part + lines[first:],
        [*lines[:first], "# typed", *part, "", *lines[first + len(part) :]],
        lines[:first] + [f"# was {line.strip()}" for line in part] + lines[first + len(part) :],
        rest + part,
    ]
    await write(engine, name, "\n".join(chance.choice(kinds)))
