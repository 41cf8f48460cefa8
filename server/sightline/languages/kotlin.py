"""Kotlin as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

#: What may stand between the name of a class and the word ``constructor``, which the grammar wants on the same line.
_HEAD = re.compile(
    rb"\b(?:class|interface)[ \t]+\w+[ \t]*(?:<[^{}()=;]{1,200}>)?[ \t]*(\r?\n[ \t\r\n]*)"
    rb"(?=(?:(?:private|internal|protected|public|actual|expect|@\w[\w.]*)[ \t\r\n]+){0,8}constructor\b)"
)


def _on_one_line(data: bytes) -> bytes:
    """The text with spaces for the ends of lines after the name of a class whose constructor comes on the next."""
    parts: list[bytes] = []
    done = 0
    for match in _HEAD.finditer(data):
        start, end = match.span(1)
        parts += (data[done:start], b" " * (end - start))
        done = end
    return b"".join((*parts, data[done:])) if parts else data


KOTLIN = LanguageSpec(
    name="kotlin",
    extensions=(".kt", ".kts"),
    grammar=partial(load_grammar, "tree_sitter_kotlin", "language"),
    queries=("kotlin.scm",),
    comment="//",
    identifier="kotlin",
    extractor="kotlin",
    family="jvm",
    preview=True,
    needs_final_newline=True,
    spelled=_on_one_line,
    parses_whole=True,
)
