"""What past commits say about files and definitions, as numbers that a ranking can weigh. Pure: nothing is read here.

A *definition* is a path and a bare name (``get``, not ``Cart.get``): git's patches tell no more. Merges, commits of
more than 40 files and those without a parent say nothing about any file. Paths are those of today: the changes of a
file that was renamed since count for its present path. They need not exist any more, nor be permitted in a prompt; the
caller asks its gate.

Likeness (:meth:`HistoryIndex.resembling`)
    The *similarity* of a commit and a task is the cosine of their terms, each term weighing its inverse document
    frequency among the commits; beside that a term of the task weighs what the caller gives, and one of the commit 1.0
    in the first line of its message, 0.5 in the rest or in a name of what it changed, 0.25 in a path it changed. Old
    commits count down to half (700 commits ago: 0.68). 0..1: 0.3 is a commit about the same matter as a rule, and below
    0.02 is not counted. With ``near``, files that matter for other reasons, a commit that changed none of them counts
    a quarter. A file or definition has

    ``most``     the largest similarity of a commit that changed it, divided by the fourth root of how many files the
                 commit changed (definitions: of how many definitions, but at most by 1.7): 0..1
    ``total``    the root of the sum of squares of its best twenty of these: 0..4.5, 1 is very much
    ``commit``   the one ``most`` is of, as ``abc1234 subject``, for people

Companions (:meth:`HistoryIndex.changed_with`)
    For an *anchor* that is known to matter, what commits changed together with it: the number of commits that changed
    both, each counting less the more files it changed, divided by the anchor's number of commits and 3. The largest
    over the anchors, each times its weight: 0..weight. 0.3 is a file that nearly always changes along.

Activity (:meth:`HistoryIndex.activity`)
    ``changes`` how many of the commits changed it; ``recency`` the same with a commit counting e^(-n/150), n being how
    many commits are newer: 0..150.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from sightline.base.errors import PathOutsideRoot
from sightline.base.paths import WorkspacePath
from sightline.context.file_terms import path_terms
from sightline.context.history.commits import Commit
from sightline.context.tokens import STOP_TERMS, terms_of_word

Value = TypeVar("Value")

#: Less similar commits are not counted.
LEAST_SIMILARITY = 0.02
#: Commits that count for one file or definition.
MOST_ALIKE = 20
#: The most similar commits are looked at, so many of them.
MOST_COMPARED = 200
#: What a term counts, in quarters, by where a commit has it.
IN_TITLE, IN_BODY, IN_NAME, IN_PATH = 4, 2, 2, 1
#: Old commits count down to ``OLD_SHARE``; after so many commits most of the rest is gone.
OLD, OLD_SHARE = 700, 0.5
#: How many times more a commit counts that changed a file that matters, than one that changed none.
NEAR = 3.0
#: Commits after which one counts a third as recent.
RECENT = 150
#: What an anchor's number of commits is taken to be more: two changes, both together, are no proof.
DOUBT = 3.0
#: A commit of so many files counts half in :meth:`HistoryIndex.changed_with`.
HALF_SIZE = 4
#: Of how many definitions of one commit each counts least.
MANY_DEFINITIONS = 9
#: Characters of an identifier that are shown.
_SHORT = 7


class Definition(NamedTuple):
    """A definition as history knows it; ``name`` is the bare one."""

    path: WorkspacePath
    name: str


class Likeness(NamedTuple):
    """How much a task resembles the past commits that changed one file or definition; see the module."""

    most: float
    total: float
    commit: str


class Companion(NamedTuple):
    """How regularly something changed together with an anchor; ``commit`` is the newest that changed both."""

    score: float
    anchor: WorkspacePath | Definition
    commit: str


@dataclass(frozen=True, slots=True)
class Activity:
    """How often and how lately something changed."""

    changes: int
    recency: float


@dataclass(frozen=True, slots=True)
class Resembling:
    """Only what has evidence is in here; definitions by path and bare name. ``commits`` that were compared."""

    files: Mapping[WorkspacePath, Likeness]
    definitions: Mapping[WorkspacePath, Mapping[str, Likeness]]
    commits: int


@dataclass(frozen=True, slots=True)
class ChangedWith:
    """Companions of the anchors, without the anchors themselves; definitions by path and bare name."""

    files: Mapping[WorkspacePath, Companion]
    definitions: Mapping[WorkspacePath, Mapping[str, Companion]]


@dataclass(frozen=True, slots=True)
class PastCommits:
    """Commits of one repository, the newest first; ``prefixes`` as in :class:`.reading.Repository`."""

    prefixes: Sequence[tuple[str, str]]
    commits: Sequence[Commit]


class _Past(NamedTuple):
    """A commit that counts; files and definitions by number."""

    label: str
    age: int
    terms: Mapping[int, int]
    files: tuple[int, ...]
    definitions: tuple[int, ...]


class _Numbers(Generic[Value]):
    """Small numbers for values, which are slow to hash."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._numbers: dict[Value, int] = {}

    def add(self, value: Value) -> int:
        """The number of a value, a new one if need be."""
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number

    def number(self, value: Value) -> int:
        """The number of a value; -1 for one that has none."""
        return self._numbers.get(value, -1)


