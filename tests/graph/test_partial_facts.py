"""Facts made part by part are the facts made as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Span
from sightline.graph.facts import FileFacts
from sightline.graph.partial_facts import PartialFacts
from support.graphs import graph_of, path

_FILES = {
    "a.py": """
        import os.path as p
        from b import *
        class Größe(Base, metaclass=Meta):
            wert: int = p.join("ä", x.y(1, *a, k=2))
            def f(self, n: int = 3) -> str:
                made = Other(n)
                return made.name + self.wert + getattr(made, n)
        """,
    "b.go": """
        package b
        import "fmt"
        type T struct { A int }
        func (t *T) F(n int) error { v := T{A: n}; fmt.Println(v.A, t); return nil }
        """,
    "c.ts": """
        import { x as y } from "./d";
        export const f = (n: number) => ({ n, m: y?.z(n) });
        export class C extends D { private q = new C(); r() { return this.q.r( } }
        """,
}
_GRAPH = graph_of(_FILES)
_PLACES = st.tuples(st.integers(0, 320), st.integers(0, 60))


def _both(name: str) -> tuple[FileFacts, PartialFacts]:
    whole, index = _GRAPH.facts(path(name)), _GRAPH.index(path(name))
    assert whole is not None and index is not None
    return whole, PartialFacts(index)


@pytest.mark.parametrize("name", _FILES)
def test_every_part_is_that_of_the_whole(name: str) -> None:
    whole, partial = _both(name)
    assert partial.made() == []
    assert partial.language == whole.language
    assert partial.definitions == whole.definitions
    assert partial.references == whole.references
    assert partial.imports == whole.imports
    assert partial.problems == whole.problems
    assert sorted(partial.bindings, key=repr) == sorted(whole.bindings, key=repr)
    rows = (whole.definitions, whole.references, whole.imports, whole.problems, whole.bindings)
    assert len(partial.made()) == sum(map(len, rows))


@given(st.sampled_from(sorted(_FILES)), st.lists(_PLACES, max_size=3))
def test_references_are_found_by_place(name: str, places: list[tuple[int, int]]) -> None:
    whole, partial = _both(name)
    parts = [Span(start, start + length + 1) for start, length in places]
    touching = [row for row in whole.references if any(set(_bytes(row.span)) & set(_bytes(part)) for part in parts)]
    assert partial.references_touching(parts) == touching
    for start, _ in places:
        assert partial.references_starting_at(start) == [row for row in whole.references if row.span.start == start]


def _bytes(span: Span) -> range:
    return range(span.start, span.end)
