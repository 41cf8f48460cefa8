"""The patterns of one ignore file, matched exactly as git matches them.

Rules: gitignore(5), and git's ``dir.c`` and ``wildmatch.c`` where the manual is silent. Git matches bytes, so names are
turned into one character a byte first. ``pathspec`` was tried and gave another answer than git for 43 of 400 random
trees: its patterns also match what lies below a folder, so a negation in a nested file brings back too much.

This file knows one ignore file at a time; which files apply, and in which order, is decided by ``ignore.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SPECIAL = frozenset("*?[\\")
#: A double star that is a whole part of a pattern; ``None`` in a list of parts.
_ANY_FOLDERS: Final = None
_NEVER = re.compile(r"(?!)")

_Part = re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glob:
    """A pattern with wildcards: the text before the first of them, then one matcher for every part of the rest."""

    index: int
    prefix: str
    parts: tuple[_Part, ...]
    basename_only: bool

    def matches(self, relative: str, name: str) -> bool:
        text = name if self.basename_only else relative
        return text.startswith(self.prefix) and _match_parts(self.parts, text[len(self.prefix) :].split("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnorePatterns:
    """The compiled patterns of one file. ``match`` answers for one path at a time, the folders above it not asked."""

    negated: tuple[bool, ...]
    folders_only: tuple[bool, ...]
    names: dict[str, tuple[int, ...]]
    paths: dict[str, tuple[int, ...]]
    endings: tuple[tuple[str, int], ...]
    globs: tuple[_Glob, ...]
    #: ``core.ignoreCase``: ASCII letters count as lower case.
    ignore_case: bool = False

    def match(self, relative: str, *, is_folder: bool) -> bool | None:
        """Whether the last pattern that fits ``relative`` (to the folder of the ignore file) ignores it.

        ``None`` when no pattern fits. ``relative`` has one character a byte (:func:`as_bytes_text`).
        """
        if self.ignore_case:
            relative = _lower(relative)
        name = relative.rpartition("/")[2]
        best = -1
        for index in (*self.names.get(name, ()), *self.paths.get(relative, ())):
            if index > best and (is_folder or not self.folders_only[index]):
                best = index
        for ending, index in self.endings:
            if index > best and name.endswith(ending) and (is_folder or not self.folders_only[index]):
                best = index
        for glob in self.globs:
            if glob.index < best:
                break
            if (is_folder or not self.folders_only[glob.index]) and glob.matches(relative, name):
                best = glob.index
                break
        return None if best < 0 else not self.negated[best]


def as_bytes_text(path: str) -> str:
    """``path`` with one character for each of its bytes; ASCII stays as it is."""
    if path.isascii():
        return path
    try:
        return path.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:  # half a surrogate pair, which no file name holds
        return path.encode("utf-8", "replace").decode("latin-1")


def parse_patterns(data: bytes, *, ignore_case: bool = False) -> IgnorePatterns:
    """The patterns of an ignore file's content. Never raises: git takes any line as a pattern, or as none."""
    negated: list[bool] = []
    folders_only: list[bool] = []
    names: dict[str, tuple[int, ...]] = {}
    paths: dict[str, tuple[int, ...]] = {}
    endings: list[tuple[str, int]] = []
    globs: list[_Glob] = []
    for line in _lines(data):
        index = len(negated)
        pattern = line[1:] if line.startswith("!") else line
        negated.append(pattern is not line)
        folders_only.append(pattern.endswith("/"))
        pattern = pattern[:-1] if pattern.endswith("/") else pattern
        basename_only = "/" not in pattern
        if not basename_only:
            pattern = pattern.removeprefix("/")
        if not _SPECIAL & set(pattern):
            table = names if basename_only else paths
            pattern = _lower(pattern) if ignore_case else pattern
            table[pattern] = (*table.get(pattern, ()), index)
        elif basename_only and pattern[0] == "*" and not _SPECIAL & set(pattern[1:]):
            endings.append((_lower(pattern[1:]) if ignore_case else pattern[1:], index))
        else:
            globs.append(_compile(index, pattern, basename_only=basename_only, ignore_case=ignore_case))
    return IgnorePatterns(
        negated=tuple(negated),
        folders_only=tuple(folders_only),
        names=names,
        paths=paths,
        endings=tuple(reversed(endings)),
        globs=tuple(reversed(globs)),
        ignore_case=ignore_case,
    )


def _lower(text: str) -> str:
    """ASCII letters in lower case, as git folds names: bytes beyond ASCII stay."""
    return text.encode("latin-1").lower().decode("latin-1")


def _lines(data: bytes) -> list[str]:
    text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [line for raw in lines if raw and raw[0] != "#" and (line := _trim(raw))]


def _trim(line: str) -> str:
    """Without trailing spaces, unless a backslash keeps them."""
    end = 0
    at = 0
    while at < len(line):
        if line[at] == "\\":
            at += 1
            end = at + 1
        elif line[at] != " ":
            end = at + 1
        at += 1
    return line[:end]


def _match_parts(parts: Sequence[_Part], names: Sequence[str]) -> bool:
    """Classic wildcard matching, one level up: parts are the letters, double stars the stars.

    Only the last double star is ever tried again, so the time is the product of the two lengths at worst.
    """
    at = part = 0
    retry_part = retry_at = -1
    while at < len(names):
        here = parts[part] if part < len(parts) else _NEVER
        if here is None:  # a double star
            if part == len(parts) - 1:
                return True
            part += 1
            retry_part, retry_at = part, at
        elif here.fullmatch(names[at]):
            part, at = part + 1, at + 1
        elif retry_part >= 0:
            retry_at += 1
            part, at = retry_part, retry_at
        else:
            return False
    return part == len(parts)


