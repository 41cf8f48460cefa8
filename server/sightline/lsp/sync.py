"""Text synchronisation and file events. Plain functions, so that their order holds."""

from __future__ import annotations

from lsprotocol import types

from sightline.base.paths import WorkspacePath, normal_root, uri_to_path
from sightline.engine.engine import Engine
from sightline.lsp.documents import Document
from sightline.lsp.messages import DidTrustParams
from sightline.lsp.options import folder_paths
from sightline.lsp.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """``textDocument/didOpen``."""
    document = session.documents.open(params.text_document)
    engine = session.host.open_engine()
    if document.path is not None and engine is not None:
        engine.open_document(document.path, document.text, document.version)
        _note(session, document)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """``textDocument/didChange``."""
    document = session.documents.change(params.text_document, params.content_changes)
    engine = session.host.open_engine()
    if document is not None and document.path is not None and engine is not None:
        engine.change_document(document.path, document.text, document.version)
        _note(session, document)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """``textDocument/didClose``. The engine is told in its turn, unless the file is open again by then."""
    document = session.documents.close(params.text_document.uri)
    if document is None or document.path is None:
        return
    path = document.path

    async def close(engine: Engine) -> None:
        other = session.documents.of_path(path)
        if other is None:
            await engine.close_document(path)
        elif other.uri != document.uri:  # the same file under another address speaks from now on
            engine.open_document(path, other.text, other.version)

    session.host.post("closed file", close)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """``textDocument/didSave``: for editors that do not watch files, a good moment to look at the disk."""
    if not session.watches_files:
        _files_changed(session, (params.text_document.uri,))
        rescan(session)


def did_focus(session: Session, params: object) -> None:
    """``sightline/didFocus``: the window came to the front."""
    del params
    if not session.watches_files:
        rescan(session)


def did_trust(session: Session, params: DidTrustParams) -> None:
    """``sightline/didTrust``."""
    paths = (uri_to_path(folder) for folder in params.folders)
    session.host.vouch(tuple(normal_root(path) for path in paths if path))


def rescan(session: Session) -> None:
    """Looks at the whole disk again, once for any number of wishes that wait."""
    if session.rescan_waits:
        return
    session.rescan_waits = True

    async def scan(engine: Engine) -> None:
        session.rescan_waits = False
        await engine.rescan()

    session.host.post("rescan", scan)


def did_change_watched_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """``workspace/didChangeWatchedFiles``."""
    _files_changed(session, tuple(change.uri for change in params.changes))


def did_create_files(session: Session, params: types.CreateFilesParams) -> None:
    """``workspace/didCreateFiles``."""
    _files_changed(session, tuple(file.uri for file in params.files))


def did_rename_files(session: Session, params: types.RenameFilesParams) -> None:
    """``workspace/didRenameFiles``."""
    _files_changed(session, tuple(uri for file in params.files for uri in (file.old_uri, file.new_uri)))


def did_delete_files(session: Session, params: types.DeleteFilesParams) -> None:
    """``workspace/didDeleteFiles``."""
    _files_changed(session, tuple(file.uri for file in params.files))


def did_change_workspace_folders(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """``workspace/didChangeWorkspaceFolders``."""
    removed = set(folder_paths(params.event.removed))
    kept = tuple(root for root in session.host.options.roots if root not in removed)
    session.host.set_roots(tuple(dict.fromkeys((*kept, *folder_paths(params.event.added)))))


def _files_changed(session: Session, uris: tuple[str, ...]) -> None:
    async def tell(engine: Engine) -> None:
        found = (_path(engine, uri) for uri in uris)
        paths = tuple(dict.fromkeys(path for path in found if path is not None))
        if paths:
            await engine.files_changed(paths)

    session.host.post("changed files", tell)


def _path(engine: Engine, uri: str) -> WorkspacePath | None:
    absolute = uri_to_path(uri)
    return engine.workspace_path(absolute) if absolute is not None else None


def _note(session: Session, document: Document) -> None:
    assert document.path is not None
    for landing in session.landings:
        landing.note(document.path, document.text)
