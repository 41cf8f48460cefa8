"""The JSON shapes of what was applied: ``history``, ``undo`` and ``redo``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.cli.edit_reports import ConfirmJson
from sightline.cli.reports import AcceptedJson, ChangeJson, FindingJson, Report


class TakenBackJson(Report):
    """`sightline undo --json` and `sightline redo --json`. `rebased`: merged with what changed in the files since.

    `findings` are what it certainly breaks by now: unless `--anyway` is said, nothing is written then.
    """

    label: str
    applied: bool
    rebased: bool
    changes: list[ChangeJson]
    unconfirmed: list[ConfirmJson] = Field(default_factory=list["ConfirmJson"])
    findings: list[FindingJson] = Field(default_factory=list["FindingJson"])
    diff: str


class ConversationRowJson(Report):
    """A conversation in a list. `used` is when it was, last, as Unix time in seconds; `task` is its first task."""

    name: str
    used: float
    turns: int
    task: str


class ConversationTurnJson(Report):
    """One turn of a conversation. `files` are those its edit was for."""

    turn: str
    task_type: str
    task: str
    reply: str
    verdict: str
    files: list[str]


class ConversationsJson(Report):
    """`sightline conversations --json`. `turns` are those of NAME, empty without one; `deleted` counts them."""

    conversations: list[ConversationRowJson]
    turns: list[ConversationTurnJson]
    deleted: int


class AppliedEditJson(Report):
    """An edit that was applied. `made` and `undone` are Unix time in seconds; `undone` is null while it stands.

    `accepted` are the findings that it was applied in spite of.
    """

    turn: str
    label: str
    made: float
    undone: float | None
    accepted: list[AcceptedJson]


class HunkJson(Report):
    """One change of an applied edit; `line` is in the text after it. Of whole files only `kind` is told."""

    number: int
    path: str
    kind: Literal["edit", "create", "delete", "rename"]
    line: int
    removed: str
    added: str


class HistoryJson(Report):
    """`sightline history --json`, the newest first. `hunks` are those of TURN, empty without one."""

    edits: list[AppliedEditJson]
    hunks: list[HunkJson]


class RecalledTurnJson(Report):
    """A turn of a conversation that speaks of what was sought. `made` is Unix time in seconds."""

    conversation: str
    turn: str
    made: float
    task: str
    excerpt: str
    verdict: str


class RecallJson(Report):
    """`sightline recall --json`, the best match first. `searched`: how many turns are kept and were looked through."""

    turns: list[RecalledTurnJson]
    searched: int
