"""Replies that were given before, for requests that are asked again word for word, or nearly so.

Kept on disk for all windows of this user, for minutes. Neither prompts nor paths are in it: a request is known by a
digest of all that decides its reply. A question that is asked again in other words is known by the digests of its
words, and only where it is about the same code and no edit is wanted.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from sightline.base.database import Connection, DatabaseError
from sightline.base.system import Clock
from sightline.models.messages import Finish, ModelRequest, ModelResponse, Usage
from sightline.models.policy import ModelPolicy

VERSION = 1
SCHEMA = """
CREATE TABLE reply (
    request BLOB PRIMARY KEY,
    context BLOB NOT NULL,
    words BLOB NOT NULL,
    response BLOB NOT NULL,
    made REAL NOT NULL,
    used REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX reply_context ON reply (context, made);
CREATE INDEX reply_used ON reply (used);
"""
_log = logging.getLogger(__name__)

#: Bytes of the digest of a word: enough to tell the few dozen words of a question apart.
_WORD_BYTES = 6
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """How long (``seconds``) and how many (``entries``) replies are kept, and how alike another question must be.

    ``likeness`` is the share of words two questions have in common, of all words of both.
    """

    enabled: bool = True
    seconds: float = 300.0
    entries: int = 500
    similar: bool = True
    likeness: float = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheKey:
    """What a request is known by. ``context`` is a digest of all but the question; ``words`` those of the question."""

    request: bytes
    context: bytes
    words: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedReply:
    """A reply from the cache. ``alike`` marks one that was given to a question in other words."""

    response: ModelResponse
    age_seconds: float
    alike: bool = False


def key_of(policy: ModelPolicy, request: ModelRequest, *, task: str, question: str) -> CacheKey:
    """The key of ``request``, whose last message ends in ``question``.

    Everything that decides a reply is in it: server, model, every message, sampling and limits.
    """
    decides = [
        *(policy.kind, policy.base_url, policy.path, policy.api or "", request.model, task),
        *map(str, asdict(request.sampling).items()),
        *(str(request.max_output_tokens), str(request.window)),
    ]
    texts = [part for message in request.messages for part in (message.role, message.content)]
    without = [*texts[:-1], texts[-1].replace(question, "")] if texts else []
    return CacheKey(
        request=_digest([*decides, *texts]),
        context=_digest([*decides, *without]),
        words=_words(question),
    )


def _digest(parts: Iterable[str]) -> bytes:
    made = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.digest()


def _words(question: str) -> bytes:
    """The digests of the words of ``question``, sorted, one after another."""
    words = {blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_WORD_BYTES).digest()
             for word in _WORDS.findall(question.casefold())}  # fmt: skip
    return b"".join(sorted(words))


def likeness(one: bytes, other: bytes) -> float:
    """Share of words in common of all words of both, from the digests of each."""
    left, right = _split(one), _split(other)
    return len(left & right) / len(left | right) if left | right else 0.0


def _split(words: bytes) -> set[bytes]:
    return {words[at : at + _WORD_BYTES] for at in range(0, len(words), _WORD_BYTES)}


@contextmanager
def _forgiving() -> Generator[None, None, None]:
    try:
        yield
    except (DatabaseError, ValueError) as error:  # damaged, full, locked; or a row of another shape
        _log.warning("The cache of replies cannot be used: %s", error)


def _written(response: ModelResponse) -> bytes:
    # In ASCII: lone surrogates, which a model may send, are no UTF-8.
    return json.dumps(asdict(response)).encode("ascii")


def _read(data: bytes) -> ModelResponse:
    """Raises ``ValueError`` for what something else wrote."""
    try:
        fields: dict[str, Any] = json.loads(data)
        made: dict[str, Any] = {**fields, "finish": Finish(fields["finish"]), "usage": Usage(**fields["usage"])}
        return ModelResponse(**made)
    except (TypeError, KeyError) as error:
        raise ValueError(str(error)) from error


class ReplyCache:
    """The cache in one database (``open_cache`` with :data:`SCHEMA`). Safe in several threads.

    Methods take well under a millisecond, but wait for another process that writes: call them in a thread. A database
    that fails (disk full, damaged) makes it empty, never an error.
    """

    def __init__(self, connection: Connection, policy: CachePolicy, clock: Clock) -> None:
        self._connection = connection
        self._policy = policy
        self._clock = clock
        self._lock = threading.Lock()

    def get(self, key: CacheKey, *, read_only: bool = False) -> CachedReply | None:
        """The reply to the same request; of a ``read_only`` task also that to a question much like it."""
        if not self._policy.enabled:
            return None
        now = self._clock.now()
        oldest = now - self._policy.seconds
        with self._lock, _forgiving():
            found = self._connection.execute(
                "SELECT response, made FROM reply WHERE request = ? AND made > ?", (key.request, oldest)
            ).fetchone()
            if found is not None:
                self._connection.execute("UPDATE reply SET used = ? WHERE request = ?", (now, key.request))
                return CachedReply(response=_read(found[0]), age_seconds=now - found[1])
            if not (read_only and self._policy.similar and key.words):
                return None
            near = self._connection.execute(
                "SELECT response, made, words FROM reply WHERE context = ? AND made > ? ORDER BY made DESC LIMIT 50",
                (key.context, oldest),
            ).fetchall()
            for response, made, words in near:
                if likeness(key.words, words) >= self._policy.likeness:
                    return CachedReply(response=_read(response), age_seconds=now - made, alike=True)
        return None

    def put(self, key: CacheKey, response: ModelResponse) -> None:
        """Keeps a whole reply; any other is not kept."""
        if not self._policy.enabled or response.finish is not Finish.STOP:
            return
        now = self._clock.now()
        with self._lock, _forgiving():
            self._connection.execute("DELETE FROM reply WHERE made <= ?", (now - self._policy.seconds,))
            self._connection.execute(
                "INSERT OR REPLACE INTO reply (request, context, words, response, made, used) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (key.request, key.context, key.words, _written(response), now, now),
            )
            self._connection.execute(
                "DELETE FROM reply WHERE request IN (SELECT request FROM reply ORDER BY used DESC LIMIT -1 OFFSET ?)",
                (self._policy.entries,),
            )

    def drop(self, key: CacheKey) -> None:
        """Forgets a reply: the checks refused it, or the user threw it away."""
        with self._lock, _forgiving():
            self._connection.execute("DELETE FROM reply WHERE request = ?", (key.request,))

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()
