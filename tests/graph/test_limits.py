"""Answers that are a part: the nearest come first, a part is said to be one, and what bounds memory changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.graph import meanings, references, sites
from sightline.graph.answers import Place
from sightline.graph.codec import PackedFacts
from sightline.graph.coverage import coverage_words
from sightline.graph.facts import ReferenceKind
from sightline.graph.impact import impact_of
from sightline.graph.index import IndexCache
from sightline.graph.reaching import Reaching
from sightline.graph.relations import callers
from sightline.graph.view import GraphView
from support.graphs import graph_of, path, symbol

SPREAD = {
    "shop/cart.py": "class Cart:\n    def total(self): return 1\n\ndef own(cart): return cart.total()\n",
    "shop/till.py": "def near(cart): return cart.total()\n",
    "app.py": "from shop.cart import Cart\n\ndef importer(): return Cart().total()\n",
    "other/far.py": "def far(cart): return cart.total()\n",
    "shop/deep/kin.py": "def kin(cart): return cart.total()\n",
}


def _enclosing(places: tuple[Place, ...]) -> list[str]:
    return [place.enclosing for place in places]


def test_a_part_holds_the_nearest_first() -> None:
    graph = graph_of(SPREAD)
    total = symbol(graph, "Cart.total")
    answers = [graph.references(total, limit=limit) for limit in range(1, 6)]
    assert [_enclosing(answer.places) for answer in answers[:4]] == [
        ["own"],
        ["own", "near"],
        ["own", "near", "importer"],
        ["own", "near", "importer", "kin"],
    ]
    assert _enclosing(answers[4].places) == ["importer", "far", "own", "kin", "near"], "all of them are sorted by path"
    assert [answer.coverage.cut for answer in answers] == [True, True, True, True, False]
    assert [answer.coverage.unvisited for answer in answers] == [4, 3, 2, 1, 0]
    words = coverage_words(answers[1].coverage, nothing_found=False)
    assert "this is a part: 3 files that may hold more were not looked at" in words


def test_a_file_with_more_than_is_wanted_is_told_to_be_cut() -> None:
    graph = graph_of({"a.py": "def f(): pass\n\nf()\nf()\nf()\n"})
    answer = graph.references(symbol(graph, "f"), limit=2)
    assert [place.line for place in answer.places] == [3, 4]
    assert answer.coverage.cut
    assert not answer.coverage.complete
    assert graph.references(symbol(graph, "f"), limit=3).coverage.complete


def test_a_limit_of_one_kind_counts_no_other() -> None:
    files = {"a.py": "def f(): pass\n", **{f"b{at}.py": "from a import f\n\ndef g():\n    f()\n" for at in range(3)}}
    graph = graph_of(files)
    answer = graph.references(symbol(graph, "a.f"), limit=2, kind=ReferenceKind.CALL)
    assert sum(place.reference.kind is ReferenceKind.CALL for place in answer.places) == 2
    assert answer.coverage.cut
    few = callers(graph, symbol(graph, "a.f"), limit=1)
    assert [(each.path.relative, each.name) for each in few.related] == [("b0.py", "g")]
    assert few.coverage.cut
    assert not callers(graph, symbol(graph, "a.f"), limit=3).coverage.cut


def test_impact_that_is_cut_says_so() -> None:
    graph = graph_of({"a.py": "def f(): pass\n" + "".join(f"\ndef g{at}(): f()\n" for at in range(5))})
    part = impact_of(graph, symbol(graph, "f"), limit=3)
    assert [each.name for each in part.impacted] == ["g0", "g1", "g2"]
    assert part.coverage.cut
    assert not part.coverage.complete
    whole = impact_of(graph, symbol(graph, "f"), limit=5)
    assert len(whole.impacted) == 5
    assert whole.coverage.complete


INCLUDES = st.lists(st.sets(st.sampled_from("abcd")), min_size=6, max_size=6)
LINES = st.lists(
    st.sets(
        st.sampled_from(
            (
                "int run(int x);",
                "int run(int x) { return x; }",
                "static int run(int x) { return 1; }",
                "#define run(x) (x)",
                "extern int run;",
                "int use(void) { return run(1); }",
                "int other(struct s *v) { return v->run; }",
            )
        ),
        max_size=3,
    ),
    min_size=6,
    max_size=6,
)


def _nothing(*_: object) -> None:
    """Stands for what tells which files can see a definition."""


@given(INCLUDES, LINES)
def test_files_that_cannot_see_a_definition_in_c_are_passed_over_for_nothing(
    includes: list[set[str]], lines: list[set[str]]
) -> None:
    names = ("a.h", "b.h", "c.h", "d.h", "one.c", "two.c")
    files = {
        name: "".join(
            [*(f'#include "{each}.h"\n' for each in sorted(included)), *(f"{each}\n" for each in sorted(own))]
        )
        for name, included, own in zip(names, includes, lines, strict=True)
    }
    graph, looking_everywhere = graph_of(files), graph_of(files)
    for definition in graph.lookup("run"):
        expected = pytest.MonkeyPatch()
        expected.setattr(references, "_declared", _nothing)
        whole = looking_everywhere.references(definition)
        expected.undo()
        answer = graph.references(definition)
        assert answer.places == whole.places
        assert answer.coverage == whole.coverage


def test_a_name_of_a_function_is_not_taken_for_the_one_at_the_top() -> None:
    graph = graph_of(
        {
            "lib.py": "class A:\n    def run(self): pass\n\nclass B:\n    def run(self): pass\n",
            "use.py": """
                from lib import A as X

                def top():
                    X().run()

                def inner():
                    from lib import B as X
                    X().run()
            """,
        }
    )
    uses = {name: _enclosing(graph.references(symbol(graph, f"{name}.run")).places) for name in "AB"}
    assert uses == {"A": ["top"], "B": ["inner"]}


USES = st.lists(st.tuples(st.sampled_from(["", "a/", "a/b/", "c/"]), st.sampled_from("xyz"), st.integers(0, 3)))


@given(USES, st.integers(1, 8))
def test_a_part_is_what_a_larger_part_begins_with(uses: list[tuple[str, str, int]], limit: int) -> None:
    files = {"a/own.py": "class A:\n    def run(self): pass\n    def __init__(self): self.run()\n\nA().run()\n"}
    for folder, name, count in uses:
        files[f"{folder}{name}.py"] = "from a.own import A\n\ndef f(v):\n    A()\n" + "    v.run()\n" * count
    for name in ("A.run", "A", "A.__init__"):
        graph = graph_of(files)
        whole = graph.references(symbol(graph, name))
        part = graph.references(symbol(graph, name), limit=limit)
        more = graph.references(symbol(graph, name), limit=limit + 1)
        assert set(part.places) <= set(whole.places)
        assert len(part.places) == min(limit, len(whole.places))
        assert not part.coverage.cut or part.places == more.places[:limit] or not more.coverage.cut
        if part.coverage.complete or not part.coverage.cut:
            assert part.places == whole.places
            assert part.coverage == whole.coverage
        assert part.coverage.cut or len(whole.places) <= limit


def _users(count: int) -> dict[str, str]:
    files = {"lib.py": "class Base:\n    def run(self): pass\n\nclass Lib(Base): pass\n"}
    user = "from lib import Lib\n\ndef use():\n    lib = Lib()\n    lib.run()\n"
    return files | {f"u{at:02}.py": user for at in range(count)}


def _exact_users(graph: GraphView) -> int:
    return sum(place.confidence.value != "name_only" for place in graph.references(symbol(graph, "Base.run")).places)


def test_every_use_has_steps_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "MOST_STEPS", 30)
    assert _exact_users(graph_of(_users(40))) == 40


def test_a_search_that_takes_too_many_steps_in_all_is_told_to_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "MOST_SPENT", 50)
    graph = graph_of(_users(40))
    answer = graph.references(symbol(graph, "Base.run"))
    assert 0 < len(answer.places) < 40
    assert answer.coverage.cut
    assert answer.coverage.unvisited > 0


def test_what_the_memory_of_uses_forgets_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("Cart.total", "Cart", "own", "near")
    whole = graph_of(SPREAD)
    expected = [whole.references(symbol(whole, name)) for name in names]
    monkeypatch.setattr(sites, "MOST_SITES", 2)
    graph = graph_of(SPREAD)
    for _ in range(2):
        assert [graph.references(symbol(graph, name), limit=9_999).places for name in names] == [
            answer.places for answer in expected
        ]


def test_decoded_facts_are_kept_up_to_so_many_bytes() -> None:
    graph = graph_of(_users(10))
    files = sorted(graph.state.files())
    packed = {file: found for file in files if (found := graph.state.packed(file)) is not None}
    one, two, *_ = packed
    size = IndexCache().index(two, packed[two]).bytes_decoded
    cache = IndexCache(limit=size)
    first = cache.index(one, packed[one])
    second = cache.index(two, packed[two])
    assert cache.index(two, PackedFacts(packed[two].blob)) is second, "the same text"
    assert cache.index(one, packed[one]) is not first, "what was asked first is forgotten first"


@given(
    st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))),
    st.sets(st.integers(0, 7)),
    st.permutations(range(8)),
)
def test_what_is_known_of_one_file_answers_rightly_for_another(
    edges: set[tuple[int, int]], definers: set[int], order: list[int]
) -> None:
    files = {
        f"m{at}.py": "".join(f"import m{to}\n" for source, to in sorted(edges) if source == at)
        + ("wanted = 1\n" if at in definers else "")
        for at in range(8)
    }
    graph = graph_of(files)
    state = graph.state
    ids = [state.table.id_of(path(f"m{at}.py")) for at in range(8)]
    reaching = Reaching(state)
    for at in order:
        file = ids[at]
        assert file is not None
        seen = {at}
        waiting = [at]
        for current in waiting:
            fresh = {to for source, to in edges if source == current} - seen
            seen |= fresh
            waiting += fresh
        expected = tuple(ids[each] for each in sorted(definers & seen - {at}))
        assert reaching.in_reach(file, "wanted") == expected
