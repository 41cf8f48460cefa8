#!/usr/bin/env python3
"""Learns what evidence counts (``server/sightline/context/weights.json``) from the real commits of the cases.

    uv run --with numpy --with scipy tests/bench/context/learn_ranking.py --evidence FOLDER [--record]

``FOLDER`` is what ``collect_evidence.py`` wrote. Three logistic models, see ``RankingModel`` in ``context/scoring.py``;
each case weighs the same, however many pieces its commit changed. Leave one repository out: the figures printed are of
models that never saw the repository they are measured on. ``--record`` writes those (``models.json``: the bench and the
next collection ask each repository's cases with its own) and the one learned from all, which is Sightline's.
"""

# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportUnknownLambdaType=false, reportMissingTypeArgument=false
# numpy and scipy are no dependencies: learning is run by hand, far more rarely than everything else here.

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

WEIGHTS = Path(__file__).resolve().parents[3] / "server/sightline/context/weights.json"

MODELS = Path(__file__).parent / "models.json"

#: Inverse strength of the regularisation, on evidence scaled to deviation 1.
STRENGTH = 0.5
#: Relations that a user who points at a definition asks for, and the least they count, in log-odds for a certain
#: anchor. In the cases nobody points, anchors are guesses, and most of these weights would be 0 by chance.
ASKED_FOR = frozenset({"callee", "caller", "implementer", "override", "overridden", "twin", "test", "user"})
LEAST_ASKED_FOR = 3.0
#: The same for what past commits changed together with such a definition: 0.3 at most, for a certain companion.
COMPANION, LEAST_COMPANION = "with_definition", 6.0
#: Evidence whose weight would be smaller than this (at deviation 1) is left out: it explains nothing.
LEAST_WEIGHT = 0.02
#: A piece is a changed one if it holds so much of a changed hunk.
LEAST_SHARE = 0.3
BUDGETS = (2000, 4000, 8000)
DIGITS = 4
#: Evidence that can only speak for a piece, by how its name begins.
SPEAK_FOR = (
    *("near_", "with_", "pieces_", "part_words", "part_covered", "part_title", "part_rarest", "part_names"),
    *("part_snippets", "part_sought", "whole_words", "whole_weighed", "whole_covered", "whole_title", "whole_rank"),
    *("whole_gap", "whole_name", "whole_implied", "whole_alike", "whole_recent", "file_score", "file_near"),
    *("file_folder", "file_recent", "file_alike", "file_names", "file_snippets", "file_sought"),
)

Model = dict[str, Any]


