"""The lines of a file that stand below a line that a patch names: ``@@ class Cart`` and then ``@@ def total``.

By indentation, which holds in every language that is laid out in lines. It knows no format.
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.edits.file_lines import FileLines
from sightline.edits.indentation import indent_of


def lines_below(lines: FileLines, headings: Sequence[str]) -> range | None:
    """The zero-based lines from the last of ``headings`` to the end of what it begins.

    A heading is a whole line, or its beginning up to where a word ends; each one is looked for below the one before.
    ``None`` when one of them is not there exactly once: then it says nothing.
    """
    within = range(len(lines))
    for heading in headings:
        wanted = heading.strip().encode("utf-8", "replace")
        found = [at for at in within if lines.stripped[at] == wanted] or [
            at for at in within if _begins(lines.stripped[at], wanted)
        ]
        if len(found) != 1:
            return None
        within = range(found[0], _end_of(lines, found[0]))
    return within if headings else None


def _begins(line: bytes, heading: bytes) -> bool:
    rest = line[len(heading) :]
    return bool(heading) and line.startswith(heading) and not rest[:1].isalnum() and rest[:1] != b"_"


def _end_of(lines: FileLines, first: int) -> int:
    """The line after what begins at ``first``: the next one that is indented no deeper, and closes nothing."""
    depth = len(indent_of(lines.contents[first]).expandtabs(4))
    for at in range(first + 1, len(lines)):
        line = lines.stripped[at]
        if not line or len(indent_of(lines.contents[at]).expandtabs(4)) > depth:
            continue
        if line[:1] in b"{)" or line.startswith((b"->", b"where ")):
            continue
        return at + 1 if line[:1] in b"}]" or line in (b"end", b"end;") else at
    return len(lines)
