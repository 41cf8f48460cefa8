"""Code actions: the features that fit where the user is.

Nothing is computed here but what is offered: pickers ask while the user browses. A feature that asks a model carries a
command; an edit that the graph alone can make is filled in by ``codeAction/resolve``. Such an action carries a command
too, which editors run after the edit: it tells that the edit landed, so that it can be undone; in an editor that does
not resolve actions it makes the edit itself.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any

from lsprotocol import types

from sightline.features.feature import Feature, Offer, OffersChoices
from sightline.lsp.apply import expect_landing, place_json
from sightline.lsp.chat import asked_now, request_of, run_feature
from sightline.lsp.commands import new_turn
from sightline.lsp.documents import Document
from sightline.lsp.errors import BadArguments
from sightline.lsp.messages import FeatureArguments
from sightline.lsp.options import table
from sightline.lsp.session import Session
from sightline.lsp.workspace_edit import workspace_edit

Action = types.CodeAction | types.Command

QUICK_FIX = "quickfix"
_EDITS = (QUICK_FIX, "refactor")


def action_kinds(features: Iterable[Feature]) -> tuple[str, ...]:
    """Every kind that may be offered."""
    return tuple(sorted({feature.action for feature in features if feature.action}))


def code_actions(session: Session, params: types.CodeActionParams) -> list[Action] | Coroutine[Any, Any, list[Action]]:
    """``textDocument/codeAction``: what fits everywhere from buffers and names alone, choices from the graph."""
    document = session.documents.get(params.text_document.uri)
    if document is None or document.path is None:
        return []
    asked_for = [
        feature
        for feature in session.features.values()
        if feature.action and _is_asked_for(feature, params.context, choosing=isinstance(feature, OffersChoices))
    ]
    plain = [
        _action(session, feature, document, params) for feature in asked_for if not isinstance(feature, OffersChoices)
    ]
    choosing = [feature for feature in asked_for if isinstance(feature, OffersChoices)]
    if not choosing or not session.host.is_indexed:
        return plain
    arguments = _arguments(session, document, params, list(params.context.diagnostics))
    asked = asked_now(session, FeatureArguments.model_validate(arguments))  # before anything typed after this request

    async def with_choices() -> list[Action]:
        found: list[Action] = []
        for feature in choosing:
            request = request_of(session.engine, feature.name, "", asked)
            told = dict(zip(request.diagnostics, params.context.diagnostics, strict=True))
            for offer in await session.engine.offers(request):
                mended = [told[sentence] for sentence in offer.mends]
                found.append(_action(session, feature, document, params, offer=offer, mended=mended))
        return [*found, *plain]  # the choices first: they are about this very place

    return with_choices()


async def resolve_code_action(session: Session, action: types.CodeAction) -> types.CodeAction:
    """``codeAction/resolve``: the edit of an action that needs no model. Any other action stays as it is.

    The edit is computed anew, for the text as it is now; an action of an older text is refused.
    """
    given = table(action.data)
    feature = session.features.get(str(given.get("feature", "")))
    if feature is None or not _is_graph_edit(feature):
        return action
    document = session.documents.get(str(given.get("uri", "")))
    if document is None or document.version != given.get("version"):
        raise BadArguments("The file changed since this action was offered.", hint="Ask for code actions again.")
    turn = str(given.get("turn") or new_turn())
    asked = asked_now(session, FeatureArguments.model_validate(given))
    await run_feature(session, feature.name, turn, asked, lambda _: None)
    prepared = session.engine.prepare(turn)
    action.edit = workspace_edit(prepared, session.documents, session.client.can)
    expect_landing(session, prepared)
    return action


def _is_asked_for(feature: Feature, context: types.CodeActionContext, *, choosing: bool) -> bool:
    if context.only is not None:
        wanted = (str(getattr(kind, "value", kind)) for kind in context.only)
        return any(not kind or feature.action == kind or feature.action.startswith(kind + ".") for kind in wanted)
    if feature.action == QUICK_FIX and not choosing and not context.diagnostics:
        # Some editors send no diagnostics but their own servers' (neovim#30002): offer it when the user asked.
        return context.trigger_kind is not types.CodeActionTriggerKind.Automatic
    return True


def _is_graph_edit(feature: Feature) -> bool:
    return not feature.uses_model and feature.action.partition(".")[0] in _EDITS


def _action(
    session: Session,
    feature: Feature,
    document: Document,
    params: types.CodeActionParams,
    *,
    offer: Offer | None = None,
    mended: list[types.Diagnostic] | None = None,
) -> Action:
    title = offer.title if offer is not None else feature.title
    diagnostics = list(params.context.diagnostics) if feature.action == QUICK_FIX else mended or []
    arguments = _arguments(session, document, params, diagnostics)
    if offer is not None:
        arguments["text"] = offer.text
    resolved_later = _is_graph_edit(feature) and session.client.can.resolves_actions
    if resolved_later:
        arguments["turn"] = new_turn()
    command = types.Command(title=title, command=f"sightline.{feature.name}", arguments=[arguments])
    if not session.client.can.literal_actions:
        return command
    action = types.CodeAction(title=title, kind=feature.action, diagnostics=diagnostics or None, command=command)
    if offer is not None and offer.preferred:
        action.is_preferred = True
    if resolved_later:
        action.data = {**arguments, "feature": feature.name, "version": document.version}
    return action


def _arguments(
    session: Session, document: Document, params: types.CodeActionParams, diagnostics: list[types.Diagnostic]
) -> dict[str, Any]:
    assert document.path is not None, "only files of the workspace have actions"
    return {
        **place_json(session, document.path),
        "range": _range_json(params.range),
        "diagnostics": [_diagnostic_json(diagnostic) for diagnostic in diagnostics],
    }


def _range_json(given: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": given.start.line, "character": given.start.character},
        "end": {"line": given.end.line, "character": given.end.character},
    }


def _diagnostic_json(given: types.Diagnostic) -> dict[str, Any]:
    return {"message": given.message, "range": _range_json(given.range), "source": given.source, "code": given.code}
