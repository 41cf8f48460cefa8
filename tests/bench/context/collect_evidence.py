#!/usr/bin/env python3
"""Collects the evidence of every piece and file of every development case, with whether the real commit changed it.

    python tests/bench/context/collect_evidence.py --repositories FOLDER --out FOLDER [--only gin]

The first half of learning to rank (``learn_ranking.py`` is the second): one file ``CASE.pickle`` a case. Anchors are
chosen by the model that was learned without the repository (``models_without.py``). Cases that are there already are
left alone.
"""

from __future__ import annotations

import argparse
import asyncio
import pickle
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from case_file import Case, read_cases
from models_without import model_without
from trees import find_clone, how_to_get
from walk import Asked, walk

from sightline.context.board import Board, Piece
from sightline.context.candidates import Gate
from sightline.context.completion import NEAR, complete, find_anchors
from sightline.context.rank import find, weigh
from sightline.context.relations.relation import RelationKind
from sightline.context.scoring import RankingModel


def collect(asked: Asked, model: RankingModel) -> dict[str, Any]:
    """Pieces as (file, first line, last line, size, number of its definition's first section, words, all evidence)."""
    gate = Gate(asked.view.workspace, asked.permitted)
    board = Board(asked.view, asked.index, asked.request, gate, asked.history)
    began = perf_counter()
    gatherer = find(board)
    found = perf_counter() - began
    before = {id(piece): all_of(board, piece) for piece in board.pieces.values()}
    weigh(board, model.words)
    complete(board, find_anchors(board), [NEAR + kind.value for kind in RelationKind])
    gatherer.gather()
    took = perf_counter() - began
    numbers = {path: number for number, path in enumerate(board.files)}
    pieces: list[tuple[Any, ...]] = []
    for piece in board.pieces.values():
        terms = board.terms_of(piece.path)
        assert terms is not None
        chunk = piece.chunk
        size = terms.shape(piece.number).size
        place = (numbers[piece.path], chunk.first, chunk.last, size, piece.number - chunk.part)
        pieces.append((*place, before.get(id(piece)), all_of(board, piece)))
    return {
        "case": asked.case,
        "lines": asked.lines,
        "files": [(path.relative, file.evidence | file.links) for path, file in board.files.items()],
        "pieces": pieces,
        "seconds": (found, took),
    }


def all_of(board: Board, piece: Piece) -> dict[str, float]:
    """All evidence of a piece, that of its file with it."""
    file = board.files[piece.path]
    return file.evidence | file.links | piece.evidence | piece.links


async def collect_all(clone: Path, cases: list[Case], scratch: Path, out: Path, model: RankingModel) -> None:
    """The cases of one repository."""
    missing = [case for case in cases if not (out / f"{case.name}.pickle").exists()]
    async for asked in walk(clone, missing, scratch):
        began = perf_counter()
        rows = await asyncio.to_thread(collect, asked, model)
        temporary = out / f"{asked.case.name}.part"
        temporary.write_bytes(pickle.dumps(rows))
        temporary.rename(out / f"{asked.case.name}.pickle")
        print(f"{asked.case.name}: {len(rows['pieces'])} pieces, {perf_counter() - began:.1f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, default=Path(".venv/bench-context"))
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for repository, cases in read_cases(given.only).items():
        clone = find_clone(given.repositories, repository)
        if clone is None:
            print(f"{repository} is missing; {how_to_get(repository)}", file=sys.stderr)
            return 2
        name = repository.replace("/", "+")
        asyncio.run(collect_all(clone, cases, given.scratch / name, given.out, model_without(repository)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
