"""Where names stand in files, remembered with what was found out about each use.

Dozens of classes have a member called ``name``: each asks about the same thousands of uses, which mean the same
whoever asks. A memory belongs to one view.
"""

from __future__ import annotations

from sightline.graph.facts import ReferenceKind
from sightline.graph.index import FileIndex
from sightline.graph.meanings import Site
from sightline.graph.raw_facts import LOCAL_FLAG, REFERENCE_CODE

#: Uses remembered by one view, of some 400 bytes each; more are forgotten all at once.
MOST_SITES = 30_000

_KEYWORD = REFERENCE_CODE[ReferenceKind.KEYWORD]
_KIND = LOCAL_FLAG - 1


class SiteMemory:
    """The uses asked about last. Safe to share between threads: what is lost is looked up again."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, str, bool], tuple[Site, ...]] = {}
        self._count = 0

    def known(self, file: int, name: str, *, keywords: bool) -> tuple[Site, ...] | None:
        """What is remembered of a name in a file."""
        return self._held.get((file, name, keywords))

    def read(self, file: int, name: str, index: FileIndex | None, *, keywords: bool) -> tuple[Site, ...]:
        """The same from the facts of the file, remembered from now on."""
        if self._count >= MOST_SITES:
            self._held, self._count = {}, 0
        found: list[Site] = []
        if index is not None:
            kinds = index.columns[2]
            wanted = (at for at in index.positions((name,)) if (kinds[at] & _KIND == _KEYWORD) is keywords)
            found += (Site(index.reference(at)) for at in wanted)
        self._held[file, name, keywords] = sites = tuple(found)
        self._count += len(sites) + 1
        return sites
