"""The edit journal: undo and redo, merged with what was typed since, kept through crashes, pruned."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.errors import ChangeConflict, SightlineError, SourceUnavailable, UsageError
from sightline.base.memory_system import ManualClock, memory_system
from sightline.base.merge import line_edits
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.sessions.journal import DEFAULT_LIMITS, EditJournal, JournalEntry, JournalLimits

Texts = dict[WorkspacePath, Text]


def path(name: str) -> WorkspacePath:
    return WorkspacePath("/w", name)


def lookup(texts: Texts) -> Callable[[WorkspacePath], Text]:
    def find(wanted: WorkspacePath) -> Text:
        if wanted not in texts:
            raise SourceUnavailable(f"{wanted} does not exist.")
        return texts[wanted]

    return find


def applied(changes: ChangeSet, texts: Texts) -> Texts:
    """What the files say after ``changes``, which must be meant for exactly ``texts``."""
    for touched, digest in changes.base.items():
        assert texts[touched].digest == digest
    after = {**texts, **changes.texts_after(lookup(texts))}
    return {name: text for name, text in after.items() if text is not None}


def replacing(name: str, before: bytes, old: bytes, new: bytes) -> ChangeSet:
    at = before.index(old)
    edit = FileEdit(path=path(name), edits=(TextEdit(Span(at, at + len(old)), new),))
    return ChangeSet(base={path(name): Text(before).digest}, edits=(edit,))


class Session:
    """Files and a journal that follows their edits."""

    def __init__(self, journal: EditJournal, texts: dict[str, bytes]) -> None:
        self.journal = journal
        self.texts: Texts = {path(name): Text(data) for name, data in texts.items()}

    def edit(self, changes: ChangeSet, label: str = "edit", turn: str = "turn") -> JournalEntry:
        entry = self.journal.record(turn=turn, label=label, changes=changes, before=lookup(self.texts))
        self.texts = applied(changes, self.texts)
        return entry

    def undo(self, entry: int) -> None:
        self.texts = applied(self.journal.inverse(entry, lookup(self.texts)), self.texts)
        self.journal.mark_undone(entry)

    def redo(self, entry: int) -> None:
        self.texts = applied(self.journal.forward(entry, lookup(self.texts)), self.texts)
        self.journal.mark_redone(entry)

    def type(self, name: str, old: bytes, new: bytes) -> None:
        data = self.texts[path(name)].data
        assert old in data
        self.texts[path(name)] = Text(data.replace(old, new))

    def bytes(self) -> dict[str, bytes]:
        return {str(name): text.data for name, text in self.texts.items()}


LINES = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"
EVERYTHING = ChangeSet(
    base={
        path("a.py"): Text(LINES).digest,
        path("move.py"): Text(b"m\n2\n3\n").digest,
        path("drop.py"): Text(b"d\n").digest,
        path("empty.py"): Text(b"all\n").digest,
    },
    edits=(
        FileEdit(path=path("a.py"), edits=(TextEdit(Span(2, 3), b"two"), TextEdit(Span(18, 18), b"10\n"))),
        FileEdit(path=path("move.py"), edits=(TextEdit(Span(0, 0), b"# "),)),
        FileEdit(path=path("empty.py"), edits=(TextEdit(Span(0, 4), b""),)),
    ),
    creates=(FileCreate(path=path("made.py"), text=Text(b"made\n")),),
    deletes=(path("drop.py"),),
    renames=(FileRename(old=path("move.py"), new=path("sub/moved.py")),),
)
START = {"a.py": LINES, "move.py": b"m\n2\n3\n", "drop.py": b"d\n", "empty.py": b"all\n"}


@pytest.fixture(name="clock")
def clock_fixture() -> ManualClock:
    return ManualClock(1000.0)


OpenJournal = Callable[..., EditJournal]


@pytest.fixture(name="opened")
def opened_fixture(clock: ManualClock) -> Iterator[OpenJournal]:
    """Opens journals below a folder, and closes them all at the end."""
    journals: list[EditJournal] = []

    def opened(folder: Path, limits: JournalLimits = DEFAULT_LIMITS) -> EditJournal:
        journals.append(EditJournal(replace(memory_system(), clock=clock), f"{folder}/state", limits))
        return journals[-1]

    yield opened
    for journal in journals:
        journal.close()


@pytest.fixture(name="journal")
def journal_fixture(tmp_path: Path, opened: OpenJournal) -> EditJournal:
    return opened(tmp_path)


def test_undo_and_redo_of_every_kind_of_change(journal: EditJournal) -> None:
    session = Session(journal, START)
    entry = session.edit(EVERYTHING)
    after = session.bytes()
    assert after["a.py"] == b"1\ntwo\n3\n4\n5\n6\n7\n8\n9\n10\n"
    assert after["sub/moved.py"] == b"# m\n2\n3\n"
    for _ in range(2):
        session.undo(entry.id)
        assert session.bytes() == START
        session.redo(entry.id)
        assert session.bytes() == after


def test_half_a_character_of_a_label_is_kept_as_an_unknown_one(journal: EditJournal) -> None:
    entry = Session(journal, {"a.py": LINES}).edit(replacing("a.py", LINES, b"1", b"one"), "Cut \ud83d")
    assert entry.label == "Cut \ufffd"
    assert journal.entries() == (entry,)


def test_entries_say_what_when_and_whether_it_stands(journal: EditJournal, clock: ManualClock) -> None:
    session = Session(journal, {"a.py": LINES})
    assert (journal.last(), journal.entries(), journal.last_undone()) == (None, (), None)
    first = session.edit(replacing("a.py", LINES, b"1", b"one"), "first", "t1")
    clock.seconds = 2000.0
    second = session.edit(replacing("a.py", session.bytes()["a.py"], b"2", b"two"), "second", "t2")
    assert first == JournalEntry(id=first.id, turn="t1", label="first", made=1000.0, undone=None)
    assert journal.entries() == (second, first)
    assert journal.entries(1) == (second,)
    assert (journal.last(), journal.find("t1"), journal.find("t3")) == (second, first, None)
    clock.seconds = 3000.0
    journal.mark_undone(second.id)
    assert journal.last() == first
    assert journal.find("t2") is None
    assert journal.last_undone() == replace(second, undone=3000.0)
    journal.mark_redone(second.id)
    assert (journal.last(), journal.last_undone()) == (second, None)


def test_redo_goes_back_in_order_and_ends_with_a_new_edit(journal: EditJournal, clock: ManualClock) -> None:
    session = Session(journal, {"a.py": LINES})
    entries = [session.edit(replacing("a.py", session.bytes()["a.py"], old, old * 2)) for old in (b"1", b"5", b"9")]
    for number, entry in enumerate(reversed(entries), start=1):
        clock.seconds = 2000.0 + number
        session.undo(entry.id)
    undone = journal.last_undone()
    assert undone is not None
    assert undone.id == entries[0].id
    session.redo(undone.id)
    undone = journal.last_undone()
    assert undone is not None
    assert undone.id == entries[1].id
    clock.seconds = 3000.0
    session.edit(replacing("a.py", session.bytes()["a.py"], b"7", b"seven"))
    assert journal.last_undone() is None


def test_undo_keeps_what_was_typed_elsewhere(journal: EditJournal) -> None:
    session = Session(journal, START)
    entry = session.edit(EVERYTHING)
    session.type("a.py", b"6\n", b"six\n")
    session.type("sub/moved.py", b"3\n", b"3\nmore\n")
    session.undo(entry.id)
    assert session.bytes() == START | {"a.py": LINES.replace(b"6", b"six"), "move.py": b"m\n2\n3\nmore\n"}
    session.redo(entry.id)
    assert session.bytes()["a.py"] == b"1\ntwo\n3\n4\n5\nsix\n7\n8\n9\n10\n"
    assert session.bytes()["sub/moved.py"] == b"# m\n2\n3\nmore\n"


@pytest.mark.parametrize(
    ("disturbed", "paths"),
    [
        ({"a.py": b"1\nTWO\n3\n4\n5\n6\n7\n8\n9\n10\n"}, ("a.py",)),
        ({"a.py": b"1\ntwo\nthe very next line\n4\n5\n6\n7\n8\n9\n10\n"}, ("a.py",)),
        ({"made.py": b"changed\n"}, ("made.py",)),
        ({"a.py": None}, ("a.py",)),
        ({"drop.py": b"made again\n"}, ("drop.py",)),
        ({"move.py": b"made again\n"}, ("move.py",)),
        ({"sub/moved.py": None}, ("sub/moved.py",)),
        ({"a.py": b"all new", "made.py": b"changed\n"}, ("a.py", "made.py")),
    ],
)
def test_undo_refuses_what_it_cannot_keep_and_names_it(
    journal: EditJournal, disturbed: dict[str, bytes | None], paths: tuple[str, ...]
) -> None:
    session = Session(journal, START)
    entry = session.edit(EVERYTHING)
    for name, data in disturbed.items():
        session.texts.pop(path(name), None)
        if data is not None:
            session.texts[path(name)] = Text(data)
    with pytest.raises(ChangeConflict) as caught:
        journal.inverse(entry.id, lookup(session.texts))
    assert caught.value.paths == paths
    assert all(name in caught.value.message for name in paths)
    assert caught.value.hint


def test_undo_of_what_is_undone_already_changes_nothing(journal: EditJournal) -> None:
    session = Session(journal, {"a.py": LINES})
    entry = session.edit(replacing("a.py", LINES, b"5", b"five"))
    session.texts[path("a.py")] = Text(LINES)
    assert journal.inverse(entry.id, lookup(session.texts)).is_empty


def test_without_present_texts_the_inverse_is_the_exact_one(journal: EditJournal) -> None:
    session = Session(journal, START)
    entry = session.edit(EVERYTHING)
    assert journal.inverse(entry.id) == EVERYTHING.inverse(lookup(Session(journal, START).texts))
    assert journal.forward(entry.id) == EVERYTHING


def test_a_wrong_text_before_is_a_bug_that_is_noticed(journal: EditJournal) -> None:
    with pytest.raises(AssertionError, match="not the text"):
        journal.record(turn="", label="", changes=replacing("a.py", LINES, b"1", b"x"), before=lambda _: Text(b"other"))
    assert journal.entries() == ()


def test_unknown_entries(journal: EditJournal) -> None:
    for call in (journal.mark_undone, journal.mark_redone, journal.inverse, journal.forward):
        with pytest.raises(UsageError) as caught:
            call(99)
        assert caught.value.kind == "no_such_entry"


def test_undo_in_any_order_of_many_disjoint_edits(journal: EditJournal) -> None:
    choose = random.Random(5)
    start = b"".join(b"line %d\n" % number for number in range(40))
    session = Session(journal, {"a.py": start})
    entries: list[int] = []
    for number in range(0, 40, 4):
        before = session.bytes()["a.py"]
        entries.append(session.edit(replacing("a.py", before, b"line %d\n" % number, b"x\ny\n" * (number % 3))).id)
    choose.shuffle(entries)
    for entry in entries:
        session.undo(entry)
    assert session.bytes() == {"a.py": start}


def test_it_is_there_after_closing(tmp_path: Path, opened: OpenJournal) -> None:
    journal = opened(tmp_path)
    session = Session(journal, START)
    entry = session.edit(EVERYTHING)
    journal.close()
    journal.close()
    session.journal = opened(tmp_path)
    session.undo(entry.id)
    assert session.bytes() == START
    with pytest.raises(SightlineError) as caught:
        journal.last()
    assert caught.value.kind == "database"


def test_old_and_large_entries_are_pruned_the_newest_never(
    tmp_path: Path, clock: ManualClock, opened: OpenJournal
) -> None:
    journal = opened(tmp_path, JournalLimits(seconds=100, size=3000))
    session = Session(journal, {"a.py": b"0\n"})
    old = session.edit(replacing("a.py", b"0\n", b"0", b"1"))
    clock.seconds = 1100.0
    session.edit(replacing("a.py", b"1\n", b"1", b"2"))
    assert len(journal.entries()) == 2, "a hundred seconds old is young enough"
    clock.seconds = 1100.5
    session.edit(replacing("a.py", b"2\n", b"2", b"3"))
    assert old.id not in {entry.id for entry in journal.entries()}
    noise = random.Random(1).randbytes(2000)
    newest = session.edit(replacing("a.py", b"3\n", b"3", noise.hex().encode()))
    newest = session.edit(replacing("a.py", session.bytes()["a.py"], noise.hex().encode(), noise[::-1].hex().encode()))
    assert journal.entries() == (newest,)
    session.undo(newest.id)
    with sqlite3.connect(f"{tmp_path}/state/edits.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM text").fetchone() == (1,), "texts go with their entries"
    connection.close()


def test_only_its_user_can_read_it(tmp_path: Path, opened: OpenJournal) -> None:
    session = Session(opened(tmp_path), {"a.py": LINES})
    session.edit(replacing("a.py", LINES, b"1", b"one"))
    assert os.stat(tmp_path / "state").st_mode & 0o077 == 0
    assert {os.stat(file).st_mode & 0o077 for file in (tmp_path / "state").iterdir()} == {0}


def test_threads_and_processes_may_share_it(tmp_path: Path, opened: OpenJournal) -> None:
    journals = [opened(tmp_path), opened(tmp_path)]
    change = replacing("a.py", LINES, b"5", b"five")

    def record(number: int) -> None:
        for _ in range(10):
            journals[number % 2].record(turn=str(number), label="", changes=change, before=lambda _: Text(LINES))

    threads = [threading.Thread(target=record, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journals[0].entries()) == len(journals[1].entries()) == 40


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path, opened: OpenJournal) -> None:
    (tmp_path / "state").write_text("a file in its place")
    with pytest.raises(SightlineError) as caught:
        opened(tmp_path)
    assert caught.value.kind == "database"
    assert caught.value.hint


def test_damage_is_said_and_nothing_is_deleted(tmp_path: Path, opened: OpenJournal) -> None:
    journal = opened(tmp_path)
    entry = Session(journal, {"a.py": LINES}).edit(replacing("a.py", LINES, b"1", b"one"))
    with sqlite3.connect(f"{tmp_path}/state/edits.sqlite3") as connection:
        connection.execute("UPDATE entry SET inverse = x'00'")
    connection.close()
    with pytest.raises(SightlineError) as caught:
        journal.inverse(entry.id)
    assert caught.value.kind == "database"
    assert journal.last() == entry


WRITER = """
import sys
from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.sessions.journal import EditJournal

