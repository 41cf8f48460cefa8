"""Code actions: the features that fit where the user is.

Nothing is computed here but what is offered: pickers ask while the user browses. A feature that asks a model carries a
command; an edit that the graph alone can make is filled in by ``codeAction/resolve``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lsprotocol import types

from sightline.features.feature import Feature
from sightline.lsp.apply import place_json
from sightline.lsp.chat import asked_now, run_feature
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


def code_actions(session: Session, params: types.CodeActionParams) -> list[Action]:
    """``textDocument/codeAction``, from buffers and names alone."""
    document = session.documents.get(params.text_document.uri)
    if document is None or document.path is None:
        return []
    return [
        _action(session, feature, document, params)
        for feature in session.features.values()
        if feature.action and _is_asked_for(feature, params.context)
    ]


async def resolve_code_action(session: Session, action: types.CodeAction) -> types.CodeAction:
    """``codeAction/resolve``: the edit of an action that needs no model. An action that carries a command stays."""
    given = table(action.data)
    feature = session.features.get(str(given.get("feature", "")))
    if action.command is not None or feature is None or not _is_graph_edit(feature):
        return action
    document = session.documents.get(str(given.get("uri", "")))
    if document is None or document.version != given.get("version"):
        raise BadArguments("The file changed since this action was offered.", hint="Ask for code actions again.")
    turn = new_turn()
    asked = asked_now(session, FeatureArguments.model_validate(given))
    await run_feature(session, feature.name, turn, asked, lambda _: None)
    try:
        action.edit = workspace_edit(session.engine.prepare(turn), session.documents, session.client.can)
    finally:
        session.engine.discard(turn)
    return action


def _is_asked_for(feature: Feature, context: types.CodeActionContext) -> bool:
    if context.only is not None:
        wanted = (str(getattr(kind, "value", kind)) for kind in context.only)
        return any(not kind or feature.action == kind or feature.action.startswith(kind + ".") for kind in wanted)
    if feature.action == QUICK_FIX and not context.diagnostics:
        # Some editors send no diagnostics but their own servers' (neovim#30002): offer it when the user asked.
        return context.trigger_kind is not types.CodeActionTriggerKind.Automatic
    return True


def _is_graph_edit(feature: Feature) -> bool:
    return not feature.uses_model and feature.action.partition(".")[0] in _EDITS


def _action(session: Session, feature: Feature, document: Document, params: types.CodeActionParams) -> Action:
    assert document.path is not None, "only files of the workspace have actions"
    diagnostics = list(params.context.diagnostics) if feature.action == QUICK_FIX else []
    arguments = {
        **place_json(session, document.path),
        "range": _range_json(params.range),
        "diagnostics": [_diagnostic_json(diagnostic) for diagnostic in diagnostics],
    }
    command = types.Command(title=feature.title, command=f"sightline.{feature.name}", arguments=[arguments])
    if not session.client.can.literal_actions:
        return command
    action = types.CodeAction(title=feature.title, kind=feature.action, diagnostics=diagnostics or None)
    if _is_graph_edit(feature) and session.client.can.resolves_actions:
        action.data = {**arguments, "feature": feature.name, "version": document.version}
    else:
        action.command = command
    return action


def _range_json(given: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": given.start.line, "character": given.start.character},
        "end": {"line": given.end.line, "character": given.end.character},
    }


def _diagnostic_json(given: types.Diagnostic) -> dict[str, Any]:
    return {"message": given.message, "range": _range_json(given.range), "source": given.source, "code": given.code}
