"""Graphs of small workspaces held in memory, for tests."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.graph.advance import advance, parsed_changes
from sightline.graph.answers import Symbol
from sightline.graph.codec import PackedFacts
from sightline.graph.index import IndexCache
from sightline.graph.indexing import Collected, first_state, parse_from_disk
from sightline.graph.layouts import build_layouts
from sightline.graph.slices import at_once
from sightline.graph.state import FileTable
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of
from sightline.workspace.files import WorkspaceView

ROOT = "/work"


def path(relative: str) -> WorkspacePath:
    """A path in the tests' workspace."""
    return WorkspacePath(ROOT, relative)


def workspace_of(files: Mapping[str, str]) -> WorkspaceView:
    """A workspace of closed files (relative path → text, dedented)."""
    contents = {f"{ROOT}/{name}": textwrap.dedent(text).lstrip("\n") for name, text in files.items()}
    return WorkspaceView(
        revision=1,
        roots=(ROOT,),
        system=memory_system(contents),
        known=frozenset(path(name) for name in files),
        overlay={},
    )


def graph_of(files: Mapping[str, str]) -> GraphView:
    """The graph of :func:`workspace_of`, built at once and without a store."""
    return fresh_graph(workspace_of(files))


def fresh_graph(workspace: WorkspaceView) -> GraphView:
    """The graph of a workspace, overlay included, built from nothing."""
    collected = Collected()
    open_paths = {each: file for each, file in workspace.overlay.items() if file is not None}
    for each in workspace.paths():
        if language_of(each) is None:
            continue
        answer = parse_from_disk(workspace.system, each) if each not in open_paths else None
        if answer is None or not answer.blob:
            collected.reasons[each] = answer.reason if answer else "open"
        else:
            collected.facts[each] = PackedFacts(answer.blob)
    layouts = build_layouts(workspace)
    state = at_once(first_state(FileTable(), layouts, collected))
    if open_paths:
        hot = parsed_changes(workspace, state.table, open_paths)
        state, layouts = at_once(advance(state, layouts, workspace, hot, tuple(open_paths)))
    return GraphView(workspace, state, layouts, IndexCache())


def symbol(graph: GraphView, text: str) -> Symbol:
    """The one symbol meant by ``text``."""
    found = graph.lookup(text)
    assert len(found) == 1, f"{text} means {[each.identifier for each in found]}"
    return found[0]


def uses(graph: GraphView, text: str) -> list[str]:
    """The uses of a symbol as ``path:line:column kind confidence`` lines, in order."""
    return _written(graph, symbol(graph, text))


def uses_of_each(graph: GraphView, text: str) -> list[list[str]]:
    """The same for each of the symbols that ``text`` means, in the order of their places."""
    return [_written(graph, each) for each in graph.lookup(text)]


def _written(graph: GraphView, of: Symbol) -> list[str]:
    answer = graph.references(of)
    return [f"{place.path}:{place.line}:{place.column} {place.kind} {place.confidence}" for place in answer.places]
