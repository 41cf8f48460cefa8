"""A conversation as bytes for its store, and back. Compressed JSON, because later releases must be able to read it."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from sightline.base.errors import PathOutsideRoot
from sightline.base.paths import WorkspacePath
from sightline.context.candidates import Step
from sightline.context.known import DIGEST_SIZE, KnownFile
from sightline.models.messages import Message
from sightline.prompts.build import ManifestEntry
from sightline.prompts.conversation import Conversation, PastTurn


def dump_conversation(conversation: Conversation) -> bytes:
    """``conversation`` as bytes, without its name and its turns, which the store keeps in rows of their own."""
    content = {
        "messages": [[message.role, message.content] for message in conversation.messages],
        "known": [
            [*_path(path), file.digest, base64.b64encode(b"".join(file.lines)).decode("ascii"), file.shown]
            for path, file in sorted(conversation.known.items())
        ],
        "manifest": [_entry(entry) for entry in conversation.manifest],
        "task_type": conversation.task_type,
        "edit_format": conversation.edit_format,
        "model": conversation.model,
        "private": conversation.private,
    }
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode())


def load_conversation(name: str, data: bytes, turns: tuple[PastTurn, ...]) -> Conversation:
    """The conversation that :func:`dump_conversation` wrote. Raises ``ValueError`` for anything else."""
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(data))
        return Conversation(
            name=name,
            messages=tuple(Message(role=role, content=text) for role, text in content["messages"]),
            known={
                WorkspacePath(root, relative): KnownFile(
                    digest=digest,
                    lines=_lines(base64.b64decode(lines)),
                    shown=tuple((first, last) for first, last in shown),
                )
                for root, relative, digest, lines, shown in content["known"]
            },
            manifest=tuple(_load_entry(fields) for fields in content["manifest"]),
            turns=turns,
            task_type=content["task_type"],
            edit_format=content["edit_format"],
            model=content["model"],
            private=content["private"],
        )
    except (zlib.error, KeyError, TypeError, PathOutsideRoot) as error:
        raise ValueError(f"not a conversation: {error}") from error


def dump_changes(changes: Mapping[WorkspacePath, tuple[str, str]]) -> str:
    """The digests of a past turn's edit as text."""
    return json.dumps([[*_path(path), *digests] for path, digests in sorted(changes.items())])


def load_changes(text: str) -> dict[WorkspacePath, tuple[str, str]]:
    """What :func:`dump_changes` wrote."""
    return {WorkspacePath(root, relative): (old, new) for root, relative, old, new in json.loads(text)}


def _lines(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + DIGEST_SIZE] for at in range(0, len(data), DIGEST_SIZE))


def _path(path: WorkspacePath) -> list[str]:
    return [path.root, path.relative]


def _entry(entry: ManifestEntry) -> dict[str, Any]:
    return {
        "path": entry.path,
        "start_line": entry.start_line,
        "end_line": entry.end_line,
        "form": entry.form,
        "tokens": entry.tokens,
        "reasons": entry.reasons,
        "name": entry.name,
        "digest": entry.digest,
        "version": entry.version,
        "message": entry.message,
        "chain": [[*_path(step.path), step.name, step.line, step.reason] for step in entry.chain],
    }


def _load_entry(fields: dict[str, Any]) -> ManifestEntry:
    chain = tuple(
        Step(path=WorkspacePath(root, relative), name=name, line=line, reason=reason)
        for root, relative, name, line, reason in fields["chain"]
    )
    others: dict[str, Any] = {**fields, "reasons": tuple(fields["reasons"]), "chain": chain}
    return ManifestEntry(**others)
