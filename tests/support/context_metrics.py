"""What an answer is worth: how much of what a commit changed is in it. Knows no product, no git.

Shares of 0 to 1, averaged over cases. A text is as many tokens as it has groups of four characters; one that is more
than 5 % over its budget is worth nothing.

``hit@1``   the first file of the ranking is a changed one
``R@10``    share of the changed files among the first ten of the ranking
``edit``    share of the changed hunks that are shown: at least half of their lines, verbatim
``dens``    share of the text that is changed hunks and the functions around them
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

OVER = 1.05

#: First and last line, one-based and inclusive.
Lines = tuple[int, int]


class Changed(NamedTuple):
    """What a commit changed of one file: its hunks, in lines of the parent, and the functions that hold them."""

    hunks: tuple[Lines, ...]
    definitions: tuple[Lines, ...]


class Answer(NamedTuple):
    """A context: its text, and the lines of each file that it shows verbatim."""

    text: str
    shown: Mapping[str, Sequence[Lines]]


def tokens_of(text: str) -> int:
    """Tokens of a text as every system is measured here, whatever its own tokenizer."""
    return math.ceil(len(text) / 4)


def first_is_changed(ranking: Sequence[str], changed: Iterable[str]) -> float:
    """``hit@1``."""
    return float(bool(ranking) and ranking[0] in {*changed})


def recall(ranking: Sequence[str], changed: Iterable[str], most: int = 10) -> float:
    """``R@most``."""
    wanted = {*changed}
    return len(wanted.intersection(list(dict.fromkeys(ranking))[:most])) / len(wanted)


def edit_share(
    answer: Answer, budget: int, changed: Mapping[str, Changed], lines: Mapping[str, Sequence[str]]
) -> float:
    """Share of the hunks of ``changed`` that ``answer`` shows. ``lines`` are those of the files at the parent."""
    if tokens_of(answer.text) > budget * OVER:
        return 0.0
    hunks = [(path, hunk) for path, each in changed.items() for hunk in each.hunks]
    return sum(_shows(answer, path, hunk, lines.get(path, ())) for path, hunk in hunks) / len(hunks)


def density(
    answer: Answer, budget: int, changed: Mapping[str, Changed], lines: Mapping[str, Sequence[str]]
) -> float | None:
    """Share of the characters of ``answer`` that stand in what was changed; ``None`` when it shows no code at all."""
    if tokens_of(answer.text) > budget * OVER:
        return 0.0
    if not any(answer.shown.values()):
        return None
    found = 0
    for path, each in changed.items():
        inside = joined((*each.hunks, *each.definitions), len(lines.get(path, ())))
        for first, last in joined(answer.shown.get(path, ()), len(lines.get(path, ()))):
            spans = ((max(first, begin), min(last, end)) for begin, end in inside)
            found += sum(len(lines[path][at - 1]) + 1 for begin, end in spans for at in range(begin, end + 1))
    return found / max(1, len(answer.text))


def joined(ranges: Iterable[Lines], count: int) -> list[Lines]:
    """``ranges`` in order, within a file of ``count`` lines, those that touch made one."""
    found: list[Lines] = []
    for first, last in sorted((max(1, first), min(count, last)) for first, last in ranges):
        if last < first:
            continue
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of what there is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _shows(answer: Answer, path: str, hunk: Lines, lines: Sequence[str]) -> bool:
    """Whether at least half of a hunk's lines are shown, and are really in the text."""
    if path not in answer.text:
        return False
    first, last = hunk
    shown = joined(answer.shown.get(path, ()), len(lines))
    inside = sum(max(0, min(last, end) - max(first, begin) + 1) for begin, end in shown)
    if inside * 2 < last - first + 1:
        return False
    written = [line.strip() for line in lines[first - 1 : last] if line.strip()]
    return sum(line in answer.text for line in written) * 2 >= len(written)
