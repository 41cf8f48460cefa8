"""The facts of one file as objects, each part made when it is first asked for.

All of them take 30 microseconds a line; most questions of a check of an edit are about its few changed lines.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from sightline.base.text import Span
from sightline.graph.facts import Definition, Import, LocalBinding, Problem, Reference
from sightline.graph.index import FileIndex
from sightline.graph.raw_facts import binding_of, definition_of, import_of, longer_by, problem_of


class PartialFacts:
    """As :class:`~sightline.graph.facts.FileFacts`, over an index."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index

    @property
    def language(self) -> str:
        """Name of the language."""
        return self._index.language

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """All definitions, in source order."""
        return tuple(map(definition_of, self._index.definitions))

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """All references, in source order."""
        return tuple(map(self._index.reference, range(self._index.counts[1])))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All imports, in source order."""
        return tuple(map(import_of, self._index.imports))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, and what names are computed."""
        return tuple(map(problem_of, self._index.problems))

    @cached_property
    def bindings(self) -> tuple[LocalBinding, ...]:
        """What assignments say of the types of local names, those of one name together and in source order."""
        return tuple(binding_of(row) for rows in self._index.bindings.values() for row in rows)

    def made(self) -> list[object]:
        """Everything that was made, for who wants to free it little by little."""
        kept = self.__dict__
        parts = (kept.get(name, ()) for name in ("definitions", "references", "imports", "problems", "bindings"))
        return [row for part in parts for row in part]

    def references_starting_at(self, offset: int) -> list[Reference]:
        """The references whose name begins at a byte, in their order."""
        starts, order = self._by_start
        at = bisect_left(starts, offset)
        found: list[int] = []
        while at < len(starts) and starts[at] == offset:
            found.append(order[at])
            at += 1
        return list(map(self._index.reference, sorted(found)))

    def references_touching(self, parts: list[Span]) -> list[Reference]:
        """The references that have a byte in one of some parts of the text, in source order."""
        starts, order = self._by_start
        found = {
            order[at]
            for part in parts
            for at in range(bisect_left(starts, part.start - self._longest), bisect_left(starts, part.end))
        }
        near = map(self._index.reference, sorted(found))
        return [row for row in near if any(row.span.start < part.end and part.start < row.span.end for part in parts)]

    @cached_property
    def _by_start(self) -> tuple[list[int], list[int]]:
        """The first bytes of the references ascending, and the number of each."""
        starts = self._index.columns[1]
        order = sorted(range(len(starts)), key=starts.__getitem__)
        return [starts[at] for at in order], order

    @cached_property
    def _longest(self) -> int:
        """No reference is longer, in bytes."""
        longer = max(map(longer_by, self._index.columns[2]), default=0)
        return longer + max((len(name.encode("utf-8", "replace")) for name in self._index.strings), default=0)
