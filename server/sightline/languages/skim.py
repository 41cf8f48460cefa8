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
    """

    statement: re.Pattern[bytes]
    item: re.Pattern[bytes] | None = None
    prefix: str = ""
    from_line_end: bool = False


_NAME = re.compile(rb"[ \t\r\n\\(]*(\*|[\w.$\x80-\xff]+)")
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
    for match in skim.statement.finditer(data):
        if match.lastindex is None:
            continue
        groups = match.groupdict()
        line, counted = line + data.count(b"\n", counted, match.start()), match.start()
        reexport, dynamic = bool(groups.get("reexport")), bool(groups.get("dynamic"))
        level = len(groups.get("level") or b"")
        for module, names, offset in _modules(match, groups, skim):
            at = line + data.count(b"\n", counted, offset) if offset > counted else line
            yield SkimmedImport(module, names, level, at, reexport, dynamic)


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
    found = (_NAME.match(part) for part in _COMMENT.sub(b"", text).split(b","))
    return tuple(_text(each.group(1)) for each in found if each is not None)


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
