"""The text of a definition as a model writes it: comments and decorators in front, wrappers around, indentation.

It knows lines and languages, no places in files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sightline.edits.indentation import indent_of, shift_between, to_spaces, to_tabs
from sightline.graph.parse import parse
from sightline.languages.spec import LanguageSpec

_COMMENT = re.compile(rb"^[ \t]*(?:#(?![\[!])|//|/\*|\*|--[ \t])")
_DECORATOR = re.compile(rb"^[ \t]*(?:@\w|#!?\[|\[[A-Z])")
_WIDTHS = (4, 2, 3, 8)


@dataclass(frozen=True, slots=True)
class Heads:
    """Where decorators and the definition itself begin, as indexes of lines; what is before are comments."""

    decorators: int
    core: int


def heads_of(lines: Sequence[bytes]) -> Heads:
    """The comments and decorators that ``lines`` begin with."""
    at = 0
    while at < len(lines) and (_COMMENT.match(lines[at]) or not lines[at].strip()):
        at += 1
    decorators = at
    while at < len(lines) and (_DECORATOR.match(lines[at]) or (at > decorators and _COMMENT.match(lines[at]))):
        at = _after_brackets(lines, at)
    if at >= len(lines):
        return Heads(0, 0)
    return Heads(decorators, at)


def _after_brackets(lines: Sequence[bytes], first: int) -> int:
    """The line after a decorator whose brackets may stay open for some lines."""
    depth = 0
    for at in range(first, len(lines)):
        line = lines[at]
        depth += sum(line.count(mark) for mark in (b"(", b"[", b"{")) - sum(line.count(m) for m in (b")", b"]", b"}"))
        if depth <= 0:
            return at + 1
    return first + 1


def top_of(lines: Sequence[bytes], first: int) -> int:
    """The first of the comment and attribute lines directly above the line ``first``, at its indentation."""
    indent = indent_of(lines[first])
    at = first
    while at > 0 and indent_of(lines[at - 1]).startswith(indent) and _belongs(lines[at - 1]):
        at -= 1
    # The inner lines of a block comment are no comment of their own.
    while at < first and lines[at].lstrip().startswith(b"*") and not lines[at].lstrip().startswith(b"/*"):
        at += 1
    return at


def _belongs(line: bytes) -> bool:
    return bool(_COMMENT.match(line) or _DECORATOR.match(line)) and not line.startswith(b"#!")


def body_for(body: list[bytes], ancestors: Sequence[str], language: LanguageSpec) -> list[bytes]:
    """``body`` without the classes around it, where a model repeats them to show a single member."""
    if not ancestors:
        return body
    facts = parse(b"\n".join(body) + b"\n", language)
    outer = [each for each in facts.definitions if each.parent < 0]
    if len(outer) != 1 or outer[0].name not in ancestors:
        return body
    owner = facts.definitions.index(outer[0])
    inner = [each for each in facts.definitions if each.parent == owner]
    # What a method assigns to ``self`` is a member too, but not one beside it.
    members = [one for one in inner if not any(two is not one and two.span.contains(one.span) for two in inner)]
    if len(members) != 1 or outer[0].name == members[0].name:
        return body
    data = b"\n".join(body)
    first = data[: members[0].span.start].count(b"\n")
    last = data[: members[0].span.end].count(b"\n")
    return body[top_of(body, first) : last + 1]


def fitted(body: list[bytes], old: Sequence[bytes], language: LanguageSpec) -> list[bytes] | None:
    """``body`` with the indentation of ``old``, the lines whose place it takes; ``None`` when it cannot be fitted."""
    heads = heads_of(body)
    rest = [line for line in body[heads.core + 1 :] if line.strip()]
    target = indent_of(old[0])
    body = _tabs_or_spaces(body, old)
    if body[heads.core : heads.core + 1] and not indent_of(body[heads.core]) and target:
        # A first line that lost its indentation when it was copied, while the others kept theirs.
        deeper = len(target) + (language.name in ("python",))
        if rest and all(line.startswith(target) and len(indent_of(line)) >= deeper for line in rest):
            return [
                *(target + line.lstrip() if line.strip() else b"" for line in body[: heads.core + 1]),
                *body[heads.core + 1 :],
            ]
    shift = shift_between([(body[heads.core], old[0])])
    if shift is None:
        return None
    if indent_of(body[heads.core]) == target:
        return body
    moved = [shift(line) if line.strip() else b"" for line in body]
    return None if any(line is None for line in moved) else [line for line in moved if line is not None]


def _tabs_or_spaces(body: list[bytes], old: Sequence[bytes]) -> list[bytes]:
    """``body`` indented with what the file uses, where it uses only the other of the two."""
    old_tabs = any(line.startswith(b"\t") for line in old)
    old_spaces = any(line.startswith(b" ") for line in old if line.strip())
    tabs = any(line.startswith(b"\t") for line in body)
    spaces = [len(indent_of(line)) for line in body if line.startswith(b" ") and line.strip()]
    if old_tabs and not old_spaces and spaces and not tabs:
        width = next((width for width in _WIDTHS if all(size % width == 0 for size in spaces)), None)
        turned = [to_tabs(width, line) for line in body] if width else []
    elif old_spaces and not old_tabs and tabs and not spaces:
        sizes = [len(indent_of(line)) for line in old if line.strip()]
        width = next((width for width in _WIDTHS if all(size % width == 0 for size in sizes)), 4)
        turned = [to_spaces(width, line) for line in body]
    else:
        return body
    return [line for line in turned if line is not None] if turned and None not in turned else body
