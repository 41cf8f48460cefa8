"""Names that say the same of two things: ``encode_x`` and ``decode_x``, ``Client`` and ``AsyncClient``."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+|[^\W\dA-Za-z_]+")

_PAIRS = """
    acquire release, add remove, after before, attach detach, backward forward, begin commit, begin end, bind unbind,
    client server, close open, collapse expand, compress decompress, connect disconnect, consumer producer,
    create delete, create drop, create destroy, decode encode, decoder encoder, decoding encoding, decrease increase,
    decrement increment, decrypt encrypt, delete insert, delete put, deserialise serialise, deserialize serialize,
    deserializer serializer, destination source, disable enable, down up, dump load, dumps loads, end start,
    enter exit, escape unescape, export import, failure success, first last, format parse, from into, from to, get put,
    get set, getter setter, head tail, height width, hide show, horizontal vertical, in out, input output, left right,
    load save, load store, lock unlock, lower upper, marshal unmarshal, max min, mount unmount, next prev,
    next previous, pack unpack, parse render, parse stringify, pop push, pre post, quote unquote, read write,
    reader writer, receive send, receiver sender, register unregister, request response, row column, setup teardown,
    source target, start stop, subscribe unsubscribe, sync async, wrap unwrap
"""
_OPPOSITES = frozenset(
    frozenset(pair.split()) for pair in (each.strip() for each in _PAIRS.replace("\n", " ").split(",")) if pair
)
_FILLERS = frozenset({"async", "a", "sync", "aio", "blocking"})


@lru_cache(maxsize=1 << 13)
def name_words(name: str) -> tuple[str, ...]:
    """The parts of a name in lower case."""
    return tuple(part.lower() for part in _PART.findall(name))


def is_opposite(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names (as words) differ in one word and its counterpart, or in the word for asynchronous alone."""
    if one == other:
        return False
    if len(one) == len(other):
        differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return len(differing) == 1 and (frozenset(differing[0]) in _OPPOSITES or _is_asynchronous(*differing[0]))
    plain = [[word for word in words if word not in _FILLERS] for words in (one, other)]
    return bool(plain[0]) and plain[0] == plain[1]


def _is_asynchronous(one: str, other: str) -> bool:
    """``aread`` beside ``read``."""
    return one == "a" + other or other == "a" + one


def is_parallel(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names of several words differ in exactly one: ``PostgresDriver``, ``MysqlDriver``."""
    if len(one) != len(other) or len(one) < 2:
        return False
    return sum(left != right for left, right in zip(one, other, strict=True)) == 1


def shares_role(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names of classes end in the same word, of several, or the one is the other with words added."""
    if not one or not other or one == other:
        return False
    return one[-1] == other[-1] and (len(one) > 1 or len(other) > 1)
