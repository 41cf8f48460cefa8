"""The lines of a diff in the encoding of the file they are for.

git prints the bytes that files hold. A diff is read as UTF-8 with every other byte kept as a surrogate (PEP 383); here
the lines for a file that declares another encoding are read in it.
"""

from __future__ import annotations

from dataclasses import replace

from sightline.edits.proposal import DiffHunk, FileDiff, Unmatched
from sightline.edits.targets import Permitted, Refused, Targets
from sightline.workspace.encodings import SELF_EVIDENT, UTF8, declared_encoding
from sightline.workspace.files import SourceFile, WorkspaceView


def plain(text: str) -> str:
    """A text for people: bytes that were kept as surrogates are shown as unknown characters."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def in_its_encoding(edit: FileDiff, view: WorkspaceView, root: str, permitted: Permitted) -> FileDiff | Unmatched:
    """The diff of one file with its lines as text, or why they are none."""
    lines = "".join(line for hunk in edit.hunks for line in (*hunk.old, *hunk.new))
    named = replace(edit, old=plain(edit.old), new=plain(edit.new))
    if lines.isascii():
        return named
    found = Targets(view, root, permitted).find(named.path)
    file = None if isinstance(found, Refused) else found.file
    encoding = _encoding(named, file)
    is_utf8 = plain(lines) == lines
    if encoding == UTF8 or encoding in SELF_EVIDENT:
        if is_utf8:
            return named
        reason = f"The diff of {named.path} holds bytes that are no UTF-8, and the file declares no other encoding."
        return Unmatched(path=named.path, reason=reason, line=named.line)
    try:
        read = replace(named, hunks=tuple(_decoded(hunk, encoding) for hunk in named.hunks))
    except UnicodeDecodeError:
        read = None
    if is_utf8 and (read is None or not _quotes(read, file)):
        return named  # somebody has turned the diff into UTF-8
    reason = f"The diff of {named.path} is not in {encoding.upper()}, which the file declares."
    return read or Unmatched(path=named.path, reason=reason, line=named.line)


def _encoding(edit: FileDiff, file: SourceFile | None) -> str:
    if file is not None:
        return file.encoding
    new = "".join(line for hunk in edit.hunks for line in hunk.new)
    return declared_encoding(edit.new, new.encode("utf-8", "surrogateescape")) or UTF8


def _decoded(hunk: DiffHunk, encoding: str) -> DiffHunk:
    def read(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line.encode("utf-8", "surrogateescape").decode(encoding) for line in lines)

    return replace(hunk, old=read(hunk.old), new=read(hunk.new))


def _quotes(edit: FileDiff, file: SourceFile | None) -> bool:
    """Whether the lines beyond ASCII that the diff quotes are lines of the file."""
    if file is None:
        return True
    there = frozenset(line.rstrip("\r") for line in str(file.text).split("\n"))
    quoted = (line.rstrip("\r\n") for hunk in edit.hunks for line in hunk.old if not line.isascii())
    return all(line in there for line in quoted)
