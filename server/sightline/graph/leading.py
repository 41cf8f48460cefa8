"""Which files' imports lead to a file, all the way: others can use what it defines by name alone.

A search that does not want such uses, or not from many files, need not look there (``references.Limit``). Half a code
base may lead to each file of it. So all questions grow one set, which may hold more than was asked for but never
less; views whose files have the same edges share it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.graph.state import GraphState

_NAMES_OF_PACKAGES = ("__init__.py", "__init__.pyi")


class Leading:
    """What leads to files of one state. Safe to share between threads: a set is never changed once others see it."""

    def __init__(self, state: GraphState) -> None:
        self._state = state
        self._found = b""

    def after(self, state: GraphState) -> Leading:
        """What leads to files of a state made of this one: this very object if all edges lead where they led."""
        return self if _same_edges(self._state, state) else Leading(state)

    def to(self, file: int) -> bytes:
        """One byte for each file, which is not 0 where its imports lead to ``file`` or to a package around it.

        It may be so for others too.
        """
        found = self._found
        starts = [each for each in (file, *self._packages_around(file)) if each >= len(found) or not found[each]]
        if starts:
            found = self._found = _grown(self._state, found, starts)
        return found

    def _packages_around(self, file: int) -> Iterable[int]:
        """The files of the packages that are imported before a Python module is, innermost first."""
        table, path = self._state.table, self._state.table.path_of(file)
        folder = path.relative.rpartition("/")[0]
        while folder:
            names = (table.find(path.root, f"{folder}/{name}") for name in _NAMES_OF_PACKAGES)
            own = next((each for each in names if each is not None and self._state.exists(each)), None)
            if own is None:
                return
            yield own
            folder = folder.rpartition("/")[0]


def _grown(state: GraphState, known: bytes, starts: Iterable[int]) -> bytes:
    """``known`` and all from which imports lead to ``starts``; the arrays of the segments are read as they are."""
    found = bytearray(known.ljust(len(state.table), b"\0"))
    waiting = list(starts)
    for each in waiting:
        found[each] = 1
    hot, owner = state.hot, state.owner
    importers_in_hot: dict[int, list[int]] = {}
    for file, entry in hot.items():
        for edge in entry.edges.edges if entry is not None else ():
            importers_in_hot.setdefault(edge.target, []).append(file)
    layers = [(number, segment.importers) for number, segment in enumerate(state.segments, start=1)]
    for current in waiting:
        for source in importers_in_hot.get(current, ()):
            if not found[source]:
                found[source] = 1
                waiting.append(source)
        for number, importers in layers:
            for source in importers.get(current):
                if not found[source] and owner[source] == number and source not in hot:
                    found[source] = 1
                    waiting.append(source)
    return bytes(found)


def _same_edges(before: GraphState, after: GraphState) -> bool:
    """Whether two states, one made of the other, have the same files with edges to the same files."""
    changed = after.changed_from(before)
    return (
        changed is not None
        and after.has_same_files(before)
        and all({*before.targets(file)} == {*after.targets(file)} for file in changed)
    )
