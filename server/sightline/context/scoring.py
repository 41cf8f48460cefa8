"""How good pieces and files are: a weighted sum of their evidence, as a probability.

The weights are data (``weights.json``), learned from real commits by ``tests/bench/context/learn_ranking.py``, which
says how. A weight tells what one unit of its evidence adds to the log-odds; evidence without a weight counts nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Weights(BaseModel):
    """A logistic model: log-odds are ``bias`` plus each evidence times its weight."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float
    weights: Mapping[str, float]

    def log_odds(self, *evidence: Mapping[str, float]) -> float:
        """What all this evidence adds up to, without the bias."""
        weight_of, total = self.weights.get, 0.0
        for values in evidence:
            for name, value in values.items():
                if value and (weight := weight_of(name)) is not None:
                    total += value * weight
        return total

    def probability(self, log_odds: float) -> float:
        """How probable it is that what has such evidence is wanted; 0..1."""
        return 1 / (1 + math.exp(-min(max(self.bias + log_odds, -30.0), 30.0)))


class RankingModel(BaseModel):
    """``words``: pieces before the graph and history are asked, to choose anchors; ``pieces``: with all evidence;
    ``files``: files with their own evidence and that of their pieces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: Weights
    pieces: Weights
    files: Weights


@cache
def learned_model() -> RankingModel:
    """The model that comes with Sightline."""
    text = files("sightline.context").joinpath("weights.json").read_text(encoding="utf-8")
    return RankingModel.model_validate(json.loads(text))
