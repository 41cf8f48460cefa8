"""Copying a prompt out and pasting a reply in, for web chats."""

from __future__ import annotations

import sys

from sightline.base.clipboard import NoClipboard, copy, paste, this_terminal
from sightline.base.errors import UsageError
from sightline.base.system import System
from sightline.cli.output import note

#: Where a prompt is that could not be copied.
PRINTED = "The prompt is on standard output; `> prompt.txt` keeps it."
IN_JSON = "The prompt is in the messages on standard output."
EXPLAINED = "Without --explain the prompt itself is printed."


def copied(system: System, root: str, text: str, instead: str = PRINTED) -> bool:
    """Puts a prompt on the clipboard and says so; where that fails, says why, and where it is ``instead``.

    No program of the workspace is run.
    """
    environment = system.outside((root,)).environment
    try:
        by = copy(text, environment, this_terminal if sys.stderr.isatty() else None)
    except NoClipboard as error:
        note(f"sightline: not copied: {error} {instead}")
        return False
    doubt = ", which does not say whether it obeyed" if by == "the terminal" else ""
    note(f"Copied {len(text):,} characters by {by}{doubt}. Copy the whole reply, then: sightline apply --paste")
    return True


def pasted(system: System, root: str) -> str:
    """The text on the clipboard. Raises :class:`UsageError` where there is none."""
    try:
        text = paste(system.outside((root,)).environment)
    except NoClipboard as error:
        raise UsageError(
            f"The clipboard cannot be read: {error}",
            hint="Paste the reply after: sightline apply -",
            kind="no_clipboard",
        ) from error
    if not text.strip():
        raise UsageError("The clipboard is empty.", hint="Copy the whole reply first.", kind="no_clipboard")
    return text
