"""What Python functions without a return annotation give back, where one thing alone can be read of it.

``Foo()`` of ``return Foo(...)``, else a dotted name; of a generator that a decorator makes a context manager, ``^`` and
what it yields. Nothing is told where a ``return`` gives anything else, but for ``None``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from sightline.graph.extract_names import Names, callee_text, dotted
from sightline.graph.extract_python_bindings import Bound, said_of_local
from sightline.graph.extract_rows import Draft
from sightline.graph.extract_scopes import ScopeKind
from sightline.graph.extract_text import ParsedText, Span2
from sightline.graph.facts import FUNCTIONS, DefinitionKind

_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
#: Decorators after which a call still gives what the function returns, or reading the property does.
_KEEPING = _MANAGERS | {"staticmethod", "classmethod", "property", "cached_property", "cache", "lru_cache", "override"}
_ENTERING = frozenset({"__enter__", "__aenter__"})
_NONE = b"None"
_NO_NAMES = frozenset((b"True", b"False", b"NotImplemented"))


def add_returned(text: ParsedText, containers: Sequence[Draft], bound: Bound) -> dict[int, bytes]:
    """Gives each such function what it returns for an alias; where their bodies begin, with its first name."""
    scopes = bound.reading.scopes
    yields = [(scopes.container_at(node.start_byte), node) for node in text.captures.get("yield", ())]
    generators = {number for number, _ in yields}
    returns = ((scopes.container_at(node.start_byte), node) for node in text.captures.get("returned", ()))
    said: dict[int, set[bytes]] = {}
    for number, node in returns:
        if number >= 0 and number not in generators and _is_told(containers[number]):
            said.setdefault(number, set()).add(_text_of(bound.reading.names, node))
    for number, node in yields:
        if number >= 0 and _is_told(containers[number]) and _is_manager(containers[number]):
            given = node.named_children if b"from" not in (node.text or b"")[:12] else ()
            said.setdefault(number, set()).add(_text_of(bound.reading.names, given[0]) if given else b"")
    local = _Locals(bound)
    roots: dict[int, bytes] = {}
    for number, texts in said.items():
        texts.discard(_NONE)
        found = next(iter(texts)) if len(texts) == 1 else b""
        root = found.partition(b".")[0].removesuffix(b"()")
        if found and not _depends_on_class(containers[number], found) and local.is_told(containers[number], root):
            mark = "^" if _is_manager(containers[number]) else ""
            containers[number].alias = mark + found.decode("utf-8", "replace")
            roots[containers[number].body_start] = root
    return roots


def _is_told(draft: Draft) -> bool:
    decorators = (each.rpartition(".")[2] for each in draft.decorators)
    return draft.kind in FUNCTIONS and not draft.annotation and all(each in _KEEPING for each in decorators)


def _is_manager(draft: Draft) -> bool:
    return any(each.rpartition(".")[2] in _MANAGERS for each in draft.decorators)


def _text_of(names: Names, node: Node) -> bytes:
    """A dotted name, or that of what is called; empty for any other expression."""
    start, end = node.byte_range
    if names.data.startswith(b"await ", start):
        start += 6
    if names.data[end - 1 : end] == b")":
        callee = callee_text(names, start, end)
        return callee + b"()" if callee else b""
    text = dotted(names.data[start:end])
    return b"" if text in _NO_NAMES else text


def _depends_on_class(draft: Draft, text: bytes) -> bool:
    """Whether it gives the object or class that it is called on, which may be of a class further down."""
    own = (draft.parameters or (("",),))[0][0].encode("utf-8", "replace")
    is_own = draft.kind == DefinitionKind.METHOD.value and text.removesuffix(b"()") == own
    return is_own and not (draft.name in _ENTERING and text == own)


class _Locals:
    """Where the local variables of functions are bound."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._spans: dict[tuple[int, bytes], list[Span2]] | None = None

    def is_told(self, draft: Draft, name: bytes) -> bool:
        """Whether all that a function binds to a name tells what it holds, or the name is none of its own."""
        scopes = self._bound.reading.scopes
        own = scopes.scope_by_key.get(draft.container, 0)
        if any(row[0].encode("utf-8", "replace") == name for row in draft.parameters or ()):
            return True
        scope = scopes.scopes[own]
        if name in scope.bound and name not in scope.kept:
            spans = list(self._of(own, name))
            return bool(spans) and all(any(said_of_local(self._bound.reading, span)) for span in spans)
        while scope.parent > 0:
            scope = scopes.scopes[scope.parent]
            if scope.kind is not ScopeKind.CLASS and name in scope.bound:
                return False
        return True

    def _of(self, scope: int, name: bytes) -> Iterator[Span2]:
        if self._spans is None:
            scopes, data = self._bound.reading.scopes, self._bound.reading.text.data
            self._spans = {}
            for start, end in self._bound.locals:
                key = scopes.function_of(scopes.scope_at(start)), data[start:end]
                self._spans.setdefault(key, []).append((start, end))
        yield from self._spans.get((scope, name), ())
