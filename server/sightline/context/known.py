"""What somebody was shown of files before, and what of it no longer stands: pure arithmetic of lines, one file a time.

Files are remembered as digests of their lines, never as text: enough to tell where they changed, and nothing to steal.
Numbers of lines are one-based; a range that was shown is kept in the numbers of the text seen last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sightline.base.line_hunks import Hunk, line_hunks
from sightline.base.paths import WorkspacePath
from sightline.context.candidates import Gate
from sightline.context.ranges import Lines, joined, overlap, without
from sightline.context.slices import ShownFile
from sightline.context.source import SourceLines, source_lines
from sightline.graph.view import GraphView

#: A change is shown with the definition around it up to so many lines, a longer one with so many lines on either side.
WHOLE_DEFINITION, AROUND = 40, 3

#: Bytes of the digest of a line.
DIGEST_SIZE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file as it was seen last: digests of its text and of each line, and the lines that were shown."""

    digest: str
    lines: tuple[bytes, ...]
    shown: tuple[Lines, ...]


Known = Mapping[WorkspacePath, KnownFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """What became of lines that were shown, in old and in new numbers.

    ``superseded``: the text of these old lines is now that of the new ones, which are in ``again``. ``moved``: the same
    text has other numbers. ``source`` is the file as it is now, ``None`` where there is none or it may not be shown,
    which ``gone`` tells.
    """

    path: WorkspacePath
    source: SourceLines | None
    gone: str = ""
    superseded: tuple[tuple[Lines, Lines], ...] = ()
    moved: tuple[tuple[Lines, Lines], ...] = ()

    @property
    def again(self) -> tuple[Lines, ...]:
        """The new lines that must be shown."""
        return joined(new for _, new in self.superseded)


def line_digests(lines: Iterable[str]) -> tuple[bytes, ...]:
    """The digest of each line."""
    return tuple(blake2b(line.encode("utf-8", "replace"), digest_size=DIGEST_SIZE).digest() for line in lines)


def learned(known: Known, shown: Iterable[ShownFile]) -> Known:
    """``known`` and what a context shows; files that are in both must be of one text (:func:`catch_up`)."""
    grown = dict(known)
    for file in shown:
        before = grown.get(file.path)
        if not file.ranges:
            continue
        assert before is None or before.digest == file.digest, f"{file.path} is known as another text"
        grown[file.path] = KnownFile(
            digest=file.digest,
            lines=before.lines if before else line_digests(file.lines),
            shown=joined((*(before.shown if before else ()), *file.ranges)),
        )
    return grown


def catch_up(view: GraphView, known: Known, gate: Gate) -> tuple[tuple[ChangedFile, ...], Known]:
    """What of the ``known`` lines changed in ``view``, by path, and what is known once that is told."""
    changed: list[ChangedFile] = []
    now: dict[WorkspacePath, KnownFile] = {}
    for path, file in sorted(known.items()):
        source = source_lines(view, path, gate)
        if source is None:
            changed.append(ChangedFile(path=path, source=None, gone=gate.real_reason(path) or "it is gone"))
        elif source.text.digest == file.digest:
            now[path] = file
        else:
            change, now[path] = _compared(file, source)
            if change.superseded or change.moved:
                changed.append(change)
    return tuple(changed), {path: file for path, file in now.items() if file.shown}


def unshown(known: Known, path: WorkspacePath, ranges: Sequence[Lines]) -> Known:
    """``known`` without these lines: nobody had room for them."""
    left = without(known[path].shown, ranges)
    file = KnownFile(digest=known[path].digest, lines=known[path].lines, shown=left)
    return {**known, path: file} if left else {other: each for other, each in known.items() if other != path}


def _compared(file: KnownFile, source: SourceLines) -> tuple[ChangedFile, KnownFile]:
    lines = line_digests(source.lines)
    numbers = _Numbers(line_hunks(file.lines, lines), len(file.lines), len(lines))
    touched = [hunk for hunk in numbers.hunks if _touches(hunk, file.shown)]
    windows = numbers.uncut(_window(source, hunk) for hunk in touched)
    superseded = tuple((old, new) for new in windows if (old := numbers.old_of(new)) is not None)
    kept = without(file.shown, joined(old for old, _ in superseded))
    moved = tuple(numbers.moved(kept))
    now = KnownFile(digest=source.text.digest, lines=lines, shown=joined((*(new for _, new in moved), *windows)))
    change = ChangedFile(
        path=source.path,
        source=source,
        superseded=superseded,
        moved=tuple((old, new) for old, new in moved if old != new),
    )
    return change, now


def _touches(hunk: Hunk, shown: Sequence[Lines]) -> bool:
    """Whether lines that were shown are gone, or new ones stand between two that were shown as neighbours."""
    if hunk.start < hunk.end:
        return bool(overlap([(hunk.start + 1, hunk.end)], shown))
    return any(first <= hunk.start and hunk.start + 1 <= last for first, last in shown)


def _window(source: SourceLines, hunk: Hunk) -> Lines:
    """The new lines to be shown for a hunk: with the definition around it, else with its neighbours."""
    first, last = hunk.new_start + 1, hunk.new_end
    around = (first - 1, last + 1)
    sizes = [(end - start + 1, start, end) for start, end in map(source.lines_of, range(len(source.definitions)))]
    inside = [(size, start, end) for size, start, end in sizes if start <= first and max(first, last) <= end]
    if whole := [each for each in inside if 2 * AROUND < each[0] <= WHOLE_DEFINITION]:
        _, start, end = max(whole)
        around = (min(around[0], start), max(around[1], end))
    else:
        around = (first - AROUND, last + AROUND)
    return max(around[0], 1), min(around[1], len(source.lines))


class _Numbers:
    """Which line of one text is which of the other."""

    def __init__(self, hunks: Sequence[Hunk], before: int, after: int) -> None:
        self.hunks = hunks
        self._after = after
        self._old_of: list[int] = [0] * (after + 1)
        self._new_of: list[int] = [0] * (before + 1)
        old = new = 0
        for hunk in (*hunks, Hunk(before, before, after, after)):
            while old < hunk.start:
                old, new = old + 1, new + 1
                self._old_of[new], self._new_of[old] = old, new
            old, new = hunk.end, hunk.new_end

    def uncut(self, windows: Iterable[Lines]) -> tuple[Lines, ...]:
        """The windows as ranges of new lines, none of which begins or ends within a hunk."""
        hunks = [(hunk.new_start + 1, hunk.new_end) for hunk in self.hunks if hunk.new_start < hunk.new_end]
        found = joined(window for window in windows if window[0] <= window[1])
        return joined((*found, *(hunk for hunk in hunks if overlap([hunk], found))))

    def old_of(self, new: Lines) -> Lines | None:
        """The old lines in whose place these stand; ``None`` where there was nothing."""
        first, last = new
        old = [number for number in self._old_of[first : last + 1] if number]
        for hunk in self.hunks:
            before = first == 1 or first <= hunk.new_start
            behind = last == self._after or hunk.new_end < last
            within = first <= hunk.new_start + 1 and hunk.new_end <= last
            if hunk.start < hunk.end and within and (hunk.new_start < hunk.new_end or (before and behind)):
                old += [hunk.start + 1, hunk.end]
        return (min(old), max(old)) if old else None

    def moved(self, kept: Sequence[Lines]) -> Iterable[tuple[Lines, Lines]]:
        """Ranges of kept lines, old and new: without a line between them in both texts, they are one."""
        for first, last in kept:
            assert all(self._new_of[first : last + 1]), "what is kept is in both texts"
            yield (first, last), (self._new_of[first], self._new_of[last])
