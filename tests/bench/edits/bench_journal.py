"""What an applied edit costs in the journal, and whether what it keeps is enough to merge an undo with later typing.

    python tests/bench/edits/bench_journal.py --repositories DIR [--edits 400] [--seed 7]

One line is edited in files drawn by a seed, as many short ones as long ones. Counted are the bytes of the journal's
entry and of one that keeps the whole text, compressed. Then lines are typed, moved and removed elsewhere in the file,
and the undo is compared with the one merged by the whole text: it must be the same, or refused. Writes
``tests/bench/results/journal.json``.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from pathlib import Path

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.errors import ChangeConflict
from sightline.base.memory_system import memory_system
from sightline.base.merge import rebase
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text, TextEdit
from sightline.sessions.change_json import dump_changes
from sightline.sessions.journal import EditJournal
from sightline.sessions.kept_text import KeptText

TESTS = Path(__file__).resolve().parents[2]
RESULTS = TESTS / "bench/results/journal.json"
SUFFIXES = frozenset((".py", ".ts", ".go", ".c", ".rs", ".java"))
#: Lines of a file, at most.
CLASSES = (200, 1_000, 3_000, 1_000_000)
PATH = WorkspacePath("/w", "a")


def main() -> int:
    """Answers 1 if an undo differs from the one that the whole text leads to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, default=TESTS.parent)
    parser.add_argument("--edits", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    choose = random.Random(options.seed)
    rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    undone: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as work:
        journal = EditJournal(memory_system(), f"{work}/state")
        for number, files in _drawn(options.repositories, choose, options.edits).items():
            for text in files:
                entry, changes, after = _edited(journal, text, choose)
                whole = len(dump_changes(changes)) + len(dump_changes(changes.inverse(lambda _, text=text: text)))
                inverse = changes.inverse(lambda _, text=text: text).edits[0].edits
                kept = KeptText.around(after, [edit.span for edit in inverse])
                packed = len(zlib.compress(after.data))
                rows[number].append((whole + (packed if kept.text else len(kept.dump())), whole + packed))
                undone[_compared(journal, entry, changes, text, _typed(after, choose))] += 1
        journal.close()
    summary = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "seed": options.seed,
        "one_line_edited": [
            {
                "lines_at_most": number,
                "edits": len(found),
                "bytes_median": statistics.median(kept for kept, _ in found),
                "bytes_most": max(kept for kept, _ in found),
                "bytes_with_the_whole_text_median": statistics.median(whole for _, whole in found),
                "bytes_with_the_whole_text_most": max(whole for _, whole in found),
            }
            for number, found in sorted(rows.items())
        ],
        "undone_after_typing": dict(sorted(undone.items())),
    }
    print(json.dumps(summary, indent=2))
    RESULTS.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 1 if undone["differs"] else 0


def _drawn(folder: Path, choose: random.Random, edits: int) -> dict[int, list[Text]]:
    """Texts of files, as many of each class of length."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    choose.shuffle(paths)
    found: dict[int, list[Text]] = {number: [] for number in CLASSES}
    for path in paths:
        text = Text(path.read_bytes())
        number = next(most for most in CLASSES if text.line_count <= most)
        if text.line_count > 20 and len(found[number]) < edits // len(CLASSES):
            found[number].append(text)
        if all(len(texts) == edits // len(CLASSES) for texts in found.values()):
            break
    return {number: texts for number, texts in found.items() if texts}


def _edited(journal: EditJournal, text: Text, choose: random.Random) -> tuple[int, ChangeSet, Text]:
    span = text.line_span(choose.randrange(text.line_count))
    edit = TextEdit(span, text.data[span.start : span.end] + b"  edited")
    changes = ChangeSet(base={PATH: text.digest}, edits=(FileEdit(path=PATH, edits=(edit,)),))
    entry = journal.record(turn="", label="", changes=changes, before=lambda _: text)
    return entry.id, changes, text.apply((edit,))


def _typed(text: Text, choose: random.Random) -> Text:
    """Some lines are new, some gone, some elsewhere."""
    lines = text.data.splitlines(keepends=True)
    for _ in range(choose.randint(1, 8)):
        at = choose.randrange(len(lines))
        other = choose.randrange(len(lines))
        new = [b"typed %d\n" % choose.randrange(10**9), *lines[other : other + choose.randint(0, 20)]]
        lines[at : at + choose.choice((0, 0, 1, 3))] = new[: choose.randint(0, len(new))]
    return Text(b"".join(lines))


def _compared(journal: EditJournal, entry: int, changes: ChangeSet, before: Text, now: Text) -> str:
    after = changes.texts_after(lambda _: before)[PATH]
    assert after is not None
    try:
        wanted = _applied(rebase(changes.inverse(lambda _: before), {PATH: after}, {PATH: now}), now)
    except ChangeConflict:
        wanted = None
    try:
        done = _applied(journal.inverse(entry, lambda _: now), now)
    except ChangeConflict:
        return "refused by both" if wanted is None else "refused, though the whole text tells the place"
    return "the same" if done == wanted else "done, though the whole text does not" if wanted is None else "differs"


def _applied(changes: ChangeSet, now: Text) -> Text:
    return now.apply(changes.edits[0].edits) if changes.edits else now


if __name__ == "__main__":
    sys.exit(main())
