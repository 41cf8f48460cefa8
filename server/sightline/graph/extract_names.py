"""From the identifiers of one text to its reference rows: the inner loop of extraction, shared by all languages.

An extractor hands over where identifiers, member expressions and argument lists are and what kind of use each name is;
this file drops what is certainly local, finds receivers and the shapes of calls, and packs rows. It knows no syntax.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tree_sitter import Node

from sightline.graph.extract_scopes import Scope, ScopeMap
from sightline.graph.extract_text import ParsedText
from sightline.graph.facts import ReferenceKind
from sightline.graph.raw_facts import LOCAL_FLAG, REFERENCE_CODE, CallRow

#: Kind of an identifier that is no use: a definition's own name, a parameter.
SKIP = -1
#: Kind of the name of a keyword argument; it becomes a row only when the callee does.
KEYWORD_NAME = -2
READ = REFERENCE_CODE[ReferenceKind.READ]
CALL = REFERENCE_CODE[ReferenceKind.CALL]
KEYWORD = REFERENCE_CODE[ReferenceKind.KEYWORD]

#: Receivers longer than this (bytes) are expressions to us: chains of calls would cost quadratic time.
_LONGEST_RECEIVER = 160
UNKNOWN = b"?"
#: Receiver of a member of a literal; a foreign name of every scope, so that no row is made of it.
LITERAL = b'""'
SPACE = b" \t\r\n\f\\"
#: A dotted name; white space, line continuations, ``?.`` and ``!.`` may stand at its dots.
_DOTTED = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*(?:[\s\\!]*\??\.[\s\\]*#?[\w$\x80-\xff]+)*")
_GAP = re.compile(rb"[\s\\?!]+")
_HEAD = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")


class Interned(dict[bytes, int]):
    """Index per distinct text, in order of first use. Index 0 is the empty text."""

    def __init__(self) -> None:
        super().__init__()
        self[b""] = 0

    def __missing__(self, text: bytes) -> int:
        index = self[text] = len(self)
        return index


@dataclass(slots=True, kw_only=True)
class Arguments:
    """The argument lists of a text, in source order, and what stands in them.

    ``by_callee``: end of the callee → index of its list. ``start_of``: start of a list → its index. ``start_by_end``:
    end of a list → its start. ``owner``: end of a keyword's name → index of its list; ``naming`` are those lists.
    ``extra``: list → number of entries that are no positional argument.
    """

    nodes: list[Node]
    counts: list[int]
    by_callee: dict[int, int]
    start_of: dict[int, int]
    start_by_end: dict[int, int]
    owner: dict[int, int] = field(default_factory=dict[int, int])
    keywords: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    naming: set[int] = field(default_factory=set[int])
    extra: dict[int, int] = field(default_factory=dict[int, int])
    splats: set[int] = field(default_factory=set[int])
    double_splats: set[int] = field(default_factory=set[int])

    def shape(self, index: int) -> CallRow:
        """The shape of the call with the argument list ``index``."""
        keywords = self.keywords.get(index, ())
        extra = self.extra.get(index)
        if extra is None:
            return (max(self.counts[index] - len(keywords), 0), keywords, False, False)
        # Broken code can have two keywords in what the grammar calls one argument.
        positional = max(self.counts[index] - len(keywords) - extra, 0)
        return (positional, keywords, index in self.splats, index in self.double_splats)


def read_arguments(text: ParsedText, gap: bytes = SPACE) -> Arguments:
    """Reads the captures ``arguments``, ``arguments.*``, ``keyword`` (of a keyword argument) and ``option``.

    An option is a key of an object that is itself an argument. ``gap`` are the bytes that may stand between a callee
    and its arguments.
    """
    data = text.data
    nodes = text.nodes("arguments")
    starts, ends = [node.start_byte for node in nodes], [node.end_byte for node in nodes]
    start_of = {start: index for index, start in enumerate(starts)}
    by_callee = start_of
    if not {data[start - 1] for start in starts}.isdisjoint(gap):
        by_callee = {_before(data, start, gap): index for index, start in enumerate(starts)}
    found = Arguments(
        nodes=nodes,
        counts=[node.named_child_count for node in nodes],
        by_callee=by_callee,
        start_of=start_of,
        start_by_end=dict(zip(ends, starts, strict=True)),
    )
    _read_keywords(text, starts, ends, found)
    for name, indices in (("splat", found.splats), ("double_splat", found.double_splats), ("comment", set[int]())):
        for index in owners(starts, ends, text.starts(f"arguments.{name}")):
            found.extra[index] = found.extra.get(index, 0) + 1
            indices.add(index)
    for start, end in text.spans("arguments.generator"):
        found.by_callee = {**found.by_callee, _before(data, start, gap): len(found.counts)}
        found.start_by_end[end] = start
        found.counts.append(1)
    return found


def _before(data: bytes, start: int, gap: bytes) -> int:
    """End of what stands before ``start``, bytes in ``gap`` left out."""
    while start > 0 and data[start - 1] in gap:
        start -= 1
    return start


def _read_keywords(text: ParsedText, starts: list[int], ends: list[int], found: Arguments) -> None:
    names: dict[int, list[str]] = {}
    for capture in ("keyword", "option"):
        spans = text.spans(capture)
        for (start, end), index in zip(spans, owners(starts, ends, [start for start, _ in spans]), strict=True):
            found.owner[end] = index
            found.naming.add(index)
            if capture == "keyword":
                names.setdefault(index, []).append(text.data[start:end].decode("utf-8", "replace"))
    found.keywords = {index: tuple(texts) for index, texts in names.items()}


def owners(starts: list[int], ends: list[int], positions: list[int]) -> list[int]:
    """For each of the ascending ``positions`` the innermost of the nested ranges around it, or -1."""
    found: list[int] = []
    stack: list[int] = []
    following = 0
    for position in positions:
        while following < len(starts) and starts[following] <= position:
            stack.append(following)
            following += 1
        while stack and ends[stack[-1]] <= position:
            stack.pop()
        found.append(stack[-1] if stack else -1)
    return found


@dataclass(slots=True)
class Names:
    """The identifiers of a text in source order, and what is known of them.

    ``members``: end of a member expression → its start. ``kinds``: end of a name → kind code or :data:`SKIP`.
    ``routines``: ends of names that no local variable hides; ``paths``: ends of members whose first name none hides.
    ``called_locals``: local names whose calls say something to other files (``cls`` in Python). ``longer``: what
    stands before the dot of the member that ends there, where that is no dotted name; empty for what nobody reads.
    """

    data: bytes
    starts: list[int]
    ends: list[int]
    members: dict[int, int]
    kinds: dict[int, int]
    arguments: Arguments
    routines: AbstractSet[int] = frozenset()
    paths: AbstractSet[int] = frozenset()
    called_locals: AbstractSet[bytes] = frozenset()
    longer: Callable[[int], bytes] | None = None


@dataclass(slots=True)
class Rows:
    """Reference rows under construction, flat, six integers each (see ``RawFacts``)."""

    strings: Interned = field(default_factory=Interned)
    flat: list[int] = field(default_factory=list[int])
    calls: dict[CallRow, int] = field(default_factory=dict[CallRow, int])
    #: ``Scope.unit`` → local names in front of a receiver's first dot: those whose type somebody may want.
    local_roots: dict[int, set[bytes]] = field(default_factory=dict[int, set[bytes]])


def _called(kind: int) -> int:
    """The kind of a use that is called."""
    return kind + CALL - READ if kind & ~LOCAL_FLAG == READ else kind


def dotted(text: bytes) -> bytes:
    """``text`` without white space if it is a dotted name, else nothing."""
    if len(text) > _LONGEST_RECEIVER or not _DOTTED.fullmatch(text):
        return b""
    return _GAP.sub(b"", text)


def callee_text(names: Names, start: int, end: int) -> bytes:
    """The dotted callee of the call that covers ``start..end``, or nothing."""
    opens = names.arguments.start_by_end.get(end)
    if opens is None or opens <= start or opens - start > _LONGEST_RECEIVER:
        return b""
    callee = names.data[start:opens].rstrip(SPACE)
    return dotted(callee.removeprefix(b"new ").lstrip() if callee.startswith(b"new ") else callee)


def receiver_text(names: Names, start: int, member: int) -> bytes:
    """The receiver of the member whose name begins at ``member``; its expression begins at ``start``.

    A dotted name without white space; ``name()`` for a call of one; :data:`LITERAL` for a string, list or dictionary
    written there; ``?`` for any other expression.
    """
    data = names.data
    end = member
    while end > start and data[end - 1] in b" \t\r\n\f\\.?!":
        end -= 1
    last = data[end - 1 : end]
    if last == b")":
        callee = callee_text(names, start, end)
        return callee + b"()" if callee else UNKNOWN
    if last in (b'"', b"'", b"}"):
        return LITERAL
    return (dotted(data[start:end]) if end - start <= _LONGEST_RECEIVER else b"") or UNKNOWN


def root_of(receiver: bytes) -> bytes:
    """The first name of a receiver."""
    return receiver.partition(b".")[0].removesuffix(b"()")


def emit(names: Names, scopes: ScopeMap, index_of: list[int]) -> Rows:
    """Reference rows of all names. ``index_of`` maps containers to indices of definitions; its last entry is -1."""
    rows = Rows()
    walk = _Walk(names, rows)
    starts = names.starts
    low = 0
    for segment, stop in enumerate([*scopes.bounds[1:], len(names.data) + 1]):
        high = bisect_left(starts, stop, low)
        if high > low:
            scope = scopes.scopes[scopes.scope_of[segment]]
            walk.segment(range(low, high), index_of[scopes.containers[segment]], scope)
            low = high
    return rows


class _Walk:
    """The loop over identifiers, with everything it looks up at hand."""

    __slots__ = ("_callees", "_names", "_receivers", "_rows")

    def __init__(self, names: Names, rows: Rows) -> None:
        self._names = names
        self._rows = rows
        self._receivers: dict[bytes, tuple[bytes, bytes]] = {}
        self._callees: dict[int, tuple[int, int]] = {}  # list with keywords → its callee's text, LOCAL_FLAG or 0

    def segment(self, these: range, enclosing: int, scope: Scope) -> None:
        """Appends the rows of some identifiers that share one definition and one scope."""
        names, rows = self._names, self._rows
        data, visible, foreign = names.data, scope.visible, scope.foreign
        kind_of, member_of, list_of = names.kinds.get, names.members.get, names.arguments.by_callee.get
        strings, flat = rows.strings, rows.flat
        roots, routines = rows.local_roots.setdefault(scope.unit, set()), names.routines
        starts, ends = names.starts[these.start : these.stop], names.ends[these.start : these.stop]
        for start, end in zip(starts, ends, strict=True):
            kind = kind_of(end, READ)
            if kind < 0:
                if kind == KEYWORD_NAME:
                    self._keyword(start, end, enclosing)
                continue
            name = data[start:end]
            begin = member_of(end)
            if begin is None:
                if name in visible and end not in routines:
                    if name not in names.called_locals or end not in names.arguments.by_callee:
                        continue
                    kind |= LOCAL_FLAG
                elif name in foreign:
                    continue
                receiver = b""
            else:
                receiver, root = self._receiver(begin, start, end)
                if root in visible and end not in names.paths:
                    roots.add(root)
                    kind |= LOCAL_FLAG
                elif root in foreign:
                    if b"(" not in receiver:
                        continue
                    # What a builtin returns may be anything; of ``super()`` more is known.
                    receiver = receiver if receiver == b"super()" else UNKNOWN
                elif receiver[:1] == b"(":  # one of several values, or one that is cast
                    roots.update(visible & set[bytes](_HEAD.findall(receiver)))
            arguments = list_of(end)
            if arguments is None:
                flat += (strings[name], start, kind, enclosing, strings[receiver], -1)
            else:
                kind = _called(kind)
                call = self._call(arguments, receiver, name, kind & LOCAL_FLAG)
                flat += (strings[name], start, kind, enclosing, strings[receiver], call)

    def _receiver(self, begin: int, start: int, end: int) -> tuple[bytes, bytes]:
        names = self._names
        key = names.data[begin:start] if start - begin <= _LONGEST_RECEIVER else b""
        found = self._receivers.get(key)
        if found is None:
            text = receiver_text(names, begin, start)
            if names.longer is not None and (text == UNKNOWN or text.endswith(b")")):
                found = self._longer(names.longer(end))
            else:
                found = text, root_of(text)
            if key and not key.endswith(b")."):
                self._receivers[key] = found
        return found

    def _longer(self, text: bytes) -> tuple[bytes, bytes]:
        text = text if 0 < len(text) <= _LONGEST_RECEIVER else UNKNOWN
        head = _HEAD.match(text)
        return text, head.group() if head is not None else text

    def _call(self, arguments: int, receiver: bytes, name: bytes, local: int) -> int:
        rows = self._rows
        if arguments in self._names.arguments.naming:
            callee = receiver + b"." + name if receiver else name
            self._callees[arguments] = rows.strings[callee], local
        return rows.calls.setdefault(self._names.arguments.shape(arguments), len(rows.calls))

    def _keyword(self, start: int, end: int, enclosing: int) -> None:
        callee = self._callees.get(self._names.arguments.owner.get(end, -1))
        if callee is not None:
            rows = self._rows
            name = rows.strings[self._names.data[start:end]]
            rows.flat += (name, start, KEYWORD | callee[1], enclosing, callee[0], -1)
