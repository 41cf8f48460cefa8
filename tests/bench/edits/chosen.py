"""Chooses the mutations of the benchmark: candidates in seeded order until enough of each kind hold by pyright."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benign import BENIGN, benign_candidates
from importing import KINDS, Importer
from mutations import BREAKING, Mutation, breaking_candidates
from sources import CodeBase
from truth import Pyright, Truth, TruthStore, judge_all, open_store


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A mutation and the truth about it."""

    mutation: Mutation
    truth: Truth


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How many mutations to find, from which seed; ``scratch`` holds copies, ``cache`` the truths."""

    seed: int
    breaking: int
    benign: int
    scratch: Path
    cache: Path
    packages: tuple[Path, ...]


def choose(code: CodeBase, wanted: Wanted) -> list[Judged]:
    """The mutations of one code base. Fewer than wanted where the sites run out, which the summary shows."""
    store = open_store(wanted.cache / f"{code.name}-truth.json")
    streams: dict[str, Iterator[Mutation]] = {
        **{kind: breaking_candidates(code, kind, wanted.seed) for kind in BREAKING},
        **{kind: benign_candidates(code, kind, wanted.seed) for kind in BENIGN},
    }
    found: dict[str, list[Judged]] = {kind: [] for kind in streams}
    judge = _Lazy(code, wanted)
    importer = Importer(code, wanted.scratch, wanted.packages)
    while True:
        quota = {**_quota(BREAKING, streams, found, wanted.breaking), **_quota(BENIGN, streams, found, wanted.benign)}
        candidates: list[Mutation] = []
        for kind, stream in list(streams.items()):
            missing = quota[kind] - len(found[kind])
            taken = list(islice(stream, max(missing, min(8, 4 * missing)))) if missing > 0 else []
            if missing > 0 and not taken:
                del streams[kind]
            candidates += taken
        if not candidates and all(len(found[kind]) >= quota[kind] for kind in streams):
            break
        _judge(candidates, store, judge, len(code.texts))
        for mutation in candidates:
            truth = store.get(mutation)
            assert truth is not None
            if len(found[mutation.kind]) < quota[mutation.kind] and _holds(mutation, truth, importer):
                found[mutation.kind].append(Judged(mutation=mutation, truth=truth))
        print(code.name, {kind: len(rows) for kind, rows in found.items()}, file=sys.stderr, flush=True)
    judge.close()
    return [judged for rows in found.values() for judged in rows]


def choose_known(code: CodeBase, wanted: Wanted) -> list[Judged]:
    """The mutations among the first candidates whose truth is known already; pyright is asked nothing.

    Harmless ones of which it was never asked count as harmless, which they are by construction: :func:`unconfirmed`.
    """
    store = open_store(wanted.cache / f"{code.name}-truth.json")
    found: list[Judged] = []
    importer = Importer(code, wanted.scratch, wanted.packages)
    for kinds, count, candidates in (
        (BREAKING, wanted.breaking, breaking_candidates),
        (BENIGN, wanted.benign, benign_candidates),
    ):
        share = -(-count // len(kinds))
        for kind in kinds:
            judged = 0
            for mutation in islice(candidates(code, kind, wanted.seed), 3 * share):
                truth = store.get(mutation)
                if truth is None and not mutation.breaking:
                    truth = Truth(identifier=mutation.identifier, digest="", errors=())
                if truth is not None and judged < share and _holds(mutation, truth, importer):
                    judged += 1
                    found.append(Judged(mutation=mutation, truth=truth))
    return found


def _holds(mutation: Mutation, truth: Truth, importer: Importer) -> bool:
    """Whether a mutation does what it is meant to: by pyright, and where imports move, by Python itself."""
    if bool(truth.errors) != mutation.breaking:
        return False
    return mutation.breaking or mutation.kind not in KINDS or not importer.breaks(mutation)


def unconfirmed(chosen: Iterable[Judged]) -> int:
    """How many mutations nobody asked pyright about."""
    return sum(not judged.truth.digest for judged in chosen)


def _quota(
    kinds: Iterable[str], streams: Mapping[str, object], found: Mapping[str, list[Judged]], wanted: int
) -> dict[str, int]:
    """How many of each kind: the same share of all, and what kinds without further sites lack goes to the others."""
    alive = [kind for kind in kinds if kind in streams]
    spent = {kind: len(found[kind]) for kind in kinds if kind not in streams}
    share = -(-max(wanted - sum(spent.values()), 0) // len(alive)) if alive else 0
    return {**spent, **dict.fromkeys(alive, share)}


class _Lazy:
    """Starts pyright only when a truth is missing."""

    def __init__(self, code: CodeBase, wanted: Wanted) -> None:
        self._code, self._wanted = code, wanted
        self._pyright: Pyright | None = None

    def get(self) -> Pyright:
        if self._pyright is None:
            self._pyright = Pyright(self._code, self._wanted.scratch, self._wanted.packages)
        return self._pyright

    def close(self) -> None:
        if self._pyright is not None:
            self._pyright.close()


def _judge(candidates: list[Mutation], store: TruthStore, judge: _Lazy, files: int) -> None:
    # In a small code base everything hangs together: mutations in one run would hide one another's errors.
    size = 3 if files < 300 else 30
    for breaking in (True, False):
        part = [mutation for mutation in candidates if mutation.breaking is breaking and store.get(mutation) is None]
        if part:
            judge_all(judge.get(), store, part, size if breaking else 2 * size)
