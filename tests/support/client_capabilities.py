"""What test editors say they can do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pytest_lsp import make_test_lsp_client


def full_capabilities(encodings: list[str] | None = None) -> types.ClientCapabilities:
    """An editor that can do everything the server can make use of."""
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind(item) for item in encodings or ["utf-16"]]
        ),
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=True,
            workspace_folders=True,
            configuration=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=True,
                resource_operations=list(types.ResourceOperationKind),
                failure_handling=types.FailureHandlingKind.TextOnlyTransactional,
                change_annotation_support=types.ChangeAnnotationsSupportOptions(),
            ),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        ),
        text_document=types.TextDocumentClientCapabilities(
            code_action=types.CodeActionClientCapabilities(
                code_action_literal_support=types.ClientCodeActionLiteralOptions(
                    code_action_kind=types.ClientCodeActionKindOptions(value_set=list(types.CodeActionKind))
                ),
                data_support=True,
                resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
            )
        ),
        window=types.WindowClientCapabilities(work_done_progress=True),
    )


def capabilities_from(stated: Mapping[str, Any]) -> types.ClientCapabilities:
    """Client capabilities from their JSON."""
    converter = make_test_lsp_client().protocol._converter  # pyright: ignore[reportPrivateUsage]  the client's own converter
    return converter.structure(json.loads(json.dumps(stated)), types.ClientCapabilities)
