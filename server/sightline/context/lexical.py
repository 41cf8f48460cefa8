"""``LexicalIndex``: BM25 over the files of a workspace, kept up to date file by file, in memory.

A question costs one walk over the postings of its words; nothing is read from disk for it, and nothing is ranked that
has none of its words. What is kept of a file is a pure function of its digest, so a changed file is read again and
all others are not. The index knows no graph edges and gives no reasons; see ``rank.py``.

BM25F: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import changed_paths, digest_of, fresh_definitions_of
from sightline.context.file_terms import FileTerms, file_terms, name_terms, path_terms
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

#: After so many new files the words seen on the way are forgotten: they take more memory than the index.
_MANY_FILES = 200


@dataclass(frozen=True, slots=True)
class FileHit:
    """A file with at least one word of the query."""

    path: WorkspacePath
    score: float


class LexicalIndex:
    """Postings of all files, changed file by file. Every method may be called from any thread.

    A changed or removed file leaves its old slot dead; the postings are compacted once dead slots outnumber the
    living.
    """

    def __init__(self) -> None:
        self._slots: dict[WorkspacePath, int] = {}
        self._files: list[tuple[WorkspacePath, FileTerms] | None] = []
        self._postings: dict[int, int | array[int]] = {}
        self._total_length = 0
        self._by_name: dict[str, list[WorkspacePath]] = {}
        self._lock = RLock()
        self._followed: GraphState | None = None

    def __len__(self) -> int:
        return len(self._slots)

    def follow(self, view: GraphView) -> None:
        """Brings the index up to ``view`` at once.

        A new workspace of 3,000 files takes about two seconds of CPU, another revision after typing costs as much as
        the files that changed.
        """
        with self._lock:
            changed = changed_paths(self._followed, view.state) if self._followed is not None else None
            looked_at = 0
            for looked_at in self.synchronise(view, changed):  # noqa: B007  the last number is what is wanted
                pass
            self._followed = view.state
            if looked_at > _MANY_FILES:
                terms_of_word.cache_clear()

    def synchronise(self, view: GraphView, paths: Collection[WorkspacePath] | None = None) -> Iterator[int]:
        """Brings the index up to ``view``, one file per step; yields how many files were looked at so far.

        ``paths`` limits the work to files known to have changed, created and deleted ones among them. Whoever runs
        it on the event loop takes as many steps as fit a slice; a step takes 1 ms for an ordinary file.
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
        if kept is not None and kept[1].digest == digest_of(view, path):
            return kept[1]
        read = _read(view, path)
        return file_terms(*read) if read else None

    def files_called(self, name: str) -> tuple[WorkspacePath, ...]:
        """Files whose last path part is ``name``, sorted."""
        with self._lock:
            return tuple(sorted(self._by_name.get(name, ())))

    def files_under(self, folder: str) -> tuple[WorkspacePath, ...]:
        """Files under the relative ``folder`` (with a trailing slash), sorted."""
        with self._lock:
            return tuple(sorted(path for path in self._slots if path.relative.startswith(folder)))

    def update(self, path: WorkspacePath, text: Text, definitions: Sequence[DefinitionRow]) -> None:
        """Adopts the words of a new or changed file."""
        terms = file_terms(text, definitions)
        with self._lock:
            self.remove(path)
            slot = len(self._files)
            self._files.append((path, terms))
            self._slots[path] = slot
            self._by_name.setdefault(path.name, []).append(path)
            self._total_length += terms.length
            for term, counts in _file_counts(path, terms, definitions):
                self._post(term, slot << _COUNT_BITS | counts)

    def remove(self, path: WorkspacePath) -> None:
        """Forgets a file; nothing happens for one that is not there."""
        with self._lock:
            slot = self._slots.pop(path, None)
            if slot is None:
                return
            gone = self._files[slot]
            assert gone is not None
            self._files[slot] = None
            self._total_length -= gone[1].length
            self._by_name[path.name].remove(path)
            if len(self._files) > 2 * len(self._slots) + 64:
                self._compact()

    def search(self, weights: Mapping[int, float]) -> list[FileHit]:
        """Every file with a word of the query, best first; ``weights`` gives the terms, 1.0 for an ordinary one."""
        with self._lock:
            scores = self._scores(weights)
            hits = [
                FileHit(kept[0], score)
                for kept, score in zip(self._files, scores, strict=True)
                if kept is not None and score > 0
            ]
        hits.sort(key=lambda hit: (-hit.score, hit.path))
        return hits

    def _scores(self, weights: Mapping[int, float]) -> list[float]:
        scores = [0.0] * len(self._files)
        norms = self._norms()
        count = len(self._slots)
        for term, weight in weights.items():
            posting = self._living(self._postings.get(term, ()))
            value = weight * math.log(1 + (count - len(posting) + 0.5) / (len(posting) + 0.5))
            for packed in posting:
                slot = packed >> _COUNT_BITS
                code = packed & _COUNT_MASK
                times = _BODY[code] * norms[slot] + _FIELDS[code]
                scores[slot] += value * times / (SATURATION + times)
        return scores

    def _living(self, posting: int | Sequence[int]) -> Sequence[int]:
        """A posting without the dead, so that no score depends on what was changed before."""
        entries = (posting,) if isinstance(posting, int) else posting
        if len(self._files) == len(self._slots):
            return entries
        return [packed for packed in entries if self._files[packed >> _COUNT_BITS] is not None]

    def _norms(self) -> list[float]:
        """What one occurrence in the body of each file counts."""
        average = max(self._total_length / max(len(self._slots), 1), 1.0)
        return [
            1 / (1 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * kept[1].length / average) if kept is not None else 0.0
            for kept in self._files
        ]

    def _synchronise_file(self, view: GraphView, path: WorkspacePath) -> None:
        slot = self._slots.get(path)
        kept = self._files[slot] if slot is not None else None
        if kept is not None and kept[1].digest == digest_of(view, path):
            return
        read = _read(view, path)
        if read is None:
            self.remove(path)
        elif kept is None or kept[1].digest != read[0].digest:
            self.update(path, *read)

    def _post(self, term: int, packed: int) -> None:
        posting = self._postings.get(term)
        if posting is None:
            self._postings[term] = packed
        elif isinstance(posting, int):
            self._postings[term] = array("I", (posting, packed))
        else:
            posting.append(packed)

    def _compact(self) -> None:
        """Numbers the living anew and drops the dead from the postings."""
        numbers = {slot: number for number, slot in enumerate(sorted(self._slots.values()))}
        before, self._postings = self._postings, {}
        for term, posting in before.items():
            for packed in self._living(posting):
                self._post(term, numbers[packed >> _COUNT_BITS] << _COUNT_BITS | packed & _COUNT_MASK)
        self._files = [kept for kept in self._files if kept is not None]
        self._slots = {path: numbers[slot] for path, slot in self._slots.items()}


def _read(view: GraphView, path: WorkspacePath) -> tuple[Text, tuple[DefinitionRow, ...]] | None:
    try:
        text = view.workspace.read(path).text
    except SightlineError:
        return None
    return text, fresh_definitions_of(view, path) if text.digest == digest_of(view, path) else ()


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
