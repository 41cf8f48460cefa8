"""What a reply proposes, before and after it is located in the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceBlock:
    """Replace ``search`` by ``replace`` in the file ``path`` (as the model spelled it). Line ends are ``\\n``."""

    path: str
    search: str
    replace: str
    line: int  # one-based line of the reply where the block begins


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFile:
    """The whole new text of ``path``; creates it where it does not exist. Line ends are ``\\n``."""

    path: str
    text: str
    line: int


ProposedEdit = ReplaceBlock | WholeFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalProblem:
    """A part of the reply that looked like an edit and could not be read as one."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProposal:
    """All edits of one reply in order; ``format`` is the name of the format that was recognised, "" for none."""

    format: str
    edits: tuple[ProposedEdit, ...]
    problems: tuple[ProposalProblem, ...] = ()


class Located(StrEnum):
    """How a block was found in its file."""

    EXACT = "exact"
    WHITESPACE = "whitespace"  # after ignoring trailing whitespace, or under a uniform change of indentation
    WHOLE = "whole"  # no search was needed


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

    ``changes`` holds what matched; a caller refuses the whole when ``unmatched`` is not empty. ``already`` lists paths
    whose edit is in the text already (not a failure).
    """

    changes: ChangeSet
    unmatched: tuple[Unmatched, ...] = ()
    located: tuple[tuple[WorkspacePath, Located], ...] = ()
    already: tuple[WorkspacePath, ...] = ()
