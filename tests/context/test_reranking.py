"""Order by meaning: what is compared, what a likeness changes, and what it never does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.context.candidates import Gate, Ranking, Tier
from sightline.context.reranking import MOST_CHARACTERS, MOST_PIECES, Comparable, Compared, comparable, cut, reranked
from sightline.graph.view import GraphView
from support.contexts import anything, ranking_of
from support.graphs import graph_of, path
from support.secrets import leaks, secret_workspace

FILES = {
    "shop/cart.py": """
        def total_of_cart(items):
            return sum(items)


        def empty_cart(items):
            items.clear()
    """,
    "shop/tax.py": """
        def tax_of_cart(country):
            return 0.19


        def unrelated_cart():
            return None
    """,
}
VIEW = graph_of(FILES)
TASK = "round the amounts of the cart"


def pieces_of(ranking: Ranking, view: GraphView = VIEW) -> tuple[Comparable, ...]:
    return comparable(view, ranking, Gate(view.workspace, anything))


def names(ranking: Ranking, view: GraphView = VIEW) -> list[str]:
    """What the pieces are, best first, by the lines of their texts."""
    every = pieces_of(ranking, view)
    return [each.text.split("(")[0].rpartition(" ")[2] for each in every]


def by(ranking: Ranking, likeness: dict[str, float], view: GraphView = VIEW) -> Ranking:
    pieces = pieces_of(ranking, view)
    values = tuple(next((value for name, value in likeness.items() if name in each.text), 0.0) for each in pieces)
    return reranked(ranking, pieces, Compared(values=values, model="ollama:m", where="this machine"))


def test_what_is_alike_comes_first_and_says_so() -> None:
    plain = ranking_of(VIEW, TASK)
    last = names(plain)[-1]
    found = by(plain, {last: 0.9})
    assert names(found) == [last, *names(plain)[:-1]]
    assert found.pieces[0].reasons[-1] == "similar in meaning: 0.90"
    assert found.pieces[-1].reasons[-1] == "less similar in meaning: 0.00"
    assert found.pieces[0].score > plain.pieces[-1].score
    assert found.reranking is not None
    assert (found.reranking.pieces, found.reranking.model, found.reranking.problem) == (4, "ollama:m", "")
    assert found.files == plain.files


def test_vectors_that_tell_nothing_apart_change_nothing() -> None:
    plain = ranking_of(VIEW, TASK)
    found = reranked(plain, pieces_of(plain), Compared(values=(0.4,) * len(plain.pieces), model="m", where="here"))
    assert [each.chunk for each in found.pieces] == [each.chunk for each in plain.pieces]
    assert [round(each.score, 9) for each in found.pieces] == [round(each.score, 9) for each in plain.pieces]


def test_without_likenesses_the_order_is_the_ordinary_one_and_says_why() -> None:
    plain = ranking_of(VIEW, TASK)
    found = reranked(plain, pieces_of(plain), Compared(problem="Nobody answered."))
    assert found.pieces == plain.pieces
    assert found.reranking is not None
    assert (found.reranking.problem, found.reranking.pieces) == ("Nobody answered.", 0)


def test_what_the_user_points_at_keeps_its_place_and_is_not_compared() -> None:
    plain = ranking_of(VIEW, "see `unrelated_cart` and the carts", mentions=("shop/tax.py",))
    pointed = [each for each in plain.pieces if each.tier is Tier.POINTED]
    assert pointed
    found = by(plain, {"empty_cart": 1.0})
    assert found.pieces[: len(pointed)] == tuple(pointed)
    assert all("unrelated_cart" not in each.text for each in pieces_of(plain))


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_any_likenesses_give_one_order_of_the_same_pieces(values: list[float]) -> None:
    plain = ranking_of(VIEW, TASK)
    pieces = pieces_of(plain)
    compared = Compared(values=tuple(values), model="m", where="here")
    found = reranked(plain, pieces, compared)
    assert found == reranked(plain, pieces, compared)
    assert {(each.path, each.chunk) for each in found.pieces} == {(each.path, each.chunk) for each in plain.pieces}
    assert all(0 <= each.score <= 1 for each in found.pieces)
    worths = [each.worth for each in found.pieces]
    assert worths == sorted(worths, reverse=True)


def test_no_more_than_the_best_pieces_are_compared() -> None:
    many = "\n\n".join(
        f"        def cart_{number}():\n            return {number}" for number in range(MOST_PIECES + 20)
    )
    view = graph_of({"shop/many.py": many})
    plain = ranking_of(view, "the cart")
    pieces = pieces_of(plain, view)
    assert [piece.number for piece in pieces] == [*range(MOST_PIECES)]
    found = by(plain, {"cart_3(": 1.0}, view)
    assert found.pieces[MOST_PIECES:] == plain.pieces[MOST_PIECES:]


def test_nothing_of_refused_files_and_no_secret_is_compared() -> None:
    view = secret_workspace()
    every = pieces_of(ranking_of(view, "connect the client with the secret key"), view)
    texts = "\n".join(each.text for each in every)
    assert "def connect(self" in texts
    assert leaks(texts) == []
    plain = ranking_of(VIEW, TASK)
    permitted = comparable(
        VIEW, plain, Gate(VIEW.workspace, lambda each: "no" if each == path("shop/tax.py") else None)
    )
    assert {each.text.split("\n")[0] for each in permitted} == {"shop/cart.py"}


@given(st.text(alphabet="ab\n", max_size=3 * MOST_CHARACTERS))
def test_long_texts_are_cut_at_the_end_of_a_line(text: str) -> None:
    short = cut(text)
    assert len(short) <= MOST_CHARACTERS
    assert text.startswith(short)
    assert short == text or short.endswith("\n") or "\n" not in text[:MOST_CHARACTERS]
