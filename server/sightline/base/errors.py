"""The errors a person may meet. Each says what happened and what to do next.

    SightlineError
    ├── UsageError          wrong arguments, settings or environment   (CLI exit code 2)
    ├── PathOutsideRoot     a path that leaves its workspace root      (CLI exit code 2)
    ├── SourceUnavailable   a file that cannot be read as text
    ├── ChangeConflict      an edit computed for another text than the present one
    └── ModelError          anything a model server did or did not do  (see models/messages.py for its kinds)

The impossible is not an error of this tree: it is an ``AssertionError`` and is reported as a bug.
"""

from __future__ import annotations


class SightlineError(Exception):
    """Base of every error shown to a person.

    ``kind`` is a stable word for programs (it appears as ``error.kind`` in JSON), ``message`` one sentence on what
    happened, ``hint`` one sentence on what to do next (may be empty).
    """

    default_kind = "error"

    def __init__(self, message: str, *, hint: str = "", kind: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.kind = kind or self.default_kind

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(SightlineError):
    """Wrong arguments, settings or environment."""

    default_kind = "usage"


class PathOutsideRoot(UsageError):
    """A path that would leave the workspace root it was resolved against."""

    default_kind = "path_outside_root"


class SourceUnavailable(SightlineError):
    """A file that is missing, unreadable, too large, binary or not valid in its encoding."""

    default_kind = "source_unavailable"


class ChangeConflict(SightlineError):
    """An edit was computed for another text than the one it would now be applied to.

    ``paths`` are the files concerned, as they are shown to a person (relative to their root).
    """

    default_kind = "change_conflict"

    def __init__(self, message: str, *, hint: str = "", kind: str | None = None, paths: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint, kind=kind)
        self.paths = paths
