"""Types of TypeScript as texts, cut into their parts. Pure functions; what the parts mean is in ``script_types.py``.

Source: the TypeScript handbook ("Everyday Types", "More on Functions", "Object Types", "Conditional Types").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_OPENING = {"<": ">", "(": ")", "[": "]", "{": "}"}
_MODIFIER = re.compile(r"(?:readonly|get|set|public|private|protected|static|declare|abstract)\s+(?=[\w$\"'\[])")
_NAME = re.compile(r"[\w$]+|\"[^\"]*\"|'[^']*'")
_NEW = re.compile(r"(?:abstract\s+)?new\b\s*(?=[(<])")
_MAPPED = re.compile(r"\[\s*[\w$]+\s+in\s+keyof\s+(.*)\]", re.DOTALL)
_GENERIC = re.compile(r"([A-Za-z_$][\w$]*)(?:\s+extends\s+(.*?))?(?:\s*=(?!>)\s*(.*))?$", re.DOTALL)


class Signature(NamedTuple):
    """What can be called: the texts of its parameters and of what it gives. ``generics`` as between the brackets."""

    parameters: tuple[str, ...]
    result: str
    generics: str = ""


class Member(NamedTuple):
    """A member of an object type: its name, its type. ``[]`` names what an index gives, ``()`` what a call gives.

    ``keys``: of a mapped type, ``[K in keyof T]: …``, the type whose keys it has.
    """

    name: str
    type: str
    keys: str = ""


class Generic(NamedTuple):
    """A type parameter: what bounds it and what it is when nothing is given; empty for nothing."""

    name: str
    bound: str
    default: str


@lru_cache(maxsize=4_096)
def split(text: str, separator: str) -> tuple[str, ...]:
    """``text`` cut at ``separator`` outside brackets and quotes; the ``>`` of an arrow closes nothing."""
    parts: list[str] = []
    start = 0
    for at in _outside(text):
        if text.startswith(separator, at):
            parts.append(text[start:at].strip())
            start = at + len(separator)
    return (*parts, text[start:].strip())


def _outside(text: str) -> list[int]:
    """The places of a text that lie in no brackets and no quotes."""
    found: list[int] = []
    open_until: list[str] = []
    quote = ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'`":
            quote = character
        elif character in _OPENING:
            if not open_until:
                found.append(at)
            open_until.append(_OPENING[character])
        elif open_until and character == open_until[-1] and text[at - 1 : at] != "=":
            open_until.pop()
        elif not open_until:
            found.append(at)
    return found


def closing(text: str, start: int) -> int:
    """Where the bracket that opens at ``start`` is closed, or -1."""
    open_until: list[str] = []
    for at in range(start, len(text)):
        character = text[at]
        if character in _OPENING:
            open_until.append(_OPENING[character])
        elif open_until and character == open_until[-1] and text[at - 1 : at] != "=":
            open_until.pop()
            if not open_until:
                return at
    return -1


@lru_cache(maxsize=4_096)
def function_of(text: str) -> Signature | None:
    """The signature of a function type, ``(a: A) => B`` or ``new (a: A) => B``; ``None`` for any other type."""
    new = _NEW.match(text)
    rest = text[new.end() :] if new is not None else text
    head = _head(rest)
    if head is None or not head[2].startswith("=>"):
        return None
    return Signature(head[1], head[2].removeprefix("=>").strip(), head[0])


def _head(text: str) -> tuple[str, tuple[str, ...], str] | None:
    """Generics and parameters that ``text`` begins with, and what follows."""
    generics = ""
    if text.startswith("<"):
        end = closing(text, 0)
        generics, text = text[1:end], text[end + 1 :].lstrip()
    end = closing(text, 0) if text.startswith("(") else -1
    if end < 0:
        return None
    return generics, tuple(each for each in split(text[1:end], ",") if each), text[end + 1 :].lstrip()


@lru_cache(maxsize=4_096)
def parameter_type(text: str) -> str:
    """The type of a parameter as written in a function type; empty if it has none."""
    at = next((at for at in _outside(text) if text[at] == ":"), -1)
    return text[at + 1 :].strip() if at >= 0 else ""


def is_object(text: str) -> bool:
    """Whether a type is that of an object; ``{ a: A }[]`` is none."""
    return text.startswith("{") and text.endswith("}") and closing(text, 0) == len(text) - 1


@lru_cache(maxsize=4_096)
def members_of_object(text: str) -> tuple[Member, ...]:
    """The members of an object type, ``{ a: A; b(): B; (x: X): C; [key: string]: D }``."""
    inside = text[1:-1]
    found: list[Member] = []
    for entry in (each for part in split(inside, ";") for each in split(part, ",")):
        member = _member(entry)
        if member is not None:
            found.append(member)
    return tuple(found)


def _member(entry: str) -> Member | None:
    entry = _MODIFIER.sub("", entry, count=2).strip() if _MODIFIER.match(entry) else entry
    new = _NEW.match(entry)
    entry = entry[new.end() :] if new is not None else entry
    if entry.startswith(("(", "<")):
        return _called("()", entry)
    if entry.startswith("["):
        end = closing(entry, 0)
        _, colon, kind = entry[end + 1 :].partition(":")
        keys = _MAPPED.fullmatch(entry, 0, end + 1)
        return Member("[]", kind.strip(), keys[1].strip() if keys is not None else "") if colon else None
    name = _NAME.match(entry)
    if name is None:
        return None
    rest = entry[name.end() :].lstrip().removeprefix("?").removeprefix("!").lstrip()
    shown = name.group().strip("\"'")
    if rest.startswith(("(", "<")):
        return _called(shown, rest)
    return Member(shown, rest.removeprefix(":").strip()) if rest.startswith(":") else None


def _called(name: str, text: str) -> Member | None:
    """A method or a call signature; as a member its type is that of a function."""
    head = _head(text)
    if head is None:
        return None
    generics, parameters, rest = head
    result = rest.removeprefix(":").strip() or "any"
    function = f"({', '.join(parameters)}) => {result}"
    return Member(name, f"<{generics}>{function}" if generics else function)


@lru_cache(maxsize=4_096)
def named_with_arguments(text: str) -> tuple[str, tuple[str, ...]]:
    """The name of a type and its arguments: ``Map<K, V>``; an empty name for what is none."""
    name, bracket, inside = text.partition("<")
    if not bracket:
        return text.strip(), ()
    if closing(text, len(name)) != len(text) - 1:
        return "", ()
    return name.strip(), split(inside[:-1], ",")


@lru_cache(maxsize=4_096)
def generics_of(text: str) -> tuple[Generic, ...]:
    """The type parameters between the brackets."""
    found: list[Generic] = []
    for entry in split(text, ","):
        match = _GENERIC.match(entry.removeprefix("const ").removeprefix("in ").removeprefix("out ").strip())
        if match is not None:
            found.append(Generic(match[1], (match[2] or "").strip(), (match[3] or "").strip()))
    return tuple(found)
