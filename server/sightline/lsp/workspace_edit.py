"""From a prepared edit to the ``WorkspaceEdit`` that this editor can apply without landing on another text.

Open documents carry the version the edit was computed for, so that the editor refuses a stale one. Closed files carry
none: the engine compared their digests with the disk just before. What the editor could not do safely is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from sightline.base.errors import ChangeConflict
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text, TextEdit
from sightline.engine.engine import FileAfter, PreparedEdit
from sightline.engine.prepared import EditMark
from sightline.lsp.capabilities import EditorCapabilities
from sightline.lsp.documents import Documents, range_of
from sightline.lsp.errors import EditorCannot
from sightline.workspace.encodings import SELF_EVIDENT

DocumentChange = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile

#: Names of annotations. A file that needs confirmation has one of its own: "sightline:" and its path.
_REQUESTED, _RIPPLE, _DOUBT = "sightline", "sightline-ripple", "sightline-doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversion:
    prepared: PreparedEdit
    documents: Documents
    can: EditorCapabilities

    @property
    def before(self) -> dict[WorkspacePath, Text]:
        """Texts the edits were computed for, by their path before the edit."""
        files = ((file.old or file.path, file.before) for file in self.prepared.files)
        return {path: text for path, text in files if text is not None}

    def annotation(self, path: WorkspacePath, number: int | None = None) -> str | None:
        """Name of the annotation of everything that touches ``path``, or of one of its text edits."""
        if not self.can.change_annotations:
            return None
        if self.reasons.get(path):
            return f"{_REQUESTED}:{path}"
        marks = self.prepared.marks.get(path)
        mark = marks[number] if marks is not None and number is not None else EditMark()
        if mark.doubt:
            return self.doubts[mark.doubt]
        return _RIPPLE if path in self.ripple or mark.ripple else _REQUESTED

    @property
    def doubts(self) -> dict[str, str]:
        """Names of the annotations of text edits that may break something, by what they may break."""
        marks = (mark for path in sorted(self.prepared.marks) for mark in self.prepared.marks[path])
        found = dict.fromkeys(mark.doubt for mark in marks if mark.doubt)
        return {doubt: f"{_DOUBT}:{number}" for number, doubt in enumerate(found)}

    @property
    def ripple(self) -> frozenset[WorkspacePath]:
        """Files, before and after, that a repair added to what was asked for."""
        files = (file for file in self.prepared.files if file.ripple)
        return frozenset(path for file in files for path in (file.path, file.old) if path is not None)

    @property
    def reasons(self) -> dict[WorkspacePath, str]:
        """Why the user must confirm, by path before and after."""
        touched = [(path, file) for file in self.prepared.files for path in (file.path, file.old)]
        return {path: file.needs_confirmation for path, file in touched if path and file.needs_confirmation}


def workspace_edit(prepared: PreparedEdit, documents: Documents, can: EditorCapabilities) -> types.WorkspaceEdit:
    """The edit as the editor takes it.

    Raises :class:`EditorCannot` when this editor lacks what a safe application needs, and ``ChangeConflict`` when an
    open document is not the one the edit was computed for.
    """
    conversion = _Conversion(prepared=prepared, documents=documents, can=can)
    _refuse_what_the_editor_lacks(conversion)
    for file in prepared.files:
        _compare_with_buffer(file, prepared, documents)
    if not can.document_changes:
        return types.WorkspaceEdit(changes=_plain_changes(conversion))
    changes = [*_text_changes(conversion), *_file_operations(conversion)]
    return types.WorkspaceEdit(document_changes=changes, change_annotations=_annotations(conversion))


def _refuse_what_the_editor_lacks(given: _Conversion) -> None:
    if not given.can.apply_edit:
        raise EditorCannot(
            "This editor cannot apply edits for a server (workspace/applyEdit).",
            hint="Use `sightline ask --apply` on the command line.",
        )
    needed = {file.kind for file in given.prepared.files} - {"edit"}
    missing = needed - given.can.resource_operations if given.can.document_changes else needed
    if missing:
        raise EditorCannot(
            f"This editor cannot {' or '.join(sorted(missing))} files for a server.",
            hint="Use `sightline ask --apply` on the command line.",
        )
    foreign = [file for file in given.prepared.files if file.version is None and file.encoding not in SELF_EVIDENT]
    rewritten = [file for file in foreign if file.after is not None and file.after != file.before]
    if rewritten:
        names = ", ".join(f"{file.path} ({file.encoding})" for file in rewritten)
        raise EditorCannot(
            f"An editor may not know in which encoding {names} is written, and could damage what is not edited.",
            hint="Open the file in its encoding, or apply the edit by `sightline ask --apply` on the command line.",
        )
    opened = [str(file.path) for file in given.prepared.files if file.version is not None]
    if opened and not given.can.document_changes:
        raise EditorCannot(
            f"This editor does not check document versions, and {', '.join(opened)} is open.",
            hint="Close the file and apply again, so that nothing typed meanwhile can be overwritten.",
        )


def _compare_with_buffer(file: FileAfter, prepared: PreparedEdit, documents: Documents) -> None:
    """The last look before an edit leaves: is every text still the one its offsets were computed for?"""
    path = file.old or file.path
    digest = prepared.changes.base.get(path)
    stale = digest is not None and (file.before is None or file.before.digest != digest)
    document = documents.of_path(path)
    if document is not None or file.version is not None:
        stale |= document is None or document.version != file.version or document.text != file.before
    if stale:
        raise ChangeConflict(
            f"{path} was opened, closed or changed while the edit was made ready.", hint="Apply it again."
        )


def _plain_changes(given: _Conversion) -> dict[str, list[types.TextEdit]]:
    return {
        given.documents.uri_of(edit.path): [
            types.TextEdit(range=range_, new_text=text) for range_, text in _ranges(given, edit.path, edit.edits)
        ]
        for edit in given.prepared.changes.edits
    }


def _text_changes(given: _Conversion) -> list[DocumentChange]:
    changes: list[DocumentChange] = []
    for edit in given.prepared.changes.edits:
        ranges = _ranges(given, edit.path, edit.edits)
        edits = [_text_edit(*place, given.annotation(edit.path, number)) for number, place in enumerate(ranges)]
        changes.append(_document_edit(given, edit.path, edits))
    edited = {edit.path for edit in given.prepared.changes.edits}
    # A file operation carries no version. An empty edit before it does, and makes the editor check it.
    moved = (*given.prepared.changes.deletes, *(rename.old for rename in given.prepared.changes.renames))
    guarded = (path for path in moved if path not in edited and given.documents.of_path(path) is not None)
    return [*changes, *(_document_edit(given, path, []) for path in guarded)]


def _file_operations(given: _Conversion) -> list[DocumentChange]:
    changes = given.prepared.changes
    uri_of, annotation = given.documents.uri_of, given.annotation
    return [
        *(
            types.RenameFile(
                old_uri=uri_of(rename.old),
                new_uri=rename.new.uri,
                options=types.RenameFileOptions(overwrite=False, ignore_if_exists=False),
                annotation_id=annotation(rename.new),
            )
            for rename in changes.renames
        ),
        *(types.DeleteFile(uri=uri_of(path), annotation_id=annotation(path)) for path in changes.deletes),
        *(change for create in changes.creates for change in _creation(given, create.path, create.text)),
    ]


def _creation(given: _Conversion, path: WorkspacePath, text: Text) -> list[DocumentChange]:
    annotation = given.annotation(path)
    options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    creation = types.CreateFile(uri=path.uri, options=options, annotation_id=annotation)
    if not text.data:
        return [creation]
    start = types.Position(line=0, character=0)
    content = _text_edit(types.Range(start=start, end=start), str(text), annotation)
    return [creation, _document_edit(given, path, [content])]


def _document_edit(
    given: _Conversion, path: WorkspacePath, edits: list[types.TextEdit | types.AnnotatedTextEdit]
) -> types.TextDocumentEdit:
    document = given.documents.of_path(path)
    identifier = types.OptionalVersionedTextDocumentIdentifier(
        uri=given.documents.uri_of(path), version=document.version if document is not None else None
    )
    return types.TextDocumentEdit(text_document=identifier, edits=edits)


def _ranges(given: _Conversion, path: WorkspacePath, edits: tuple[TextEdit, ...]) -> list[tuple[types.Range, str]]:
    text, encoding = given.before[path], given.documents.encoding
    return [(range_of(text, edit.span, encoding), edit.new.decode("utf-8")) for edit in edits]


def _text_edit(range_: types.Range, text: str, annotation: str | None) -> types.TextEdit | types.AnnotatedTextEdit:
    if annotation is None:
        return types.TextEdit(range=range_, new_text=text)
    return types.AnnotatedTextEdit(range=range_, new_text=text, annotation_id=annotation)


def _annotations(given: _Conversion) -> dict[str, types.ChangeAnnotation] | None:
    if not given.can.change_annotations:
        return None
    label = given.prepared.label or "Sightline"
    annotations = {_REQUESTED: types.ChangeAnnotation(label="Requested", needs_confirmation=False, description=label)}
    if given.ripple or any(mark.ripple for marks in given.prepared.marks.values() for mark in marks):
        annotations[_RIPPLE] = types.ChangeAnnotation(
            label="Ripple",
            needs_confirmation=False,
            description="Not asked for, but the requested changes would break these places",
        )
    for path, reason in given.reasons.items():
        annotations[f"{_REQUESTED}:{path}"] = types.ChangeAnnotation(
            label="Needs confirmation", needs_confirmation=True, description=f"{path}: {reason}"
        )
    for doubt, name in given.doubts.items():
        annotations[name] = types.ChangeAnnotation(
            label="Needs confirmation", needs_confirmation=True, description=doubt
        )
    return annotations
