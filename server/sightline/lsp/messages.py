"""The messages of our own, ``sightline/*``, and the arguments of our commands (docs/reference/protocol.md).

Every one of them has a type: without one, pygls turns parameters into named tuples and loses keys that are no Python
identifiers. Field names are the names on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sightline.checks.acceptance import Acceptance

TURN_EVENT = "sightline/turnEvent"
STATUS_CHANGED = "sightline/statusChanged"
DID_FOCUS = "sightline/didFocus"
DID_TRUST = "sightline/didTrust"
EDITOR_MODELS = "sightline/editorModels"
ASK_EDITOR_MODEL = "sightline/askEditorModel"
EDITOR_MODEL_PIECE = "sightline/editorModelPiece"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEventParams:
    """Something that happened in a turn; the fields of ``TurnEvent``. ``number`` counts the events of a turn from 1."""

    turn: str
    number: int
    kind: str
    text: str
    stage: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEventNotification:
    """Server to client: streams a turn."""

    params: TurnEventParams
    method: str = TURN_EVENT
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChangedParams:
    """``state`` is ``starting``, ``indexing``, ``ready`` or ``failed``; ``message`` says more to a person."""

    state: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChangedNotification:
    """Server to client: the state of the index changed."""

    params: StatusChangedParams
    method: str = STATUS_CHANGED
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class DidFocusNotification:
    """Client to server: the editor's window came to the front, files may have changed behind its back."""

    params: dict[str, Any] | None = field(default=None)
    method: str = DID_FOCUS
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class DidTrustParams:
    """``folders`` are addresses."""

    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DidTrustNotification:
    """Client to server: the user trusts these folders, which are of the workspace or are added after this."""

    params: DidTrustParams
    method: str = DID_TRUST
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorModelsRequest:
    """Server to client: which models the editor offers."""

    id: str | int
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    method: str = EDITOR_MODELS
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEditorModelRequest:
    """Server to client: asks one of them; answered once the whole reply was told piece by piece."""

    id: str | int
    params: dict[str, Any]
    method: str = ASK_EDITOR_MODEL
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorAnswer:
    """What the client answers to either."""

    id: str | int
    result: Any = None
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorModelPieceParams:
    """The next piece of the reply to the request of this ``token``."""

    token: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorModelPieceNotification:
    """Client to server."""

    params: EditorModelPieceParams
    method: str = EDITOR_MODEL_PIECE
    jsonrpc: str = "2.0"


#: By method name: notifications, and requests to the client.
TYPES: dict[str, type[Any]] = {
    EDITOR_MODELS: EditorModelsRequest,
    ASK_EDITOR_MODEL: AskEditorModelRequest,
    EDITOR_MODEL_PIECE: EditorModelPieceNotification,
    TURN_EVENT: TurnEventNotification,
    STATUS_CHANGED: StatusChangedNotification,
    DID_FOCUS: DidFocusNotification,
    DID_TRUST: DidTrustNotification,
}

#: What answers our own requests, by method name.
ANSWERS: dict[str, type[Any]] = {EDITOR_MODELS: EditorAnswer, ASK_EDITOR_MODEL: EditorAnswer}


class Arguments(BaseModel):
    """The one JSON object that a command takes. Unknown keys are ignored, so that newer clients can be served."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True, frozen=True)


class WirePosition(Arguments):
    """An LSP ``Position``, in the encoding that was negotiated."""

    line: int = Field(ge=0)
    character: int = Field(ge=0)


class WireRange(Arguments):
    """An LSP ``Range``."""

    start: WirePosition
    end: WirePosition


class WireDiagnostic(Arguments):
    """The parts of an LSP ``Diagnostic`` that a model can use."""

    message: str
    range: WireRange | None = None
    source: str | None = None
    code: str | int | None = None


class FeatureArguments(Arguments):
    """Arguments of ``sightline.fix`` and its like: where the user is, and what they wrote."""

    text: str = ""
    uri: str | None = None
    range: WireRange | None = None
    mentions: tuple[str, ...] = ()
    diagnostics: tuple[WireDiagnostic | str, ...] = ()
    turn: str = Field(default="", max_length=200)
    model: str = Field(default="", max_length=200)
    conversation: str = Field(default="", max_length=200)
    answers: str = Field(default="", max_length=200)
    budget: int | None = Field(default=None, gt=0)


class RunArguments(FeatureArguments):
    """Arguments of ``sightline.run``."""

    command: str


class GraphArguments(FeatureArguments):
    """Arguments of ``sightline.graph``: a query, and what it is asked of; ``diff``, ``base`` and so on as in the CLI.

    ``text`` is a symbol as a person writes it, or a file's path; without it, what stands at ``range`` is meant.
    """

    query: str
    depth: int | None = Field(default=None, ge=1, le=1_000)
    limit: int = Field(default=1_000, ge=1, le=5_000)
    diff: str | None = None
    base: str | None = None
    staged: bool = False
    commits: str | None = None


class TurnArguments(Arguments):
    """Arguments of the commands that speak of one turn."""

    turn: str


class AcceptedArgument(Arguments):
    """A finding, by its ``id``, that the user accepts for a reason."""

    id: str
    reason: str = Field(default="", max_length=2_000)


class ApplyArguments(TurnArguments):
    """Arguments of ``sightline.apply``: findings are accepted one by one, or all of them for one ``reason``."""

    accept: list[AcceptedArgument] = Field(default_factory=list["AcceptedArgument"], max_length=10_000)
    in_spite_of_findings: bool = False
    reason: str = Field(default="", max_length=2_000)

    @property
    def acceptance(self) -> Acceptance:
        """The user's word as the engine takes it."""
        reasons = {each.id: each.reason for each in self.accept}
        return Acceptance(reasons=reasons, everything=self.in_spite_of_findings, reason=self.reason)


class UndoArguments(Arguments):
    """Arguments of ``sightline.undo``; without a turn, the last applied edit is taken back.

    ``hunks`` are numbers of ``sightline.history``: only these changes of the edit. ``anyway``: whatever it breaks.
    """

    turn: str | None = None
    hunks: list[int] = Field(default_factory=list[int], max_length=10_000)
    anyway: bool = False


class RedoArguments(Arguments):
    """Arguments of ``sightline.redo``; without a turn, the edit that was undone last is brought back."""

    turn: str | None = None
    anyway: bool = False


class HistoryArguments(Arguments):
    """Arguments of ``sightline.history``: the newest edits, or one with its single changes."""

    turn: str | None = None
    limit: int = Field(default=20, ge=1, le=1_000)


class SwitchArguments(Arguments):
    """Arguments of ``sightline.switch``: the name of one of the user's models, "" to let the settings decide."""

    model: str = ""


class NoArguments(Arguments):
    """For commands without arguments."""
