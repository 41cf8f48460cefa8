"""``KnownFiles``: the set of files of a workspace, immutable and cheap to change by a few.

A set of 100,000 paths takes 7 ms to copy; a created or deleted file shares the large set and copies a small one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter

from sightline.base.paths import WorkspacePath

#: With more differences than this the large set is made anew.
COMPACT_AT = 1_000


def sort_key(path: WorkspacePath) -> tuple[str, str]:
    """Orders paths as their comparison does, twice as fast."""
    return path.root, path.relative


def sorted_paths(paths: Iterable[WorkspacePath]) -> list[WorkspacePath]:
    """``paths`` in order. Texts are sorted in a third of the time that pairs of them take, which holds every thread."""
    by_root: dict[str, list[WorkspacePath]] = {}
    for path in paths:
        by_root.setdefault(path.root, []).append(path)
    return [path for root in sorted(by_root) for path in sorted(by_root[root], key=attrgetter("relative"))]


class KnownFiles(Collection[WorkspacePath]):
    """A set of paths. Safe to use from any thread."""

    __slots__ = ("_added", "_base", "_removed", "_sorted")

    def __init__(
        self,
        base: frozenset[WorkspacePath] = frozenset(),
        added: frozenset[WorkspacePath] = frozenset(),
        removed: frozenset[WorkspacePath] = frozenset(),
    ) -> None:
        """``added`` lies outside ``base``, ``removed`` inside it."""
        self._base = base
        self._added = added
        self._removed = removed
        self._sorted: tuple[WorkspacePath, ...] | None = None

    def __contains__(self, path: object) -> bool:
        return (path in self._base and path not in self._removed) or path in self._added

    def __iter__(self) -> Iterator[WorkspacePath]:
        return iter(self.in_order())

    def __len__(self) -> int:
        return len(self._base) + len(self._added) - len(self._removed)

    def in_order(self) -> tuple[WorkspacePath, ...]:
        """All paths, sorted; computed once."""
        if self._sorted is None:
            paths = (self._base - self._removed) | self._added if self._added or self._removed else self._base
            self._sorted = tuple(sorted_paths(paths))
        return self._sorted

    def with_changes(self, added: Iterable[WorkspacePath], removed: Iterable[WorkspacePath]) -> KnownFiles:
        """This set with some paths put in and others taken out; itself when nothing changes."""
        arriving, leaving = frozenset(added), frozenset(removed)
        more = (self._added | (arriving - self._base)) - leaving
        fewer = (self._removed - arriving) | (leaving & self._base)
        if more == self._added and fewer == self._removed:
            return self
        if len(more) + len(fewer) > COMPACT_AT:
            return KnownFiles((self._base - fewer) | more)
        return KnownFiles(self._base, more, fewer)