class HistoryIndex:
    """An immutable snapshot of what is known of the past; may be asked from any thread. Without commits it is empty."""

    def __init__(self, repositories: Iterable[PastCommits] = ()) -> None:
        self._files = _Numbers[WorkspacePath]()
        self._definitions = _Numbers[tuple[int, str]]()
        self._commits = [past for each in repositories for past in _followed(each, self._files, self._definitions)]
        self._postings: dict[int, list[int]] = {}
        self._of_file: list[list[int]] = [[] for _ in self._files.values]
        self._of_definition: list[list[int]] = [[] for _ in self._definitions.values]
        for number, past in enumerate(self._commits):
            for term, quarters in past.terms.items():
                self._postings.setdefault(term, []).append(number << 2 | quarters - 1)
            for file in past.files:
                self._of_file[file].append(number)
            for definition in past.definitions:
                self._of_definition[definition].append(number)
        rarities = {term: self._rarity(term) for term in self._postings}
        self._lengths = [
            math.sqrt(sum((rarities[term] * quarters / 4) ** 2 for term, quarters in past.terms.items()))
            for past in self._commits
        ]

    def __len__(self) -> int:
        """Commits that count as evidence."""
        return len(self._commits)

    def resembling(
        self, weights: Mapping[int, float], near: Mapping[WorkspacePath, float] = MappingProxyType({})
    ) -> Resembling:
        """What commits that resemble the terms of a task (``weights``, 1.0 for an ordinary one) changed.

        ``near`` gives files that matter for other reasons, each with 0..1; without any, all commits count alike.
        """
        closeness = [0.0] * len(self._files.values)
        for path, close in near.items():
            if (file := self._files.number(path)) >= 0:
                closeness[file] = close
        files: dict[int, list[tuple[float, int]]] = {}
        definitions: dict[int, list[tuple[float, int]]] = {}
        similar = heapq.nlargest(MOST_COMPARED, self._similarities(weights), key=lambda pair: (pair[1], -pair[0]))
        for number, similarity in similar:
            past = self._commits[number]
            close = max(map(closeness.__getitem__, past.files)) if near else 1.0
            counts = similarity * (1 + NEAR * close) / (1 + NEAR)
            counted = (counts / len(past.files) ** 0.25, -number)
            for file in past.files:
                files.setdefault(file, []).append(counted)
            counted = (counts / min(len(past.definitions) or 1, MANY_DEFINITIONS) ** 0.25, -number)
            for definition in past.definitions:
                definitions.setdefault(definition, []).append(counted)
        return Resembling(
            files={self._files.values[file]: self._likeness(counted) for file, counted in files.items()},
            definitions=self._by_path(
                {definition: self._likeness(counted) for definition, counted in definitions.items()}
            ),
            commits=len(self._commits),
        )

    def changed_with(
        self, files: Mapping[WorkspacePath, float], definitions: Mapping[Definition, float] = MappingProxyType({})
    ) -> ChangedWith:
        """What changed together with the anchors, each given with its weight (1.0: certain to matter).

        Companions of a file are other files and definitions in them; those of a definition are other files too, and
        other definitions, of its own file as well.
        """
        found_files: dict[int, Companion] = {}
        found_definitions: dict[int, Companion] = {}
        anchors: list[tuple[WorkspacePath | Definition, float]] = [*files.items(), *definitions.items()]
        for anchor, weight in anchors:
            self._add_companions(anchor, weight, found_files, found_definitions)
        for path in files:
            found_files.pop(self._files.number(path), None)
        for definition in definitions:
            found_definitions.pop(self._number(definition), None)
        return ChangedWith(
            files={self._files.values[file]: companion for file, companion in found_files.items()},
            definitions=self._by_path(found_definitions),
        )

    def activity(self, what: WorkspacePath | Definition) -> Activity:
        """How often and how lately a file or a definition changed."""
        numbers = self._changes_of(what)
        return Activity(len(numbers), sum(math.exp(-self._commits[number].age / RECENT) for number in numbers))

    def _number(self, definition: Definition) -> int:
        return self._definitions.number((self._files.number(definition.path), definition.name))

    def _changes_of(self, what: WorkspacePath | Definition) -> Sequence[int]:
        """The commits that changed a file or a definition, the newest first."""
        if isinstance(what, Definition):
            number = self._number(what)
            return self._of_definition[number] if number >= 0 else ()
        number = self._files.number(what)
        return self._of_file[number] if number >= 0 else ()

    def _by_path(self, found: Mapping[int, Value]) -> dict[WorkspacePath, dict[str, Value]]:
        answer: dict[int, dict[str, Value]] = {}
        for definition, value in found.items():
            file, name = self._definitions.values[definition]
            answer.setdefault(file, {})[name] = value
        return {self._files.values[file]: values for file, values in answer.items()}

    def _rarity(self, term: int) -> float:
        """Inverse document frequency of a term among the commits."""
        having = len(self._postings.get(term, ()))
        return math.log(1 + (len(self._commits) - having + 0.5) / (having + 0.5))

    def _similarities(self, weights: Mapping[int, float]) -> Iterator[tuple[int, float]]:
        rarities = {term: self._rarity(term) for term in weights}
        length = math.sqrt(sum((weight * rarities[term]) ** 2 for term, weight in weights.items()))
        products: dict[int, float] = {}
        for term, weight in weights.items():
            value = weight * rarities[term] ** 2 / 4
            for packed in self._postings.get(term, ()):
                number = packed >> 2
                products[number] = products.get(number, 0.0) + value * ((packed & 3) + 1)
        for number, product in products.items():
            cosine = product / (length * self._lengths[number])
            similarity = cosine * (OLD_SHARE + (1 - OLD_SHARE) * math.exp(-self._commits[number].age / OLD))
            if similarity >= LEAST_SIMILARITY:
                yield number, min(similarity, 1.0)

    def _likeness(self, counted: list[tuple[float, int]]) -> Likeness:
        if len(counted) == 1:
            ((most, best),) = counted
            return Likeness(most, most, self._commits[-best].label)
        counted.sort(reverse=True)
        most, best = counted[0]
        total = math.sqrt(sum([value * value for value, _ in counted[:MOST_ALIKE]]))
        return Likeness(most, total, self._commits[-best].label)

    def _add_companions(
        self,
        anchor: WorkspacePath | Definition,
        weight: float,
        files: dict[int, Companion],
        definitions: dict[int, Companion],
    ) -> None:
        numbers = self._changes_of(anchor)
        share = weight / (len(numbers) + DOUBT)
        file_counts: dict[int, tuple[float, int]] = {}
        definition_counts: dict[int, tuple[float, int]] = {}
        for number in numbers:
            past = self._commits[number]
            counts = share / (1 + (len(past.files) - 1) / HALF_SIZE)
            for each, found in ((past.files, file_counts), (past.definitions, definition_counts)):
                for one in each:
                    before, newest = found.get(one, (0.0, number))
                    found[one] = before + counts, newest
        is_definition = isinstance(anchor, Definition)
        own = self._files.number(anchor.path if is_definition else anchor)
        file_counts.pop(own, None)
        for file, (score, newest) in file_counts.items():
            _keep_best(files, file, score, anchor, self._commits[newest])
        for definition, (score, newest) in definition_counts.items():
            if is_definition or self._definitions.values[definition][0] != own:
                _keep_best(definitions, definition, score, anchor, self._commits[newest])


