"""The edit formats. A new one is a file in ``formats/`` and a line here; the conformance tests then cover it."""

from __future__ import annotations

from sightline.base.errors import UsageError
from sightline.edits.formats import patch, search_replace, symbol, unified_diff, whole_file
from sightline.edits.reply import EditFormat

#: In the order in which they are asked when several find an edit at the same line.
FORMATS: tuple[EditFormat, ...] = (
    search_replace.FORMAT,
    patch.FORMAT,
    unified_diff.FORMAT,
    symbol.FORMAT,
    whole_file.FORMAT,
)


def format_names() -> tuple[str, ...]:
    """Names of the formats, for settings and the command line; ``auto`` is accepted beside them."""
    return tuple(edit_format.name for edit_format in FORMATS)


def format_named(name: str) -> EditFormat:
    """The format called ``name``. Raises :class:`UsageError` for an unknown one."""
    for edit_format in FORMATS:
        if edit_format.name == name:
            return edit_format
    raise UsageError(f"There is no edit format {name!r}.", hint=f"Use one of: auto, {', '.join(format_names())}.")
