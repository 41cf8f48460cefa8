"""The index: what it finds, and that it follows changes exactly."""

from __future__ import annotations

import random
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.base.changes import ChangeSet, FileCreate, FileEdit
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.context.lexical import FIRST_HITS, FileHit, LexicalIndex
from sightline.context.tokens import query_terms
from sightline.graph.view import GraphView
from support.graphs import fresh_graph, graph_of, path

FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return sum(self.prices)\n",
    "shop/tax.py": "def rate(country):\n    return {'de': 0.19}[country]\n",
    "shop/cookies.py": "def read_cookie(header):\n    return header.split(';')\n",
    "README.md": "cart cart cart\n",
}


def search(index: LexicalIndex, text: str) -> list[str]:
    return [str(hit.path) for hit in index.search(dict.fromkeys(query_terms(text), 1.0))]


def followed(view: GraphView) -> LexicalIndex:
    index = LexicalIndex()
    index.follow(view)
    return index


def test_names_paths_and_words_find_files() -> None:
    index = followed(graph_of(FILES))
    assert search(index, "parsing of the cookies header")[0] == "shop/cookies.py"
    assert search(index, "tax rates")[0] == "shop/tax.py"
    assert search(index, "total of a cart")[0] == "shop/cart.py"
    assert search(index, "unheard-of") == []


def test_only_files_of_known_languages_are_indexed() -> None:
    assert len(followed(graph_of(FILES))) == 3


def test_a_word_in_the_path_counts_more_than_in_the_body() -> None:
    index = followed(graph_of({"billing.py": "x = 1\n", "other.py": "billing = 1\n"}))
    assert search(index, "billing") == ["billing.py", "other.py"]


def test_a_changed_file_is_found_by_its_new_words_only() -> None:
    view = graph_of(FILES)
    index = followed(view)
    tax = path("shop/tax.py")
    text = view.workspace.read(tax).text
    change = ChangeSet(
        base={tax: text.digest},
        edits=(FileEdit(path=tax, edits=(TextEdit(Span(0, len(text)), b"def levy(zone):\n    return 0\n"),)),),
        creates=(FileCreate(path=path("shop/fresh.py"), text=Text.of("def brand_new(): ...\n")),),
    )
    index.follow(view.fork(change))
    assert search(index, "levy zone") == ["shop/tax.py"]
    assert search(index, "country") == []
    assert search(index, "brand") == ["shop/fresh.py"]
    index.follow(view)
    assert search(index, "levy zone") == []
    assert search(index, "brand") == []


def test_a_deleted_file_is_gone() -> None:
    view = graph_of(FILES)
    index = followed(view)
    tax = path("shop/tax.py")
    index.follow(view.fork(ChangeSet(base={tax: view.workspace.read(tax).digest}, deletes=(tax,))))
    assert search(index, "rate country") == []
    assert index.files_called("tax.py") == ()
    assert index.files_under("nowhere/") == ()
    assert index.files_under("shop/") == (path("shop/cart.py"), path("shop/cookies.py"))


def test_terms_are_of_the_view_that_is_asked_even_when_the_index_is_not() -> None:
    view = graph_of(FILES)
    index = followed(view)
    tax = path("shop/tax.py")
    text = view.workspace.read(tax).text
    edits = (FileEdit(path=tax, edits=(TextEdit(Span(0, 0), b"import os\n\n\n"),)),)
    terms = index.terms_of(view.fork(ChangeSet(base={tax: text.digest}, edits=edits)), tax)
    assert terms is not None
    assert [(terms.chunk(n).first, terms.chunk(n).last) for n in range(terms.chunk_count)] == [(1, 1), (4, 5)]


def test_a_file_that_cannot_be_read_has_no_terms() -> None:
    view = graph_of(FILES)
    assert LexicalIndex().terms_of(view, path("missing.py")) is None


