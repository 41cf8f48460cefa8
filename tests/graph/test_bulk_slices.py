"""Thousands of files that change at once are followed with pauses, and in proportion to their number.

2,000 files of Django with a line more held the loop for 310 ms: each package asked every changed file for each name.
"""

from __future__ import annotations

import pytest

from sightline.graph import advance as advancing
from sightline.graph.advance import advance, changed_existence, parsed_changes
from sightline.graph.layouts import stale_roots
from sightline.graph.segments import NO_EDGES, path_key
from sightline.graph.slices import at_once
from sightline.graph.state import GraphState, HotFile
from sightline.graph.view import GraphView
from support.graphs import ROOT, graph_of, path, workspace_of

_MANY = 60
_FILES = {f"p{at}/__init__.py": f"A{at} = 1\n" for at in range(_MANY)} | {
    f"u{at}.py": f"from p{at} import A{at}, B{at}\n" for at in range(_MANY)
}
_CHANGED = {f"p{at}/__init__.py": f"A{at} = 1\nB{at} = 2\nC{at} = 3\n" for at in range(_MANY)} | {
    f"u{at}.py": f"from p{at} import A{at}, B{at}\n\nB{at}()\n" for at in range(_MANY)
}


def test_packages_that_bind_other_names_ask_no_file_but_their_importers(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, after = graph_of(_FILES), workspace_of(_CHANGED)
    changes = parsed_changes(after, graph.state.table, [path(each) for each in _CHANGED])
    read, asked = [0], 0
    real_names, real_references = advancing.bound_names, HotFile.references

    def counted_names(state: GraphState, file: int) -> frozenset[str]:
        read[-1] += 1
        return real_names(state, file)

    def counted_references(self: HotFile, key: int) -> bool:
        nonlocal asked
        asked += 1
        return real_references(self, key)

    monkeypatch.setattr(advancing, "bound_names", counted_names)
    monkeypatch.setattr(HotFile, "references", counted_references)
    for _ in advance(graph.state, graph.layouts, after, changes, [path(each) for each in _CHANGED], graph.layouts):
        read.append(0)  # noqa: PERF401  every pause begins a count of its own
    assert sum(read) == 2 * _MANY
    assert max(read) <= 2
    assert asked == 0  # every importer has changed and is followed for that; the others were never its importers


def test_every_changed_path_is_followed_by_a_pause() -> None:
    graph = graph_of(_FILES)
    gone = dict.fromkeys(graph.state.files())
    pauses = sum(1 for _ in advance(graph.state, graph.layouts, workspace_of({}), gone, tuple(map(path, _FILES))))
    assert pauses >= len(_FILES)


def test_what_comes_or_goes_and_what_shapes_a_layout_is_found_with_pauses() -> None:
    graph = graph_of({"a.py": "", "gone.py": ""})
    table = graph.state.table
    paths = [path("gone.py"), path("new.py"), *(path(f"other{at}.py") for at in range(3_000)), path("pyproject.toml")]
    changes = {table.add(path("gone.py")): None, table.add(path("new.py")): HotFile(None, NO_EDGES)}
    looks = changed_existence(graph.state, changes, paths)
    pauses, found = 0, {}
    try:
        while True:
            next(looks)
            pauses += 1
    except StopIteration as end:
        found = end.value
    assert found == {path("gone.py"): False, path("new.py"): True}
    assert pauses >= 3
    shapes = stale_roots(graph.layouts, graph.workspace, paths, found)
    assert sum(1 for _ in shapes) >= 3
    assert at_once(stale_roots(graph.layouts, graph.workspace, paths, found)) == {ROOT}


def test_many_keys_at_once_are_waited_for_by_the_same_files_as_one_by_one() -> None:
    state = _half_hot().state
    keys = {path_key(ROOT, f"p{at}/B{at}.py") for at in range(0, _MANY, 3)} | {1, 2, 3}
    one_by_one = {file for key in keys for file in state.wanting_key(key)}
    assert len(one_by_one) == _MANY // 3
    assert at_once(state.wanting_any(keys)) == one_by_one
    assert at_once(state.wanting_any(set())) == set()


def test_users_of_names_among_some_files_are_those_of_all_files() -> None:
    state = _half_hot().state
    names = [f"B{at}" for at in range(0, _MANY, 4)]
    everywhere = {file for name in names for file in state.referencing(name)}
    assert len(everywhere) == _MANY // 4
    for among in (set(state.files()), set(list(state.files())[::2]), set[int]()):
        assert at_once(state.using(names, among)) == everywhere & among


def _half_hot() -> GraphView:
    """A graph in which every second user of a package lies over the segments."""
    graph = graph_of(_FILES)
    hot = [path(f"u{at}.py") for at in range(0, _MANY, 2)]
    after = workspace_of(_CHANGED)
    changes = parsed_changes(after, graph.state.table, hot)
    state, layouts = at_once(advance(graph.state, graph.layouts, after, changes, hot, graph.layouts))
    return GraphView(after, state, layouts, graph.cache)
