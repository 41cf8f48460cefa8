"""Conversations on disk: they survive a restart, stay within bounds, hold no secrets and can be deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.memory_system import ManualClock, memory_system
from sightline.base.paths import WorkspacePath
from sightline.context.candidates import Step
from sightline.context.known import KnownFile, line_digests
from sightline.models.messages import Message
from sightline.prompts.build import ManifestEntry
from sightline.prompts.conversation import Conversation, PastTurn
from sightline.sessions.conversations import DEFAULT_LIMITS, ConversationLimits, ConversationStore
from support.secrets import SECRETS

FILE = WorkspacePath("/w", "shop/cart.py")
SYSTEM = memory_system()

#: Those that are recognised by their shape, wherever they stand.
PLANTED = tuple(SECRETS[number] for number in (0, 1, 2, 5, 8, 9))


def conversation(name: str = "first", turns: int = 1, reply: str = "Done.") -> Conversation:
    """A conversation with everything in it that one can hold."""
    messages = [Message(role="system", content="Rules")]
    for number in range(turns):
        messages += [Message(role="user", content=f"Task {number}"), Message(role="assistant", content=reply)]
    entry = ManifestEntry(
        path="shop/cart.py",
        start_line=1,
        end_line=2,
        form="full",
        tokens=5,
        reasons=("calls `rate`",),
        name="total",
        digest="d1",
        version=3,
        message=1,
        chain=(Step(path=FILE, name="total", line=1, reason="calls `rate`"),),
    )
    return Conversation(
        name=name,
        messages=tuple(messages),
        known={FILE: KnownFile(digest="d1", lines=line_digests(["a", "b", "ü"]), shown=((1, 1), (3, 3)))},
        manifest=(entry,),
        turns=tuple(
            PastTurn(
                turn=f"t{number}",
                task_type="fix",
                task=f"Task {number}",
                reply=reply,
                verdict="accepted",
                changes={FILE: ("d1", "d2")},
            )
            for number in range(turns)
        ),
        task_type="fix",
        edit_format="search_replace",
        model="local",
        private=True,
    )


def store(folder: Path, limits: ConversationLimits = DEFAULT_LIMITS) -> ConversationStore:
    return ConversationStore(SYSTEM, str(folder), limits)


def test_a_conversation_goes_on_after_a_restart(tmp_path: Path) -> None:
    before = store(tmp_path)
    before.save(conversation(turns=1))
    before.save(conversation(turns=2))
    before.close()
    after = store(tmp_path)
    assert after.load("first") == conversation(turns=2)
    assert after.load("second") is None
    assert [(each.name, each.turns, each.task) for each in after.listed()] == [("first", 2, "Task 0")]


def test_no_secret_of_a_task_or_a_reply_is_kept(tmp_path: Path) -> None:
    own = store(tmp_path)
    for number, secret in enumerate(PLANTED):
        plain = conversation(f"c{number}", reply=f"I would write {secret} here.")
        own.save(replace(plain, turns=(replace(plain.turns[0], task=f"Use {secret}"),)))
        kept = own.load(f"c{number}")
        assert kept is not None
        assert secret not in kept.messages[-1].content
        assert secret not in kept.turns[0].task + kept.turns[0].reply
    own.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not [secret for secret in PLANTED if secret.encode() in written]


def test_what_is_deleted_is_gone_from_the_disk(tmp_path: Path) -> None:
    own = store(tmp_path)
    plain = conversation("mine")
    own.save(replace(plain, turns=(replace(plain.turns[0], task="An unheard-of task"),)))
    own.save(conversation("other"))
    assert own.delete("mine")
    assert not own.delete("mine"), "it is gone already"
    assert own.load("mine") is None
    assert own.delete_all() == 1
    assert own.listed() == ()
    own.close()
    assert b"unheard-of" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    own = store(tmp_path / "made")
    own.save(conversation())
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "made").iterdir()} == {0o600}
    own.close()


def test_old_ones_and_too_many_are_dropped_and_the_newest_is_kept(tmp_path: Path) -> None:
    clock = SYSTEM.clock
    assert isinstance(clock, ManualClock)
    own = store(tmp_path, ConversationLimits(seconds=100, most=3))
    for number in range(5):
        own.save(conversation(f"c{number}"))
        clock.seconds += 1
    assert [each.name for each in own.listed()] == ["c4", "c3", "c2"]
    clock.seconds += 200
    own.save(conversation("late"))
    assert [each.name for each in own.listed()] == ["late"]
    small = store(tmp_path, ConversationLimits(size=1))
    small.save(conversation("huge"))
    assert [each.name for each in small.listed()] == ["huge"], "the newest stays, however large"


def test_one_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    own = store(tmp_path)
    own.save(conversation())
    own._connection.execute("UPDATE conversation SET content = x'00'")  # pyright: ignore[reportPrivateUsage]  no door writes such bytes
    assert own.load("first") is None


def test_one_that_cannot_be_read_is_set_aside_and_the_new_turns_are_kept(tmp_path: Path) -> None:
    own = store(tmp_path)
    old = conversation(turns=2)
    for _ in range(2):
        own.save(old)
        own._connection.execute("UPDATE conversation SET content = x'00'")  # pyright: ignore[reportPrivateUsage]  no door writes such bytes
        new = replace(conversation(), turns=(replace(conversation().turns[0], turn="n0", task="A new task"),))
        own.save(new)
        assert own.load("first") == new
        own.delete("first")
    aside = [(each.name, each.turns) for each in own.listed()]
    assert aside == [("first (unread 2)", 2), ("first (unread 1)", 2)]


def test_all_turns_are_kept_beside_one_that_cannot_be_read(tmp_path: Path) -> None:
    """As after a time in which the disk failed: the conversation went on in memory, and another process wrote."""
    own = store(tmp_path)
    own.save(conversation(turns=2))
    own._connection.execute("UPDATE conversation SET content = x'00'")  # pyright: ignore[reportPrivateUsage]  as above
    mine = conversation(turns=2)
    mine = replace(mine, turns=(mine.turns[0], replace(mine.turns[1], turn="mine")))
    own.save(mine)
    assert own.load("first") == mine


def test_turns_of_two_processes_in_one_conversation_stay_beside_each_other(tmp_path: Path) -> None:
    one, other = store(tmp_path), store(tmp_path)
    one.save(replace(conversation(turns=2), private=True))
    begun = conversation(turns=2)
    for process, name in ((one, "a"), (other, "b")):
        process.save(replace(begun, turns=(*begun.turns, replace(begun.turns[0], turn=name)), private=process is one))
    found = one.load("first")
    assert found is not None
    assert [turn.turn for turn in found.turns] == ["t0", "t1", "a", "b"]
    assert found.private, "what a private model was told is among it"
    assert [each.turns for each in other.listed()] == [4]


def test_whoever_only_reads_finds_nothing_too_old(tmp_path: Path) -> None:
    clock = SYSTEM.clock
    assert isinstance(clock, ManualClock)
    own = store(tmp_path, ConversationLimits(seconds=100))
    for look in (own.listed, lambda: own.said(5), lambda: own.load("first") or ()):
        own.save(conversation())
        assert look()
        clock.seconds += 101
        assert look() == ()
        assert own._connection.execute("SELECT count(*) FROM turn").fetchone() == (0,)  # pyright: ignore[reportPrivateUsage]  it is gone, not hidden


def test_the_size_is_in_bytes(tmp_path: Path) -> None:
    own = store(tmp_path, ConversationLimits(size=60_000))
    own.save(conversation("wide", reply="日" * 15_000))
    own.save(conversation("second", reply="日" * 10_000))
    assert [each.name for each in own.listed()] == ["second"], "75,000 bytes in 25,000 characters"


@pytest.mark.parametrize("changes", ["[[", "[1]", '[["/w", "../a.py", "d1", "d2"]]'])
def test_one_whose_turns_cannot_be_read_counts_as_none(tmp_path: Path, changes: str) -> None:
    own = store(tmp_path)
    own.save(conversation())
    own._connection.execute("UPDATE turn SET changes = ?", (changes,))  # pyright: ignore[reportPrivateUsage]  as above
    assert own.load("first") is None


def test_half_a_character_of_a_task_or_a_reply_is_kept_as_an_unknown_one(tmp_path: Path) -> None:
    """Editors and models can send it, escaped in JSON."""
    own = store(tmp_path)
    plain = conversation("a\ud83d", reply="Done \ude00.")
    own.save(replace(plain, turns=(replace(plain.turns[0], task="Cut \ud83d"),)))
    kept = own.load("a\ud83d")
    assert kept is not None
    assert (kept.turns[0].task, kept.turns[0].reply) == ("Cut \ufffd", "Done \ufffd.")
    assert own.delete("a\ud83d")


@pytest.mark.parametrize("name", ["", "ünï", "a'b;--", "x" * 200])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    own = store(tmp_path)
    own.save(conversation(name))
    assert own.load(name) == conversation(name)
