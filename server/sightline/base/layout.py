"""Whether a piece of code was only laid out anew, as a formatter does it on save. Pure, and knows no language.

Told by tokens: whitespace, the kind of quotes, commas before a closing bracket, semicolons at the end of lines and
brackets around what was only broken into lines may differ. Every line that begins a statement must stand as deep as
before beside the others, a comment must end where it did, and all else must be the same. What is not sure is no layout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\w+|[^\w\s]|(?P<line>\n)""")
_OPENING, _CLOSING = "([{", ")]}"
#: Words in front of a bracket that only holds together what follows them.
_BEFORE_BRACKETS = frozenset(
    (
        "return",
        "yield",
        "await",
        "assert",
        "in",
        "not",
        "and",
        "or",
        "if",
        "elif",
        "while",
        "is",
        "import",
        "del",
        "raise",
        "for",
        "with",
        "lambda",
        "else",
    )
)
_COMMENT = re.compile(r"#|//|--")
_TAB = 4


@dataclass(frozen=True, slots=True)
class _Token:
    """``indent`` is that of its line if the token begins one outside of brackets, else ``None``."""

    text: str
    indent: int | None
    begins: bool
    ends: bool
    ends_comment: bool


def is_laid_out_anew(before: bytes, after: bytes, above: bytes = b"", below: bytes = b"") -> bool:
    """Whether ``after`` is ``before`` with another layout, between the lines ``above`` and ``below`` that both have."""
    try:
        texts = [data.decode() for data in (before, after, above, below)]
    except UnicodeDecodeError:
        return False
    old, new = _tokens(texts[0]), _tokens(texts[1])
    if [token.text for token in old] != [token.text for token in new]:
        return False
    if any(left.ends_comment and not right.ends for left, right in zip(old, new, strict=True)):
        return False
    if any(right.ends_comment and not left.ends for left, right in zip(old, new, strict=True)):
        return False
    depths = {
        (left.indent, right.indent)
        for left, right in zip(old, new, strict=True)
        if left.indent is not None and right.indent is not None
    }
    for text in texts[2:]:
        depths |= {(line, line) for line in (_indent(line) for line in text.split("\n") if line.strip())}
    return _keeps_order(sorted(depths))


def _keeps_order(depths: Sequence[tuple[int, int]]) -> bool:
    """Whether equal depths stay equal and deeper ones deeper."""
    firsts, seconds = [left for left, _ in depths], [right for _, right in depths]
    return len(set(firsts)) == len(depths) == len(set(seconds)) and seconds == sorted(seconds)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    depth = 0
    fresh = True
    indent, has_comment = _indent(text), False
    for match in _TOKEN.finditer(text):
        if match["line"]:
            indent, fresh = _indent(text[match.end() :].partition("\n")[0]), True
            _end_line(found, comment=has_comment)
            has_comment = False
            continue
        token = match.group()
        depth -= token in _CLOSING
        found.append(
            _Token(
                text=_plain(token) if match["string"] else token,
                indent=indent if fresh and depth <= 0 else None,
                begins=fresh,
                ends=False,
                ends_comment=False,
            )
        )
        depth += token in _OPENING
        fresh = False
        has_comment |= not match["string"] and _COMMENT.match(text, match.start()) is not None
    _end_line(found, comment=has_comment)
    return _without_layout(found)


def _end_line(found: list[_Token], *, comment: bool) -> None:
    if found and not found[-1].ends:
        last = found[-1]
        found[-1] = _Token(last.text, last.indent, last.begins, ends=True, ends_comment=comment)


def _plain(string: str) -> str:
    """A string in the one kind of quotes."""
    inner = string[1:-1].replace("\\'", "'").replace('\\"', '"')
    return f'"{inner}"'


def _without_layout(tokens: list[_Token]) -> list[_Token]:
    dropped = {at for at, token in enumerate(tokens) if token.text == ";" and token.ends}
    open_at: list[tuple[int, list[int]]] = []  # each with the commas right in it
    for at, token in enumerate(tokens):
        if token.text in _OPENING:
            open_at.append((at, []))
        elif token.text == "," and open_at:
            open_at[-1][1].append(at)
        elif token.text in _CLOSING and open_at:
            opened, commas = open_at.pop()
            if at - 1 in commas and token.begins and (len(commas) > 1 or not _may_be_tuple(tokens, opened)):
                dropped.add(at - 1)
            if token.text == ")" and _only_holds_lines(tokens, opened, at):
                dropped |= {opened, at}
    kept: list[_Token] = []
    for at, token in enumerate(tokens):
        if at not in dropped:
            kept.append(token)
        elif kept and token.ends and not kept[-1].ends:
            last = kept[-1]
            kept[-1] = _Token(last.text, last.indent, last.begins, ends=True, ends_comment=token.ends_comment)
    return kept


def _may_be_tuple(tokens: list[_Token], opened: int) -> bool:
    """Whether a comma behind the only element says something: round brackets that are no call."""
    before = tokens[opened - 1].text if opened else ""
    is_call = (before[:1].isidentifier() and before not in _BEFORE_BRACKETS) or before in (")", "]")
    return tokens[opened].text == "(" and not is_call and before != "import"


def _only_holds_lines(tokens: list[_Token], opened: int, closed: int) -> bool:
    """Whether round brackets, on lines of their own, do nothing but let what they hold go over several lines."""
    if opened == 0 or not tokens[opened].ends or not tokens[closed].begins or closed == opened + 1:
        return False
    before = tokens[opened - 1].text
    is_tuple = tokens[closed - 1].text == "," and before != "import"
    return not is_tuple and (before in _BEFORE_BRACKETS or before in ("=", ",", ":", ">"))


def _indent(line: str) -> int:
    return len((line[: len(line) - len(line.lstrip(" \t"))]).expandtabs(_TAB))
