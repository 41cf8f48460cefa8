"""The exact text that asks a model for edits in one format. Stable: it is part of the cached prefix of every prompt."""

from __future__ import annotations

from sightline.edits import directives
from sightline.edits.registry import format_named


def instructions(name: str) -> str:
    """Instructions for the format ``name``, ending without a newline. Raises :class:`UsageError` for an unknown one."""
    return f"{format_named(name).instructions}\n\n{directives.INSTRUCTIONS}"
