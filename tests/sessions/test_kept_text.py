"""Lines kept around edits: what they cost, and that an undo merged with later typing is the one of the whole text."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.base.changes import ChangeSet, FileEdit, FileRename
from sightline.base.errors import ChangeConflict, SightlineError
from sightline.base.memory_system import memory_system
from sightline.base.merge import line_edits, rebase
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.sessions.change_json import dump_changes
from sightline.sessions.journal import EditJournal
from sightline.sessions.kept_text import KeptText
from support.patience import least_cpu_seconds

A, B = WorkspacePath("/w", "a.py"), WorkspacePath("/w", "b.py")


@pytest.fixture(name="journal")
def journal_fixture(tmp_path: Path) -> Iterator[EditJournal]:
    journal = EditJournal(memory_system(), f"{tmp_path}/state")
    yield journal
    journal.close()


def code(lines: int) -> bytes:
    """Text like a program's: some lines occur once, many often, some are blank."""
    parts: list[bytes] = []
    for number in range(lines // 5):
        parts += [b"def f%d(x):\n" % number, b"    y = x + %d\n" % (number % 7), b"    return y\n", b"\n", b"\n"]
    return b"".join(parts)


def change(before: Text, after: Text, path: WorkspacePath = A) -> ChangeSet:
    return ChangeSet(base={path: before.digest}, edits=(FileEdit(path=path, edits=line_edits(before, after)),))


def lookup(text: Text, path: WorkspacePath = A) -> Callable[[WorkspacePath], Text]:
    def find(wanted: WorkspacePath) -> Text:
        if wanted != path:
            raise SightlineError(f"{wanted} is not there")
        return text

    return find


def without(journal: EditJournal, entry: int, now: Text, path: WorkspacePath = A) -> bytes:
    """What ``now`` is without an entry."""
    inverse = journal.inverse(entry, lookup(now, path))
    return next((now.apply(edit.edits).data for edit in inverse.edits), now.data)


def size_of(folder: Path) -> int:
    with sqlite3.connect(f"{folder}/state/edits.sqlite3") as connection:
        rows = connection.execute("SELECT size FROM entry").fetchall()
    connection.close()
    return sum(size for (size,) in rows)


def test_one_line_of_a_long_file_costs_about_as_much_as_of_a_short_one(tmp_path: Path) -> None:
    sizes: list[int] = []
    for number, lines in enumerate((500, 10_000, 100_000)):
        journal = EditJournal(memory_system(), f"{tmp_path}/{number}/state")
        before = Text(code(lines))
        after = Text(before.data.replace(b"def f50(x):", b"def f50(x, z):"))
        journal.record(turn="", label="", changes=change(before, after), before=lookup(before))
        journal.close()
        sizes.append(size_of(tmp_path / str(number)))
    assert max(sizes) < 1_200
    assert max(sizes) - min(sizes) < 150


def test_short_files_are_kept_whole_and_once(tmp_path: Path, journal: EditJournal) -> None:
    before = Text(code(60))
    after = Text(before.data.replace(b"def f3", b"def g3"))
    for _ in range(2):
        journal.record(turn="", label="", changes=change(before, after), before=lookup(before))
    with sqlite3.connect(f"{tmp_path}/state/edits.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM text").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM kept_text").fetchone() == (0,)
    connection.close()


def test_without_later_typing_a_long_file_comes_back_to_the_byte(journal: EditJournal) -> None:
    before = Text(code(10_000).replace(b"\n", b"\r\n")[:-2])
    after = Text(before.data.replace(b"def f7(x):", b"def g(x):").replace(b"def f1999(x):\r\n", b"")[1:] + b"!")
    entry = journal.record(turn="", label="", changes=change(before, after), before=lookup(before)).id
    assert without(journal, entry, after) == before.data
    forward = journal.forward(entry, lookup(before))
    assert before.apply(forward.edits[0].edits) == after
    (_, second, *_) = journal.hunks(entry)
    assert (second.line, second.removed, second.added) == (36, "def f7(x):\r\n", "def g(x):\r\n")


def test_a_moved_file_is_found_under_its_paths(journal: EditJournal) -> None:
    before = Text(code(1_000))
    after = Text(before.data.replace(b"def f100", b"def g100"))
    changes = replace(change(before, after), renames=(FileRename(old=A, new=B),))
    entry = journal.record(turn="", label="", changes=changes, before=lookup(before)).id
    typed = Text(b"# typed\n" + after.data)
    inverse = journal.inverse(entry, lookup(typed, B))
    assert typed.apply(inverse.edits[0].edits).data == b"# typed\n" + before.data
    again = Text(b"# typed\n" + before.data)
    assert again.apply(journal.forward(entry, lookup(again)).edits[0].edits) == typed


TYPED: dict[str, Callable[[bytes], bytes]] = {
    "above": lambda data: b"import os\n" * 500 + data,
    "below": lambda data: data + b"more\n" * 500,
    "both": lambda data: b"import os\n\n" * 50 + data + b"more\n",
    "most of it is gone": lambda data: data[data.index(b"def f490") : data.index(b"def f511")],
    "near": lambda data: data.replace(b"def f497(x):", b"def f497(x, y):").replace(b"def f503(x):", b"# here\n"),
    "all indented": lambda data: b"class C:\n" + b"".join(b"    " + line for line in data.splitlines(keepends=True)),
    "a copy of it before": lambda data: data[:2_000] + data[data.index(b"def f480") : data.index(b"def f520")] + data,
}


@pytest.mark.parametrize("typed", ["above", "below", "both", "most of it is gone", "near"])
def test_what_was_typed_since_stays(journal: EditJournal, typed: str) -> None:
    before = Text(code(5_000))
    after = Text(before.data.replace(b"def f500(x):\n", b"def f500(x, *, new):\n    # why\n"))
    entry = journal.record(turn="", label="", changes=change(before, after), before=lookup(before)).id
    now, wanted = Text(TYPED[typed](after.data)), TYPED[typed](before.data)
    assert without(journal, entry, now) == wanted
    forward = journal.forward(entry, lookup(Text(wanted)))
    assert Text(wanted).apply(forward.edits[0].edits) == now


@pytest.mark.parametrize("typed", ["all indented", "a copy of it before"])
def test_a_place_in_doubt_is_that_of_the_whole_text_or_a_conflict(journal: EditJournal, typed: str) -> None:
    before = Text(code(5_000))
    after = Text(before.data.replace(b"def f500(x):\n", b"def f500(x, *, new):\n    # why\n"))
    changes = change(before, after)
    entry = journal.record(turn="", label="", changes=changes, before=lookup(before)).id
    now = Text(TYPED[typed](after.data))
    wanted = [b"conflict"]
    with suppress(ChangeConflict):
        merged = rebase(changes.inverse(lookup(before)), {A: after}, {A: now})
        wanted.append(now.apply(merged.edits[0].edits).data)
    try:
        done = without(journal, entry, now)
    except ChangeConflict:
        done = b"conflict"
    assert done in wanted


def test_the_same_line_edited_since_is_a_conflict(journal: EditJournal) -> None:
    before = Text(code(5_000))
    after = Text(before.data.replace(b"def f500(x):", b"def f500(x, z):"))
    entry = journal.record(turn="", label="", changes=change(before, after), before=lookup(before)).id
    for now in (after.data.replace(b"def f500(x, z):", b"def f500():"), b"something else\n" * 5_000, b""):
        with pytest.raises(ChangeConflict):
            journal.inverse(entry, lookup(Text(now)))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_typed_an_undo_is_that_of_the_whole_text_or_a_conflict(journal: EditJournal, seed: int) -> None:
    choose = random.Random(seed)
    refused = tried = 0
    for _ in range(25):
        before = Text(code(1_500))
        after = _typed(choose, before, 2)
        changes = change(before, after)
        entry = journal.record(turn="", label="", changes=changes, before=lookup(before)).id
        now = _typed(choose, after, choose.randint(1, 6))
        inverse = changes.inverse(lookup(before))
        try:
            merged = rebase(inverse, {A: after}, {A: now})
        except ChangeConflict:
            continue
        tried += 1
        try:
            assert without(journal, entry, now) == next((now.apply(e.edits).data for e in merged.edits), now.data)
        except ChangeConflict:
            refused += 1
    assert tried > 10
    assert refused <= 1


def _typed(choose: random.Random, text: Text, times: int) -> Text:
    lines = text.data.splitlines(keepends=True)
    for _ in range(times):
        at = choose.randrange(len(lines))
        new = [b"typed %d\n" % choose.randrange(10**6), *lines[choose.randrange(len(lines)) :][:2]]
        lines[at : at + choose.randint(0, 3)] = new[: choose.randint(0, 3)]
    return Text(b"".join(lines))


def test_lines_that_are_surely_old_are_told_and_no_others(journal: EditJournal) -> None:
    before = Text(code(5_000))
    after = Text(before.data.replace(b"def f500(x):", b"def f500(x, z):"))
    entry = journal.record(turn="", label="", changes=change(before, after), before=lookup(before)).id
    now = Text(after.data + b"new_below()\n")
    known = journal.leads_back_to(entry, lookup(now))[A].data.split(b"\n")
    assert b"def f500(x):" in known and b"def f500(x, z):" not in known
    assert b"def f3(x):" in known, "nothing changed above, so this is what stood there"
    assert b"new_below()" not in known
    forth = journal.leads_to(entry, lookup(Text(before.data)))[A].data.split(b"\n")
    assert b"def f500(x, z):" in forth and b"def f999(x):" in forth


def test_entries_of_former_releases_can_be_undone(tmp_path: Path) -> None:
    """Their databases hold whole texts; the first two migrations made them."""
    before = Text(code(1_000))
    after = Text(before.data.replace(b"def f100", b"def g100"))
    changes = change(before, after)
    (tmp_path / "state").mkdir()
    made = memory_system().clock.now()
    with sqlite3.connect(f"{tmp_path}/state/edits.sqlite3") as connection:
        connection.executescript(FORMER)
        values = (1, "t", "old", made, 10, dump_changes(changes), dump_changes(changes.inverse(lookup(before))))
        connection.execute(
            "INSERT INTO entry (id, turn, label, made, size, forward, inverse) VALUES (?,?,?,?,?,?,?)", values
        )
        connection.execute("INSERT INTO text VALUES (?, ?)", (after.digest, zlib.compress(after.data)))
        connection.execute("INSERT INTO entry_text VALUES (1, ?)", (after.digest,))
    connection.close()
    journal = EditJournal(memory_system(), f"{tmp_path}/state")
    typed = Text(b"# typed\n" + after.data)
    assert without(journal, 1, typed) == b"# typed\n" + before.data
    newer = journal.record(turn="", label="", changes=change(typed, Text(typed.data + b"x\n")), before=lookup(typed))
    assert without(journal, newer.id, Text(typed.data + b"x\n")) == typed.data
    assert [entry.label for entry in journal.entries()] == ["", "old"]
    journal.close()


FORMER = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, turn TEXT NOT NULL, label TEXT NOT NULL, made REAL NOT NULL, undone REAL,
    size INTEGER NOT NULL, forward BLOB NOT NULL, inverse BLOB NOT NULL
);
CREATE INDEX entry_turn ON entry (turn);
CREATE TABLE text (digest TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE entry_text (
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    digest TEXT NOT NULL REFERENCES text (digest), PRIMARY KEY (entry, digest)
) WITHOUT ROWID;
CREATE INDEX entry_text_digest ON entry_text (digest);
ALTER TABLE entry ADD COLUMN accepted TEXT NOT NULL DEFAULT '[]';
PRAGMA user_version=2;
"""


def test_what_was_written_is_read_again_and_damage_is_said() -> None:
    text = Text(code(1_000))
    kept = KeptText.around(text, [Span(40, 50), Span(9_000, 9_010)])
    assert kept.text is None
    assert KeptText.load(kept.dump(), kept.digest) == kept
    assert kept.edited((TextEdit(Span(40, 50), b"\n\n"),), "d").pieces[1].line == kept.pieces[1].line + 2
    for damaged in (
        b"",
        b"x",
        zlib.compress(b"{}"),
        kept.dump()[:-9],
        zlib.compress(zlib.decompress(kept.dump())[:-9]),
    ):
        with pytest.raises(ValueError, match="kept text"):
            KeptText.load(damaged, kept.digest)


def test_many_edits_of_a_long_file_cost_no_more_than_each_of_them() -> None:
    """Undo waits for this: 500 edits once took 4 s, because each was looked for in every piece of every other."""
    text = Text(b"".join(b"line %d of a long file\n" % number for number in range(70_000)))
    starts = [text.line_starts[number] for number in range(50, 69_900, 140)]
    edits = [TextEdit(Span(start, start + 4), b"LINE!") for start in starts]
    kept = KeptText.around(text, (edit.span for edit in edits))
    assert len(kept.pieces) == len(edits)
    after = kept.edited(edits, "told")
    assert least_cpu_seconds(lambda: kept.edited(edits, "told"), 1) < 1
    assert [piece.data.count(b"LINE!") for piece in after.pieces] == [1] * len(edits)
