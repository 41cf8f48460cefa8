"""What a generated file says it was made from: "source: foo.proto", "generated from schema.graphql", and the like.

Only comment lines of the beginning are read, and only names of files are taken: whether there is such a file is for
others to find out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sightline.workspace.origins import HEAD

#: A file's name as headers write it, with an extension; what quotes or brackets it is left out.
_NAME = rb"[`'\"<(\[]?(?P<name>[\w@+./\\-]*[\w-]\.[A-Za-z][\w.-]*\w|[\w@+./\\-]*[\w-]\.[A-Za-z])"
_COMMENT = re.compile(rb"[ \t]*(?://|#|--|;|/?\*+|<!--|\(\*|%|\"\"\"|''')")
_GENERATED = re.compile(rb"\b(?:auto-?|automatically )?(?:generated|created)\b", re.IGNORECASE)
_FROM = re.compile(
    rb"\b(?:generated|created)\b[^\n]{0,80}?\bfrom:?[ \t]+(?:reading[ \t]+)?(?:the[ \t]+)?"
    rb"(?:(?:ui|source|template|input|schema|grammar)[ \t]+)?(?:file[ \t]+)?" + _NAME,
    re.IGNORECASE,
)
_SOURCE = re.compile(rb"^[^\w\n]*(?:source|input|template)(?: file)?:[ \t]*" + _NAME, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A name in a header, forward slashes, and the one-based line it stands in."""

    name: str
    line: int


def named_source(data: bytes) -> NamedSource | None:
    """The file that the text ``data`` says it was generated from; ``None`` where it says no such thing."""
    head = data[:HEAD]
    if not _GENERATED.search(head):
        return None
    said = False
    block = False
    for number, line in enumerate(head.splitlines(), start=1):
        in_comment = block or _COMMENT.match(line)
        block = _in_block(line, block=block)
        if not in_comment:
            if line.strip() and not line.lstrip().startswith(b"<?"):
                break  # code begins
            continue
        said = said or bool(_GENERATED.search(line))
        found = _FROM.search(line) or (_SOURCE.search(line) if said else None)
        if found:
            return NamedSource(found["name"].decode("utf-8", "replace").replace("\\", "/"), number)
    return None


def _in_block(line: bytes, *, block: bool) -> bool:
    """Whether the next line is inside a block comment."""
    opened, closed = line.rfind(b"/*"), line.rfind(b"*/")
    return opened > closed or (block and closed < 0)
