"""``FileIndex``: one file's facts, decoded as far as somebody asks, with its scopes as dictionaries.

A pure function of the facts: it knows no other file. Indexes are shared by all views through a bounded cache, since
facts are found by digest.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from threading import Lock
from typing import NamedTuple

from sightline.base.text import PositionEncoding, Span, Text
from sightline.graph.codec import PackedFacts, encode
from sightline.graph.columns import line_numbers
from sightline.graph.facts import CallShape, FileFacts, Reference, ReferenceKind
from sightline.graph.raw_facts import (
    LOCAL_FLAG,
    REFERENCE_CODE,
    REFERENCE_STRIDE,
    BindingRow,
    DefinitionRow,
    ImportedNameRow,
    ImportRow,
    ProblemRow,
    RawFacts,
    facts_of,
    kind_of,
    longer_by,
)
from sightline.graph.unread import marked_names

#: The scope of a module, wherever a scope is the index of a definition.
MODULE = -1

#: Bytes that the decoded facts in a cache may take.
_CACHED_BYTES = 32 << 20
#: Bytes that one row takes once it is decoded, about: a definition with its scopes, a reference, an import; of a file.
_ROW_BYTES = (700, 100, 300)
_FILE_BYTES = 2_000


class ImportBinding(NamedTuple):
    """A name bound by an import: the statement and, within it, what is bound."""

    statement: ImportRow
    name: ImportedNameRow


class FileIndex:
    """Facts of one file with cheap partial access. Immutable to its users; parts are computed when first asked."""

    def __init__(self, rows: PackedFacts | RawFacts, text: Text | None = None) -> None:
        """``text`` is needed with :class:`RawFacts`, which do not keep the lengths of lines."""
        assert text is not None or isinstance(rows, PackedFacts)
        self._rows = rows
        self._text = text

    @property
    def digest(self) -> str:
        """Digest of the text."""
        return self._rows.digest

    @cached_property
    def language(self) -> str:
        """Name of the language."""
        return self._rows.language

    @property
    def export_digest(self) -> str:
        """See :class:`~sightline.graph.facts.FileFacts`."""
        return self._rows.export_digest

    @cached_property
    def definitions(self) -> tuple[DefinitionRow, ...]:
        """All definitions, in source order."""
        return self._rows.definitions

    @cached_property
    def imports(self) -> tuple[ImportRow, ...]:
        """All imports, in source order."""
        return self._located_imports[0] if isinstance(self._rows, PackedFacts) else self._rows.imports

    @cached_property
    def scopes(self) -> dict[int, dict[str, tuple[int, ...]]]:
        """Scope → name → indexes of the definitions directly in it."""
        found: dict[int, dict[str, tuple[int, ...]]] = {}
        last, scope = None, dict[str, tuple[int, ...]]()  # neighbours mostly share a scope
        for index, row in enumerate(self.definitions):
            name, parent = row[0], row[7]  # in numbers: by name it takes three times as long
            if parent != last:
                last, scope = parent, found.setdefault(parent, {})
            if name in scope:
                scope[name] = (*scope[name], index)
            else:
                scope[name] = (index,)
        return found

    @cached_property
    def imported(self) -> dict[int, dict[str, tuple[ImportBinding, ...]]]:
        """Scope → bound name → imports that bind it. ``import a.b`` binds "a" here; ``*`` is left out."""
        found: dict[int, dict[str, tuple[ImportBinding, ...]]] = {}
        for statement in self.imports:
            scope = found.setdefault(statement.enclosing, {})
            for name in statement.names:
                if name[1] != "*" and name[0] != "*":
                    bound = name[1] if name[0] else name[1].partition(".")[0]
                    scope[bound] = (*scope.get(bound, ()), ImportBinding(statement, name))
                elif name[0] == "*" and name[1] not in ("", "*"):
                    scope[name[1]] = (*scope.get(name[1], ()), ImportBinding(statement, name))
        return found

    @cached_property
    def inner_names(self) -> frozenset[str]:
        """Names that are defined or imported in some definition, not at the top."""
        scopes = (names for found in (self.scopes, self.imported) for scope, names in found.items() if scope != MODULE)
        return frozenset(name for names in scopes for name in names)

    @cached_property
    def stars(self) -> dict[int, tuple[ImportRow, ...]]:
        """Scope → imports that bind every public name of their module."""
        found: dict[int, tuple[ImportRow, ...]] = {}
        for statement in self.imports:
            if any(name[0] == "*" and name[1] in ("", "*") for name in statement.names):
                found[statement.enclosing] = (*found.get(statement.enclosing, ()), statement)
        return found

    @cached_property
    def bindings(self) -> dict[tuple[int, str], tuple[BindingRow, ...]]:
        """(Function, local name) → what its assignments say of its type."""
        found: dict[tuple[int, str], tuple[BindingRow, ...]] = {}
        for row in self._rows.bindings:
            key = (row[0], row[1])
            found[key] = (*found.get(key, ()), row)
        return found

    @cached_property
    def written(self) -> frozenset[tuple[int, str]]:
        """(Innermost definition, bare name) of every assignment that is a reference and no definition."""
        names, _, kinds, enclosing, receivers, _ = self.columns
        write = REFERENCE_CODE[ReferenceKind.WRITE]
        rows = zip(names, kinds, enclosing, receivers, strict=True)
        return frozenset((owner, self.strings[name]) for name, kind, owner, at in rows if kind == write and not at)

    @cached_property
    def used(self) -> dict[str, dict[str, int]]:
        """Receiver (empty for a bare name) → used name → number of its first reference; local receivers left out."""
        found: dict[str, dict[str, int]] = {}
        names, _, kinds, _, receivers, _ = self.columns
        strings = self.strings
        for at, (name, kind, receiver) in enumerate(zip(names, kinds, receivers, strict=True)):
            if not kind & LOCAL_FLAG:
                found.setdefault(strings[receiver], {}).setdefault(strings[name], at)
        return found

    @cached_property
    def listed(self) -> frozenset[str] | None:
        """Names in the module's ``__all__``; ``None`` when it has none."""
        owners = self.scopes.get(MODULE, {}).get("__all__")
        if not owners:
            return None
        names, _, kinds, enclosing, _, _ = self.columns
        string = REFERENCE_CODE[ReferenceKind.STRING]
        entries = zip(names, kinds, enclosing, strict=True)
        return frozenset(self.strings[name] for name, kind, owner in entries if kind == string and owner in owners)

    @cached_property
    def lists_more(self) -> bool:
        """Whether the module's ``__all__`` holds more than :attr:`listed`: lists of other modules, say."""
        owners = self.scopes.get(MODULE, {}).get("__all__", ())
        names, _, kinds, enclosing, receivers, _ = self.columns
        string = REFERENCE_CODE[ReferenceKind.STRING]
        imported, strings = REFERENCE_CODE[ReferenceKind.IMPORT], self.strings
        for name, kind, owner, receiver in zip(names, kinds, enclosing, receivers, strict=True):
            if owner in owners and kind != string:
                return True
            if strings[name] == "__all__" and (kind == imported or strings[receiver]):
                return True
        return False

    @cached_property
    def strings(self) -> tuple[str, ...]:
        """Names and receivers of references."""
        return self._rows.strings

    @cached_property
    def columns(self) -> tuple[array[int], ...]:
        """The references' columns, see :class:`~sightline.graph.raw_facts.RawFacts`."""
        if isinstance(self._rows, PackedFacts):
            return self._rows.columns
        return tuple(self._rows.references[at::REFERENCE_STRIDE] for at in range(REFERENCE_STRIDE))

    @property
    def problems(self) -> tuple[ProblemRow, ...]:
        """What could not be read, and what names are computed."""
        return self._rows.problems

    @property
    def marked(self) -> frozenset[str]:
        """See :func:`~sightline.graph.unread.marked_names`; of facts that are no blob, which has their keys."""
        assert isinstance(self._rows, RawFacts)
        assert self._text is not None
        return marked_names(self._rows, self._text.data)

    def positions(self, names: Iterable[str]) -> list[int]:
        """Numbers of the references to any of ``names``, ascending."""
        column = self.columns[0]
        found: list[int] = []
        for name in names:
            # The strings hold every name once, and a search for a missing one ends in ``ValueError``, here and below.
            with suppress(ValueError):
                number = self.strings.index(name)
                at = -1
                while True:
                    at = column.index(number, at + 1)
                    found.append(at)
        found.sort()
        return found

    def reference(self, at: int) -> Reference:
        """The reference number ``at``."""
        names, starts, kinds, enclosing, receivers, calls = self.columns
        name = self.strings[names[at]]
        call = calls[at]
        return Reference(
            name=name,
            span=Span(starts[at], starts[at] + len(name.encode("utf-8", "replace")) + longer_by(kinds[at])),
            kind=kind_of(kinds[at]),
            enclosing=enclosing[at],
            receiver=self.strings[receivers[at]],
            call=self._calls[call] if call >= 0 else None,
            local=bool(kinds[at] & LOCAL_FLAG),
        )

    @cached_property
    def import_lines(self) -> Sequence[int]:
        """Zero-based line of each import."""
        if isinstance(self._rows, PackedFacts):
            return self._located_imports[1]
        assert self._text is not None
        return line_numbers(self._text, (row.start for row in self.imports))

    def line_of(self, offset: int) -> int:
        """Zero-based line of a byte offset."""
        return bisect_right(self.line_starts, offset) - 1

    @cached_property
    def line_starts(self) -> array[int] | list[int]:
        """Byte offset of every line."""
        if isinstance(self._rows, PackedFacts):
            return self._rows.line_starts
        assert self._text is not None
        return self._text.line_starts

    @cached_property
    def is_ascii(self) -> bool:
        """Whether byte columns are character columns."""
        if isinstance(self._rows, PackedFacts):
            return self._rows.is_ascii
        assert self._text is not None
        return self._text.data.isascii()

    def column_of(self, offset: int) -> int | None:
        """Zero-based column of a byte offset in characters; ``None`` when only the text can tell."""
        start = self.line_starts[self.line_of(offset)]
        if self.is_ascii:
            return offset - start
        if self._text is not None:
            return self._text.position(offset, PositionEncoding.UTF32).character
        return _column(self.wide_runs, start, offset)

    @cached_property
    def wide_runs(self) -> array[int]:
        """See :class:`~sightline.graph.codec.PackedFacts`."""
        assert isinstance(self._rows, PackedFacts)
        return self._rows.wide_runs

    def qualified_name(self, index: int) -> str:
        """Dotted name of a definition within the file; empty for the module."""
        parts: list[str] = []
        while index >= 0:
            parts.append(self.definitions[index].name)
            index = self.definitions[index].parent
        return ".".join(reversed(parts))

    def first_called(self, qualified: str) -> int:
        """Number of the first definition of a qualified name, or -1."""
        rows = enumerate(self.definitions)
        same = (at for at, row in rows if qualified.endswith(row.name) and self.qualified_name(at) == qualified)
        return next(same, -1)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Number of definitions, references and imports."""
        rows = self._rows
        if isinstance(rows, PackedFacts):
            return rows.counts
        return len(rows.definitions), len(rows.references) // REFERENCE_STRIDE, len(rows.imports)

    @property
    def bytes_decoded(self) -> int:
        """About how much memory the facts take when everything has been asked for."""
        return _FILE_BYTES + sum(count * size for count, size in zip(self.counts, _ROW_BYTES, strict=True))

    def packed(self) -> PackedFacts:
        """The facts as a blob."""
        if isinstance(self._rows, PackedFacts):
            return self._rows
        assert self._text is not None
        return PackedFacts(encode(self._rows, self._text))

    def facts(self) -> FileFacts:
        """Everything, as objects."""
        return facts_of(self._rows if isinstance(self._rows, RawFacts) else self._rows.raw())

    @cached_property
    def _located_imports(self) -> tuple[tuple[ImportRow, ...], tuple[int, ...]]:
        assert isinstance(self._rows, PackedFacts)
        return self._rows.located_imports

    @cached_property
    def _calls(self) -> tuple[CallShape, ...]:
        return tuple(
            CallShape(positional=positional, keywords=keywords, splat=splat, double_splat=double_splat)
            for positional, keywords, splat, double_splat in self._rows.calls
        )


def _column(runs: array[int], start: int, offset: int) -> int | None:
    if not runs:
        return None
    starts, ends, surplus = runs[0::3], runs[1::3], runs[2::3]
    first, last = bisect_left(starts, start), bisect_left(starts, offset)
    if last > first and ends[last - 1] > offset:
        return None
    return offset - start - sum(surplus[first:last])


class IndexCache:
    """The indexes used last, one for each file, as many as fit in so many bytes. Safe to share between threads.

    Of a file that was changed the old index goes: kept until so many others had come, the texts of a small workspace's
    past would take more memory than all of its present.
    """

    def __init__(self, limit: int = _CACHED_BYTES) -> None:
        self._limit = limit
        self._entries: OrderedDict[int, FileIndex] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def index(self, file: int, packed: PackedFacts) -> FileIndex:
        """The index of ``packed``, the facts of the file with this id; made if need be."""
        with self._lock:
            found = self._entries.pop(file, None)
            if found is None or (found.digest, found.language) != (packed.digest, packed.language):
                if found is not None:
                    self._bytes -= found.bytes_decoded
                found = FileIndex(packed)
                self._bytes += found.bytes_decoded
            self._entries[file] = found
            while self._bytes > self._limit and len(self._entries) > 1:
                self._bytes -= self._entries.popitem(last=False)[1].bytes_decoded
        return found
