"""Contexts of small workspaces held in memory, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.context.build import build_context
from sightline.context.candidates import Gate, Ranking
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack
from sightline.context.rank import rank
from sightline.context.request import ContextRequest
from sightline.graph.view import GraphView
from sightline.workspace.files import WorkspaceView
from support.graphs import ROOT, fresh_graph


def two_roots(first: Mapping[str, str], second: Mapping[str, str]) -> GraphView:
    """The graph of two roots, ``/one`` and ``/two``."""
    files = {WorkspacePath("/one", name): text for name, text in first.items()}
    files |= {WorkspacePath("/two", name): text for name, text in second.items()}
    workspace = WorkspaceView(
        revision=1,
        roots=("/one", "/two"),
        system=memory_system({each.absolute: text for each, text in files.items()}),
        known=frozenset(files),
        overlay={},
    )
    return fresh_graph(workspace)


def anything(_: WorkspacePath) -> str | None:
    """Permits every path."""
    return None


def quarter(text: str, _: str = "") -> int:
    """Tokens as a quarter of the characters, rounded up."""
    return -(-len(text) // 4)


def context_of(
    view: GraphView,
    task: str,
    *,
    budget: int = 4000,
    permitted: Callable[[WorkspacePath], str | None] = anything,
    count_tokens: Callable[[str, str], int] = quarter,
    **fields: Any,
) -> ContextPack:
    """The context for a task, with a new index."""
    request = ContextRequest(task=task, budget=budget, root=ROOT, **fields)
    return build_context(view, request, LexicalIndex(), count_tokens, permitted)


def ranking_of(view: GraphView, task: str, **fields: Any) -> Ranking:
    """The ranking for a task, with a new index."""
    index = LexicalIndex()
    index.follow(view)
    return rank(
        view, ContextRequest(task=task, budget=4000, root=ROOT, **fields), index, Gate(view.workspace, anything)
    )


def files_of(pack: ContextPack) -> list[str]:
    """Files in the text of a pack, in order."""
    return list(dict.fromkeys(str(piece.path) for piece in pack.slices))


def shown_of(pack: ContextPack, path: str) -> list[str]:
    """What is shown of a file, as ``name form first-last``."""
    return [
        f"{piece.name or '-'} {piece.form} {piece.first}-{piece.last}"
        for piece in pack.slices
        if str(piece.path) == path
    ]
