"""What fits a budget: never more, always the same, with what was left out said."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.context.build import build_context
from sightline.context.lexical import LexicalIndex
from sightline.context.ranges import lines_named
from sightline.context.render import Form
from sightline.context.request import ContextRequest
from support.contexts import anything, context_of, files_of, quarter, shown_of, two_roots
from support.graphs import graph_of, path

LONG = "def long_one(request):\n" + "".join(f"    step_{n}(request)\n" for n in range(300)) + "    return cookie\n"
FILES = {
    "shop/cart.py": """
        import os


        class Cart:
            \"\"\"A cart.\"\"\"

            def add(self, item):
                self.items.append(item)

            def total(self, country):
                return sum(item.price for item in self.items)


        def checkout(cart):
            return cart.total("de")
    """,
    "shop/cookies.py": "def read_cookie(header):\n    return header.split(';')\n",
    "shop/long.py": LONG,
}
VIEW = graph_of(FILES)


def test_a_method_is_shown_under_the_head_of_its_class() -> None:
    pack = context_of(VIEW, "Change `Cart.total`", budget=55)
    assert shown_of(pack, "shop/cart.py")[:2] == ["Cart signature 4-4", "Cart.total full 10-11"]
    assert "class Cart:\n⋮ lines 5-9 left out" in pack.text


def test_small_files_that_fit_are_whole_and_have_no_marks() -> None:
    pack = context_of(VIEW, "Rework `read_cookie`", budget=100)
    code = "def read_cookie(header):\n    return header.split(';')\n"
    assert pack.text.startswith(f"### shop/cookies.py\n```python\n{code}```\n\n")


def test_a_signature_is_not_listed_beside_the_lines_that_hold_it() -> None:
    body = "\n".join(f"    step_{number}(cookie)" for number in range(60))
    view = graph_of({"shop/long.py": f"def long_one(cookie):\n{body}\n"})
    pack = context_of(view, "cookie", budget=2000)
    pieces = [piece for piece in pack.slices if piece.name == "long_one"]
    assert {line for piece in pieces for line in range(piece.first, piece.last + 1)} == set(range(1, 62))
    assert sum(piece.last - piece.first + 1 for piece in pieces) == 61


def test_a_definition_over_the_budget_is_cut_around_what_matters() -> None:
    pack = context_of(VIEW, "What does `long_one` return, the cookie?", budget=300)
    assert pack.tokens <= 300
    assert "def long_one(request):" in pack.text
    assert "    return cookie" in pack.text
    assert "left out" in pack.text


def test_a_pointed_definition_that_cannot_be_cut_shows_its_signature() -> None:
    pack = context_of(VIEW, "Change `long_one`", budget=40)
    assert shown_of(pack, "shop/long.py")[0] == "long_one signature 1-1"


def test_names_left_out_of_the_best_files_are_listed() -> None:
    many = "".join(f"def helper_{n}(x):\n    return cart(x) + {n}\n\n\n" for n in range(40))
    pack = context_of(graph_of({"shop/many.py": many}), "Change `helper_7`", budget=400)
    outlined = [piece.name for piece in pack.slices if piece.form is Form.OUTLINE]
    assert outlined
    assert all(name in pack.text for name in outlined)
    assert all(piece.first > 0 for piece in pack.slices)


def test_what_does_not_fit_is_listed() -> None:
    pack = context_of(VIEW, "cart cookie header total checkout item", budget=60)
    dropped = [f"{piece.path}:{piece.first}" for piece in pack.dropped]
    shown = [f"{piece.path}:{piece.first}" for piece in pack.slices if piece.form is Form.FULL]
    assert dropped
    assert not set(dropped) & set(shown)
    assert len(pack.ranking) >= len(files_of(pack))


def test_no_budget_gives_nothing_and_says_what_there_was() -> None:
    pack = context_of(VIEW, "cart", budget=0)
    assert (pack.text, pack.tokens, pack.slices) == ("", 0, ())
    assert pack.ranking[0].path == path("shop/cart.py")
    assert pack.dropped


def test_the_selection_is_told_by_its_lines() -> None:
    text = VIEW.workspace.read(path("shop/cart.py")).text
    span = Span(text.line_starts[9], text.line_starts[11])
    pack = context_of(VIEW, "explain", focus=(path("shop/cart.py"), span))
    assert pack.focus == ("shop/cart.py", 10, 11)
    assert shown_of(pack, "shop/cart.py")[0] == "Cart.total full 10-11"


def test_the_revision_and_the_budget_are_told() -> None:
    pack = context_of(VIEW, "cart", budget=500)
    assert (pack.revision, pack.budget) == (VIEW.revision, 500)


def by_words(text: str, _: str) -> int:
    return len(text.split())


def superadditive(text: str, _: str) -> int:
    return len(text) * len(text) // 2000


def constant(_: str, __: str) -> int:
    return 7


COUNTERS = st.sampled_from([quarter, by_words, superadditive, constant])
TASKS = st.sampled_from(
    ["`Cart.total` and `long_one`", "cookie header", "cart checkout total item country", "@shop/long.py", "step", ""]
)
LINES = [
    "",
    "import a",
    "def cart(x):",
    "    return x",
    "class Total:",
    "    def item(self):",
    "    '```'",
    "⋮",
    "x = {",
]
FILE_TEXTS = st.dictionaries(
    st.sampled_from(["a.py", "b/c.py", "b/d.py", "notes.txt"]),
    st.lists(
        st.sampled_from(LINES),
        max_size=60,
    ).map("\n".join),
    min_size=1,
)


@settings(max_examples=80, deadline=None)
@given(files=FILE_TEXTS, task=TASKS, budget=st.integers(0, 1200), count=COUNTERS)
def test_no_budget_is_ever_exceeded_by_any_counter(
    files: dict[str, str], task: str, budget: int, count: Callable[[str, str], int]
) -> None:
    view = graph_of({**files, "shop/cart.py": FILES["shop/cart.py"], "shop/long.py": LONG})
    pack = context_of(view, task, budget=budget, count_tokens=count)
    assert pack.tokens <= budget
    assert not pack.text or count(pack.text, "other") <= budget
    assert bool(pack.slices) == bool(pack.text)


@settings(max_examples=25, deadline=None)
@given(files=FILE_TEXTS, task=TASKS, budget=st.integers(0, 1200))
def test_the_same_question_gives_the_same_bytes(files: dict[str, str], task: str, budget: int) -> None:
    first = context_of(graph_of(files), task, budget=budget)
    again = context_of(graph_of(dict(reversed(files.items()))), task, budget=budget)
    assert first == again


@settings(max_examples=30, deadline=None)
@given(task=TASKS, budget=st.integers(0, 1500))
def test_every_slice_is_in_the_text_as_it_stands_in_its_file(task: str, budget: int) -> None:
    pack = context_of(VIEW, task, budget=budget)
    for piece in pack.slices:
        lines = str(VIEW.workspace.read(piece.path).text).split("\n")[piece.first - 1 : piece.last]
        assert piece.name in pack.text if piece.form is Form.OUTLINE else "\n".join(lines) in pack.text
        assert piece.reasons
        assert f"### {piece.path}\n" in pack.text


def test_two_roots_are_told_apart() -> None:
    view = two_roots({"a.py": "def cart(): ...\n"}, {"a.py": "def cart(): ...\n"})
    both = build_context(view, ContextRequest(task="cart", budget=500), LexicalIndex(), quarter, anything)
    assert "### /one/a.py\n" in both.text
    assert "### /two/a.py\n" in both.text
    one = build_context(view, ContextRequest(task="cart", budget=500, root="/two"), LexicalIndex(), quarter, anything)
    assert {piece.path for piece in one.slices} == {WorkspacePath("/two", "a.py")}
    assert "### a.py\n" in one.text


def test_known_lines_cost_nothing_and_make_room_for_others() -> None:
    texts = {f"shop/{name}.py": f"def total_{name}(cart):\n" + "    cart.add('total')\n" * 20 for name in "abcdef"}
    view = graph_of(texts)
    first = context_of(view, "Round the total of a cart", budget=400)
    known = {file.path: file.ranges for file in first.shown}
    second = context_of(view, "Round the total of a cart", budget=400, known=known)
    assert second.tokens <= 400
    assert not {(piece.path, piece.first) for piece in first.slices if piece.form is not Form.OUTLINE} & {
        (piece.path, piece.first) for piece in second.slices
    }
    assert set(files_of(second)) - set(files_of(first)), "there is room for files that did not fit before"
    for file in first.shown:
        assert f"### {file.path}\n⋮ {lines_named(file.ranges)} shown above\n" in second.text
