"""What is remembered of a view while an edit is judged is the view's own answer, and goes when it is forgotten."""

from __future__ import annotations

from sightline.checks.recall import facts_of, forget, symbols_of
from support.graphs import graph_of, path


def test_answers_are_kept_until_they_are_forgotten() -> None:
    names = [f"name_{number}" for number in range(1_500)]  # more rows than are freed at once
    view = graph_of({"a.py": "".join(f"{name} = {number}\n" for number, name in enumerate(names)), "b.py": ""})
    facts, symbols = facts_of(view, path("a.py")), symbols_of(view, path("a.py"))
    assert facts is facts_of(view, path("a.py"))
    assert [symbol.qualified_name for symbol in symbols] == names
    other = graph_of({"a.py": "x = 1\n"})
    kept = facts_of(other, path("a.py"))
    forget(view, graph_of({}))
    again = facts_of(view, path("a.py"))
    assert again == facts
    assert again is not facts
    assert facts is not None
    assert len(facts.definitions) == len(names), "what others hold stays whole"
    assert facts_of(other, path("a.py")) is kept
