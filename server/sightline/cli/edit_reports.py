"""The JSON shapes of edits that are tried: ``apply`` and ``ask``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.cli.reports import (
    AcceptedJson,
    ChangeJson,
    ErrorBody,
    FindingJson,
    PlacedJson,
    Report,
    SkippedJson,
    UnmatchedJson,
)


class ConfirmJson(Report):
    """A file that is edited at the user's word only (`--confirm PATH`)."""

    path: str
    reason: str


class NeedsAnswerJson(Report):
    """What a name that the model asked for came to."""

    name: str
    answer: str


class ApplyJson(Report):
    """`sightline apply --json`.

    A reply without edits may ask for code instead: `needs` says what each name came to, and `answer` is the message
    with the code, for the chat that the reply came from.
    """

    verdict: Literal["accept", "reject"]
    applied: bool
    revision: int
    changes: list[ChangeJson]
    located: list[PlacedJson]
    unmatched: list[UnmatchedJson]
    findings: list[FindingJson]
    accepted: list[AcceptedJson] = Field(default_factory=list["AcceptedJson"])
    unconfirmed: list[ConfirmJson] = Field(default_factory=list["ConfirmJson"])
    skipped: list[SkippedJson]
    notes: list[str] = Field(default_factory=list[str])
    diff: str
    needs: list[NeedsAnswerJson] = Field(default_factory=list[NeedsAnswerJson])
    answer: str = ""


class UsageJson(Report):
    """Tokens as the server counted them; null where it did not say."""

    prompt_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None


class AttemptJson(Report):
    """One reply of the model: what of it could not be used, and what its edit broke.

    `reused` says of an answer that it was given before; "" for one that the model gave now.
    """

    reply: str
    located: list[PlacedJson]
    unmatched: list[UnmatchedJson]
    findings: list[FindingJson]
    usage: UsageJson
    seconds: float
    reused: str


class PassedJson(Report):
    """A model that did not answer, by the user's name for it, and why."""

    name: str
    reason: str


class AnsweredJson(Report):
    """Which model answered: `name` is the user's for it (`model` for [model]), `where` it runs, `reason` why it was
    asked. `passed` were asked before it and failed; `left_out` were not asked, though something spoke for them.
    """

    name: str
    model: str
    where: str
    reason: str
    passed: list[PassedJson]
    left_out: list[PassedJson]


class NeedsJson(Report):
    """One reply that asked for more code. `tokens` are those of the code that was added."""

    reply: str
    answers: list[NeedsAnswerJson]
    tokens: int
    usage: UsageJson
    seconds: float


class AskJson(Report):
    """`sightline ask --json`.

    `mended` are sentences on what was put right without the model; `stopped` says why no further repair was asked for.
    `error` says why an edit that was wanted could not be written or kept in the history (exit code 2); null otherwise.
    `conversation` is the name by which the next task can go on with this one; `needs` are the rounds in which the model
    asked for more code before it did the task.
    """

    verdict: Literal["answered", "accepted", "rejected", "no_edits"]
    applied: bool
    revision: int
    model: str
    task_type: str
    text: str
    attempts: list[AttemptJson]
    changes: list[ChangeJson]
    findings: list[FindingJson]
    skipped: list[SkippedJson]
    notes: list[str] = Field(default_factory=list[str])
    diff: str
    unconfirmed: list[ConfirmJson] = Field(default_factory=list["ConfirmJson"])
    mended: list[str] = Field(default_factory=list[str])
    stopped: str = ""
    error: ErrorBody | None = None
    prompt_tokens: int
    usage: UsageJson
    answered: AnsweredJson | None = None
    conversation: str = ""
    needs: list[NeedsJson] = Field(default_factory=list["NeedsJson"])
