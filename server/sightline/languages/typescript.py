"""TypeScript and TSX as data: two grammars, one query."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.script_skim import SCRIPT_SKIM
from sightline.languages.spec import LanguageSpec, load_grammar

#: The line of a signature that begins with its type parameters: ``<T>(value: T): T``.
_SIGNATURE = re.compile(rb"\n[ \t]+<(?=[A-Za-z_$\s])")
#: The end of a member of a type; one that goes on with the next line ends otherwise.
_ENDS_MEMBER = re.compile(rb"[\w$>)\]}'\"]\r?$")
_COMMENTS = (b"//", b"/*", b"*")


def _with_semicolons(data: bytes) -> bytes:
    """The text with semicolons for the ends of lines between call signatures of a type.

    TypeScript ends a member of a type at the end of its line; the grammar takes a ``<`` on the next one for type
    arguments, and the whole file for one error.
    """
    found: set[int] = set()
    for match in _SIGNATURE.finditer(data):
        end = match.start()
        while True:
            start = data.rfind(b"\n", 0, end) + 1
            line = data[start:end].strip()
            if start == 0 or (line and not line.startswith(_COMMENTS)):
                break
            end = start - 1
        if b"//" not in line and _ENDS_MEMBER.search(line):
            found.add(end)
    if not found:
        return data
    spelled = bytearray(data)
    for at in found:
        spelled[at] = ord(";")
    return bytes(spelled)


TYPESCRIPT = LanguageSpec(
    name="typescript",
    extensions=(".ts", ".mts", ".cts"),
    grammar=partial(load_grammar, "tree_sitter_typescript", "language_typescript"),
    queries=("script.scm", "typescript.scm"),
    comment="//",
    identifier="typescript",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    in_parts=True,
    typed=True,
    respelled=_with_semicolons,
)

TSX = LanguageSpec(
    name="tsx",
    extensions=(".tsx",),
    grammar=partial(load_grammar, "tree_sitter_typescript", "language_tsx"),
    queries=("script.scm", "typescript.scm", "jsx.scm"),
    comment="//",
    identifier="typescriptreact",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    in_parts=True,
    typed=True,
)
