"""Which commits delete, rename or re-sign definitions, by syntax alone, and which of their other files follow suit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from histories import ChangedFile, Commit
from sites.read import definitions_of, language_of
from sites.site import FUNCTION, METHOD


@dataclass(frozen=True, kw_only=True)
class Follower:
    """A file of a commit whose hunks respell uses of ``names``, which other files of the commit changed."""

    file: ChangedFile
    names: frozenset[str]


def changed_names(file: ChangedFile, language: str) -> frozenset[str]:
    """Names of definitions that a file had and has no more, or has with another list of parameters."""
    if file.old is None or language_of(file.old) != language:
        return frozenset()
    before, after = definitions_of(file.old, file.before), definitions_of(file.new, file.after)
    if file.new is not None and not after and before and file.after:
        return frozenset()  # it cannot be read any more
    return frozenset(
        row.name
        for qualified, row in before.items()
        if qualified not in after
        or (row.kind in (FUNCTION, METHOD) and row.signature != after[qualified].signature)
        or (row.export != after[qualified].export and (row.export is None) != (after[qualified].export is None))
    )


def is_resigning(commit: Commit, language: str) -> bool:
    """Whether a commit deletes, renames or re-signs a definition."""
    return any(changed_names(file, language) for file in commit.files)


def followers(commit: Commit, language: str) -> Iterator[Follower]:
    """Files of a commit that stand where they stood, and whose removed lines use what other files changed."""
    names = {file: changed_names(file, language) for file in commit.files}
    for file in commit.files:
        if file.old is None or file.old != file.new or file.before is None or file.after is None:
            continue
        if language_of(file.old) != language:
            continue
        own = names[file] | frozenset(definitions_of(file.old, file.before))
        others = frozenset(name for other, found in names.items() if other is not file for name in found) - own
        used = others & _removed_words(file.before, file.after)
        if used:
            yield Follower(file=file, names=used)


def _removed_words(before: bytes, after: bytes) -> frozenset[str]:
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    rows = difflib.unified_diff(old, new, lineterm="", n=0)
    gone = " ".join(row[1:] for row in rows if row.startswith("-") and not row.startswith("---"))
    return frozenset(re.findall(r"[A-Za-z_]\w*", gone))
