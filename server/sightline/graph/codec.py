"""Facts as bytes: what workers send, the store keeps and views hold in memory.

A blob holds no path and no global id, so the same bytes serve every workspace. What every start needs (digests, name
keys) lies open; the rest is compressed and decodes part by part. Views hold the blobs of all files, so that they make
up half of the memory a graph takes: numbers that grow from row to row are kept as differences, and imports, which a
cold start alone asks of every file, come first in what is compressed and are unpacked without the rest. Damaged bytes
raise ``ValueError`` and nothing else. This file knows no syntax, no store and no other file.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Callable
from itertools import accumulate, chain, repeat
from operator import sub
from typing import Any, NamedTuple, TypeVar, cast
from zlib import compress, crc32, decompressobj

import msgpack

from sightline.base.text import Text
from sightline.graph.columns import (
    integers,
    line_numbers,
    packed_lines,
    packed_table,
    packed_wide_runs,
    unpacked_lines,
    unpacked_table,
)
from sightline.graph.definition_columns import definition_columns, definition_rows
from sightline.graph.raw_facts import (
    REFERENCE_STRIDE,
    BindingRow,
    CallRow,
    DefinitionRow,
    ImportRow,
    ProblemRow,
    RawFacts,
)
from sightline.graph.unread import marked_names

#: Part of the key under which blobs are stored; raised whenever the layout below changes.
CODEC_VERSION = 6

#: Facts of the largest file that is read stay far below this (bytes).
MOST_UNPACKED = 256 << 20

_MAGIC = b"SLF4"
# magic, checksum of what follows, lengths of: meta, defined keys, referenced keys; and how much of what is compressed
# after them must be unpacked to read the imports
_HEADER = struct.Struct("<4sI4I")
# in front of the parts: how the planes of the references are packed, the code of the lines, the length of each part
_LAYOUT = struct.Struct(f"<{8 * REFERENCE_STRIDE}sc7I")
#: Where the start of a reference stands in its row.
_START = 1
_PARTS = ("imports", "strings", "definitions", "more", "references", "lines", "wide")

_T = TypeVar("_T")
_Row = TypeVar("_Row", DefinitionRow, ImportRow)


def name_key(name: str) -> int:
    """The 32-bit key of a name in postings. Two names may share one, so whoever follows it compares names again."""
    return crc32(name.encode())


class _Meta(NamedTuple):
    digest: str
    language: str
    is_ascii: bool
    counts: tuple[int, int, int]


class _Body(NamedTuple):
    """What was compressed: how the parts are packed, and the parts."""

    planes: bytes
    line_code: str
    parts: dict[str, memoryview]


def encode(raw: RawFacts, text: Text) -> bytes:
    """The blob of a file's facts; ``text`` is the text they were made of (what tells lines and columns is kept)."""
    references, planes = packed_table(_starts_as_steps(raw.references), REFERENCE_STRIDE)
    lines, line_code = packed_lines(text)
    imports = (raw.imports, line_numbers(text, (row.start for row in raw.imports)), raw.export_digest)
    parts = (
        _pack(imports),
        _pack(raw.strings),
        _pack(definition_columns(raw.definitions)),
        _pack((raw.bindings, raw.problems, raw.calls)),
        references,
        lines,
        packed_wide_runs(text),
    )
    layout = _LAYOUT.pack(planes, line_code.encode(), *map(len, parts))
    meta = _Meta(
        digest=raw.digest,
        language=raw.language,
        is_ascii=text.data.isascii(),
        counts=(len(raw.definitions), len(raw.references) // REFERENCE_STRIDE, len(raw.imports)),
    )
    strings = raw.strings
    referenced = [strings[index] for index in set(raw.references[::REFERENCE_STRIDE])]
    referenced += marked_names(raw, text.data)
    opened = (_pack(meta), _packed_keys([row.name for row in raw.definitions]), _packed_keys(referenced))
    # A level that takes a quarter more time than the fastest, a hundredth of what parsing takes, for a twentieth less.
    packed = compress(b"".join((layout, *parts)), 4)
    lengths = struct.pack("<4I", *map(len, opened), len(layout) + len(parts[0]))
    body = b"".join((lengths, *opened, packed))
    return _MAGIC + struct.pack("<I", crc32(body)) + body


def _starts_as_steps(references: array[int]) -> array[int]:
    """The flat rows with the start of each as its distance from the one before."""
    stepped = references[:]
    starts = references[_START::REFERENCE_STRIDE]
    stepped[_START::REFERENCE_STRIDE] = array("i", map(sub, starts, chain((0,), starts)))
    return stepped


class PackedFacts:
    """A blob, read part by part. Every property decodes when it is asked; little is kept but the unpacked bytes.

    Thousands of these exist while a graph is built, so that one nobody asked holds no more than its blob.

    Raises ``ValueError`` on construction for bytes that are not a whole blob, and on access for parts whose content is
    not what :func:`encode` writes.
    """

    __slots__ = ("_body", "_read", "blob")

    def __init__(self, blob: bytes) -> None:
        if len(blob) < _HEADER.size:
            raise ValueError("facts blob is cut short")
        magic, checksum, *lengths = _HEADER.unpack_from(blob)
        opened = sum(lengths[:-1])
        if magic != _MAGIC or crc32(memoryview(blob)[8:]) != checksum or _HEADER.size + opened > len(blob):
            raise ValueError("facts blob is damaged")
        self.blob = blob
        self._read: _Meta | None = None
        self._body: _Body | None = None

    @property
    def _meta(self) -> _Meta:
        if self._read is None:
            self._read = _guarded(lambda: _read_meta(_unpack(self._open(0))))
        return self._read

    @property
    def digest(self) -> str:
        """Digest of the text the facts were made of."""
        return self._meta.digest

    @property
    def language(self) -> str:
        """Name of the language."""
        return self._meta.language

    @property
    def export_digest(self) -> str:
        """See :class:`~sightline.graph.facts.FileFacts`."""
        return self._imports()[2]

    @property
    def is_ascii(self) -> bool:
        """Whether the text is ASCII, so that byte columns are character columns."""
        return self._meta.is_ascii

    @property
    def counts(self) -> tuple[int, int, int]:
        """Number of definitions, references and imports."""
        return self._meta.counts

    @property
    def defined_keys(self) -> array[int]:
        """:func:`name_key` of every defined name, sorted."""
        return _guarded(lambda: integers("I", self._open(1)))

    @property
    def referenced_keys(self) -> array[int]:
        """:func:`name_key` of every referenced name, sorted."""
        return _guarded(lambda: integers("I", self._open(2)))

    @property
    def imports(self) -> tuple[ImportRow, ...]:
        """Rows of the imports."""
        return self.located_imports[0]

    @property
    def located_imports(self) -> tuple[tuple[ImportRow, ...], tuple[int, ...]]:
        """Rows of the imports, and the zero-based line of each."""
        rows, lines, _ = self._imports()
        return _guarded(lambda: _rows(ImportRow, rows)), lines

    @property
    def strings(self) -> tuple[str, ...]:
        """Names and receivers of references."""
        return _guarded(lambda: cast("tuple[str, ...]", _unpack(self._part("strings"))))

    @property
    def definitions(self) -> tuple[DefinitionRow, ...]:
        """Rows of the definitions."""
        return _guarded(lambda: _rows(DefinitionRow, definition_rows(_unpack(self._part("definitions")))))

    @property
    def bindings(self) -> tuple[BindingRow, ...]:
        """Rows of the local bindings."""
        return _guarded(lambda: _unpack(self._part("more"))[0])

    @property
    def problems(self) -> tuple[ProblemRow, ...]:
        """Rows of the problems."""
        return _guarded(lambda: _unpack(self._part("more"))[1])

    @property
    def calls(self) -> tuple[CallRow, ...]:
        """Rows of the call shapes."""
        return _guarded(lambda: _unpack(self._part("more"))[2])

    @property
    def columns(self) -> tuple[array[int], ...]:
        """The six columns of the references, see :class:`~sightline.graph.raw_facts.RawFacts`."""
        return _guarded(self._columns)

    @property
    def line_starts(self) -> array[int]:
        """Byte offset of every line."""
        return _guarded(lambda: unpacked_lines(self._part("lines"), self._whole().line_code))

    @property
    def wide_runs(self) -> array[int]:
        """See :func:`~sightline.graph.columns.packed_wide_runs`."""
        return _guarded(lambda: integers("I", self._part("wide")))

    def raw(self) -> RawFacts:
        """All rows at once."""
        return RawFacts(
            digest=self.digest,
            language=self.language,
            strings=self.strings,
            definitions=self.definitions,
            references=array("i", chain.from_iterable(zip(*self.columns, strict=True))),
            calls=self.calls,
            imports=self.imports,
            problems=self.problems,
            bindings=self.bindings,
            export_digest=self.export_digest,
        )

    def _open(self, number: int) -> memoryview:
        _, _, *lengths = _HEADER.unpack_from(self.blob)
        start = _HEADER.size + sum(lengths[:number])
        return memoryview(self.blob)[start : start + lengths[number]]

    def _imports(self) -> tuple[Any, Any, Any]:
        return _guarded(self._read_imports)

    def _read_imports(self) -> tuple[Any, Any, Any]:
        if self._body is not None:
            data = self._body.parts["imports"]
        else:
            *_, front = _HEADER.unpack_from(self.blob)
            data = memoryview(_first_bytes(self._compressed(), front))[_LAYOUT.size :]
        rows, lines, export_digest = _unpack(data)
        return rows, lines, export_digest

    def _columns(self) -> tuple[array[int], ...]:
        columns = unpacked_table(self._part("references"), self._whole().planes, self._meta.counts[1])
        starts = array("i", accumulate(columns[_START]))
        return (*columns[:_START], starts, *columns[_START + 1 :])

    def _part(self, name: str) -> memoryview:
        return self._whole().parts[name]

    def _whole(self) -> _Body:
        if self._body is None:
            body = memoryview(_decompressed(self._compressed()))
            planes, line_code, *lengths = _LAYOUT.unpack_from(body)
            ends = list(accumulate(lengths, initial=_LAYOUT.size))
            if ends[-1] != len(body):
                raise ValueError("the parts do not fit")
            parts = {name: body[ends[at] : ends[at + 1]] for at, name in enumerate(_PARTS)}
            self._body = _Body(planes, line_code.decode("ascii"), parts)
        return self._body

    def _compressed(self) -> memoryview:
        _, _, *opened, _ = _HEADER.unpack_from(self.blob)
        return memoryview(self.blob)[_HEADER.size + sum(opened) :]


def _guarded(read: Callable[[], _T]) -> _T:
    """Runs ``read``; whatever odd bytes make it raise becomes ``ValueError``."""
    try:
        return read()
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError, struct.error, zlib.error) as error:
        raise ValueError(f"facts blob is damaged: {error}") from error


