"""Pyright as a language server over one folder: the same errors as its command line, checked again only where needed.

A run of the command line reads and checks everything anew, which takes seconds even for one changed file. The server
keeps what an edit does not touch, so that each mutation can be judged alone.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

T = TypeVar("T")


class PyrightServer:
    """One running server. Files below ``folder`` are opened when they are first asked about, and stay open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._runner = asyncio.Runner()
        self._client = LanguageClient("sightline-bench", "1")
        self._versions: dict[str, int] = {}
        _answer_what_it_asks(self._client)
        self._run(self._start())

    def write(self, path: str, data: bytes) -> None:
        """Says what a file of the folder holds from now on; the file itself is not written."""
        text = data.decode("utf-8", "replace")
        uri = self._uri(path)
        version = self._versions.get(path, 0) + 1
        self._versions[path] = version
        if version == 1:
            item = types.TextDocumentItem(uri=uri, language_id="python", version=version, text=text)
            self._client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
            return
        self._client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=version),
                content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
            )
        )

    def errors(self, paths: Sequence[str]) -> list[tuple[str, types.Diagnostic]]:
        """All errors in some files, each with its path."""
        return self._run(self._errors(paths))

    def definition(self, path: str, position: types.Position) -> list[types.Location]:
        """The places that define what is used at ``position`` (UTF-16)."""
        return self._run(self._definition(path, position))

    def references(self, path: str, position: types.Position) -> list[types.Location]:
        """The places in the folder that use what is defined at ``position`` (UTF-16)."""
        return self._run(self._references(path, position))

    def close(self) -> None:
        """Ends the server."""
        self._run(self._stop())
        self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _uri(self, path: str) -> str:
        return (self._folder / path).as_uri()

    async def _start(self) -> None:
        command = (sys.executable, "-m", "pyright.langserver", "--stdio")
        await self._client.start_io(*command, cwd=str(self._folder))  # pyright: ignore[reportUnknownMemberType]
        folder = types.WorkspaceFolder(uri=self._folder.as_uri(), name=self._folder.name)
        pull = types.DiagnosticClientCapabilities(dynamic_registration=True)
        await self._client.initialize_async(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(
                    text_document=types.TextDocumentClientCapabilities(diagnostic=pull),
                    workspace=types.WorkspaceClientCapabilities(configuration=True, workspace_folders=True),
                ),
                root_uri=folder.uri,
                workspace_folders=[folder],
            )
        )
        self._client.initialized(types.InitializedParams())

    async def _errors(self, paths: Sequence[str]) -> list[tuple[str, types.Diagnostic]]:
        found: list[tuple[str, types.Diagnostic]] = []
        for path in paths:
            if path not in self._versions:
                self.write(path, (self._folder / path).read_bytes())
            report = await self._client.text_document_diagnostic_async(
                types.DocumentDiagnosticParams(text_document=types.TextDocumentIdentifier(uri=self._uri(path)))
            )
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport), "no previous result was named"
            found += ((path, row) for row in report.items if row.severity == types.DiagnosticSeverity.Error)
        return found

    async def _definition(self, path: str, position: types.Position) -> list[types.Location]:
        document = types.TextDocumentIdentifier(uri=self._uri(path))
        found = await self._client.text_document_definition_async(
            types.DefinitionParams(text_document=document, position=position)
        )
        rows = found if isinstance(found, Sequence) else [found] if found is not None else []
        return [row for row in rows if isinstance(row, types.Location)]

    async def _references(self, path: str, position: types.Position) -> list[types.Location]:
        found = await self._client.text_document_references_async(
            types.ReferenceParams(
                text_document=types.TextDocumentIdentifier(uri=self._uri(path)),
                position=position,
                context=types.ReferenceContext(include_declaration=False),
            )
        )
        return list(found or ())

    async def _stop(self) -> None:
        await self._client.shutdown_async(None)
        self._client.exit(None)
        await self._client.stop()


def _answer_what_it_asks(client: LanguageClient) -> None:
    """Settings are all in the folder's ``pyrightconfig.json``; everything else is taken note of."""

    def settings(params: types.ConfigurationParams) -> list[None]:
        return [None] * len(params.items)

    def nothing(*_: object) -> None:
        return None

    progress = ("pyright/beginProgress", "pyright/reportProgress", "pyright/endProgress")
    told = (types.WINDOW_LOG_MESSAGE, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    register, unregister = types.CLIENT_REGISTER_CAPABILITY, types.CLIENT_UNREGISTER_CAPABILITY
    client.feature(types.WORKSPACE_CONFIGURATION)(settings)
    for name in (*progress, *told, register, unregister, types.WORKSPACE_DIAGNOSTIC_REFRESH):
        client.feature(name)(nothing)
