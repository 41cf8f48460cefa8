"""What Go's compiler says of the inside of a function: variables nobody uses, and built-in functions given nothing.

Source: the Go Programming Language Specification, "Variable declarations" ("Implementation restriction"), "Built-in
functions", "Conversions".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of, symbols_of
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.partial_facts import PartialFacts

#: What is no code: texts and comments.
_NO_CODE = re.compile(
    rb"\"(?>(?:\\.|[^\"\\\n])*)\"|`[^`]*+`|'(?>(?:\\.|[^'\\\n])*)'|//[^\n]*+|/\*(?>(?:[^*]|\*(?!/))*)\*/", re.DOTALL
)
_DECLARED = re.compile(rb"(?<![\w.])(\w+(?>(?:\s*,\s*\w+)*))\s*:=|\bvar\s+(\w+(?>(?:\s*,\s*\w+)*))\b")
_WORD = re.compile(rb"(?<![\w.])[^\W\d]\w*")
#: Built-in functions and types that are given at least one value.
_NEEDY = re.compile(
    rb"(?<![\w.])(len|cap|append|copy|delete|make|new|panic|close|string|bool|byte|rune|error|float32|float64"
    rb"|u?int(?:8|16|32|64)?)\(\s*\)"
)


def unsound_locals(matching: Matching) -> Iterator[Finding]:
    """Findings in the functions of touched Go files that the edit changed."""
    for file in matching.files:
        facts = facts_of(matching.given.after, file.new)
        if file.new is None or file.after is None or facts is None or facts.problems or not is_go(file.new):
            continue
        code = _code(file.after.data)
        yield from _unused(matching, file, file.new, facts, code)
        yield from _without_value(matching, file, file.new, facts, code)


def _unused(
    matching: Matching, file: TouchedFile, path: WorkspacePath, facts: PartialFacts, code: bytes
) -> Iterator[Finding]:
    was = facts_of(matching.given.before, file.old)
    before = file.before.data if file.before is not None else b""
    rows = was.definitions if was is not None else ()
    known = Counter(before[row.span.start : row.span.end] for row in rows)
    for row in facts.definitions:
        whole = row.span
        if row.kind not in FUNCTIONS or row.body_start >= whole.end or _is_inside(facts, row.parent):
            continue
        if file.after is None or known[file.after.data[whole.start : whole.end]]:
            continue
        body = code[whole.start : whole.end]
        words = Counter(each.group() for each in _WORD.finditer(body))
        for start, name in _declared(body):
            if words[name] == 1 and name != b"_":
                at = whole.start + start
                shown = name.decode(errors="replace")
                reference = Reference(name=shown, span=Span(at, at + len(name)), kind=ReferenceKind.WRITE)
                yield matching.finding(
                    (path, reference),
                    f"`{shown}` is declared here and never used, which Go refuses to compile.",
                    certainty=Certainty.CERTAIN,
                    symbol=f"{path}::{shown}",
                )


def _is_inside(facts: PartialFacts, parent: int) -> bool:
    return parent >= 0 and facts.definitions[parent].kind in FUNCTIONS


def _declared(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Variables that a function declares: where, and their names."""
    for match in _DECLARED.finditer(body):
        group = 1 if match.group(1) is not None else 2
        for word in re.finditer(rb"\w+", match.group(group)):
            yield match.start(group) + word.start(), word.group()


def _without_value(
    matching: Matching, file: TouchedFile, path: WorkspacePath, facts: PartialFacts, code: bytes
) -> Iterator[Finding]:
    own = {row.name_span.start for row in facts.definitions}
    for match in _NEEDY.finditer(code):
        span = Span(match.start(1), match.end(1))
        name = match.group(1).decode()
        if not file.is_new(span) or span.start in own or name in _rebound(code) or _is_defined(matching, path, name):
            continue
        reference = Reference(name=name, span=span, kind=ReferenceKind.CALL)
        message = f"`{name}` requires a value."
        yield matching.finding((path, reference), message, certainty=Certainty.CERTAIN, symbol=name)


def _rebound(code: bytes) -> frozenset[str]:
    """Names of built-ins that the file gives another meaning: a variable, a parameter."""
    pattern = rb"(?<![\w.])(%s)\b(?=\s*(?::=|,[\w\s,]*:=| [\w*\[]))" % b"|".join(_BUILT_IN)
    return frozenset(each.group(1).decode() for each in re.finditer(pattern, code))


_BUILT_IN = (b"len", b"cap", b"append", b"copy", b"delete", b"make", b"new", b"panic", b"close")


def _is_defined(matching: Matching, path: WorkspacePath, name: str) -> bool:
    """Whether a file of the package defines the name."""
    folder = path.relative.rpartition("/")[0]
    view = matching.given.after
    beside = (each for each in view.files_defining(name) if each.relative.rpartition("/")[0] == folder)
    rows = (row for each in beside for row in symbols_of(view, each))
    return any(is_go(row.path) and row.qualified_name == name for row in rows)


def _code(data: bytes) -> bytes:
    """A text with blanks in place of comments and of what stands between quotation marks."""
    return _NO_CODE.sub(_blank, data)


def _blank(match: re.Match[bytes]) -> bytes:
    found = match.group()
    blank = re.sub(rb"[^\n]", b" ", found)
    return blank if found[:1] == b"/" else found[:1] + blank[1:-1] + found[-1:]
