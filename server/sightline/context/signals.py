"""Scores from words alone: how well each file and each chunk of a file fits the words of a task.

Files come from the index; chunks of the best files are scored by BM25 among themselves, because the right file is
usually found and the right definition inside it is not (contextbench, development half: a fifth of all changed hunks).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sightline.base.paths import WorkspacePath
from sightline.context.file_terms import IN_TEXT, FileTerms
from sightline.context.request import ContextRequest, TaskType
from sightline.context.task_wording import without_order
from sightline.context.tokens import query_terms
from sightline.workspace.origins import origin_by_name

#: Saturation of a term's count in a chunk, and how much long chunks are discounted.
SATURATION = 1.5
LENGTH_DISCOUNT = 0.7

#: Chunks of fewer terms count as this long: a declaration of three words is not three times as good as one of nine.
SHORTEST = 15

#: The first line of a task is its title.
TITLE_WEIGHT = 1.5
DIAGNOSTIC_WEIGHT = 0.5

#: What tests, examples, documentation and copied code count beside the code itself, unless the task is about tests.
ASIDE_WEIGHT = 0.3

_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|specs?|fixtures|docs?|docs_src|examples?|samples?|benchmarks?|bench|scripts)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|[^/]*[.-](?:test|spec))\.\w+$",
    re.I,
)


#: A word of the task that was found in a piece, and what it counts there.
Part = tuple[float, int]


@dataclass(slots=True)
class ChunkScores:
    """Scores of the chunks of one file; ``parts[n]`` holds (value, term) of the words found in chunk ``n``.

    ``whole_scores`` and ``whole_terms`` tell of what the chunk is a section of (see :attr:`FileTerms.sections`): its
    BM25 and the words found in it. What holds no word of the task is in none of the tables but ``scores``.
    """

    path: WorkspacePath
    terms: FileTerms
    scores: list[float]
    parts: Mapping[int, list[Part]]
    whole_scores: Mapping[int, float]
    whole_terms: Mapping[int, set[int]]

    def best_words(self, number: int, spelled: Mapping[int, str], most: int = 3) -> tuple[str, ...]:
        """The words of the task that speak most for a chunk."""
        best = sorted(self.parts.get(number, ()), key=lambda part: (-part[0], part[1]))
        return tuple(spelled[term] for _, term in best[:most] if term in spelled)


@dataclass(slots=True)
class WordScores:
    """Scores of the chunks of several files. ``values`` is what each word of the task counts: rare ones most.

    ``average`` is the number of terms of a chunk; ``best`` and ``best_whole`` are the highest scores of all files.
    """

    files: dict[WorkspacePath, ChunkScores]
    values: dict[int, float]
    average: float
    best: float = 1.0
    best_whole: float = 1.0

    def of(self, path: WorkspacePath, terms: FileTerms) -> ChunkScores:
        """The scores of a file, which need not have been among those that were compared."""
        if path not in self.files:
            entries = _found_in(terms, self.values)
            self.files[path] = _score_file(path, terms, entries, self.values, self.average)
        return self.files[path]


def is_aside(path: str) -> bool:
    """Whether a relative path is a test, an example or documentation by the usual names."""
    return _ASIDE.search(path) is not None


def path_weight(path: str, task_type: str) -> float:
    """What a file counts for this kind of task by its name, 1.0 for ordinary code."""
    not_written_here, aside = _told_by_name(path)
    return ASIDE_WEIGHT if not_written_here or (aside and task_type != TaskType.TEST.value) else 1.0


@lru_cache(
    maxsize=1 << 16
)  # every file with a word of the task is asked about, and thirteen patterns are tried on each
def _told_by_name(path: str) -> tuple[bool, bool]:
    """Whether a path says that its file is not written here, and whether it is a test or the like."""
    return origin_by_name(path) is not None, is_aside(path)


def weigh_terms(request: ContextRequest) -> tuple[dict[int, float], dict[int, str]]:
    """Weights of the search terms of a request, and how each is spelled in it."""
    task = without_order(request.task)
    spelled = query_terms(task)
    weights = dict.fromkeys(spelled, 1.0)
    title = task.strip().partition("\n")[0]
    weights |= dict.fromkeys(query_terms(title), TITLE_WEIGHT)
    for sentence in (*request.diagnostics, *request.mentions):
        for term, word in query_terms(sentence).items():
            spelled.setdefault(term, word)
            weights.setdefault(term, DIAGNOSTIC_WEIGHT)
    return weights, spelled


def score_chunks(files: Sequence[tuple[WorkspacePath, FileTerms]], weights: Mapping[int, float]) -> WordScores:
    """BM25 of every chunk of ``files``, with frequencies counted among these chunks."""
    count = sum(terms.chunk_count for _, terms in files)
    average = max(sum(terms.length for _, terms in files) / max(count, 1), 1.0)
    found = [_found_in(terms, weights) for _, terms in files]
    frequency = Counter[int]()
    for entries in found:
        for term, counts in entries:
            frequency[term] += len(counts)
    values = {
        term: weight * math.log(1 + (count - frequency[term] + 0.5) / (frequency[term] + 0.5))
        for term, weight in weights.items()
        if frequency[term]
    }
    scored = {
        path: _score_file(path, terms, entries, values, average)
        for (path, terms), entries in zip(files, found, strict=True)
    }
    best = max((max(result.scores, default=0.0) for result in scored.values()), default=0.0)
    best_whole = max((max(result.whole_scores.values(), default=0.0) for result in scored.values()), default=0.0)
    return WordScores(scored, values, average, best or 1.0, best_whole or 1.0)


def _found_in(terms: FileTerms, wanted: Iterable[int]) -> list[tuple[int, list[tuple[int, int]]]]:
    """The terms that a file holds, each with the chunks that hold it, see :meth:`FileTerms.chunk_counts`."""
    return [(term, counts) for term in wanted if (counts := terms.chunk_counts(term))]


def _score_file(
    path: WorkspacePath,
    terms: FileTerms,
    entries: Sequence[tuple[int, list[tuple[int, int]]]],
    values: Mapping[int, float],
    average: float,
) -> ChunkScores:
    """Looks at no chunk that holds no word of the task: most hold none."""
    lengths, wholes = terms.lengths, terms.sections
    fixed, by_length = 1 - LENGTH_DISCOUNT, LENGTH_DISCOUNT / average
    norms = [IN_TEXT * (fixed + by_length * (length if length > SHORTEST else SHORTEST)) for length in lengths]
    scores = [0.0] * len(lengths)
    parts: dict[int, list[Part]] = {}
    whole_norms, whole_scores, whole_terms = dict[int, float](), dict[int, float](), dict[int, set[int]]()
    for term, counts in entries:
        value = values.get(term, 0.0)
        whole_counts: dict[int, int] = {}
        for number, halves in counts:
            times = halves / norms[number]
            part = value * times / (SATURATION + times)
            scores[number] += part
            if number in parts:
                parts[number].append((part, term))
            else:
                parts[number] = [(part, term)]
            if number in wholes:
                first = wholes[number].start
                whole_counts[first] = whole_counts.get(first, 0) + halves
        for first, halves in whole_counts.items():
            if first not in whole_norms:
                whole = wholes[first]
                whole_norms[first] = IN_TEXT * (
                    fixed + by_length * max(sum(lengths[whole.start : whole.stop]), SHORTEST)
                )
                whole_scores[first], whole_terms[first] = 0.0, set()
            times = halves / whole_norms[first]
            whole_scores[first] += value * times / (SATURATION + times)
            whole_terms[first].add(term)
    for number, found in parts.items():
        if number not in wholes:
            whole_scores[number], whole_terms[number] = scores[number], {term for _, term in found}
    return ChunkScores(path, terms, scores, parts, whole_scores, whole_terms)
