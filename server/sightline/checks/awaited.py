"""Python functions that an edit made coroutines, or ordinary again, and calls that still take them for what they were.

What a call's result is used for is read in the syntax tree around it: ``await``, ``async for``, ``with`` and the like.
Source: the language reference, "Await expression", "Coroutines".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from sightline.base.text import Text
from sightline.checks.check import Finding
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.expected_failures import finding_at_call
from sightline.checks.implicit_calls import offset_of
from sightline.checks.known_uses import known_uses
from sightline.checks.language import is_python
from sightline.checks.matching import Matching
from sightline.checks.python_pieces import nodes_of, remembered
from sightline.checks.recall import groups_of
from sightline.graph.answers import Symbol

_ASYNC = re.compile(rb"\basync\s+def\s+$")
_FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
#: Decorators after which a call gives what the function gives.
_KEEPING = frozenset({"staticmethod", "classmethod", "abstractmethod", "override", "final"})
_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
#: Types whose values are certainly not awaited.
_PLAIN = re.compile(r"[\"']?(?:None|str|bytes|int|float|bool|complex|list|dict|set|tuple|frozenset)\b")
_MAY_BE_AWAITABLE = re.compile(r"Await|Corout|Future|Task|Any\b|object\b")


class _Role(StrEnum):
    """What the result of a call is used for."""

    AWAIT = "awaited"
    ASYNC_FOR = "iterated by `async for`"
    ASYNC_WITH = "entered by `async with`"
    FOR = "iterated"
    WITH = "entered by `with`"
    MEMBER = "used as its result"
    NOTHING = "called without `await`"


class _Gives(StrEnum):
    """What a call gives."""

    COROUTINE = "a coroutine"
    ASYNC_ITERATOR = "an asynchronous iterator"
    ITERATOR = "an iterator"
    ASYNC_MANAGER = "an asynchronous context manager"
    MANAGER = "a context manager"
    VALUE = "no coroutine"


#: What a call must give to be used so.
_FITTING: Mapping[_Role, frozenset[_Gives]] = {
    _Role.AWAIT: frozenset({_Gives.COROUTINE}),
    _Role.ASYNC_FOR: frozenset({_Gives.ASYNC_ITERATOR}),
    _Role.ASYNC_WITH: frozenset({_Gives.ASYNC_MANAGER}),
    _Role.FOR: frozenset({_Gives.ITERATOR, _Gives.VALUE}),
    _Role.WITH: frozenset({_Gives.MANAGER, _Gives.VALUE}),
    _Role.MEMBER: frozenset({_Gives.VALUE, _Gives.ITERATOR, _Gives.ASYNC_ITERATOR}),
    _Role.NOTHING: frozenset({_Gives.VALUE}),
}


def wrongly_awaited(matching: Matching) -> Iterator[Finding]:
    """Findings for calls that fitted what a function gave before the edit, and not what it gives now."""
    before, after = matching.given.before, matching.given.after
    for file in matching.files:
        if file.old is None or file.new is None or not is_python(file.new):
            continue
        if file.before is None or file.after is None:
            continue
        old = groups_of(before, file.old)
        for name, group in groups_of(after, file.new).items():
            same = old.get(name, ())
            if len(group) != 1 or len(same) != 1 or _made(same[0], file.before) == _made(group[0], file.after):
                continue
            was, now = _gives(same[0], file.before), _gives(group[0], file.after)
            if was is not None and now is not None and was is not now:
                is_certain = now is not _Gives.VALUE or _is_plain(same[0], group[0], file.after)
                yield from _unfit(matching, group[0], was, now, is_certain=is_certain)


def _unfit(matching: Matching, symbol: Symbol, was: _Gives, now: _Gives, *, is_certain: bool) -> Iterator[Finding]:
    for place in known_uses(matching.given.after, symbol):
        text = matching.text_after(place.path)
        if place.reference.call is None or text is None or not is_python(place.path):
            continue
        role = _roles(text.data).get(place.reference.span.end)
        if role is None or was not in _FITTING[role] or now in _FITTING[role]:
            continue
        use = (place.path, place.reference)
        message = f"`{symbol.qualified_name}` gives {now} now, and is {role} here."
        yield finding_at_call(matching, use, message, symbol=symbol.identifier, is_certain=is_certain, defined=symbol)


def _made(symbol: Symbol, text: Text) -> tuple[bool, frozenset[str]] | None:
    """Whether a function is written with ``async``, and its decorators; ``None`` for what is no function."""
    definition = symbol.definition
    if definition.kind not in FUNCTIONS:
        return None
    decorators = frozenset(each.partition("(")[0].rpartition(".")[2] for each in definition.decorators)
    return bool(_ASYNC.search(text.data[definition.span.start : definition.name_span.start])), decorators


def _gives(symbol: Symbol, text: Text) -> _Gives | None:
    """What a call gives; ``None`` where a decorator may have a say."""
    is_async, decorators = _made(symbol, text) or (False, frozenset({""}))
    if decorators & _MANAGERS:
        return _Gives.ASYNC_MANAGER if "asynccontextmanager" in decorators else _Gives.MANAGER
    if not decorators <= _KEEPING:
        return None
    if _body(symbol, text)[0]:
        return _Gives.ASYNC_ITERATOR if is_async else _Gives.ITERATOR
    return _Gives.COROUTINE if is_async else _Gives.VALUE


def _is_plain(before: Symbol, after: Symbol, text: Text) -> bool:
    """Whether what a call gives is certainly not awaited: an ordinary function may hand on another's coroutine."""
    annotation = after.definition.annotation
    if not annotation:
        return not _body(after, text)[1]
    same = annotation == before.definition.annotation and not _MAY_BE_AWAITABLE.search(annotation)
    return same or bool(_PLAIN.match(annotation))