class Case:
    """One case as rows: evidence, whether it was changed, and how much the case weighs."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.case = found["case"]
        self.lines: Mapping[str, Sequence[str]] = found["lines"]
        self.files: list[tuple[str, dict[str, float]]] = found["files"]
        self.pieces: list[Any] = found["pieces"]
        self.hunks = [(path, *hunk) for path, changed in self.case.changed.items() for hunk in changed.hunks]
        self.changed = np.array([self._is_changed(piece) for piece in self.pieces], float)
        self.changed_files = np.array([path in self.case.changed for path, _ in self.files], float)
        self.weight = 1 / max(self.changed.sum(), 1)

    def _is_changed(self, piece: Any) -> bool:
        path, first, last = self.files[piece[0]][0], piece[1], piece[2]
        return any(
            other == path and min(last, end) - max(first, begin) + 1 >= max(1, LEAST_SHARE * (end - begin + 1))
            for other, begin, end in self.hunks
        )


def matrix(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> np.ndarray:
    """Evidence as a table, one column a name."""
    return np.array([[row.get(name, 0.0) for name in names] for row in rows], float).reshape(len(rows), len(names))


def learn(
    tables: Sequence[np.ndarray], changed: Sequence[np.ndarray], weights: Sequence[float], names: Sequence[str]
) -> Model:
    """A logistic model of the cases, in units of the evidence as it is."""
    table, wanted = np.concatenate(tables), np.concatenate(changed)
    each = np.concatenate([np.full(len(rows), weight) for rows, weight in zip(changed, weights, strict=True)])
    mean, deviation = table.mean(0), table.std(0) + 1e-9
    table = (table - mean) / deviation

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        margin = table @ values[1:] + values[0]
        sums = (each * (np.logaddexp(0, margin) - wanted * margin)).sum()
        error = each * (1 / (1 + np.exp(-margin)) - wanted)
        slope = np.concatenate([[error.sum()], table.T @ error + values[1:] / STRENGTH])
        return sums + (values[1:] ** 2).sum() / (2 * STRENGTH), slope

    least = np.array([_least(name) for name in names]) * deviation
    bounds = [(None, None), *((bound if np.isfinite(bound) else None, None) for bound in least)]
    found = minimize(loss, np.concatenate([[-4.0], np.zeros(len(names))]), jac=True, bounds=bounds, method="L-BFGS-B")
    small = (np.abs(found.x[1:]) < LEAST_WEIGHT) & (least <= 0)
    scaled = np.where(small | (deviation < 1e-6), 0.0, found.x[1:])
    by_name = scaled / deviation
    bias = float(found.x[0] - (by_name * mean).sum())
    kept = {name: round(float(value), DIGITS) for name, value in zip(names, by_name, strict=True) if value}
    order = sorted(zip(names, scaled, strict=True), key=lambda pair: -abs(pair[1]))
    return {"bias": round(bias, DIGITS), "weights": dict(sorted(kept.items())), "_scaled": order}


def _least(name: str) -> float:
    """The least weight: of what can only speak for a piece none is negative, whatever chance says."""
    if name == COMPANION:
        return LEAST_COMPANION
    if name.removeprefix("near_").removesuffix("_beyond") in ASKED_FOR:
        return LEAST_ASKED_FOR
    return 0.0 if name.startswith(SPEAK_FOR) else -np.inf


def score(model: Model, table: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Probabilities of the rows of a table."""
    total = model["bias"] + table @ np.array([model["weights"].get(name, 0.0) for name in names])
    return 1 / (1 + np.exp(-np.clip(total, -30, 30)))


def edit_share(case: Case, probability: np.ndarray, budget: int) -> float | None:
    """Share of the hunks that a packing of about this many tokens would show; close to what ``pack.py`` does."""
    size = np.array([piece[3] for piece in case.pieces]) / 4
    order = np.argsort(-probability / np.maximum(size + 8, 30) ** 0.5, kind="stable")
    room, shown, missed = float(budget), {}, 0
    for number in order:
        path = case.files[case.pieces[number][0]][0]
        cost = size[number] * 1.03 + 8 + (0 if path in shown else 14 + len(path) / 4)
        if cost > room:
            missed += 1
            if missed > 40:
                break
            continue
        room -= cost
        shown.setdefault(path, []).append((case.pieces[number][1], case.pieces[number][2]))
    if not case.hunks:
        return None
    held = 0
    for path, begin, end in case.hunks:
        lines = sum(max(0, min(end, last) - max(begin, first) + 1) for first, last in shown.get(path, ()))
        held += lines / (end - begin + 1) >= 0.5
    return held / len(case.hunks)


def mean(values: Iterator[float | None]) -> float:
    """Average in percent of what there is."""
    there = [value for value in values if value is not None]
    return round(100 * sum(there) / max(len(there), 1), 1)


