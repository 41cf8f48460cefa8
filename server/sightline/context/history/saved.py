"""The bytes of read commits between two runs. Only a shortcut: what a commit is never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import msgpack

from sightline.context.file_terms import TERMS_VERSION
from sightline.context.history.commits import Commit

#: Raised whenever what is read of a commit, or the bytes below, change.
SAVED_VERSION = 1


def commits_version() -> str:
    """What the saved bytes depend on beside the commits."""
    return f"{SAVED_VERSION}.{TERMS_VERSION}"


def pack_commits(commits: Iterable[Commit]) -> bytes:
    """The bytes of some commits."""
    rows = [
        (
            each.identifier, each.time, each.subject, each.terms, each.titled, each.changed, each.paths, each.added,
            each.renames, each.definitions,
        )
        for each in commits
    ]  # fmt: skip
    pack = cast("Callable[..., bytes]", msgpack.packb)  # pyright: ignore[reportUnknownMemberType]  msgpack has no types
    return pack(rows, unicode_errors="surrogatepass")


def unpack_commits(data: bytes) -> dict[str, Commit]:
    """What :func:`pack_commits` packed, by identifier; nothing for anything else."""
    unpack = cast("Callable[..., Any]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
    try:
        rows = unpack(data, use_list=False, unicode_errors="surrogatepass")
        return {row[0]: _checked(Commit(*row)) for row in rows}
    except (ValueError, TypeError, LookupError, AttributeError):
        return {}  # written by somebody else, or damaged


def _checked(commit: Commit) -> Commit:
    """``commit`` if its fields are what they should be; raises ``TypeError`` or ``AttributeError`` if not."""
    texts = (commit.identifier, commit.subject, *commit.paths, *commit.added, *commit.renames, *commit.renames.values())
    names = [name for path, found in (commit.definitions or {}).items() for name in (path, *found)]
    numbers = (commit.time, commit.titled, commit.changed, *commit.terms)
    if not all(type(text) is str for text in (*texts, *names)) or not all(type(number) is int for number in numbers):
        raise TypeError("these are no commits of ours")
    return commit
