"""The budget holds as the model's own vocabulary counts, whatever the estimate says, and is used well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.context.build import build_context
from sightline.context.exact import ExactCount
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack
from sightline.context.request import ContextRequest
from sightline.models.tokens import TokenCounter
from sightline.models.vocabularies import Count, vocabulary
from support.contexts import anything
from support.graphs import graph_of

#: Data and other alphabets hold two to three times the tokens that are estimated for them.
DATA = "".join(f'BLOB_{n} = "{(n * 2654435761) % 10**40:x}/+{n * 97:b}"\n' for n in range(60))
FILES = {
    "shop/cart.py": "class Cart:\n"
    + "".join(f"    def add_{n}(self, item):\n        self.n = {n}\n" for n in range(40)),
    "shop/blobs.py": f"{DATA}\ndef blob(cart):\n    return BLOB_1\n",
    "shop/texte.py": "".join(f"def корзина_{n}(товар):\n    return '購物車 {n} 🛒'\n\n\n" for n in range(30)),
    "shop/prose.py": '"""'
    + "A cart is what a customer fills with items. " * 80
    + '"""\n\n\ndef cart():\n    return 1\n',
}
VIEW = graph_of(FILES)
TASKS = ("blob cart", "@shop/blobs.py cart", "корзина 購物車", "Change `Cart.add_7` and `blob`", "cart item customer")


def every_byte(text: str) -> int:
    return len(text.encode())


def hardly(text: str) -> int:
    return len(text) // 50


def packed(task: str, budget: int, exact: Count, factor: float = 1.0) -> ContextPack:
    count = ExactCount(TokenCounter(factor=factor).count, exact)
    return build_context(VIEW, ContextRequest(task=task, budget=budget), LexicalIndex(), count, anything)


@settings(max_examples=60)
@given(
    task=st.sampled_from(TASKS),
    budget=st.integers(0, 6000),
    name=st.sampled_from(["o200k_base", "cl100k_base", "bytes", "hardly"]),
    factor=st.sampled_from([0.6, 1.0, 1.7]),
)
def test_no_context_is_over_its_budget_as_the_model_counts(task: str, budget: int, name: str, factor: float) -> None:
    exact = {"bytes": every_byte, "hardly": hardly}.get(name) or vocabulary(name)
    assert exact is not None
    pack = packed(task, budget, exact, factor)
    assert pack.tokens == (exact(pack.text) if pack.text else 0)
    assert pack.tokens <= budget


@settings(max_examples=40)
@given(task=st.sampled_from(TASKS), budget=st.integers(0, 6000), factor=st.sampled_from([0.6, 1.0, 1.7]))
def test_no_context_is_over_its_budget_as_an_estimate_counts(task: str, budget: int, factor: float) -> None:
    count = TokenCounter(factor=factor).count
    pack = build_context(VIEW, ContextRequest(task=task, budget=budget), LexicalIndex(), count, anything)
    assert (count(pack.text) if pack.text else 0) <= pack.tokens <= budget


def test_what_an_estimate_takes_for_more_than_it_is_makes_room_for_more() -> None:
    budget = 400
    exact = vocabulary("o200k_base")
    assert exact is not None
    estimated = build_context(
        VIEW, ContextRequest(task="cart item", budget=budget), LexicalIndex(), TokenCounter(factor=1.7).count, anything
    )
    assert packed("cart item", budget, exact, 1.7).tokens > exact(estimated.text)


def test_the_same_request_gives_the_same_bytes() -> None:
    exact = vocabulary("o200k_base")
    assert exact is not None
    assert packed("blob cart", 900, exact).text == packed("blob cart", 900, exact).text


@pytest.mark.parametrize("budget", [40, 80, 200])
def test_what_is_pinned_is_there_in_some_form_or_told_as_dropped(budget: int) -> None:
    exact = vocabulary("o200k_base")
    assert exact is not None
    pack = packed("Change `Cart` and @shop/blobs.py", budget, exact)
    there = {piece.path.relative for piece in pack.slices} | {piece.path.relative for piece in pack.dropped}
    assert there >= {"shop/cart.py", "shop/blobs.py"}
