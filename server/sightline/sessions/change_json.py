"""A change set as bytes for the journal, and back. Compressed JSON, because later releases must be able to read it."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit


def dump_changes(changes: ChangeSet) -> bytes:
    """``changes`` as bytes."""
    content = {
        "base": [[*_path(path), digest] for path, digest in sorted(changes.base.items())],
        "edits": [[*_path(edit.path), [_edit(one) for one in edit.edits]] for edit in changes.edits],
        "creates": [[*_path(create.path), _text(create.text.data)] for create in changes.creates],
        "deletes": [_path(path) for path in changes.deletes],
        "renames": [[_path(rename.old), _path(rename.new)] for rename in changes.renames],
    }
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode())


def load_changes(data: bytes) -> ChangeSet:
    """The change set that :func:`dump_changes` wrote. Raises ``ValueError`` for anything else."""
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(data))
        return ChangeSet(
            base={WorkspacePath(root, relative): digest for root, relative, digest in content["base"]},
            edits=tuple(
                FileEdit(path=WorkspacePath(root, relative), edits=tuple(_load_edit(one) for one in edits))
                for root, relative, edits in content["edits"]
            ),
            creates=tuple(
                FileCreate(path=WorkspacePath(root, relative), text=Text(base64.b64decode(text)))
                for root, relative, text in content["creates"]
            ),
            deletes=tuple(WorkspacePath(root, relative) for root, relative in content["deletes"]),
            renames=tuple(
                FileRename(old=WorkspacePath(*old), new=WorkspacePath(*new)) for old, new in content["renames"]
            ),
        )
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError(f"not a change set: {error}") from error


def _path(path: WorkspacePath) -> list[str]:
    return [path.root, path.relative]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _edit(edit: TextEdit) -> list[Any]:
    return [edit.span.start, edit.span.end, _text(edit.new)]


def _load_edit(fields: list[Any]) -> TextEdit:
    start, end, new = fields
    return TextEdit(Span(start, end), base64.b64decode(new))