journal = EditJournal(memory_system(), sys.argv[1])
path, number, text = WorkspacePath("/w", "a.py"), 0, Text(b"0")
while True:
    new = str(number + 1).encode()
    changes = ChangeSet(
        base={path: text.digest}, edits=(FileEdit(path=path, edits=(TextEdit(Span(0, len(text)), new),)),)
    )
    journal.record(turn=str(number), label="", changes=changes, before=lambda _: text)
    number, text = number + 1, Text(new)
    print(number, flush=True)
"""


def test_kill_9_while_writing_loses_nothing_that_was_recorded(tmp_path: Path, opened: OpenJournal) -> None:
    choose = random.Random(3)
    for round_number in range(3):
        folder = tmp_path / str(round_number)
        command = [sys.executable, "-c", WRITER, f"{folder}/state"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = 0
            for _ in range(choose.randint(5, 60)):
                told = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            told = max([told, *map(int, process.stdout.read().split())])
        journal = opened(folder)
        newest = journal.last()
        assert newest is not None
        assert int(newest.turn) + 1 in (told, told + 1)
        assert len(journal.entries()) == int(newest.turn) + 1
        after = Text(str(int(newest.turn) + 1).encode())
        undone = journal.inverse(newest.id, lambda _, after=after: after)
        assert after.apply(undone.edits[0].edits).data == newest.turn.encode()
        assert line_edits(after, after) == ()
