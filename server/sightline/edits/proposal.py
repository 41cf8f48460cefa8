"""What a reply proposes, before and after it is located in the workspace.

These are plain values: nothing here parses a reply or reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceBlock:
    """Replace ``search`` by ``replace`` in the file ``path`` (as the model spelled it). Line ends are ``\\n``.

    An empty ``search`` creates the file. ``alternatives`` are the other ways to read the same block (search, replace)
    when its text holds lines that look like the divider: the file decides. ``near`` are the one-based first and last
    line of the file that the block names, if it names any; they only choose between several places.
    """

    path: str
    search: str
    replace: str
    line: int  # one-based line of the reply where the block begins
    alternatives: tuple[tuple[str, str], ...] = ()
    near: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFile:
    """The whole new text of ``path``; creates it where it does not exist. Line ends are ``\\n``.

    ``elided`` are lines such as ``# ... existing code ...``: the text is whole only if the file has those very lines.
    ``marker`` is the comment in front of the text that says the path, "" where it stands elsewhere: examples in prose
    look the same, so that such a text must hold most of the file that it replaces.
    """

    path: str
    text: str
    line: int
    elided: tuple[str, ...] = ()
    marker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFile:
    """Delete the file ``path``."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameFile:
    """Move the file ``old`` to ``new``. Other edits of the reply may name it by either path."""

    old: str
    new: str
    line: int

    @property
    def path(self) -> str:
        """The path before the move, so that every proposed edit has a ``path``."""
        return self.old


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffHunk:
    """One hunk of a unified diff.

    ``old`` and ``new`` are the lines of the two sides in order, context included, each with its own line end (``\\n``
    or ``\\r\\n``; none where the diff says ``\\ No newline at end of file``). ``start`` is the one-based line of the
    old file at which the hunk claims to begin (for a hunk without old lines, the line after which it inserts),
    ``None`` when its header has no number; ``new_start`` is the same of the new file. ``within`` are the lines that
    the hunk stands below, outermost first, as ``*** Begin Patch`` names a class and a method; ``at_end`` says that it
    ends the file.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    start: int | None
    line: int
    new_start: int | None = None
    within: tuple[str, ...] = ()
    at_end: bool = False


class DiffKind(StrEnum):
    """What a file of a unified diff becomes."""

    MODIFY = "modify"
    CREATE = "create"
    DELETE = "delete"
    RENAME = "rename"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file of a unified diff. ``old`` and ``new`` differ for a rename or copy only.

    ``blob`` and ``new_blob`` are the (abbreviated) git object names of the old and the new file from the ``index``
    line, "" if there is none.
    ``mode`` is the new file mode that the diff asks for ("100755"), "" if none. ``refusal`` is the reason why this
    part can never be applied (a binary patch, a symbolic link), "" for none. ``tolerant`` is a diff that a model wrote:
    its numbers mean little, and whitespace and unchanged lines need not be those of the file.
    """

    kind: DiffKind
    old: str
    new: str
    hunks: tuple[DiffHunk, ...]
    line: int
    blob: str = ""
    new_blob: str = ""
    mode: str = ""
    refusal: str = ""
    tolerant: bool = False

    @property
    def path(self) -> str:
        """The path before the change (after it, for a new file)."""
        return self.old

    def reversed(self) -> FileDiff:
        """The diff that takes this one back, as ``git diff -R`` would print it. A copy is taken back by no diff."""
        kinds = {DiffKind.CREATE: DiffKind.DELETE, DiffKind.DELETE: DiffKind.CREATE}
        copied = f"The copy {self.new} cannot be taken back by a diff." if self.kind is DiffKind.COPY else ""
        return FileDiff(
            kind=kinds.get(self.kind, self.kind),
            old=self.new,
            new=self.old,
            hunks=tuple(
                DiffHunk(old=hunk.new, new=hunk.old, start=hunk.new_start, line=hunk.line, new_start=hunk.start)
                for hunk in self.hunks
            ),
            line=self.line,
            blob=self.new_blob,
            new_blob=self.blob,
            refusal=self.refusal or copied,
        )


class SymbolAction(StrEnum):
    """What is done with a definition."""

    REPLACE = "replace"
    INSERT_BEFORE = "insert_before"
    INSERT_AFTER = "insert_after"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolEdit:
    """Replace or delete the definition ``symbol`` of the file ``path``, or put ``text`` beside it.

    ``symbol`` is its dotted name within the file as the model spelled it; ``text`` whole lines ending in ``\n``.
    """

    path: str
    symbol: str
    action: SymbolAction
    text: str
    line: int


ProposedEdit = ReplaceBlock | WholeFile | DeleteFile | RenameFile | FileDiff | SymbolEdit


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalProblem:
    """A part of the reply that looked like an edit and could not be read as one."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProposal:
    """All edits of one reply in order.

    ``format`` is the format that was asked for or, for "auto", the one that came first in the reply; "" when no edit
    was found. Directives (delete, rename) belong to every format. A reply with ``problems`` is refused as a whole.
    """

    format: str
    edits: tuple[ProposedEdit, ...]
    problems: tuple[ProposalProblem, ...] = ()


class Located(StrEnum):
    """How the place of an edit was found, from the surest to the least sure."""

    WHOLE = "whole"  # no search was needed
    EXACT = "exact"
    SYMBOL = "symbol"  # the lines of a definition, as the graph has them
    OFFSET = "offset"  # a hunk of a diff, found exactly once, elsewhere than its line numbers say
    WHITESPACE = "whitespace"  # after ignoring trailing whitespace
    INDENTATION = "indentation"  # under one change of indentation for all lines
    CHARACTERS = "characters"  # after taking back typographic quotes, escapes or line numbers
    CLOSEST = "closest"  # lines that the edit does not change differ; see ``closest.py``


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where and how one edit was placed. ``line`` is the one-based line of the file, before any edit.

    ``score`` is the likeness of a ``CLOSEST`` place, 0 to 1, and 1 otherwise. ``str()`` is what people are shown:
    "exact", "closest (0.94)".
    """

    path: WorkspacePath
    how: Located
    line: int = 1
    score: float = 1.0

    def __str__(self) -> str:
        return f"{self.how} ({self.score:.2f})" if self.how is Located.CLOSEST else str(self.how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """An edit that could not be placed. ``reason`` is one sentence; ``nearest`` shows the nearest lines, for repair."""

    path: str
    reason: str
    line: int
    nearest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedProposal:
    """A proposal located against one snapshot.

    ``changes`` holds what matched; a caller refuses the whole when ``unmatched`` is not empty, or when the proposal
    had problems. ``already`` lists paths whose edit is in the text already (not a failure).
    ``located`` says of every edit that was placed how that was done.
    ``notes`` are sentences on what a change set cannot carry and was left out (file modes). ``replaced`` are files that
    the proposal means to make although they are there: they are edited at the user's word only.
    """

    changes: ChangeSet
    unmatched: tuple[Unmatched, ...] = ()
    located: tuple[Placement, ...] = ()
    already: tuple[WorkspacePath, ...] = ()
    notes: tuple[str, ...] = ()
    replaced: frozenset[WorkspacePath] = frozenset()
