"""What somebody wants context for. Plain values; nothing here reads or ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span


class TaskType(StrEnum):
    """What a task asks of the code. ``EXPLAIN`` and ``REVIEW`` change nothing."""

    IMPLEMENT = "implement"
    REFACTOR = "refactor"
    FIX = "fix"
    TEST = "test"
    DOCUMENT = "document"
    EXPLAIN = "explain"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLimits:
    """Bounds of one answer.

    ``ranked_files``: length of the ranking; ``scored_files``: files whose definitions are compared; ``pieces``: pieces
    that are considered for the pack; ``anchors``: definitions around which the graph and history are asked.
    """

    ranked_files: int = 50
    scored_files: int = 50
    pieces: int = 300
    anchors: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextRequest:
    """One question. ``budget`` is in tokens of the counter that goes with the request.

    ``root`` limits the answer to one root of the view (empty: all of them). ``mentions`` are paths, folders (ending in
    ``/``) and symbols the user named outside the text, as written. ``focus`` is the file the user is in, with the
    selection or cursor (byte offsets of the view's text) if known. ``diagnostics`` are sentences that may hold
    ``path:line``. ``task_type`` is a :class:`TaskType` value. ``known`` are lines that whoever reads the answer has
    before them: ranges of each file, one-based, inclusive, in order and apart. They are not shown again.
    """

    task: str
    budget: int
    root: str = ""
    task_type: str = TaskType.IMPLEMENT.value
    mentions: tuple[str, ...] = ()
    focus: tuple[WorkspacePath, Span | None] | None = None
    diagnostics: tuple[str, ...] = ()
    open_files: tuple[WorkspacePath, ...] = ()
    known: Mapping[WorkspacePath, tuple[tuple[int, int], ...]] = field(
        default_factory=dict[WorkspacePath, tuple[tuple[int, int], ...]]
    )
    limits: ContextLimits = field(default_factory=ContextLimits)
