"""Facts as bytes: what workers send, the store keeps and views hold in memory.

A blob holds no path and no global id, so the same bytes serve every workspace. Each section decodes on its own: the
name hashes for postings cost no decoding at all, definitions and imports are msgpack rows, references are columns of
fixed width that can be searched for one name. Damaged bytes raise ``ValueError`` and nothing else. This file knows no
syntax, no store and no other file.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate, chain, pairwise
from typing import Any, TypeAlias, TypeVar, cast
from zlib import crc32

import msgpack

from sightline.base.text import Text
from sightline.graph.raw_facts import (
    REFERENCE_STRIDE,
    BindingRow,
    CallRow,
    DefinitionRow,
    ImportRow,
    ProblemRow,
    RawFacts,
)

#: Part of the key under which blobs are stored; raised whenever the layout below changes.
CODEC_VERSION = 2

#: A text with more runs of characters outside ASCII keeps none of them: its columns are counted in the text itself.
MOST_WIDE_RUNS = 2_000

_MAGIC = b"SLF2"
# magic, checksum of everything after it, lengths of the sections in the order of ``_SECTIONS``
_HEADER = struct.Struct("<4sI11I")
_SECTIONS = (
    "meta",
    "defined",
    "referenced",
    "strings",
    "definitions",
    "imports",
    "bindings",
    "calls",
    "columns",
    "lines",
    "wide",
)
_WIDE = re.compile(rb"[\x80-\xff]+")
_WIDTHS = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))

_T = TypeVar("_T")
_Row = TypeVar("_Row", DefinitionRow, ImportRow)


def name_key(name: str) -> int:
    """The 32-bit key of a name in postings. Two names may share one, so whoever follows it compares names again."""
    return crc32(name.encode("utf-8", "replace"))


def encode(raw: RawFacts, text: Text) -> bytes:
    """The blob of a file's facts; ``text`` is the text they were made of (what tells lines and columns is kept)."""
    columns, layout = _pack_columns(raw.references)
    lines, line_type = _pack(_line_lengths(text))
    strings = raw.strings
    counts = (len(raw.definitions), len(raw.references) // REFERENCE_STRIDE, len(raw.imports))
    referenced = set(raw.references[::REFERENCE_STRIDE])
    sections = (
        _pack_message([raw.digest, raw.language, raw.export_digest, text.data.isascii(), layout, line_type, counts]),
        array("I", sorted({name_key(row.name) for row in raw.definitions})).tobytes(),
        array("I", sorted({name_key(strings[index]) for index in referenced})).tobytes(),
        _pack_message(strings),
        _pack_message(raw.definitions),
        _pack_message(raw.imports),
        _pack_message([raw.bindings, raw.problems]),
        _pack_message(raw.calls),
        columns,
        lines,
        _wide_runs(text),
    )
    body = struct.pack("<11I", *map(len, sections)) + b"".join(sections)
    return _MAGIC + struct.pack("<I", crc32(body)) + body


class PackedFacts:
    """A blob, read section by section. Every property decodes when it is asked and keeps nothing.

    Raises ``ValueError`` on construction for bytes that are not a whole blob, and on access for sections whose
    content is not what :func:`encode` writes.
    """

    __slots__ = ("_meta", "_sections", "blob")

    def __init__(self, blob: bytes) -> None:
        if len(blob) < _HEADER.size:
            raise ValueError("facts blob is cut short")
        magic, checksum, *lengths = _HEADER.unpack_from(blob)
        view = memoryview(blob)
        if magic != _MAGIC or crc32(view[8:]) != checksum or _HEADER.size + sum(lengths) != len(blob):
            raise ValueError("facts blob is damaged")
        sections: dict[str, memoryview] = {}
        at = _HEADER.size
        for name, length in zip(_SECTIONS, lengths, strict=True):
            sections[name] = view[at : at + length]
            at += length
        self.blob = blob
        self._sections = sections
        self._meta = _guarded(lambda: _meta(sections["meta"]))

    @property
    def digest(self) -> str:
        """Digest of the text the facts were made of."""
        return self._meta[0]

    @property
    def language(self) -> str:
        """Name of the language."""
        return self._meta[1]

    @property
    def export_digest(self) -> str:
        """See :class:`~sightline.graph.facts.FileFacts`."""
        return self._meta[2]

    @property
    def is_ascii(self) -> bool:
        """Whether the text is ASCII, so that byte columns are character columns."""
        return self._meta[3]

    @property
    def counts(self) -> tuple[int, int, int]:
        """Number of definitions, references and imports."""
        return self._meta[6]

    @property
    def defined_keys(self) -> array[int]:
        """:func:`name_key` of every defined name, sorted."""
        return self._keys("defined")

    @property
    def referenced_keys(self) -> array[int]:
        """:func:`name_key` of every referenced name, sorted."""
        return self._keys("referenced")

    @property
    def strings(self) -> tuple[str, ...]:
        """Names and receivers of references."""
        return _guarded(lambda: _strings(_unpack(self._sections["strings"])))

    @property
    def definitions(self) -> tuple[DefinitionRow, ...]:
        """Rows of the definitions."""
        return _guarded(lambda: _rows(DefinitionRow, _unpack(self._sections["definitions"])))

    @property
    def imports(self) -> tuple[ImportRow, ...]:
        """Rows of the imports."""
        return _guarded(lambda: _rows(ImportRow, _unpack(self._sections["imports"])))

    @property
    def bindings(self) -> tuple[BindingRow, ...]:
        """Rows of the local bindings."""
        return _guarded(lambda: tuple(_binding(row) for row in _unpack(self._sections["bindings"])[0]))

    @property
    def problems(self) -> tuple[ProblemRow, ...]:
        """Rows of the problems."""
        return _guarded(lambda: tuple(_problem(row) for row in _unpack(self._sections["bindings"])[1]))

    @property
    def calls(self) -> tuple[CallRow, ...]:
        """Rows of the call shapes."""
        return _guarded(lambda: tuple(_call(row) for row in _unpack(self._sections["calls"])))

    @property
    def columns(self) -> tuple[array[int], ...]:
        """The six columns of the references, see :class:`~sightline.graph.raw_facts.RawFacts`."""
        return _guarded(lambda: _unpack_columns(self._sections["columns"], self._meta[4]))

    @property
    def line_starts(self) -> array[int]:
        """Byte offset of every line."""
        return _guarded(lambda: _line_starts(self._sections["lines"], self._meta[5]))

    @property
    def wide_runs(self) -> array[int]:
        """Start, end and surplus (bytes less characters) of each run of bytes outside ASCII; see :func:`encode`."""
        return _guarded(lambda: _integers("I", self._sections["wide"]))

    def raw(self) -> RawFacts:
        """All rows at once."""
        columns = self.columns
        return RawFacts(
            digest=self.digest,
            language=self.language,
            strings=self.strings,
            definitions=self.definitions,
            references=array("i", chain.from_iterable(zip(*columns, strict=True))),
            calls=self.calls,
            imports=self.imports,
            problems=self.problems,
            bindings=self.bindings,
            export_digest=self.export_digest,
        )

    def _keys(self, section: str) -> array[int]:
        return _guarded(lambda: _integers("I", self._sections[section]))


def _guarded(read: Callable[[], _T]) -> _T:
    """Runs ``read``; whatever odd bytes make it raise becomes ``ValueError``."""
    try:
        return read()
    except (ValueError, TypeError, LookupError, OverflowError, AssertionError, RecursionError, struct.error) as error:
        raise ValueError(f"facts blob is damaged: {error}") from error


def _pack_message(value: object) -> bytes:
    # msgpack comes without types.
    return cast("bytes", msgpack.packb(value, unicode_errors="surrogatepass"))  # pyright: ignore[reportUnknownMemberType]


def _unpack(section: memoryview) -> list[Any]:
    unpack = cast("Callable[..., object]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
    value = unpack(section, use_list=False, unicode_errors="surrogatepass")
    if not isinstance(value, tuple):
        raise ValueError("a section is not a sequence")
    return cast("list[Any]", value)


def _integers(code: str, data: memoryview | bytes = b"") -> array[int]:
    numbers = cast("array[int]", array(code))
    numbers.frombytes(data)
    return numbers


def _pack(values: Iterable[int]) -> tuple[bytes, str]:
    numbers = values if isinstance(values, array) else array("q", values)
    highest = max(numbers, default=0)
    code = next(code for code, limit in _WIDTHS if highest < limit)
    return array(code, numbers).tobytes(), code


def _pack_columns(references: array[int]) -> tuple[bytes, str]:
    """The columns one after the other and the type code of each; -1 is possible in two, so those are kept plus one."""
    packed: list[bytes] = []
    layout = ""
    for index in range(REFERENCE_STRIDE):
        column: Iterable[int] = references[index::REFERENCE_STRIDE]
        if index in (3, 5):
            column = [value + 1 for value in column]
        data, code = _pack(column)
        packed.append(data)
        layout += code
    return b"".join(packed), layout


def _unpack_columns(section: memoryview, layout: str) -> tuple[array[int], ...]:
    widths = [_integers(code).itemsize for code in layout]
    if len(widths) != REFERENCE_STRIDE or len(section) % sum(widths):
        raise ValueError("reference columns do not fit")
    count = len(section) // sum(widths)
    columns: list[array[int]] = []
    at = 0
    for index, (code, width) in enumerate(zip(layout, widths, strict=True)):
        column = _integers(code, section[at : at + count * width])
        at += count * width
        columns.append(array("q", [value - 1 for value in column]) if index in (3, 5) else column)
    return tuple(columns)


def _wide_runs(text: Text) -> bytes:
    runs = array("I")
    for match in _WIDE.finditer(text.data):
        start, end = match.span()
        runs.extend((start, end, sum(byte & 0xC0 == 0x80 for byte in match.group())))
        if len(runs) > 3 * MOST_WIDE_RUNS:
            return b""
    return runs.tobytes()


def _line_lengths(text: Text) -> list[int]:
    starts = text.line_starts
    return [after - before for before, after in pairwise(starts)]


def _line_starts(section: memoryview, code: str) -> array[int]:
    lengths = _integers(code, section)
    return array("I", accumulate(lengths, initial=0))


_Meta: TypeAlias = tuple[str, str, str, bool, str, str, tuple[int, int, int]]


def _meta(section: memoryview) -> _Meta:
    digest, language, export_digest, is_ascii, layout, line_type, (definitions, references, imports) = _unpack(section)
    if not set(layout) | set(line_type) <= {"B", "H", "I"} or len(line_type) != 1:
        raise ValueError("unknown column type")
    counts = (int(definitions), int(references), int(imports))
    return str(digest), str(language), str(export_digest), bool(is_ascii), layout, line_type, counts


def _strings(rows: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(row, str) for row in rows):
        raise ValueError("a name is not a string")
    return cast("tuple[str, ...]", rows)


def _rows(kind: type[_Row], rows: list[Any]) -> tuple[_Row, ...]:
    """Rows as named tuples; ``tuple.__new__`` takes a third of the time of the type's own constructor."""
    width = len(kind._fields)
    if any(len(row) != width for row in rows):
        raise ValueError("a row is too short or too long")
    make = cast("Callable[[type[_Row], Any], _Row]", tuple.__new__)  # pyright: ignore[reportUnknownMemberType]  generic
    return tuple([make(kind, row) for row in rows])


def _binding(row: Any) -> BindingRow:
    enclosing, name, annotation, value, alias = row
    return (enclosing, name, annotation, value, alias)


def _problem(row: Any) -> ProblemRow:
    kind, message, start, end = row
    return (kind, message, start, end)


def _call(row: Any) -> CallRow:
    positional, keywords, splat, double_splat = row
    return (positional, keywords, splat, double_splat)
