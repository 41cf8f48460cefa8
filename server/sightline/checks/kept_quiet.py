"""Lines of scripts that a comment keeps TypeScript from judging: ``// @ts-expect-error`` and its like."""

from __future__ import annotations

import re

from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.language import is_script

#: Speaks for the next line of code (TypeScript handbook; release notes of 2.6 and 3.9).
_NEXT_LINE = re.compile(rb"(?://+|\{?\s*/\*+)\s*@ts-(?:expect-error|ignore)\b")
#: Speaks for the whole file, above its first line of code.
_WHOLE_FILE = re.compile(rb"//+\s*@ts-nocheck\b")


def is_kept_quiet(path: WorkspacePath, text: Text, offset: int) -> bool:
    """Whether TypeScript reports nothing on the line of a byte: whoever wrote the comment knew what stands there."""
    data = text.data
    if not is_script(path) or b"@ts-" not in data:
        return False
    above = data[: text.line_span(text.line_of(offset)).start].splitlines()
    for line in reversed(above):
        if _NEXT_LINE.match(line.strip()):
            return True
        if not _is_comment(line):
            break
    for line in data.splitlines():
        if _WHOLE_FILE.match(line.strip()):
            return True
        if not _is_comment(line):
            break
    return False


def _is_comment(line: bytes) -> bool:
    """Whether a line holds no code: a comment of that line alone, or nothing."""
    line = line.strip()
    return not line or line.startswith(b"//") or (line.startswith(b"/*") and line.find(b"*/") == len(line) - 2)
