"""The context for a request, from the view to the text: what it needs is ranked, and what fits is packed."""

from __future__ import annotations

from dataclasses import replace

from sightline.base.redact import redact
from sightline.context.candidates import Gate, Permission, Ranking
from sightline.context.exact import CountTokens, ExactCount, pack_exactly
from sightline.context.example import find_example
from sightline.context.history.index import NO_HISTORY, HistoryIndex
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack, pack_ranking
from sightline.context.rank import rank
from sightline.context.request import ContextRequest
from sightline.context.sites import find_sites
from sightline.graph.view import GraphView


def build_context(
    view: GraphView,
    request: ContextRequest,
    index: LexicalIndex,
    count_tokens: CountTokens | ExactCount,
    permitted: Permission,
    history: HistoryIndex = NO_HISTORY,
) -> ContextPack:
    """The context for ``request``: :func:`find_ranking`, then :func:`pack_found`.

    ``permitted`` gives the reason why a path must not be shown, ``None`` when it may; no other path enters by any way.
    Runs in any thread, never raises for bad source.
    """
    gate = Gate(view.workspace, permitted)
    return pack_found(view, find_ranking(view, request, index, gate, history), request, count_tokens, gate)


def find_ranking(
    view: GraphView,
    request: ContextRequest,
    index: LexicalIndex,
    gate: Gate,
    history: HistoryIndex = NO_HISTORY,
) -> Ranking:
    """What ``request`` needs, best first; neither its budget nor what is known of the code changes that.

    Brings ``index`` up to ``view`` first, which takes long only for a new workspace.
    """
    index.follow(view)
    request = without_secrets(request)
    ranking = rank(view, request, index, gate, history)
    search = find_sites(view, request, index, gate)
    example = None if search.sites else find_example(view, ranking, request, gate)
    return replace(ranking, search=search, example=example)


def pack_found(
    view: GraphView,
    ranking: Ranking,
    request: ContextRequest,
    count_tokens: CountTokens | ExactCount,
    gate: Gate,
) -> ContextPack:
    """What of a ranking of ``request`` fits its budget.

    The budget holds as ``count_tokens`` counts; of an :class:`ExactCount`, as the model's own vocabulary does.
    """
    request = without_secrets(request)
    if not isinstance(count_tokens, ExactCount):
        return pack_ranking(view, ranking, request, count_tokens, gate)
    return pack_exactly(lambda count: pack_ranking(view, ranking, request, count, gate), count_tokens, request.budget)


def without_secrets(request: ContextRequest) -> ContextRequest:
    """``request`` as it may be sent and kept."""
    diagnostics = tuple(redact(sentence) for sentence in request.diagnostics)
    return replace(request, task=redact(request.task), diagnostics=diagnostics)
