"""Errors on the wire: a code, a sentence, and ``data`` with kind, message and hint. Never a traceback."""

from __future__ import annotations

from lsprotocol import types
from pydantic import ValidationError

from sightline.base.errors import SightlineError
from sightline.base.redact import redact

#: LSP 3.17 ``RequestFailed``: the request was well formed and failed for a reason the user can be told.
#: (``ContentModified`` would fit conflicts, but VS Code's client swallows it without a word.)
REQUEST_FAILED = int(types.LSPErrorCodes.RequestFailed)
CONTENT_MODIFIED = int(types.LSPErrorCodes.ContentModified)
CANCELLED = int(types.LSPErrorCodes.RequestCancelled)
INVALID_PARAMS = int(types.ErrorCodes.InvalidParams)
INVALID_REQUEST = int(types.ErrorCodes.InvalidRequest)
METHOD_NOT_FOUND = int(types.ErrorCodes.MethodNotFound)
NOT_INITIALIZED = int(types.ErrorCodes.ServerNotInitialized)
PARSE_ERROR = int(types.ErrorCodes.ParseError)
INTERNAL_ERROR = int(types.ErrorCodes.InternalError)


class BadArguments(SightlineError):
    """A command was called with arguments it does not take."""

    default_kind = "invalid_arguments"


class EditorCannot(SightlineError):
    """The editor lacks something that is needed to do this safely."""

    default_kind = "editor_cannot"


class TextMovedOn(SightlineError):
    """Somebody typed while a question about places was answered: its places would be wrong.

    Editors ask such questions again by themselves, and ``ContentModified`` is how they are told that they should.
    """

    default_kind = "content_modified"

    def __init__(self) -> None:
        super().__init__("The text changed meanwhile.", hint="Ask again.")


def wire_error(code: int, kind: str, message: str, hint: str = "") -> types.ResponseError:
    """An error as the protocol carries it."""
    message, hint = redact(message), redact(hint)
    data = {"kind": kind, "message": message, "hint": hint}
    return types.ResponseError(code=code, message=f"{message} {hint}".strip(), data=data)


def error_of(error: BaseException) -> types.ResponseError:
    """The answer to a request that ended with ``error``. What is not ours is a bug, and is told as one."""
    match error:
        case BadArguments():
            return wire_error(INVALID_PARAMS, error.kind, error.message, error.hint)
        case TextMovedOn():
            return wire_error(CONTENT_MODIFIED, error.kind, error.message, error.hint)
        case SightlineError():
            return wire_error(REQUEST_FAILED, error.kind, error.message, error.hint)
        case _:
            return wire_error(
                INTERNAL_ERROR,
                "internal",
                f"Sightline made a mistake: {type(error).__name__}.",
                "The server's log has the details; please report it.",
            )


def bad_arguments(command: str, error: ValidationError) -> BadArguments:
    """What was wrong with the arguments, in one sentence."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the argument"
    return BadArguments(
        f"{command}: {place}: {first['msg']}.", hint="docs/reference/protocol.md lists the arguments of each command."
    )
