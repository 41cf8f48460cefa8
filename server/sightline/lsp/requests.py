"""Every method of the protocol that is answered, in one table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lsprotocol import types

from sightline.lsp import hierarchies, lifecycle, navigation, sync
from sightline.lsp.actions import code_actions, resolve_code_action
from sightline.lsp.commands import execute_command
from sightline.lsp.messages import DID_FOCUS, DID_TRUST, EDITOR_MODEL_PIECE, EditorModelPieceParams
from sightline.lsp.session import Session


def cancel_progress(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    """``window/workDoneProgress/cancel``."""
    session.client.cancel_progress(params.token)


def editor_model_piece(session: Session, params: EditorModelPieceParams) -> None:
    """``sightline/editorModelPiece``."""
    session.client.models.receive(params)


#: Called when the message arrives. What takes time returns a coroutine, which can be cancelled.
HANDLERS: dict[str, Callable[[Session, Any], Any]] = {
    types.INITIALIZE: lifecycle.initialize,
    types.INITIALIZED: lifecycle.initialized,
    types.EXIT: lifecycle.exit_session,
    types.SET_TRACE: lifecycle.set_trace,
    types.TEXT_DOCUMENT_DID_OPEN: sync.did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: sync.did_change,
    types.TEXT_DOCUMENT_DID_CLOSE: sync.did_close,
    types.TEXT_DOCUMENT_DID_SAVE: sync.did_save,
    types.TEXT_DOCUMENT_CODE_ACTION: code_actions,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: sync.did_change_watched_files,
    types.WORKSPACE_DID_CREATE_FILES: sync.did_create_files,
    types.WORKSPACE_DID_RENAME_FILES: sync.did_rename_files,
    types.WORKSPACE_DID_DELETE_FILES: sync.did_delete_files,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: sync.did_change_workspace_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: lifecycle.did_change_configuration,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: cancel_progress,
    types.SHUTDOWN: lifecycle.shutdown,
    types.CODE_ACTION_RESOLVE: resolve_code_action,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command,
    DID_FOCUS: sync.did_focus,
    DID_TRUST: sync.did_trust,
    EDITOR_MODEL_PIECE: editor_model_piece,
    types.TEXT_DOCUMENT_REFERENCES: navigation.references,
    types.TEXT_DOCUMENT_DEFINITION: navigation.definition,
    types.TEXT_DOCUMENT_IMPLEMENTATION: navigation.implementation,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: navigation.document_symbols,
    types.WORKSPACE_SYMBOL: navigation.workspace_symbols,
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: hierarchies.prepare_calls,
    types.CALL_HIERARCHY_INCOMING_CALLS: hierarchies.incoming_calls,
    types.CALL_HIERARCHY_OUTGOING_CALLS: hierarchies.outgoing_calls,
    types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY: hierarchies.prepare_types,
    types.TYPE_HIERARCHY_SUPERTYPES: hierarchies.supertypes,
    types.TYPE_HIERARCHY_SUBTYPES: hierarchies.subtypes,
}


def register(session: Session) -> None:
    """Hands the table to the protocol."""
    for method, handler in HANDLERS.items():
        session.protocol.handlers[method] = partial(handler, session)
