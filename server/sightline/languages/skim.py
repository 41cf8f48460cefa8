"""The import skim: imports found by a regular expression over bytes, at a few hundredths of the cost of parsing.

What it finds is a first answer, replaced once the file is parsed: it knows no scopes, and no names but those that
imports spell. A language brings an :class:`ImportSkim` as data; nothing here knows a language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class SkimmedImport(NamedTuple):
    """One import: the fields of ``graph.raw_facts.ImportRow`` that decide where it leads. ``line`` is zero-based."""

    module: str
    names: tuple[str, ...]
    level: int
    line: int
    reexport: bool
    dynamic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSkim:
    """How a language's imports are found in a text.

    ``statement`` matches an import, and also what must not be taken for one (strings, comments), which has no group.
    Its groups, all optional: ``module``; ``names``, the imported names as written (``a, b as c``, in parentheses or
    not), or ``modules``, several modules in such a list; ``level``, what stands for the importer's own folder, one
    level for each byte; ``block``, text in which every match of ``item`` is an import of its first group; ``tree``, a
    path whose last part may be a tree of paths in braces (Rust); ``reexport`` and ``dynamic``, which need only match.
    ``prefix`` is put before every ``module``. ``from_line_end``: a statement's match begins with the end of the line
    before it; the first line is then given one too.

    Most of a text holds no import, and looking for a word is many times faster than looking for a pattern:
    ``words``: every statement holds one of these, so that nothing is looked for behind the last of them. ``keyword``: a
    statement holds this word in its first line and begins with that line; no other lines are tried. What must not be
    taken for a statement is then matched by ``passed`` alone.
    """

    statement: re.Pattern[bytes]
    item: re.Pattern[bytes] | None = None
    prefix: str = ""
    from_line_end: bool = False
    words: tuple[bytes, ...] = ()
    keyword: bytes = b""
    passed: re.Pattern[bytes] | None = None


#: The first word of a text and of each part behind a comma.
_LISTED = re.compile(rb"(?:\A|,)[ \t\r\n\\(]*(\*|[\w.$\x80-\xff]+)")
_COMMENT = re.compile(rb"#[^\n]*")
_ALIAS = re.compile(r"\s+as\s+\w+")
_TREE = re.compile(r"[^{},;\s]+|[{},]")
#: Paths of one tree in braces that are followed at most: a hostile text may nest them without end.
_MOST_PATHS = 1_000


def skimmed(data: bytes, skim: ImportSkim) -> Iterator[SkimmedImport]:
    """The imports in a text, in source order. Never raises, whatever the bytes are."""
    line = counted = 0
    if skim.from_line_end:
        data = b"\n" + data
    for match in _on_lines(data, skim) if skim.keyword else _anywhere(data, skim):
        groups = match.groupdict()
        line, counted = line + data.count(b"\n", counted, match.start()), match.start()
        reexport, dynamic = bool(groups.get("reexport")), bool(groups.get("dynamic"))
        level = len(groups.get("level") or b"")
        for module, names, offset in _modules(match, groups, skim):
            at = line + data.count(b"\n", counted, offset) if offset > counted else line
            yield SkimmedImport(module, names, level, at, reexport, dynamic)


def _anywhere(data: bytes, skim: ImportSkim) -> Iterator[re.Match[bytes]]:
    """The statements of a text, wherever they begin."""
    last = max(map(data.rfind, skim.words)) if skim.words else len(data)
    if last < 0:
        return
    for match in skim.statement.finditer(data):
        if match.start() > last:
            return
        if match.lastindex is not None:
            yield match


def _on_lines(data: bytes, skim: ImportSkim) -> Iterator[re.Match[bytes]]:
    """The statements of a text that begin with the lines in which the keyword stands."""
    keyword, passed = skim.keyword, skim.passed
    done = -1
    passing: re.Match[bytes] | None = None
    at = data.find(keyword)
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + (0 if skim.from_line_end else 1)
        match = skim.statement.match(data, start)
        if match is not None and passed is not None:
            if done < 0:
                done, passing = 0, passed.search(data)
            while passing is not None and passing.start() < start:
                done = max(done, passing.end())
                passing = passed.search(data, done)
        if match is not None and start >= done:
            yield match
            done = match.end()
            if passed is not None and passing is not None and passing.start() < done:
                passing = passed.search(data, done)
        line_end = data.find(b"\n", at)
        at = -1 if line_end < 0 else data.find(keyword, max(done, line_end))


def _modules(
    match: re.Match[bytes], groups: dict[str, bytes | None], skim: ImportSkim
) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Modules, the names imported of each, and where the module is spelled if that may be on a later line."""
    modules, block, tree = groups.get("modules"), groups.get("block"), groups.get("tree")
    if modules:
        yield from ((name, ("",), 0) for name in _listed(modules))
    elif block and skim.item is not None:
        for found in skim.item.finditer(block):
            yield _text(found.group(1)), (), match.start("block") + found.start(1)
    elif tree:
        for path in _paths(_text(tree)):
            before, _, name = path.rpartition("::")
            yield (before, (name,), 0) if before else (name, ("",), 0)
    elif groups.get("module") is not None:
        names = groups.get("names")
        yield skim.prefix + _text(groups["module"] or b""), _listed(names) if names else (), 0


def _listed(text: bytes) -> tuple[str, ...]:
    """The first word of each part between commas."""
    return tuple(map(_text, _LISTED.findall(_COMMENT.sub(b"", text) if b"#" in text else text)))


def _text(written: bytes) -> str:
    return written.decode("utf-8", "replace")


def _paths(tree: str) -> Iterator[str]:
    """``a::{b, c::{d, self}}`` gives ``a::b``, ``a::c::d`` and ``a::c``."""
    before: list[str] = [""]
    path = ""
    given = 0
    ended = True
    for word in _TREE.findall(_ALIAS.sub("", tree)):
        if word == "{":
            before.append(path)
            ended = True
        elif word in (",", "}"):
            ended = True
            if word == "}" and len(before) > 1:
                before.pop()
        elif ended:
            path, ended = before[-1] + word, False
            if not path.endswith("::"):
                yield path.removesuffix("::self")
                given += 1
        if given >= _MOST_PATHS or len(before) > _MOST_PATHS:
            return
