"""Lexical scopes of one text as a flat map: which scope and which definition a byte offset lies in.

Shared by the extractors of all languages. It knows no syntax: an extractor says where scopes begin and end and what is
bound in them; the map answers which bare names are certainly local.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from enum import IntEnum
from typing import NamedTuple

#: Scopes nested deeper than this see what the scope around them sees and no more, so that hostile nesting costs no
#: quadratic memory. A chain of ``else if`` nests as deep as it is long: what is around it must be seen at its end.
_MAXIMUM_DEPTH = 60

_NOTHING: frozenset[bytes] = frozenset()


class ScopeKind(IntEnum):
    """What a region of text does to names."""

    MODULE = 0
    HEADER = 1  # a definition outside its body: another definition, the same scope
    CLASS = 2  # names bound here are attributes: inner functions do not see them
    FUNCTION = 3
    BLOCK = 4  # a comprehension or a braced block: holds some bindings and hands others on to its function
    OUTSIDE = 5  # a part of the text that belongs to the scope around (the first iterable of a comprehension)


class Region(NamedTuple):
    """A scope or a definition's header. Sorted as tuples, a region comes before those that lie in it.

    ``container`` is the index of the definition that begins here, or -1 when none does. ``key`` finds the scope again
    (:attr:`ScopeMap.scope_by_key`); -1 for scopes nobody asks about.
    """

    start: int
    minus_end: int
    kind: ScopeKind
    container: int = -1
    key: int = -1


class Scope:
    """``bound`` are the names bound here; ``kept`` those of them that are not local (imports, definitions, globals).

    Once settled: ``visible`` are the local names seen here, ``foreign`` the names that mean something outside of the
    project (builtins that nothing around binds anew), ``unit`` the outermost scope of local names around.
    """

    __slots__ = ("bound", "container", "depth", "end", "foreign", "kept", "kind", "parent", "start", "unit", "visible")

    def __init__(self, kind: ScopeKind, parent: int, container: int, depth: int, span: tuple[int, int]) -> None:
        self.start, self.end = span
        self.kind = kind
        self.parent = parent
        self.container = container
        self.depth = depth
        self.bound: set[bytes] = set()
        self.kept: set[bytes] = set()
        self.visible: AbstractSet[bytes] = _NOTHING
        self.foreign: AbstractSet[bytes] = _NOTHING
        self.unit = -1


class ScopeMap:
    """Segments of the text, each with its scope and container. ``scopes[0]`` is the module."""

    __slots__ = ("bounds", "containers", "parent_of", "scope_by_key", "scope_of", "scopes")

    def __init__(self, regions: Iterable[Region]) -> None:
        self.scopes = [Scope(ScopeKind.MODULE, -1, -1, 0, (0, 0))]
        self.bounds = [0]
        self.containers = [-1]
        self.scope_of = [0]
        self.parent_of: dict[int, int] = {}  # container → the one around it, or -1
        self.scope_by_key: dict[int, int] = {}
        self._sweep(sorted(regions))

    def segment_at(self, offset: int) -> int:
        """Index of the segment that holds the byte ``offset``."""
        return bisect_right(self.bounds, offset) - 1

    def scope_at(self, offset: int) -> int:
        """Index of the innermost scope around the byte ``offset``."""
        return self.scope_of[bisect_right(self.bounds, offset) - 1]

    def container_at(self, offset: int) -> int:
        """Index of the innermost definition around the byte ``offset``, or -1."""
        return self.containers[bisect_right(self.bounds, offset) - 1]

    def function_of(self, scope: int) -> int:
        """The scope in which a binding that leaves blocks (a walrus, ``var``) ends up."""
        while self.scopes[scope].kind is ScopeKind.BLOCK:
            scope = self.scopes[scope].parent
        return scope

    def settle(self, foreign: AbstractSet[bytes], visible: AbstractSet[bytes] = _NOTHING) -> None:
        """Computes what each scope sees, once everything that is bound is known.

        ``foreign`` and ``visible`` hold for the module, or for what is around the statements that are read.
        """
        scopes = self.scopes
        scopes[0].foreign, scopes[0].visible = foreign, visible
        for index, scope in enumerate(scopes[1:], 1):
            parent = scopes[scope.parent]
            scope.unit = parent.unit if parent.kind in (ScopeKind.FUNCTION, ScopeKind.BLOCK) else index
            while parent.kind is ScopeKind.CLASS:
                parent = scopes[parent.parent]
            seen = parent.visible
            own = scope.bound if scope.kind is ScopeKind.CLASS else scope.kept
            scope.foreign = parent.foreign if own.isdisjoint(parent.foreign) else parent.foreign - own
            if scope.depth > _MAXIMUM_DEPTH:
                scope.visible = seen
            elif scope.kind is ScopeKind.CLASS:
                scope.visible = seen - scope.bound if scope.bound and seen else seen
            elif scope.bound or scope.kept:
                scope.visible = (seen | scope.bound) - scope.kept
            else:
                scope.visible = seen

    def _sweep(self, regions: list[Region]) -> None:
        stack: list[tuple[int, int, int]] = []  # end, and what holds after it: container, scope
        container, scope = -1, 0
        for start, minus_end, kind, begins, key in regions:
            while stack and stack[-1][0] <= start:
                end, container, scope = stack.pop()
                self._cut(end, container, scope)
            stack.append((-minus_end, container, scope))
            if begins >= 0:
                self.parent_of.setdefault(begins, container)
                container = begins
            if kind is ScopeKind.OUTSIDE:
                scope = max(self.scopes[scope].parent, 0)
            elif kind is not ScopeKind.HEADER:
                depth = self.scopes[scope].depth + 1
                self.scopes.append(Scope(kind, scope, container, depth, (start, -minus_end)))
                scope = len(self.scopes) - 1
                if key >= 0:
                    self.scope_by_key[key] = scope
            self._cut(start, container, scope)
        while stack:
            end, container, scope = stack.pop()
            self._cut(end, container, scope)

    def _cut(self, at: int, container: int, scope: int) -> None:
        # In broken code the body of one definition may begin in another and end behind it.
        if self.bounds[-1] >= at:
            self.containers[-1] = container
            self.scope_of[-1] = scope
        else:
            self.bounds.append(at)
            self.containers.append(container)
            self.scope_of.append(scope)
