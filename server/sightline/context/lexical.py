"""``LexicalIndex``: BM25 over the files of a workspace, kept up to date file by file, in memory.

A question costs one walk over the postings of its words; nothing is read from disk for it, and nothing is ranked that
has none of its words. What is kept of a file is a pure function of its digest, so a changed file is read again and
all others are not. The index knows no graph edges and gives no reasons; see ``rank.py``.

BM25F: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from heapq import nlargest
from threading import Event, Lock, RLock
from typing import NamedTuple

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import changed_paths, digest_of, fresh_definitions_of
from sightline.context.file_terms import FileTerms, file_terms, name_terms, path_terms
from sightline.context.lexical_postings import Postings
from sightline.context.lexical_saved import SavedFile, SavedIndex, index_version, pack_index, unpack_index
from sightline.context.lexical_store import LexicalStore
from sightline.context.tokens import terms_of_word
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.state import GraphState
from sightline.graph.view import GraphView

#: Saturation of a term's count, and how much long files are discounted (body counts only).
SATURATION = 1.5
LENGTH_DISCOUNT = 0.4

#: What one occurrence in a defined name or in the path counts, in body occurrences of an average file.
NAME_WEIGHT = 3.0
PATH_WEIGHT = 6.0

#: A posting packs a slot and how often the term stands in the body (6 bits, saturated), in defined names (4) and in
#: the path (2).
_COUNT_BITS = 12
_COUNT_MASK = (1 << _COUNT_BITS) - 1

#: Hits that are put in order first; most questions take fewer.
FIRST_HITS = 256

#: After so many new files the words seen on the way are forgotten: they take more memory than the index.
_MANY_FILES = 200

#: What is saved is written again once so many files, and this part of all, are not in it as they are.
FEW_UNSAVED, UNSAVED_SHARE = 30, 0.02

#: Nobody waits for the index yet: its thread lets others run for so long (seconds) after each so many files.
PAUSE_SECONDS, PAUSE_FILES = 0.002, 4


class IndexClosed(SightlineError):
    """The index was closed while somebody waited for it."""

    def __init__(self) -> None:
        super().__init__("The workspace was closed.", hint="", kind="closed")


class FileHit(NamedTuple):
    """A file with at least one word of the query."""

    path: WorkspacePath
    score: float


class _Kept(NamedTuple):
    path: WorkspacePath
    digest: str
    data: bytes
    length: int


class LexicalIndex:
    """Postings of all files, changed file by file. Every method may be called from any thread.

    A changed or removed file leaves its old slot dead; the postings are compacted once dead slots outnumber the
    living. With a ``store``, what a file holds is read again only if the file changed since another process saved it.
    """

    def __init__(self, store: LexicalStore | None = None) -> None:
        self._slots: dict[WorkspacePath, int] = {}
        self._files: list[_Kept | None] = []
        self._postings = Postings()
        self._total_length = 0
        self._known_norms: list[float] | None = None
        self._by_name: dict[str, list[WorkspacePath]] = {}
        self._lock = RLock()
        self._followed: GraphState | None = None
        self._revision = -1
        self._store = store
        self._loaded = store is None
        self._unsaved = 0
        self._closed = Event()
        self._waiting = 0
        self._waiting_lock = Lock()

    def __len__(self) -> int:
        return len(self._slots)

    def follow(self, view: GraphView) -> None:
        """Brings the index up to ``view`` at once. Raises :class:`IndexClosed` after :meth:`close`.

        A workspace of 3,000 files that was never seen takes about two seconds of CPU, one that was saved some
        hundredths, another revision after typing as much as the files that changed.
        """
        with self._waiting_lock:
            self._waiting += 1
        try:
            with self._lock:
                self._follow(view)
        finally:
            with self._waiting_lock:
                self._waiting -= 1

    def follow_patiently(self, view: GraphView) -> None:
        """As :meth:`follow`, for a thread of its own: gives way to others until somebody waits for the index.

        Returns quietly when the index is closed, or has followed a later view already.
        """
        with self._lock:
            if self._revision <= view.revision:
                try:
                    self._follow(view)
                except IndexClosed:
                    return

    def close(self) -> None:
        """Ends the work of all threads at the next file."""
        self._closed.set()

    def _follow(self, view: GraphView) -> None:
        if not self._loaded and self._store is not None:
            self._adopt(view, self._store.load(index_version()))
            self._loaded = True
        changed = changed_paths(self._followed, view.state) if self._followed is not None else None
        looked_at = 0
        for looked_at in self.synchronise(view, changed):
            if self._closed.is_set():
                raise IndexClosed
            if not self._waiting and looked_at % PAUSE_FILES == 0 and self._unsaved:
                self._closed.wait(PAUSE_SECONDS)
        self._followed, self._revision = view.state, view.revision
        if looked_at > _MANY_FILES:
            terms_of_word.cache_clear()
        self._save()

    def synchronise(self, view: GraphView, paths: Collection[WorkspacePath] | None = None) -> Iterator[int]:
        """Brings the index up to ``view``, one file per step; yields how many files were looked at so far.

        ``paths`` limits the work to files known to have changed, created and deleted ones among them.
        """
        if paths is None:
            present = view.paths()
            for path in self._slots.keys() - set(present):
                self.remove(path)
            paths = present
        for number, path in enumerate(paths, 1):
            self._synchronise_file(view, path)
            yield number

    def terms_of(self, view: GraphView, path: WorkspacePath) -> FileTerms | None:
        """What the index keeps of a file, computed afresh when ``view`` has another text than the index has seen.

        ``None`` for a file that cannot be read.
        """
        with self._lock:
            slot = self._slots.get(path)
            kept = self._files[slot] if slot is not None else None
        if kept is not None and kept.digest == digest_of(view, path):
            return FileTerms(kept.digest, kept.data)
        read = _read(view, path)
        return read.terms() if read else None

    def files_called(self, name: str) -> tuple[WorkspacePath, ...]:
        """Files whose last path part is ``name``, sorted."""
        with self._lock:
            return tuple(sorted(self._by_name.get(name, ())))

    def files_under(self, folder: str) -> tuple[WorkspacePath, ...]:
        """Files under the relative ``folder`` (with a trailing slash), sorted."""
        with self._lock:
            return tuple(sorted(path for path in self._slots if path.relative.startswith(folder)))

    def files_with(self, terms: frozenset[int]) -> tuple[WorkspacePath, ...]:
        """Files that hold all of some terms, sorted; none for no terms."""
        with self._lock:
            times = Counter(packed >> _COUNT_BITS for term in terms for packed in self._postings[term])
            slots = (slot for slot, count in times.items() if count == len(terms))
            return tuple(sorted(kept.path for slot in slots if (kept := self._files[slot]) is not None))

    def update(
        self, path: WorkspacePath, text: Text, definitions: Sequence[DefinitionRow], *, settled: bool = True
    ) -> None:
        """Adopts the words of a new or changed file. ``settled``: the definitions are those of this very text."""
        terms = file_terms(text, definitions, settled=settled)
        with self._lock:
            self.remove(path)
            slot = self._add(path, terms.digest, terms.data, terms.length)
            for term, counts in _file_counts(path, terms, definitions):
                self._postings.add(term, slot << _COUNT_BITS | counts)
            if self._postings.wants_packing:
                self._postings.pack()
            self._unsaved += 1

    def remove(self, path: WorkspacePath) -> None:
        """Forgets a file; nothing happens for one that is not there."""
        with self._lock:
            slot = self._slots.pop(path, None)
            if slot is None:
                return
            gone = self._files[slot]
            assert gone is not None
            self._files[slot] = None
            self._total_length -= gone.length
            self._known_norms = None
            self._unsaved += 1
            self._by_name[path.name].remove(path)
            if len(self._files) > 2 * len(self._slots) + 64:
                self._compact()

    def search(self, weights: Mapping[int, float]) -> list[FileHit]:
        """Every file with a word of the query, best first; ``weights`` gives the terms, 1.0 for an ordinary one."""
        return list(self.best(weights, lambda _: 1.0))

    def best(self, weights: Mapping[int, float], counts: Callable[[WorkspacePath], float]) -> Iterator[FileHit]:
        """As :meth:`search`, each score times what its file ``counts``, which is 1.0 at most.

        Only what is taken is put in order, and hardly any other file is asked what it counts.
        """
        with self._lock:
            scores, files = self._scores(weights), self._files.copy()
        found, size, passed = len(scores) - scores.count(0.0), FIRST_HITS, 0
        held: list[FileHit] = []
        while passed < found:
            slots = nlargest(min(size, found), range(len(scores)), key=scores.__getitem__)
            held += (
                FileHit(kept.path, scores[slot] * counts(kept.path)) for slot in slots[passed:] if (kept := files[slot])
            )
            held.sort(key=lambda hit: (-hit.score, hit.path))
            # No file that was not looked at scores more than the last one that was; those that score as much wait too.
            passed, size = len(slots), size * 8
            bound = scores[slots[-1]] if passed < found else -1.0
            sure = bisect_left(held, -bound, key=lambda hit: -hit.score)
            yield from held[:sure]
            del held[:sure]

    def _scores(self, weights: Mapping[int, float]) -> list[float]:
        scores = [0.0] * len(self._files)
        norms = self._norms()
        count = len(self._slots)
        for term, weight in weights.items():
            posting = self._living(self._postings[term])
            value = weight * math.log(1 + (count - len(posting) + 0.5) / (len(posting) + 0.5))
            for packed in posting:
                slot = packed >> _COUNT_BITS
                code = packed & _COUNT_MASK
                times = _BODY[code] * norms[slot] + _FIELDS[code]
                scores[slot] += value * times / (SATURATION + times)
        return scores

    def _living(self, entries: Sequence[int]) -> Sequence[int]:
        """Postings without those of the dead, so that no score depends on what was changed before."""
        if len(self._files) == len(self._slots):
            return entries
        return [packed for packed in entries if self._files[packed >> _COUNT_BITS] is not None]

    def _norms(self) -> list[float]:
        """What one occurrence in the body of each file counts."""
        if self._known_norms is None:
            average = max(self._total_length / max(len(self._slots), 1), 1.0)
            self._known_norms = [
                1 / (1 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * kept.length / average) if kept is not None else 0.0
                for kept in self._files
            ]
        return self._known_norms

    def _synchronise_file(self, view: GraphView, path: WorkspacePath) -> None:
        slot = self._slots.get(path)
        kept = self._files[slot] if slot is not None else None
        if kept is not None and kept.digest == digest_of(view, path):
            return
        read = _read(view, path)
        if read is None:
            self.remove(path)
        elif kept is None or kept.digest != read.text.digest or not read.settled:
            self.update(path, read.text, read.definitions, settled=read.settled)

    def _add(self, path: WorkspacePath, digest: str, data: bytes, length: int) -> int:
        slot = len(self._files)
        self._files.append(_Kept(path, digest, data, length))
        self._slots[path] = slot
        self._by_name.setdefault(path.name, []).append(path)
        self._total_length += length
        self._known_norms = None
        return slot

    def _compact(self) -> None:
        """Numbers the living anew and drops the dead from the postings."""
        numbers = {slot: number for number, slot in enumerate(sorted(self._slots.values()))}

        def renumbered(packed: int) -> int | None:
            number = numbers.get(packed >> _COUNT_BITS)
            return None if number is None else number << _COUNT_BITS | packed & _COUNT_MASK

        self._postings.pack(renumbered)
        self._files = [kept for kept in self._files if kept is not None]
        self._known_norms = None
        self._slots = {path: numbers[slot] for path, slot in self._slots.items()}

    def _adopt(self, view: GraphView, data: bytes) -> None:
        """Takes over what was saved, as far as it is whole; whether it still holds is found file by file."""
        saved = unpack_index(data, _COUNT_BITS) if data else None
        if saved is None:
            return
        own = {path: path for path in view.paths()}  # one object per path, here and in the graph
        for file in saved.files:
            self._add(own.get(file.path, file.path), file.digest, file.data, FileTerms(file.digest, file.data).length)
        self._postings = saved.postings

    def _save(self) -> None:
        if self._store is None or self._unsaved <= max(FEW_UNSAVED, UNSAVED_SHARE * len(self._slots)):
            return
        if len(self._files) > len(self._slots):
            self._compact()
        files = [SavedFile(kept.path, kept.digest, kept.data) for kept in self._files if kept is not None]
        self._store.save(index_version(), pack_index(SavedIndex(files, self._postings)))
        self._unsaved = 0


class _Read(NamedTuple):
    text: Text
    definitions: tuple[DefinitionRow, ...]
    settled: bool

    def terms(self) -> FileTerms:
        return file_terms(self.text, self.definitions, settled=self.settled)


def _read(view: GraphView, path: WorkspacePath) -> _Read | None:
    try:
        text = view.workspace.read(path).text
    except SightlineError:
        return None
    known = digest_of(view, path)
    if known == text.digest:
        return _Read(text, fresh_definitions_of(view, path), settled=True)
    # The graph is about to hear of another text: what is found without its definitions must not last.
    return _Read(text, (), settled=known is None)


def _file_counts(
    path: WorkspacePath, terms: FileTerms, definitions: Sequence[DefinitionRow]
) -> Iterator[tuple[int, int]]:
    """(term, packed counts) of everything a file is found by."""
    rest = {term: times << 10 for term, times in _at_most(3, path_terms(path.relative))}
    for term, times in _at_most(15, name_terms(definitions)):
        rest[term] = rest.get(term, 0) | times << 6
    for term, times in terms.file_counts():
        yield term, min(times, 63) | rest.pop(term, 0)
    yield from rest.items()


def _at_most(limit: int, counts: Counter[int]) -> Iterator[tuple[int, int]]:
    return ((term, min(times, limit)) for term, times in counts.items())


#: What the counts of a posting weigh: occurrences in the body (discounted by length), and in the other fields.
_BODY = [float(code & 63) for code in range(1 << _COUNT_BITS)]
_FIELDS = [NAME_WEIGHT * (code >> 6 & 15) + PATH_WEIGHT * (code >> 10) for code in range(1 << _COUNT_BITS)]
