"""Walks over the file edges of small workspaces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sightline.graph import walks
from support.graphs import graph_of, path

CHAIN = {"a.py": "import b\n", "b.py": "import c\nimport a\n", "c.py": "import d\n", "d.py": "", "e.py": "import e\n"}


def test_what_is_reached_comes_with_the_shortest_way() -> None:
    graph = graph_of(CHAIN)
    answer = walks.reach(graph, path("a.py"), "dependencies", depth=9)
    assert [(each.path.relative, each.depth) for each in answer.reached] == [("b.py", 1), ("c.py", 2), ("d.py", 3)]
    assert answer.coverage.complete
    near = walks.reach(graph, path("d.py"), "importers", depth=2)
    assert [(each.path.relative, each.depth) for each in near.reached] == [("c.py", 1), ("b.py", 2)]


def test_every_edge_of_one_pair_is_told() -> None:
    graph = graph_of({"a.py": "import b\nfrom b import f\n", "b.py": "def f(): pass\n"})
    (reached,) = walks.reach(graph, path("a.py"), "dependencies").reached
    assert [edge.line for edge in reached.edges] == [1, 2]


def test_cycles_are_found_and_single_files_are_none() -> None:
    assert [[each.relative for each in cycle] for cycle in walks.cycles(graph_of(CHAIN))] == [["a.py", "b.py"]]


def test_entry_points_import_and_are_not_imported() -> None:
    graph = graph_of({"main.py": "import lib\n", "lib.py": "", "alone.py": "x = 1\n"})
    assert [each.relative for each in walks.entry_points(graph)] == ["main.py"]


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_cycles_are_the_files_that_reach_one_another(edges: set[tuple[int, int]]) -> None:
    files = {f"m{at}.py": "".join(f"import m{to}\n" for source, to in sorted(edges) if source == at) for at in range(6)}
    graph = graph_of(files)
    reached = {
        at: {each.path.relative for each in walks.reach(graph, path(f"m{at}.py"), "dependencies", depth=9).reached}
        for at in range(6)
    }
    together = {
        tuple(sorted({f"m{at}.py", *(f"m{to}.py" for to in range(6) if to != at and _mutual(reached, at, to))}))
        for at in range(6)
    }
    expected = {each for each in together if len(each) > 1}
    assert {tuple(each.relative for each in cycle) for cycle in walks.cycles(graph)} == expected


def _mutual(reached: dict[int, set[str]], left: int, right: int) -> bool:
    return f"m{right}.py" in reached[left] and f"m{left}.py" in reached[right]
