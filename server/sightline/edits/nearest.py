"""The lines of a file that come nearest to a search text that is not in it, for the repair prompt.

A suggestion to a reader only: nothing is ever applied to a nearest place. Votes of equal lines, then of rare words;
both by index, so that fifty misses in a file of ten thousand lines stay cheap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from sightline.edits.file_lines import FileLines, words_of

#: A line or word that occurs more often says nothing about the place.
_COMMON = 40
#: Lines shown at most.
_SHOWN = 40
#: Lines shown before and after, since a miss is often one of blank lines.
_AROUND = 2


def nearest_lines(lines: FileLines, wanted: Sequence[bytes]) -> tuple[int, int] | None:
    """The half-open range of zero-based lines that resembles ``wanted`` most, ``None`` when nothing is shared."""
    first = _vote(wanted, lambda line: [lines.stripped_index.get(line.strip(b" \t"), [])])
    if first is None:
        first = _vote(wanted, lambda line: [lines.word_index.get(word, []) for word in set(words_of(line))])
    if first is None:
        return None
    start = min(max(first - _AROUND, 0), len(lines) - 1)
    return start, min(max(first + len(wanted) + _AROUND, start + 1), len(lines), start + _SHOWN)


def shown(lines: FileLines, place: tuple[int, int]) -> str:
    """The text of ``place`` with ``\\n`` as line ends."""
    return "\n".join(line.decode("utf-8", "replace") for line in lines.contents[place[0] : place[1]])


def _vote(wanted: Sequence[bytes], places: Callable[[bytes], list[list[int]]]) -> int | None:
    votes: dict[int, float] = defaultdict(float)
    for index, line in enumerate(wanted):
        if not line.strip():
            continue
        for numbers in places(line):
            if len(numbers) <= _COMMON:
                for number in numbers:
                    votes[number - index] += 1 / len(numbers)
    if not votes:
        return None
    return max(votes, key=lambda offset: (votes[offset], -offset))