def _body(symbol: Symbol, text: Text) -> tuple[bool, bool]:
    """Whether a function yields, and whether it returns some value."""
    definition = symbol.definition
    return _functions(text.data).get(definition.name_span.start, (False, True))


@remembered(64)
def _functions(source: bytes) -> Mapping[int, tuple[bool, bool]]:
    """For each function by where its name begins: whether it yields, and whether it returns some value."""
    text, found = Text(source), dict[int, tuple[bool, bool]]()
    for node, lines in nodes_of(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = offset_of(text, node.lineno + lines, node.col_offset)
            own = list(_own_nodes(node))
            yields = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own)
            returns = any(isinstance(each, ast.Return) and not _is_nothing(each.value) for each in own)
            found[source.index(node.name.encode(), source.index(b"def", start) + 3)] = yields, returns
    return found


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _own_nodes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body, those of functions inside left out."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (*_FUNCTION_NODES, ast.ClassDef)):
            yield node
            waiting += ast.iter_child_nodes(node)


@remembered(64)
def _roles(source: bytes) -> Mapping[int, _Role]:
    """What the results of calls are used for, by where the name of what is called ends."""
    text, found = Text(source), dict[int, _Role]()
    for node, lines in nodes_of(source):
        for value, role in _used_by(node):
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name | ast.Attribute):
                end = (value.func.end_lineno or value.lineno) + lines, value.func.end_col_offset or 0
                found[offset_of(text, *end)] = role
    return found


def _used_by(node: ast.AST) -> Iterator[tuple[ast.expr, _Role]]:
    match node:
        case ast.Await(value=value):
            yield value, _Role.AWAIT
        case ast.AsyncFor(iter=value):
            yield value, _Role.ASYNC_FOR
        case ast.For(iter=value):
            yield value, _Role.FOR
        case ast.comprehension(iter=value, is_async=is_async):
            yield value, _Role.ASYNC_FOR if is_async else _Role.FOR
        case ast.AsyncWith(items=items):
            yield from ((each.context_expr, _Role.ASYNC_WITH) for each in items)
        case ast.With(items=items):
            yield from ((each.context_expr, _Role.WITH) for each in items)
        case ast.Attribute(value=value, attr=name) if name not in ("close", "send", "throw"):
            yield value, _Role.MEMBER
        case ast.Subscript(value=value):
            yield value, _Role.MEMBER
        case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value):
            yield value, _Role.MEMBER
        case ast.Expr(value=value):
            yield value, _Role.NOTHING
        case _:
            pass
