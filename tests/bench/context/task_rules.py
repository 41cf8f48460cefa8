"""Tasks as people write them, made from a Python code base itself by rule: names, paths and sentences of docstrings."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

_ENOUGH_WORDS, _MOST_WORDS = 6, 30
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Place(NamedTuple):
    """A definition with a docstring, of which ``said`` is the first sentence. ``name`` is qualified."""

    path: str
    line: int
    name: str
    said: str


#: How a task comes of a place and the next one. ``{prefix}`` is where the code base lies in the tree.
_RULES: tuple[Callable[[Place, Place], str], ...] = (
    lambda one, _: one.said,
    lambda one, _: f"Fix {one.name.rpartition('.')[2]}\n\nIt should {_lower(one.said)}",
    lambda one, _: f"`{one.name}` raises when it is given nothing",
    lambda one, _: f"{{prefix}}{one.path}: {_lower(one.said)}",
    lambda one, other: f"{one.said}\n\nWhile at it: {_lower(other.said)} See {{prefix}}{other.path}.",
    lambda one, _: (
        "Why does this fail?\n\nTraceback (most recent call last):\n"
        f'  File "{{prefix}}{one.path}", line {one.line + 1},'
        f" in {one.name.rpartition('.')[2]}\nTypeError: 'NoneType' object is not iterable"
    ),
    lambda one, other: f"Use `{one.name}` instead of `{other.name}` everywhere",
    lambda one, other: f"Add an option to {_words(one.name)} as {_words(other.name)} has one",
)


def made_tasks(root: Path, count: int, seed: int) -> list[str]:
    """``count`` tasks over the code below ``root``, tests apart; the same for the same seed."""
    choice = random.Random(f"{seed}/tasks")
    places = list(_places(root))
    drawn = choice.sample(places, count + 1)
    return [_RULES[number % len(_RULES)](one, other) for number, (one, other) in enumerate(pairwise(drawn))]


def _places(root: Path) -> Iterator[Place]:
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if "tests" in relative.parts:
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        yield from _inside(tree, relative.as_posix(), "")


def _inside(tree: ast.AST, path: str, outer: str) -> Iterator[Place]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer}{node.name}"
            said = _SENTENCE.split(" ".join((ast.get_docstring(node) or "").split()))[0]
            if _ENOUGH_WORDS <= len(said.split()) <= _MOST_WORDS:
                yield Place(path, node.lineno, name, said)
            yield from _inside(node, path, f"{name}.")


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _words(name: str) -> str:
    """``QuerySet.bulk_create`` as people say it: query set bulk create."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)).lower()
