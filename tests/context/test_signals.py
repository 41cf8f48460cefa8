"""Scores from words."""

from __future__ import annotations

import pytest

from sightline.base.text import Text
from sightline.context.file_terms import file_terms
from sightline.context.request import ContextRequest
from sightline.context.signals import TITLE_WEIGHT, is_aside, path_weight, score_chunks, weigh_terms
from support.graphs import path


@pytest.mark.parametrize(
    "name",
    [
        *("tests/a.py", "src/testing/a.py", "a/__tests__/b.ts", "test_a.py", "a_test.go", "conftest.py", "a.test.ts"),
        *("a-spec.js", "docs/conf.py", "examples/x.py"),
    ],
)
def test_tests_examples_and_documents_stand_aside_unless_the_task_is_about_tests(name: str) -> None:
    assert is_aside(name)
    assert path_weight(name, "fix") < 1
    assert path_weight(name, "test") == 1


@pytest.mark.parametrize(
    "name", ["src/latest.py", "contest/a.py", "attest.py", "documents/a.py", "distance/a.py", "a.py"]
)
def test_ordinary_code_does_not(name: str) -> None:
    assert not is_aside(name)


def test_the_title_weighs_more_than_the_rest_and_diagnostics_less() -> None:
    request = ContextRequest(task="Cookie lost\nThe session is gone", budget=0, diagnostics=("a.py:1: timezone",))
    weights, spelled = weigh_terms(request)
    by_word = {spelled[term]: weight for term, weight in weights.items()}
    assert by_word["cookie"] == by_word["lost"] == TITLE_WEIGHT
    assert by_word["session"] == 1.0
    assert by_word["timezone"] == 0.5


#: Line of the rare word below.
COOKIE = 92


def test_rare_words_tell_chunks_apart_and_are_given_as_reasons() -> None:
    block = "\n".join(["x = request"] * 45)
    text = Text.of("\n\n".join([block, f"{block}\ny = cookie", block, block]))
    terms = file_terms(text, ())
    weights, spelled = weigh_terms(ContextRequest(task="cookie request", budget=0))
    scores = score_chunks([(path("a.py"), terms)], weights).files[path("a.py")]
    best = max(range(len(scores.scores)), key=scores.scores.__getitem__)
    firsts = [terms.chunk(number).first for number in range(terms.chunk_count)]
    assert [terms.chunk(best).first] == [first for first in firsts if first <= COOKIE][-1:]
    assert scores.best_words(best, spelled)[0] == "cookie"


def test_no_file_and_no_word_give_no_scores() -> None:
    assert not score_chunks([], {1: 1.0}).files
    scores = score_chunks([(path("a.py"), file_terms(Text.of("x = 1\n"), ()))], {}).files[path("a.py")]
    assert scores.scores == [0.0]