def _compile(index: int, pattern: str, *, basename_only: bool, ignore_case: bool) -> _Glob:
    length = next(at for at, character in enumerate(pattern) if character in _SPECIAL)
    prefix, rest = pattern[:length], pattern[length:]
    prefix = _lower(prefix) if ignore_case else prefix
    # Git strips the literal beginning before it looks at the stars, so "b**" after it counts as a whole part.
    parts = tuple(_compile_part(part, ignore_case=ignore_case) for part in _split(rest))
    if basename_only:
        parts = tuple(re.compile(".*", re.DOTALL) if part is _ANY_FOLDERS else part for part in parts)
    return _Glob(index=index, prefix=prefix, parts=parts, basename_only=basename_only)


def _split(pattern: str) -> list[str]:
    """The parts between slashes; a slash inside brackets does not separate."""
    parts = [""]
    at = 0
    while at < len(pattern):
        at += pattern.startswith("\\/", at)
        end = _bracket_end(pattern, at) if pattern[at] == "[" else at + 1 + (pattern[at] == "\\")
        if pattern[at] == "/":
            parts.append("")
        else:
            parts[-1] += pattern[at:end]
        at = end
    return parts


def _bracket_end(pattern: str, at: int) -> int:
    """Offset after the bracket expression that begins at ``at``; the end of the pattern when it is not closed."""
    at += 1
    at += at < len(pattern) and pattern[at] in "!^"
    first = True
    while at < len(pattern) and (first or pattern[at] != "]"):
        first = False
        if pattern[at] == "\\":
            at += 1
        elif pattern.startswith("[:", at) and (end := pattern.find("]", at + 2)) > at + 2 and pattern[end - 1] == ":":
            at = end
        at += 1
    return at + 1


def _compile_part(part: str, *, ignore_case: bool) -> _Part:
    """One part. Ignoring case, names come in lower case; what a backslash or a bracket holds is then taken as it is."""
    if part and set(part) == {"*"} and len(part) > 1:
        return _ANY_FOLDERS
    pieces = [""]
    at = 0
    while at < len(part):
        character = part[at]
        if character == "*":
            pieces.append("")
            at += 1
            continue
        if character == "[":
            end = _bracket_end(part, at)
            pieces[-1] += _bracket(part[at + 1 : end - 1], ignore_case=ignore_case) if end <= len(part) else "(?!)"
            at = end
        elif character == "\\":
            pieces[-1] += re.escape(part[at + 1]) if at + 1 < len(part) else "(?!)"
            at += 2
        else:
            literal = _lower(character) if ignore_case else character
            pieces[-1] += "." if character == "?" else re.escape(literal)
            at += 1
    return _anchored(pieces)


def _anchored(pieces: list[str]) -> re.Pattern[str]:
    """Pieces with a star between each two.

    Each piece in the middle is taken where it is found first and never looked for again (an atomic group): that is
    enough for stars, and keeps a hostile pattern from taking exponential time.
    """
    if len(pieces) == 1:
        return re.compile(pieces[0], re.DOTALL)
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    return re.compile(f"{pieces[0]}{middle}.*{pieces[-1]}", re.DOTALL)


_ASCII = [chr(code) for code in range(128)]
_CLASSES = {
    "alnum": frozenset(c for c in _ASCII if c.isalnum()),
    "alpha": frozenset(c for c in _ASCII if c.isalpha()),
    "blank": frozenset(" \t"),
    "cntrl": frozenset(c for c in _ASCII if ord(c) < 32 or ord(c) == 127),
    "digit": frozenset("0123456789"),
    "graph": frozenset(c for c in _ASCII if 32 < ord(c) < 127),
    "lower": frozenset(c for c in _ASCII if c.islower()),
    "print": frozenset(c for c in _ASCII if 32 <= ord(c) < 127),
    "punct": frozenset(c for c in _ASCII if 32 < ord(c) < 127 and not c.isalnum()),
    "space": frozenset(" \t\n\r\f\v"),
    "upper": frozenset(c for c in _ASCII if c.isupper()),
    "xdigit": frozenset("0123456789abcdefABCDEF"),
}


def _bracket(inner: str, *, ignore_case: bool) -> str:
    """A regular expression for what stands between ``[`` and ``]``."""
    negated = inner[:1] in ("!", "^")
    members = _members(inner[1:] if negated else inner, ignore_case=ignore_case)
    if members is None:
        return "(?!)"
    chosen = (frozenset(map(chr, range(256))) - members if negated else members) - {"/"}
    return "[" + "".join(re.escape(character) for character in sorted(chosen)) + "]" if chosen else "(?!)"


def _members(inner: str, *, ignore_case: bool) -> frozenset[str] | None:
    """The characters of a bracket expression; ``None`` for an unknown class name, which never matches."""
    members: set[str] = set()
    previous = ""
    at = 0
    while at < len(inner):
        character = inner[at]
        if character == "\\":
            at += 1
            previous = inner[at : at + 1]
            members.add(previous)
        elif character == "-" and previous and at + 1 < len(inner):
            at += 1
            at += inner[at] == "\\"
            between = "".join(map(chr, range(ord(previous), ord(inner[at : at + 1] or "\0") + 1)))
            members.update(between + _lower(between) if ignore_case else between)
            previous = ""
        elif inner.startswith("[:", at) and (end := inner.find("]", at + 2)) > at + 2 and inner[end - 1] == ":":
            named = _CLASSES.get(inner[at + 2 : end - 1])
            if named is None:
                return None
            members |= named | (
                _CLASSES["lower"] if ignore_case and inner[at + 2 : end - 1] == "upper" else frozenset()
            )
            at, previous = end, ""
        else:
            members.add(character)
            previous = character
        at += 1
    return frozenset(members)
