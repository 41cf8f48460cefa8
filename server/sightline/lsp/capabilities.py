"""What the editor can do, boiled down to the questions we ask, and what this server says it can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability

from sightline.base.text import PositionEncoding


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorCapabilities:
    """The client's side of ``initialize``. ``resource_operations`` holds ``create``, ``rename``, ``delete``."""

    apply_edit: bool = False
    document_changes: bool = False
    resource_operations: frozenset[str] = frozenset()
    change_annotations: bool = False
    normalizes_line_endings: bool = False
    work_done_progress: bool = False
    watched_files: bool = False
    configuration: bool = False
    configuration_notice: bool = False
    resolves_actions: bool = False
    literal_actions: bool = False
    nested_symbols: bool = False


def editor_capabilities(stated: types.ClientCapabilities) -> EditorCapabilities:
    """What a client stated."""
    operations = get_capability(stated, "workspace.workspace_edit.resource_operations", ()) or ()
    resolvable = get_capability(stated, "text_document.code_action.resolve_support.properties", ()) or ()
    annotations = get_capability(stated, "workspace.workspace_edit.change_annotation_support", None)
    literal = get_capability(stated, "text_document.code_action.code_action_literal_support", None)
    return EditorCapabilities(
        apply_edit=bool(get_capability(stated, "workspace.apply_edit")),
        document_changes=bool(get_capability(stated, "workspace.workspace_edit.document_changes")),
        resource_operations=frozenset(types.ResourceOperationKind(kind).value for kind in operations),
        change_annotations=annotations is not None,
        normalizes_line_endings=bool(get_capability(stated, "workspace.workspace_edit.normalizes_line_endings")),
        work_done_progress=bool(get_capability(stated, "window.work_done_progress")),
        watched_files=bool(get_capability(stated, "workspace.did_change_watched_files.dynamic_registration")),
        configuration=bool(get_capability(stated, "workspace.configuration")),
        configuration_notice=bool(get_capability(stated, "workspace.did_change_configuration.dynamic_registration")),
        resolves_actions="edit" in resolvable,
        literal_actions=literal is not None,
        nested_symbols=bool(
            get_capability(stated, "text_document.document_symbol.hierarchical_document_symbol_support")
        ),
    )


def chosen_encoding(stated: types.ClientCapabilities) -> PositionEncoding:
    """UTF-8 if the client offers it (our own offsets), else UTF-16 (every client knows it), else UTF-32.

    A client that offers nothing, or nothing we know, means UTF-16 (LSP 3.17, ``general.positionEncodings``).
    """
    offered = {
        str(getattr(item, "value", item)) for item in get_capability(stated, "general.position_encodings", ()) or ()
    }
    for encoding in (PositionEncoding.UTF8, PositionEncoding.UTF16, PositionEncoding.UTF32):
        if encoding.value in offered:
            return encoding
    return PositionEncoding.UTF16


def server_capabilities(
    encoding: PositionEncoding, commands: Iterable[str], action_kinds: Iterable[str], *, navigation: bool
) -> types.ServerCapabilities:
    """Everything this server does, and nothing else. ``navigation``: the user wants to jump by this server too."""
    every_file = types.FileOperationRegistrationOptions(
        filters=[types.FileOperationFilter(pattern=types.FileOperationPattern(glob="**"), scheme="file")]
    )
    wanted = True if navigation else None
    return types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(encoding.value),
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        code_action_provider=types.CodeActionOptions(
            code_action_kinds=sorted(set(action_kinds)), resolve_provider=True, work_done_progress=False
        ),
        execute_command_provider=types.ExecuteCommandOptions(commands=sorted(commands), work_done_progress=True),
        references_provider=wanted,
        definition_provider=wanted,
        implementation_provider=wanted,
        document_symbol_provider=wanted,
        workspace_symbol_provider=wanted,
        call_hierarchy_provider=wanted,
        type_hierarchy_provider=wanted,
        workspace=types.WorkspaceOptions(
            workspace_folders=types.WorkspaceFoldersServerCapabilities(supported=True, change_notifications=True),
            file_operations=types.FileOperationOptions(
                did_create=every_file, did_rename=every_file, did_delete=every_file
            ),
        ),
    )
