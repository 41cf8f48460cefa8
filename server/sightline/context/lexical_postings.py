"""Which files hold a term: packed postings of most files, and a dictionary for those that came since.

A posting is one integer; what it packs is the business of ``lexical.py``. This file knows no paths and no texts.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

#: So many postings beside the packed ones are worth packing them all again.
MANY_FRESH = 20_000


class Postings:
    """Postings by term, in the order in which they were added."""

    def __init__(self) -> None:
        self._keys = array("I")
        self._offsets = array("I", (0,))
        self._values = array("I")
        self._fresh: dict[int, list[int]] = {}
        self._fresh_count = 0

    @classmethod
    def of_tables(cls, keys: array[int], offsets: array[int], values: array[int]) -> Postings:
        """Packed postings as :meth:`tables` gave them. Raises ``ValueError`` for tables that do not fit together."""
        if len(offsets) != len(keys) + 1 or offsets[-1] != len(values) or any(map(int.__gt__, offsets, offsets[1:])):
            raise ValueError("the postings do not fit")
        postings = cls()
        postings._keys, postings._offsets, postings._values = keys, offsets, values
        return postings

    def tables(self) -> tuple[array[int], array[int], array[int]]:
        """Everything packed: sorted terms, where the postings of each begin (and the last end), postings."""
        self.pack()
        return self._keys, self._offsets, self._values

    def __getitem__(self, term: int) -> Sequence[int]:
        at = bisect_left(self._keys, term)
        packed: Sequence[int] = ()
        if at < len(self._keys) and self._keys[at] == term:
            packed = self._values[self._offsets[at] : self._offsets[at + 1]]
        fresh = self._fresh.get(term)
        return packed if fresh is None else (*packed, *fresh)

    def add(self, term: int, value: int) -> None:
        """Adds one posting."""
        self._fresh.setdefault(term, []).append(value)
        self._fresh_count += 1

    @property
    def wants_packing(self) -> bool:
        """Whether so much is new that packing pays."""
        return self._fresh_count > max(MANY_FRESH, len(self._values))

    def pack(self, renumbered: Callable[[int], int | None] | None = None) -> None:
        """Packs what is fresh; ``renumbered`` gives each posting's new value, ``None`` to drop it."""
        if not self._fresh and renumbered is None:
            return
        keys, offsets, values = array("I"), array("I", (0,)), array("I")
        for term in self._terms():
            found = self[term]
            kept = found if renumbered is None else [new for new in map(renumbered, found) if new is not None]
            if kept:
                keys.append(term)
                values.extend(kept)
                offsets.append(len(values))
        self._keys, self._offsets, self._values = keys, offsets, values
        self._fresh, self._fresh_count = {}, 0

    def _terms(self) -> Iterator[int]:
        yield from sorted({*self._keys, *self._fresh})
