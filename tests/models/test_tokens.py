"""Estimates against counts of real vocabularies (o200k by rs-bpe, taken once and written down here)."""

from __future__ import annotations

import pytest

from sightline.models.messages import Message
from sightline.models.tokens import (
    CHARACTERS_PER_TOKEN,
    OTHER,
    PROSE,
    TOKENS_PER_MESSAGE,
    TokenCounter,
    count_messages,
    count_tokens,
)

PYTHON = '''
def total(orders, *, discount=None):
    """Sum of the orders' prices after the discount."""
    amount = sum(order.price * order.quantity for order in orders)
    if discount is not None:
        amount -= amount * discount.rate
    return round(amount, 2)
'''
RUSSIAN = "Привет, как дела? Это проверка оценки токенов для обычного русского текста. " * 20
CHINESE = "这是一个用于测试标记估计的普通中文文本，包含一些标点符号。" * 20


@pytest.mark.parametrize(
    ("text", "kind", "o200k", "cl100k"),
    [(PYTHON, "python", 59, 59), (RUSSIAN, PROSE, 381, 641), (CHINESE, PROSE, 400, 580)],
)
def test_an_estimate_lies_near_what_real_vocabularies_count(text: str, kind: str, o200k: int, cl100k: int) -> None:
    assert 0.85 * min(o200k, cl100k) <= count_tokens(text, kind) <= 1.35 * max(o200k, cl100k)


def test_kinds_differ_and_unknown_ones_are_counted_as_other() -> None:
    text = "x" * 4_000
    counts = {kind: count_tokens(text, kind) for kind in CHARACTERS_PER_TOKEN}
    assert counts["go"] > counts[PROSE] > counts["python"] > counts["typescript"]
    assert count_tokens(text, "cobol") == counts[OTHER]
    assert count_tokens(text, "Python") == counts["python"]


def test_nothing_is_nothing_and_something_is_never_nothing() -> None:
    assert count_tokens("") == 0
    assert count_tokens("x") == 1
    assert count_tokens("\ud800") == 1


def test_a_prompt_counts_its_template() -> None:
    messages = (Message(role="system", content="x" * 419), Message(role="user", content=""))
    assert count_messages(messages) == 100 + 2 * TOKENS_PER_MESSAGE


def test_a_counter_learns_from_what_servers_report() -> None:
    counter = TokenCounter()
    text = "word " * 2_000
    for _ in range(20):
        estimated = counter.count(text, PROSE)
        counter = counter.learned(estimated=estimated, reported=3_000)
    assert counter.count(text, PROSE) == pytest.approx(3_000, rel=0.01)


@pytest.mark.parametrize(("estimated", "reported"), [(1_000, 100), (1_000, 9_000), (0, 50), (1_000, 0)])
def test_a_counter_does_not_learn_from_what_is_no_whole_prompt(estimated: int, reported: int) -> None:
    counter = TokenCounter()
    assert counter.learned(estimated=estimated, reported=reported) is counter
