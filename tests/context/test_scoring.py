"""The learned model: data that is there, of evidence that is gathered, and sums that are right."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.context.completion import BEYOND, NEAR
from sightline.context.evidence import EVIDENCE
from sightline.context.relations.relation import RelationKind
from sightline.context.scoring import Weights, learned_model

NUMBERS = st.floats(-50, 50)


def test_the_sum_of_evidence_is_a_probability() -> None:
    weights = Weights(bias=-1.0, weights={"a": 2.0, "b": 1.0})
    log_odds = weights.log_odds({"a": 0.5, "unknown": 9.0}, {"b": 1.0})
    assert weights.probability(log_odds) == pytest.approx(1 / (1 + math.exp(-1)))


@given(st.dictionaries(st.sampled_from("abc"), NUMBERS), NUMBERS)
def test_it_stays_between_none_and_certain(evidence: dict[str, float], bias: float) -> None:
    weights = Weights(bias=bias, weights={"a": 40.0, "b": -40.0})
    assert 0 < weights.probability(weights.log_odds(evidence)) <= 1


def test_the_learned_weights_are_of_evidence_that_is_gathered() -> None:
    model = learned_model()
    near = {NEAR + kind.value + end for kind in RelationKind for end in ("", BEYOND)}
    known = {*EVIDENCE, *near, "with_file", "with_definition", "pieces_best", "pieces_sum"}
    for weights in (model.words, model.pieces, model.files):
        assert weights.weights
        assert set(weights.weights) <= known
    assert not any(name.startswith((NEAR, "with_")) for name in model.words.weights)


def test_what_speaks_for_a_piece_never_speaks_against_it() -> None:
    weights = learned_model().pieces.weights
    spoken = ("near_", "with_", "part_words", "part_names", "part_snippets", "file_score", "whole_alike")
    assert all(value >= 0 for name, value in weights.items() if name.startswith(spoken))