class Learning:
    """All cases, and the models of all repositories but one."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.repositories = sorted({case.case.repository for case in cases})
        words = [[piece[5] for piece in case.pieces if piece[5] is not None] for case in cases]
        self.word_names = _names(words)
        self.word_tables = [matrix(rows, self.word_names) for rows in words]
        self.word_changed = [case.changed[[piece[5] is not None for piece in case.pieces]] for case in cases]
        pieces = [[piece[6] for piece in case.pieces] for case in cases]
        self.piece_names = _names(pieces)
        self.piece_tables = [matrix(rows, self.piece_names) for rows in pieces]
        self.models: dict[str, dict[str, Model]] = {}

    def learn(self, but: str = "") -> dict[str, Model]:
        """The models of all repositories, without one."""
        chosen = [number for number, case in enumerate(self.cases) if case.case.repository != but]
        weights = [self.cases[number].weight for number in chosen]
        words = learn(
            [self.word_tables[number] for number in chosen],
            [self.word_changed[number] for number in chosen],
            weights,
            self.word_names,
        )
        pieces = learn(
            [self.piece_tables[number] for number in chosen],
            [self.cases[number].changed for number in chosen],
            weights,
            self.piece_names,
        )
        files = self._learn_files(chosen, pieces)
        return {"words": words, "pieces": pieces, "files": files}

    def file_rows(self, number: int, pieces: Model) -> list[dict[str, float]]:
        """Evidence of the files of a case, with that of their pieces by a model."""
        case = self.cases[number]
        probability = score(pieces, self.piece_tables[number], self.piece_names)
        by_file: dict[int, list[float]] = {}
        for piece, value in zip(case.pieces, probability, strict=True):
            by_file.setdefault(piece[0], []).append(float(value))
        rows: list[dict[str, float]] = []
        for place, (_, evidence) in enumerate(case.files):
            best = sorted(by_file.get(place, ()), reverse=True)[:3]
            rows.append(evidence | {"pieces_best": best[0] if best else 0.0, "pieces_sum": sum(best)})
        return rows

    def _learn_files(self, chosen: Sequence[int], pieces: Model) -> Model:
        rows = [self.file_rows(number, pieces) for number in chosen]
        names = _names(rows)
        changed = [self.cases[number].changed_files for number in chosen]
        weights = [1 / max(each.sum(), 1) for each in changed]
        return learn([matrix(each, names) for each in rows], changed, weights, names)

    def report(self) -> None:
        """Figures of models that never saw the repository they are measured on."""
        self.models = {repository: self.learn(repository) for repository in self.repositories}
        self._report("words", lambda number, own: self._padded(number, own["words"]))
        self._report("pieces", lambda number, own: score(own["pieces"], self.piece_tables[number], self.piece_names))
        first, ten = [], []
        for number, case in enumerate(self.cases):
            own = self.models[case.case.repository]
            rows = self.file_rows(number, own["pieces"])
            names = _names([rows])
            order = np.argsort(-score(own["files"], matrix(rows, names), names), kind="stable")
            first.append(float(case.changed_files[order[0]]) if len(order) else 0.0)
            ten.append(case.changed_files[order[:10]].sum() / len(case.case.changed))
        print(f"files: hit@1 {mean(iter(first))} R@10 {mean(iter(ten))}")

    def _padded(self, number: int, model: Model) -> np.ndarray:
        there = [piece[5] is not None for piece in self.cases[number].pieces]
        probability = np.zeros(len(there))
        probability[there] = score(model, self.word_tables[number], self.word_names)
        return probability

    def _report(self, title: str, probabilities: Callable[[int, dict[str, Model]], np.ndarray]) -> None:
        every = [probabilities(number, self.models[case.case.repository]) for number, case in enumerate(self.cases)]
        pairs = list(zip(self.cases, every, strict=True))
        shares = {budget: mean(edit_share(case, values, budget) for case, values in pairs) for budget in BUDGETS}
        clean = mean(edit_share(case, values, 4000) for case, values in pairs if not case.case.leaky)
        print(f"{title}: edit {shares}, clean at 4,000: {clean}", flush=True)


def _names(rows: Sequence[Sequence[Mapping[str, float]]]) -> list[str]:
    return sorted({name for case in rows for row in case for name in row})


def _plain(models: Mapping[str, Model]) -> dict[str, Any]:
    return {name: {key: model[key] for key in ("bias", "weights")} for name, model in models.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evidence", type=Path, required=True)
    parser.add_argument("--record", action="store_true")
    given = parser.parse_args()
    cases = [Case(pickle.loads(path.read_bytes())) for path in sorted(given.evidence.glob("*.pickle"))]
    learning = Learning(cases)
    learning.report()
    everything = learning.learn()
    for name, model in everything.items():
        print(f"{name}:", ", ".join(f"{each} {weight:+.2f}" for each, weight in model["_scaled"]))
    if given.record:
        left_out = {repository: _plain(models) for repository, models in sorted(learning.models.items())}
        MODELS.write_text(json.dumps(left_out) + "\n", "utf-8")
        WEIGHTS.write_text(json.dumps(_plain(everything), indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
