"""What happens to code on its way through a chat, and how it is taken back.

Typographic quotes and dashes, non-breaking spaces, HTML escapes, line numbers in front of every line. None of it is
ever taken back on its own account: a block is read so only when its search text then stands in the file, which proves
that the characters were not the author's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

_TYPOGRAPHIC = str.maketrans(
    {
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'", "\u2032": "'",
        "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2026": "...",
    }
)  # fmt: skip
_QUOTES = {ord(mark): plain for mark, plain in zip("\u201c\u201d\u2018\u2019", "\"\"''", strict=True)}
_ESCAPE = re.compile(r"&(?:lt|gt|amp|quot|apos|#39|#x27|#34);")
_NUMBERED = re.compile(r"^[ \t]*(?P<number>\d{1,6})(?P<mark>[ \t]?[|:\u2502\u2192]|\t)(?P<rest>.*)$")


def restored(text: str, other: str = "") -> Iterator[tuple[str, str]]:
    """The ways to take back what may have happened to ``text``, each applied to ``other`` (its replacement) too.

    What takes back least comes first: a dash in a comment may well be the author's.
    """
    ways: tuple[Callable[[str], str], ...] = (_straight, _unescaped, _plain, _plain_and_unescaped)
    seen = {(text, other)}
    for way in ways:
        found = way(text), way(other)
        if found not in seen:
            seen.add(found)
            yield found
    if (pad := _padding(text)) is not None:
        yield _without_numbers(text, pad), _without_numbers(other, pad)


def _straight(text: str) -> str:
    return text.translate(_QUOTES)


def _plain(text: str) -> str:
    return text.translate(_TYPOGRAPHIC)


def _plain_and_unescaped(text: str) -> str:
    return _plain(_unescaped(text))


def _unescaped(text: str) -> str:
    """Only what escaping makes; ``&nbsp;`` and the like are somebody's own."""
    return _ESCAPE.sub(lambda match: html.unescape(match[0]), text)


def _padding(text: str) -> int | None:
    """How many spaces follow the number and its mark before the code begins, ``None`` without such numbers.

    Every line has one, rising by one from line to line.
    """
    lines = text.removesuffix("\n").split("\n")
    found = [_NUMBERED.match(line) for line in lines]
    numbers = [int(match["number"]) for match in found if match]
    if len(numbers) != len(lines) or numbers != list(range(numbers[0], numbers[0] + len(lines))):
        return None
    rests = [match["rest"] for match in found if match and match["rest"].strip()]
    return 1 if rests and all(rest.startswith(" ") for rest in rests) else 0


def _without_numbers(text: str, pad: int) -> str:
    """``text`` without numbers; new lines of a replacement may never have had one."""
    bare: list[str] = []
    for line in text.split("\n"):
        match = _NUMBERED.match(line)
        bare.append(line if match is None else match["rest"].removeprefix(" ") if pad else match["rest"])
    return "\n".join(bare)
