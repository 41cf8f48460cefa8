"""The order of evidence, and the reasons given for it."""

from __future__ import annotations

from sightline.base.text import Span
from sightline.context.candidates import Ranking, Tier
from support.contexts import ranking_of
from support.graphs import graph_of, path

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": """
        from shop.tax import rate


        class Cart:
            def __init__(self):
                self.items = []

            def add(self, item):
                self.items.append(item)

            def total(self, country):
                return sum(item.price for item in self.items) * (1 + rate(country))
    """,
    "shop/tax.py": """
        TABLE = {"de": 0.19}


        def rate(country):
            return TABLE[country]


        def unrelated():
            return None
    """,
    "shop/cookies.py": """
        def read_cookie(header):
            return dict(part.split("=") for part in header.split(";"))
    """,
    "tests/test_tax.py": """
        from shop.tax import rate


        def test_rate():
            assert rate("de") == 0.19
    """,
}
VIEW = graph_of(FILES)


def pieces(ranking: Ranking) -> list[str]:
    return [f"{piece.path}:{piece.chunk.first}" for piece in ranking.pieces]


def files(ranking: Ranking) -> list[str]:
    return [str(file.path) for file in ranking.files]


def test_words_find_the_definition_and_say_so() -> None:
    ranking = ranking_of(VIEW, "Fix splitting of the cookie header")
    assert pieces(ranking)[0] == "shop/cookies.py:1"
    assert ranking.pieces[0].reasons[0].startswith("speaks of “")
    assert {"“cookie”", "“header”"} <= set(ranking.pieces[0].reasons[0].removeprefix("speaks of ").split(", "))


def test_a_named_definition_comes_first_whatever_the_words_say() -> None:
    ranking = ranking_of(VIEW, "Make `unrelated` as good as the cookie header code, which reads the cookie header")
    assert pieces(ranking)[0] == "shop/tax.py:8"
    assert ranking.pieces[0].tier is Tier.POINTED
    assert ranking.pieces[0].reasons[0] == "defines `unrelated`, named in the task"


def test_the_selection_comes_before_everything() -> None:
    text = VIEW.workspace.read(path("shop/cart.py")).text
    at = text.data.index(b"self.items.append")
    ranking = ranking_of(VIEW, "Rework `unrelated`", focus=(path("shop/cart.py"), Span(at, at + 4)))
    assert pieces(ranking)[:2] == ["shop/cart.py:8", "shop/tax.py:8"]
    assert ranking.pieces[0].reasons[0] == "holds the cursor or selection"
    assert ranking.pieces[0].lines == (9,)


def test_a_line_of_a_stack_trace_comes_first() -> None:
    ranking = ranking_of(VIEW, 'It crashes:\n  File "/ci/build/shop/tax.py", line 5, in rate\nKeyError')
    assert pieces(ranking)[0] == "shop/tax.py:4"
    assert "line 5 stands in the task" in ranking.pieces[0].reasons


def test_callers_and_callees_follow_with_the_edge_as_reason() -> None:
    ranking = ranking_of(VIEW, "Change `rate`")
    reasons = {f"{piece.path}:{piece.chunk.first}": piece.reasons for piece in ranking.pieces}
    assert pieces(ranking)[0] == "shop/tax.py:4"
    assert "calls `rate`" in reasons["shop/cart.py:11"]
    assert "calls `rate`" in reasons["tests/test_tax.py:4"]
    total = ranking_of(VIEW, "Change `Cart.total`")
    assert any("used by `Cart.total`" in piece.reasons for piece in total.pieces if piece.chunk.first == 4)


def test_tests_come_after_the_code_unless_the_task_is_a_test() -> None:
    assert files(ranking_of(VIEW, "tax rate of a country"))[0] == "shop/tax.py"
    assert files(ranking_of(VIEW, "test rate", task_type="test"))[0] == "tests/test_tax.py"


def test_named_files_and_open_files_rank_higher() -> None:
    assert files(ranking_of(VIEW, "Tidy @shop/cookies.py for the tax rate"))[0] == "shop/cookies.py"
    ranking = ranking_of(VIEW, "tidy up", open_files=(path("shop/cart.py"),))
    assert files(ranking)[0] == "shop/cart.py"
    assert ranking.files[0].reasons[0] == "open in the editor"


def test_a_named_folder_brings_its_files_even_without_a_word_of_theirs() -> None:
    ranking = ranking_of(VIEW, "Modernise @tests/")
    assert files(ranking)[0] == "tests/test_tax.py"
    assert ranking.files[0].reasons[0] == "lies in `tests/`, named in the task"


def test_a_file_of_no_known_language_enters_when_it_is_named() -> None:
    view = graph_of({**FILES, "setup.cfg": "[metadata]\nname = shop\n"})
    ranking = ranking_of(view, "Raise the version in `setup.cfg`")
    assert files(ranking)[0] == "setup.cfg"
    assert pieces(ranking)[0] == "setup.cfg:1"


def test_nothing_known_gives_an_empty_ranking() -> None:
    ranking = ranking_of(VIEW, "zzz qqq")
    assert (ranking.files, ranking.pieces, ranking.refused) == ((), (), ())


def test_the_same_question_gets_the_same_answer() -> None:
    question = "Fix `rate` for the cart total of a country, see shop/cart.py:12"
    assert ranking_of(VIEW, question) == ranking_of(graph_of(FILES), question)


def test_another_root_stays_out() -> None:
    ranking = ranking_of(VIEW, "tax rate", open_files=())
    assert {file.path.root for file in ranking.files} == {"/work"}
