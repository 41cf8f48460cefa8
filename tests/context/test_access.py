"""Cheap looks into a view agree with the full facts."""

from __future__ import annotations

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.text import Span, TextEdit
from sightline.context.access import (
    changed_paths,
    definitions_of,
    digest_of,
    fresh_definitions_of,
    language_of,
    qualified_name,
    references_inside,
)
from sightline.graph.view import GraphView
from support.graphs import graph_of, path

FILES = {
    "a.py": "import b\n\n\nclass A:\n    def f(self):\n        return b.g(self)\n",
    "b.py": "def g(x):\n    return x\n",
    "notes.txt": "nothing\n",
}
VIEW = graph_of(FILES)


def edited(view: GraphView) -> GraphView:
    file = view.workspace.read(path("b.py"))
    edits = (FileEdit(path=file.path, edits=(TextEdit(Span(0, 0), b"# new\n"),)),)
    return view.fork(ChangeSet(base={file.path: file.digest}, edits=edits))


def test_they_say_what_the_facts_say() -> None:
    for view in (VIEW, edited(VIEW)):
        for name in ("a.py", "b.py"):
            facts = view.facts(path(name))
            assert facts is not None
            assert digest_of(view, path(name)) == facts.digest
            assert language_of(view, path(name)) == facts.language
            rows = definitions_of(view, path(name))
            assert rows == fresh_definitions_of(view, path(name))
            assert [(row.name, row.start) for row in rows] == [(d.name, d.span.start) for d in facts.definitions]
            assert [qualified_name(rows, n) for n in range(len(rows))] == [
                facts.qualified_name(n) for n in range(len(rows))
            ]
            whole = Span(0, 10_000)
            assert tuple(references_inside(view, path(name), whole)) == facts.references


def test_files_without_facts_have_nothing() -> None:
    for name in ("notes.txt", "missing.py"):
        assert digest_of(VIEW, path(name)) is None
        assert definitions_of(VIEW, path(name)) == ()
        assert language_of(VIEW, path(name)) == ""
        assert tuple(references_inside(VIEW, path(name), Span(0, 9))) == ()


def test_changes_between_states_of_one_graph_are_found_without_looking_at_all_files() -> None:
    other = edited(VIEW)
    assert changed_paths(VIEW.state, other.state) == {path("b.py")}
    assert changed_paths(VIEW.state, VIEW.state) == set()
    file = VIEW.workspace.read(path("a.py"))
    gone = VIEW.fork(ChangeSet(base={file.path: file.digest}, deletes=(file.path,)))
    assert changed_paths(VIEW.state, gone.state) == {path("a.py")}


def test_states_of_different_graphs_are_not_comparable() -> None:
    assert changed_paths(VIEW.state, graph_of(FILES).state) is None
