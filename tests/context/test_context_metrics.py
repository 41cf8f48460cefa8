"""The metrics of the context bench, beside what was computed by hand."""

from __future__ import annotations

import pytest

from support.context_metrics import (
    Answer,
    Changed,
    density,
    edit_share,
    first_is_changed,
    joined,
    mean,
    recall,
    tokens_of,
)

#: Ten lines: nine characters each, the tenth ten, with their ends.
LINES = [f"line {number}!!" for number in range(1, 11)]
CHANGED = {"a.py": Changed(hunks=((2, 3), (9, 10)), definitions=((1, 4),))}


def shows(*ranges: tuple[int, int], path: str = "a.py") -> Answer:
    text = "\n".join([path, *(LINES[at - 1] for first, last in ranges for at in range(first, last + 1))])
    return Answer(text, {path: ranges})


def share(answer: Answer, budget: int = 1000) -> float:
    return edit_share(answer, budget, CHANGED, {"a.py": LINES})


def test_the_first_file_is_a_changed_one() -> None:
    assert first_is_changed(["b", "a"], {"b": 1}) == 1
    assert first_is_changed(["a", "b"], {"b": 1}) == 0
    assert first_is_changed([], {"b": 1}) == 0


def test_recall_counts_every_file_once_and_the_first_ten_only() -> None:
    assert recall(["a", "a", "b"], ["a", "b", "c"]) == pytest.approx(2 / 3)
    assert recall([*"0123456789", "a"], ["a"]) == 0
    assert recall([*"0123456780", "a"], ["a"]) == 1, "a path that is named twice takes one place"


@pytest.mark.parametrize(
    ("ranges", "wanted"),
    [
        ([], 0),
        ([(1, 10)], 1),
        ([(2, 3)], 0.5),
        ([(3, 3), (10, 10)], 1),  # half of each hunk
        ([(4, 8)], 0),
    ],
)
def test_a_hunk_is_shown_with_half_of_its_lines(ranges: list[tuple[int, int]], wanted: float) -> None:
    assert share(shows(*ranges)) == wanted


def test_a_third_of_a_hunk_is_too_little() -> None:
    changed = {"a.py": Changed(hunks=((1, 3),), definitions=())}
    assert edit_share(shows((3, 4)), 1000, changed, {"a.py": LINES}) == 0
    assert edit_share(shows((2, 4)), 1000, changed, {"a.py": LINES}) == 1


def test_what_is_said_to_be_shown_must_be_in_the_text() -> None:
    assert share(Answer("a.py\nsomething else", {"a.py": [(1, 10)]})) == 0
    assert share(Answer("\n".join(LINES), {"a.py": [(1, 10)]})) == 0, "the file's name is not there"
    assert share(Answer("a.py\nline 2!!", {"a.py": [(1, 10)]})) == 0.5, "one of the two lines of one of two hunks"


def test_a_hunk_of_empty_lines_has_nothing_to_be_missed() -> None:
    changed = {"a.py": Changed(hunks=((2, 2),), definitions=())}
    assert edit_share(Answer("a.py", {"a.py": [(1, 3)]}), 1000, changed, {"a.py": ["x", "  ", "y"]}) == 1


def test_a_text_over_its_budget_is_worth_nothing() -> None:
    answer = Answer("a.py" + "\n".join(LINES) + " " * 320, {"a.py": [(1, 10)]})  # 414 characters, 104 tokens
    assert tokens_of(answer.text) == 104
    assert share(answer, 100) == 1, "5 % over are forgiven"
    assert share(answer, 99) == 0
    assert density(answer, 99, CHANGED, {"a.py": LINES}) == 0


def test_density_counts_hunks_and_the_functions_around_them() -> None:
    # Shown are lines 1-6; of them 1-4 are in what was changed: four lines of nine characters with their ends.
    answer = Answer("x" * 72, {"a.py": [(1, 6)], "b.py": [(1, 3)]})
    assert density(answer, 1000, CHANGED, {"a.py": LINES}) == 4 * 9 / 72
    assert density(Answer("a.py", {"a.py": []}), 1000, CHANGED, {"a.py": LINES}) is None, "no code is shown"
    assert density(Answer("b.py", {"b.py": [(1, 3)]}), 1000, CHANGED, {"a.py": LINES}) == 0


def test_lines_that_are_shown_twice_count_once() -> None:
    assert joined([(3, 5), (1, 2), (4, 20), (30, 31), (0, 0)], 10) == [(1, 10)]
    assert joined([(1, 2), (4, 5)], 10) == [(1, 2), (4, 5)]


def test_the_mean_leaves_out_what_is_not_known() -> None:
    assert mean([1.0, None, 0.0]) == 0.5
    assert mean([None]) is None
