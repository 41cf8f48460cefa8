"""The editor's own models over the protocol: our requests to the client, and the pieces that it sends back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sightline.base.editor_models import EditorRefusal, EditorRefused, OfferedModel
from sightline.lsp.messages import ASK_EDITOR_MODEL, EDITOR_MODELS, EditorModelPieceParams
from sightline.lsp.protocol import SightlineProtocol

#: Seconds that an editor may take to list its models.
LISTING = 5.0

log = logging.getLogger(__name__)


class ClientModels:
    """The models of the client of one connection; see ``base/editor_models.py``."""

    def __init__(self, protocol: SightlineProtocol) -> None:
        self._protocol = protocol
        self._asked = 0
        self._pieces: dict[str, asyncio.Queue[str | None]] = {}

    async def offered(self) -> Sequence[OfferedModel]:
        try:
            async with asyncio.timeout(LISTING):
                answer: Any = await self._protocol.ask(EDITOR_MODELS, {})
        except TimeoutError as error:
            raise EditorRefused(EditorRefusal.FAILED, f"No list of models within {LISTING:g} s.") from error
        except JsonRpcException as error:
            raise _refused(error) from error
        return _models(answer)

    async def ask(self, request: Mapping[str, Any]) -> AsyncGenerator[str, None]:
        self._asked += 1
        token = f"sightline-model-{self._asked}"
        pieces = self._pieces[token] = asyncio.Queue()
        asked = {**request, "token": token}
        reply = asyncio.wrap_future(self._protocol.send_request(ASK_EDITOR_MODEL, asked, msg_id=token))
        reply.add_done_callback(lambda _: pieces.put_nowait(None))
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            reply.result()
        except JsonRpcException as error:
            raise _refused(error) from error
        finally:
            del self._pieces[token]
            if not reply.done():
                self._protocol.notify(types.CANCEL_REQUEST, types.CancelParams(id=token))
                # The client answers all the same; what it says then is dropped.
                reply.add_done_callback(lambda done: done.cancelled() or done.exception())

    def receive(self, piece: EditorModelPieceParams) -> None:
        """The client sent a piece. One of a reply that nobody waits for is dropped."""
        if (pieces := self._pieces.get(piece.token)) is not None:
            pieces.put_nowait(piece.text)


def _models(answer: Any) -> list[OfferedModel]:
    """The models of an answer; rows without a name are left out."""
    listed: Any = _table(answer).get("models")
    found: list[OfferedModel] = []
    for row in cast("list[Any]", listed) if isinstance(listed, list) else []:
        known = _table(row)
        name, title, largest = known.get("name"), known.get("title"), known.get("maxInputTokens")
        if isinstance(name, str) and name:
            found.append(
                OfferedModel(
                    name=name,
                    title=title if isinstance(title, str) else "",
                    largest_prompt=largest if isinstance(largest, int) and largest > 0 else None,
                )
            )
    return found


def _refused(error: JsonRpcException) -> EditorRefused:
    """By ``data.kind``, which the client sets; a client that knows no such request has no models."""
    data: Any = error.data
    kind: Any = _table(data).get("kind", getattr(data, "kind", None))  # pygls makes an object of a table
    try:
        refusal = EditorRefusal(kind)
    except ValueError:
        refusal = EditorRefusal.FAILED
    return EditorRefused(refusal, error.message)


def _table(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