#: Nothing is known of the past: no git, no repository, or a workspace that is not trusted.
NO_HISTORY = HistoryIndex()


def _keep_best(
    found: dict[int, Companion], key: int, score: float, anchor: WorkspacePath | Definition, newest: _Past
) -> None:
    before = found.get(key)
    if before is None or score > before.score:
        found[key] = Companion(score, anchor, newest.label)


def _followed(
    repository: PastCommits, files: _Numbers[WorkspacePath], definitions: _Numbers[tuple[int, str]]
) -> Iterator[_Past]:
    """The commits that count, the newest first, with each path as it is called today."""
    today: dict[str, str] = {}
    prefixes = sorted(repository.prefixes, key=lambda pair: -len(pair[0]))
    for age, commit in enumerate(repository.commits):
        owners = {path: _owner(prefixes, today.get(path, path)) for path in commit.paths}
        changed = {path: files.add(owner) for path, owner in owners.items() if owner is not None}
        if changed:
            found = (commit.definitions or {}).items()
            yield _Past(
                label=f"{commit.identifier[:_SHORT]} {commit.subject}",
                age=age,
                terms=_weighed(commit),
                files=tuple(dict.fromkeys(changed.values())),
                definitions=tuple(
                    dict.fromkeys(
                        definitions.add((changed[path], name))
                        for path, names in found
                        if path in changed
                        for name in names
                    )
                ),
            )
        renamed = {old: today.get(path, path) for path, old in commit.renames.items()}
        for path in (*commit.added, *commit.renames):
            today.pop(path, None)  # what was called so before that is another file
        today |= renamed


def _weighed(commit: Commit) -> Mapping[int, int]:
    """The terms of a commit, each with the quarters it counts."""
    names = (name for found in (commit.definitions or {}).values() for name in found)
    places = (
        (IN_PATH, (term for path in commit.paths for term in _path_terms(path))),
        (IN_NAME, (term for name in names for term in terms_of_word(name) if term not in STOP_TERMS)),
        (IN_BODY, commit.terms[commit.titled :]),
        (IN_TITLE, commit.terms[: commit.titled]),
    )
    return {term: quarters for quarters, terms in places for term in terms}


@lru_cache(maxsize=1 << 12)
def _path_terms(path: str) -> tuple[int, ...]:
    return tuple(term for term in path_terms(path) if term not in STOP_TERMS)


def _owner(prefixes: Sequence[tuple[str, str]], name: str) -> WorkspacePath | None:
    for prefix, root in prefixes:
        if name.startswith(prefix):
            with suppress(PathOutsideRoot):  # a tree that no git of today would write
                return WorkspacePath(root, name[len(prefix) :])
    return None