NAMES = ("a.py", "b/c.py", "b/d.py", "e.py")
BODIES = ("def alpha(): ...\n", "beta = 1\n", "class Gamma:\n    alpha = 2\n", "", "# delta\nbeta(alpha)\n")
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from((*BODIES, None))), max_size=60)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_following_changes_equals_building_anew(steps: list[tuple[str, str | None]]) -> None:
    index = LexicalIndex()
    now: dict[WorkspacePath, str] = {}
    for name, body in steps:
        if body is None:
            now.pop(path(name), None)
            index.remove(path(name))
        else:
            now[path(name)] = body
            index.update(path(name), Text.of(body), ())
    fresh = LexicalIndex()
    for each, body in now.items():
        fresh.update(each, Text.of(body), ())
    for query in ("alpha", "beta gamma", "delta alpha beta", "c d"):
        weights = dict.fromkeys(query_terms(query), 1.0)
        found, expected = index.search(weights), fresh.search(weights)
        assert {hit.path for hit in found} == {hit.path for hit in expected}
    assert len(index) == len(fresh)


def test_scores_do_not_remember_the_dead() -> None:
    """After many changes the weights are those of the living files."""
    index, fresh = LexicalIndex(), LexicalIndex()
    for name, body in FILES.items():
        fresh.update(path(name), Text.of(body), ())
    for _ in range(50):
        for name, body in FILES.items():
            index.update(path(name), Text.of(body), ())
    weights = dict.fromkeys(query_terms("cart total rate"), 1.0)
    assert [(hit.path, round(hit.score, 6)) for hit in index.search(weights)] == [
        (hit.path, round(hit.score, 6)) for hit in fresh.search(weights)
    ]


def test_the_order_of_indexing_changes_nothing() -> None:
    forward, backward = LexicalIndex(), LexicalIndex()
    for name, body in FILES.items():
        forward.update(path(name), Text.of(body), ())
    for name, body in reversed(FILES.items()):
        backward.update(path(name), Text.of(body), ())
    weights = dict.fromkeys(query_terms("cart rate header return"), 1.0)
    assert forward.search(weights) == backward.search(weights)


def test_counts_of_one_chunk_are_exact_and_include_names() -> None:
    view = fresh_graph(graph_of(FILES).workspace)
    terms = followed(view).terms_of(view, path("shop/cart.py"))
    assert terms is not None
    (cart,) = query_terms("cart")
    assert dict(terms.chunk_counts(cart)) == {0: 2 + 4, 1: 2}
    assert list(terms.chunk_counts(12345)) == []


def test_the_sections_of_a_long_function_know_one_another() -> None:
    body = "\n\n".join("\n".join(f"    line_{block}_{line} = {line}" for line in range(9)) for block in range(9))
    graph = graph_of({"long.py": f"x = 1\n\n\ndef long():\n{body}\n\n\ndef short():\n    return 1\n"})
    terms = followed(graph).terms_of(graph, path("long.py"))
    assert terms is not None
    parts = [terms.chunk(number) for number in range(terms.chunk_count)]
    expected = {
        number: range(number - chunk.part, number - chunk.part + chunk.parts)
        for number, chunk in enumerate(parts)
        if chunk.parts > 1
    }
    assert expected
    assert terms.sections == expected


def test_the_best_come_in_order_without_a_look_at_all_others() -> None:
    index, choice = LexicalIndex(), random.Random(5)
    for number in range(1500):
        words = choice.choices(("cart", "total", "tax", "cookie", "header"), k=choice.randrange(1, 6))
        index.update(WorkspacePath("/w", f"{number:04}.py"), Text.of(" ".join(words)), ())
    weights = dict.fromkeys(query_terms("total tax of a cart"), 1.0)
    asked: list[WorkspacePath] = []

    def counts(path: WorkspacePath) -> float:
        asked.append(path)
        return 0.3 if int(path.name[:4]) % 3 else 1.0

    every = [FileHit(hit.path, hit.score * counts(hit.path)) for hit in index.search(weights)]
    every.sort(key=lambda hit: (-hit.score, hit.path))
    asked.clear()
    assert list(islice(index.best(weights, counts), 50)) == every[:50]
    assert len(asked) <= FIRST_HITS
    assert list(index.best(weights, counts)) == every, "all of them, for who takes all"
    assert len(every) > 1000
