"""Words of code and of prose as search terms: ``parseDates``, ``parse_date`` and "parsing a date" meet in the middle.

A term is a 32-bit number (CRC-32 of the stemmed, lower-case sub-word), so that an index holds no strings; at 60,000
terms the expected number of collisions is below one. This file knows no files, no graph and no scores.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+|[^\W\dA-Za-z_]+")
#: A letter, by its case, stands for all of its kind, so that a part of any alphabet is cut as an English one is.
_UPPER, _LOWER, _UNCASED = "A", "a", "\u4e00"
_TRAILING_DIGITS = re.compile(r"\d+$")
_VOWEL = re.compile(r"[aeiouy]")

#: Longer words are data (hashes, base64), not names.
MAXIMUM_WORD_LENGTH = 80

#: Words that say nothing about which code a task means. They are dropped from tasks only, never from the index.
_COMMON = """
    a about above add added adding adds after again all allow allowed allows also an and any are as at be because been
    before being below between both but by can change changed changes changing code could did do does doing done down
    each ensure etc few fix fixed fixes fixing for from further get give given had has have having he her here him his
    how i if implement implemented improve improved in instead into is it its itself just let like make makes making
    may me more most must my need needed needs new no nor not now of off on once one only or other our out over own
    per please possible prevent previously refactor remove removed removes removing same see set she should simplify
    since so some still such support supported take than that the their them then there these they this those through
    to too under until up update updated updates use used uses using very via was way we were what when where which
    while who why will with within without work works would you your
    """
STOP_WORDS = frozenset(_COMMON.split())


def words(text: str) -> list[str]:
    """Runs of word characters, in order, as written."""
    return _WORD.findall(text)


def sub_words(word: str) -> tuple[str, ...]:
    """Lower-case parts of an identifier: ``HTTPServer2_name`` gives ``http``, ``server2``, ``server``, ``name``."""
    parts: list[str] = []
    for match in _PART.finditer(word if word.isascii() else _cases(word)):
        lower = word[match.start() : match.end()].lower()
        parts.append(lower)
        bare = _TRAILING_DIGITS.sub("", lower)
        if bare and bare != lower:
            parts.append(bare)
    return tuple(parts)


def _cases(word: str) -> str:
    """``word`` with a letter for every letter of its case, one for one."""
    return "".join(
        _UPPER if each.isupper() else _LOWER if each.islower() else _UNCASED if each.isalpha() else each
        for each in word
    )


def stem(word: str) -> str:
    """``word`` without the commonest English endings. Light on purpose: it must never join different names."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 2 and _VOWEL.search(base):
            word = base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def term_of(part: str) -> int:
    """The term of one lower-case sub-word."""
    return crc32(stem(part).encode("utf-8"))


@lru_cache(maxsize=1 << 14)  # more saves little, and to clear it would hold up other threads for 20 ms
def terms_of_word(word: str) -> tuple[int, ...]:
    """Terms of one word as written; empty for single characters and for data."""
    if len(word) > MAXIMUM_WORD_LENGTH:
        return ()
    return tuple(term_of(part) for part in sub_words(word) if len(part) > 1)


#: The terms of :data:`STOP_WORDS`.
STOP_TERMS = frozenset(map(term_of, STOP_WORDS))


def query_terms(text: str) -> dict[int, str]:
    """Terms of a task, each with the sub-word it came from, in order of first appearance and without stop words."""
    found: dict[int, str] = {}
    for word in words(text):
        if len(word) > MAXIMUM_WORD_LENGTH:
            continue
        for part in sub_words(word):
            if len(part) > 1 and part not in STOP_WORDS and not part.isdigit():
                found.setdefault(term_of(part), part)
    return found