def _decompressed(data: memoryview) -> bytes:
    """Unpacks with a limit, so that no blob can fill the memory."""
    unpacker = decompressobj()
    body = unpacker.decompress(data, MOST_UNPACKED)
    if not unpacker.eof:
        raise ValueError("the compressed part is cut short or too large")
    return body


def _first_bytes(data: memoryview, size: int) -> bytes:
    """Unpacks ``size`` bytes and no more."""
    if not 0 < size <= MOST_UNPACKED:
        raise ValueError("the front is missing or too large")
    body = decompressobj().decompress(data, size)
    if len(body) != size:
        raise ValueError("the compressed part is cut short")
    return body


def _pack(value: object) -> bytes:
    # msgpack comes without types.
    return cast("bytes", msgpack.packb(value, unicode_errors="surrogatepass"))  # pyright: ignore[reportUnknownMemberType]  msgpack has no types


def _unpack(data: memoryview) -> Any:
    unpack = cast("Callable[..., object]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
    value = unpack(data, use_list=False, unicode_errors="surrogatepass")
    if not isinstance(value, tuple):
        raise ValueError("a part is not a sequence")
    return cast("tuple[Any, ...]", value)


def _packed_keys(names: list[str]) -> bytes:
    return array("I", sorted(set(map(crc32, map(str.encode, names))))).tobytes()


def _read_meta(values: Any) -> _Meta:
    meta = _Meta(*values)
    if len(meta.counts) != 3:
        raise ValueError("the layout is another")
    return meta


def _rows(kind: type[_Row], rows: Any) -> tuple[_Row, ...]:
    """Rows as named tuples; ``tuple.__new__`` takes a third of the time of the type's own constructor."""
    width = len(kind._fields)
    if not {width}.issuperset(map(len, rows)):
        raise ValueError("a row is too short or too long")
    make = cast("Callable[[type[_Row], Any], _Row]", tuple.__new__)  # pyright: ignore[reportUnknownMemberType]  its type is generic
    return tuple(map(make, repeat(kind), rows))
