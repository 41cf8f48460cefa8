"""JSON-RPC as we need it on top of pygls: typed messages, cancelling that cancels, errors without tracebacks.

What pygls does otherwise, and why it is overridden, is said at each method. This file knows no request by name except
those of the lifecycle; handlers are registered from outside.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, cast

from cattrs import Converter, transform_error
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter
from pygls.protocol.json_rpc import JsonRPCNotification, MsgId

from sightline import __version__
from sightline.lsp import errors
from sightline.lsp.messages import ANSWERS, TYPES
from sightline.lsp.streams import frame

#: A cancelled request is answered after this many seconds even if what it started is still winding down.
CANCEL_GRACE = 0.05

log = logging.getLogger(__name__)


class Output(Protocol):
    """Where frames go. Neither method waits."""

    def put(self, data: bytes) -> None: ...

    def put_if_room(self, data: bytes) -> None: ...


class SightlineProtocol(LanguageServerProtocol):
    """One connection to a client. Used from the event loop only."""

    output: Output

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        #: What handles each method. A handler runs when its message arrives; a coroutine it returns can be cancelled.
        self.handlers: dict[str, Callable[[Any], Any]] = {}
        #: Set by ``initialize``: requests are refused until then.
        self.initialized = False
        #: Set at the end: requests are refused from then on.
        self.stopping = False
        self._answered: set[MsgId] = set()  # cancelled requests whose tasks have not ended yet

    def _register_builtin_features(self) -> None:
        """None: pygls' own handlers keep a second copy of every document (17 ms a keystroke at 50,000 lines)."""

    def _get_handler(self, feature_name: str) -> Callable[[Any], Any]:
        return self.handlers[feature_name]

    def get_message_type(self, method: str) -> type[Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride]  pygls' is wrapped by lru_cache
        """The type of a message, ours included."""
        return TYPES.get(method) or super().get_message_type(method)

    def get_result_type(self, method: str) -> type[Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride]  as above
        """The type of an answer, that of our own requests included."""
        return ANSWERS.get(method) or super().get_result_type(method)

    # ------------------------------------------------------------------ in

    def receive(self, data: object) -> None:
        """Handles one decoded JSON message, whatever it is."""
        if not isinstance(data, dict):
            self._refuse(None, errors.INVALID_REQUEST, "A message must be one JSON object.")
            return
        message = cast("dict[str, Any]", data)
        method, identifier = message.get("method"), message.get("id")
        if isinstance(method, str) and isinstance(identifier, str | int):
            self._receive_request(identifier, method, message)
        elif isinstance(method, str):
            self._receive_notification(method, message)
        elif isinstance(identifier, str | int):
            self._receive_response(identifier, message)
        else:
            self._refuse(None, errors.INVALID_REQUEST, "A message needs a method or an id.")

    def refuse_unreadable(self) -> None:
        """Answers a frame whose body is no JSON."""
        self._refuse(None, errors.PARSE_ERROR, "The message is not JSON.")

    def _receive_request(self, identifier: MsgId, method: str, message: dict[str, Any]) -> None:
        if self.stopping:
            self._refuse(identifier, errors.INVALID_REQUEST, "The server is shutting down.")
        elif not self.initialized and method != types.INITIALIZE:
            self._refuse(identifier, errors.NOT_INITIALIZED, "The first request must be initialize.")
        elif self.initialized and method == types.INITIALIZE:
            self._refuse(identifier, errors.INVALID_REQUEST, "The server is initialized already.")
        elif method not in self.handlers:
            self._refuse(identifier, errors.METHOD_NOT_FOUND, f"{method} is not supported.")
        else:
            try:
                structured = self._converter.structure(message, self._type_of(method))
            except Exception as error:  # noqa: BLE001  cattrs raises whatever a hook raises; all of it is bad input
                self._refuse(identifier, errors.INVALID_PARAMS, f"{method}: {_first_problem(error)}")
                return
            self.handle_message(structured)

    def _receive_notification(self, method: str, message: dict[str, Any]) -> None:
        if (self.stopping or not self.initialized) and method != types.EXIT:
            return
        if method != types.CANCEL_REQUEST and method not in self.handlers:
            if not method.startswith("$/"):
                log.info("Ignored the unknown notification %s.", method)
            return
        try:
            structured = self._converter.structure(message, self._type_of(method))
        except Exception as error:  # noqa: BLE001  as above
            log.warning("Ignored %s: %s", method, _first_problem(error))
            return
        self.handle_message(structured)

    def _receive_response(self, identifier: MsgId, message: dict[str, Any]) -> None:
        if message.get("error") is None:
            message.pop("error", None)  # pygls takes a null error for a failure
        try:
            structured: Any = self.structure_message(message)
        except JsonRpcException as error:
            self._settle(identifier, error)  # a reply of the wrong shape must not leave its asker waiting
            return
        self.handle_message(structured)

    def _type_of(self, method: str) -> type[Any]:
        return self.get_message_type(method) or JsonRPCNotification

    # ----------------------------------------------------------- answers in

    def _handle_response(
        self, msg_id: MsgId, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        """As in pygls, but a reply that nobody awaits any more raises nothing (pygls#621)."""
        if isinstance(self._request_futures.get(msg_id), asyncio.Future):
            log.warning("Ignored a reply with the id of one of the client's own requests.")
        elif error is not None:
            self._settle(msg_id, JsonRpcException.from_error(error))
        else:
            future = self._request_futures.pop(msg_id, None)
            if future is not None and not future.done():
                future.set_result(result)

    def _settle(self, msg_id: MsgId, error: Exception) -> None:
        future = self._request_futures.pop(msg_id, None)
        if future is not None and not future.done():
            future.set_exception(error)

    async def ask(self, method: str, params: Any) -> Any:
        """Asks the client. Cancelling the caller leaves the question open: its reply is dropped, never an error.

        Raises ``JsonRpcException`` when the client answers with an error.
        """
        reply = asyncio.wrap_future(self.send_request(method, params))
        reply.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(reply)

    # ------------------------------------------------------------ handling

    def _execute_handler(
        self,
        msg_id: MsgId,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Runs a handler now, and the coroutine it may return as a task.

        pygls would begin a coroutine a moment later, when the text its positions speak of may have changed.
        """
        future: Any
        try:
            result = handler(*(args or ()), **(kwargs or {}))
        except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
            future = Future[Any]()
            future.set_exception(error)
        else:
            if inspect.iscoroutine(result):
                future = self._request_futures[msg_id] = asyncio.ensure_future(result)  # type: ignore[assignment]  pygls keeps both kinds of future in one place
            else:
                future = Future[Any]()
                future.set_result(result)
        future.add_done_callback(callback)

    def _handle_cancel_notification(self, msg_id: MsgId) -> None:
        """Cancels the task, and answers soon even if the task takes longer to end.

        pygls forgets the request here, so that nothing could wait for its task at shutdown.
        """
        future = self._request_futures.get(msg_id)
        if isinstance(future, asyncio.Future):
            future.cancel()
            asyncio.get_running_loop().call_later(CANCEL_GRACE, self._answer_cancelled, msg_id)

    def _answer_cancelled(self, msg_id: MsgId) -> None:
        if msg_id in self._request_futures:
            self._answered.add(msg_id)
            self._send_response(msg_id, error=_cancelled())

    def _send_handler_result(self, future: Future[Any], *, msg_id: MsgId) -> None:
        """Answers a request, unless it was answered as cancelled already. pygls would send tracebacks."""
        self._request_futures.pop(msg_id, None)
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, errors.SightlineError):
            log.error("A request failed.", exc_info=error)
        if msg_id in self._answered:
            self._answered.remove(msg_id)
        elif future.cancelled():
            self._send_response(msg_id, error=_cancelled())
        elif error is not None:
            self._send_response(msg_id, error=errors.error_of(error))
        else:
            self._send_response(msg_id, result=future.result())

    def _check_handler_result(self, future: Future[Any]) -> None:
        """Logs what went wrong in a notification's handler; there is nobody to answer."""
        if not future.cancelled() and (error := future.exception()) is not None:
            if isinstance(error, errors.SightlineError):
                log.warning("%s", error)
            else:
                log.error("A notification could not be handled.", exc_info=error)

    def requests_in_flight(self) -> tuple[asyncio.Task[Any], ...]:
        """Tasks of the client's requests that have not ended, the asking one excluded."""
        own: object = asyncio.current_task()
        futures: tuple[object, ...] = tuple(self._request_futures.values())
        return tuple(f for f in futures if isinstance(f, asyncio.Task) and f is not own)

    # ----------------------------------------------------------------- out

    def _send_data(self, data: Any) -> None:
        """Sends a message. pygls logs the whole of it first, secrets included."""
        if encoded := self._encode(data):
            self.output.put(encoded)

    def notify_if_room(self, method: str, params: Any) -> None:
        """Sends a notification that a client which does not keep up can do without."""
        message = (self.get_message_type(method) or JsonRPCNotification)(method=method, params=params, jsonrpc="2.0")
        if encoded := self._encode(message):
            self.output.put_if_room(encoded)

    def _encode(self, message: Any) -> bytes | None:
        try:
            encoded = self._converter.unstructure(message)
            if isinstance(message, types.ResponseErrorMessage):
                encoded["id"] = message.id  # the converter leaves out null, which JSON-RPC asks for here
            return frame(json.dumps(encoded, separators=(",", ":")).encode("ascii"))
        except Exception as error:
            log.exception("A message could not be encoded.")
            identifier: MsgId | None = getattr(message, "id", None)
            if identifier is None or isinstance(message, types.ResponseErrorMessage):
                return None
            answer = types.ResponseErrorMessage(id=identifier, error=errors.error_of(error))
            return frame(json.dumps(self._converter.unstructure(answer)).encode("ascii"))

    def _refuse(self, identifier: MsgId | None, code: int, message: str) -> None:
        error = errors.wire_error(code, "protocol", message)
        self._send_data(types.ResponseErrorMessage(id=identifier, error=error))


class Connection(LanguageServer):
    """pygls' server object, which only carries our protocol here: loops, threads and exits are ours."""

    protocol: SightlineProtocol  # type: ignore[assignment]  # narrowed: made by protocol_cls below

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]  pygls leaves *args without a type
            "sightline", __version__, protocol_cls=SightlineProtocol, converter_factory=default_converter
        )

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Into the log, never as a pop-up with a traceback."""
        log.error("%s: %s", getattr(source, "__name__", source), error)


def _cancelled() -> types.ResponseError:
    return errors.wire_error(errors.CANCELLED, "cancelled", "Cancelled.")


def _first_problem(error: BaseException) -> str:
    problems = transform_error(error)
    return problems[0] if problems else type(error).__name__
