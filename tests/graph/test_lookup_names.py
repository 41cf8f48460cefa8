"""Symbols as people write them."""

from __future__ import annotations

from support.graphs import graph_of

FILES = {
    "base.py": """
        class Far:
            def run(self): pass
            def stop(self): pass
        class Near(Far):
            def run(self): pass
    """,
    "child.py": """
        from base import Near
        class Child(Near):
            def own(self): pass
    """,
}


def test_an_inherited_member_is_found_where_it_is_defined() -> None:
    graph = graph_of(FILES)

    def meant(text: str) -> list[str]:
        return [symbol.identifier for symbol in graph.lookup(text)]

    assert meant("Child.own") == ["child.py::Child.own"]
    assert meant("Child.run") == ["base.py::Near.run"]
    assert meant("child.py::Child.stop") == ["base.py::Far.stop"]
    assert meant("Child.nothing") == meant("Nobody.run") == meant("run.run") == []
