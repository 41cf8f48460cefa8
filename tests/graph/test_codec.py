"""Facts survive being packed, and damaged bytes are a ``ValueError`` and nothing worse."""

from __future__ import annotations

import struct
from array import array
from itertools import accumulate, pairwise
from zlib import compress, crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Text
from sightline.graph.codec import PackedFacts, encode, name_key
from sightline.graph.facts import DefinitionKind, ParameterKind
from sightline.graph.index import FileIndex
from sightline.graph.parse import parse_rows
from sightline.graph.raw_facts import (
    LOCAL_FLAG,
    LONGER_SHIFT,
    REFERENCE_KINDS,
    DefinitionRow,
    ImportRow,
    RawFacts,
    facts_of,
    references_of,
)
from sightline.graph.unread import marked_names
from sightline.languages.registry import language_named

names = st.text(min_size=1, max_size=12)
offsets = st.integers(0, 2**31 - 1)
parameters = st.tuples(
    names, st.sampled_from([kind.value for kind in ParameterKind]), st.booleans(), st.text(max_size=5)
)


@st.composite
def definitions(draw: st.DrawFn) -> DefinitionRow:
    start, name_start, name_end, body, end = sorted(draw(st.lists(offsets, min_size=5, max_size=5)))
    return DefinitionRow(
        name=draw(names),
        kind=draw(st.sampled_from([kind.value for kind in DefinitionKind])),
        start=start,
        end=end,
        name_start=name_start,
        name_end=name_end,
        body_start=body,
        parent=draw(st.integers(-1, 300)),
        parameters=draw(st.none() | st.lists(parameters, max_size=3).map(tuple)),
        bases=tuple(draw(st.lists(names, max_size=2))),
        decorators=tuple(draw(st.lists(names, max_size=2))),
        annotation=draw(st.text(max_size=8)),
        value=draw(st.text(max_size=8)),
        exported=draw(st.booleans()),
        alias=draw(st.text(max_size=8)),
        generics=draw(st.text(max_size=8)),
    )


@st.composite
def imports(draw: st.DrawFn) -> ImportRow:
    start, end = sorted(draw(st.tuples(offsets, offsets)))
    bound = st.tuples(st.text(max_size=4), names, st.just(start), st.just(end))
    return ImportRow(
        draw(names),
        tuple(draw(st.lists(bound, max_size=3))),
        start,
        end,
        draw(st.integers(0, 4)),
        draw(st.integers(-1, 300)),
        *draw(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())),
    )


@st.composite
def raw_facts(draw: st.DrawFn) -> RawFacts:
    strings = ("", *draw(st.lists(names, unique=True, max_size=20)))
    calls = tuple(draw(st.lists(st.tuples(st.integers(0, 9), st.just(()), st.booleans(), st.booleans()), max_size=4)))
    at = st.integers(0, len(strings) - 1)
    kinds = st.sampled_from(range(len(REFERENCE_KINDS))).flatmap(
        lambda kind: st.sampled_from([kind, kind | LOCAL_FLAG, kind | LOCAL_FLAG | 3 << LONGER_SHIFT])
    )
    row = st.tuples(at, offsets, kinds, st.integers(-1, 70_000), at, st.integers(-1, len(calls) - 1))
    rows = draw(st.lists(row, max_size=30))
    return RawFacts(
        digest=draw(names),
        language="python",
        strings=strings,
        definitions=tuple(draw(st.lists(definitions(), max_size=4))),
        references=array("i", [value for row in rows for value in row]),
        calls=calls,
        imports=tuple(draw(st.lists(imports(), max_size=3))),
        problems=(("syntax", draw(st.text(max_size=5)), 1, 2),),
        bindings=((3, draw(names), "A", "", "", 5, 9),),
        export_digest=draw(names),
    )


@given(raw_facts(), st.binary(max_size=2_000))
def test_what_is_packed_comes_back(raw: RawFacts, data: bytes) -> None:
    text = Text(data)
    packed = PackedFacts(encode(raw, text))
    assert packed.raw() == raw
    assert facts_of(packed.raw()) == facts_of(raw)
    assert list(packed.line_starts) == text.line_starts
    assert packed.is_ascii == data.isascii()
    assert packed.counts == (len(raw.definitions), len(raw.references) // 6, len(raw.imports))
    assert set(packed.defined_keys) == {name_key(row.name) for row in raw.definitions}
    used = {each.name for each in references_of(raw)} | marked_names(raw, data)
    assert set(packed.referenced_keys) == set(map(name_key, used))


@given(raw_facts())
def test_an_index_finds_the_references_of_a_name(raw: RawFacts) -> None:
    index = FileIndex(PackedFacts(encode(raw, Text(b""))))
    everything = facts_of(raw).references
    for name in {each.name for each in everything}:
        found = [index.reference(at) for at in index.positions((name,))]
        assert found == [each for each in everything if each.name == name]
    assert index.positions(("nobody has this name",)) == []


@given(raw_facts(), st.data())
def test_damaged_bytes_are_a_value_error(raw: RawFacts, data: st.DataObject) -> None:
    blob = encode(raw, Text(b"a\nb"))
    at = data.draw(st.integers(0, len(blob) - 1))
    changed = data.draw(st.integers(1, 255))
    for damaged in (blob[:at], blob[:at] + bytes([blob[at] ^ changed]) + blob[at + 1 :], blob + b"x"):
        with pytest.raises(ValueError, match=r"damaged|cut short"):
            PackedFacts(damaged)


def _with_section(blob: bytes, number: int, content: bytes, front: int | None = None) -> bytes:
    """The blob with one section replaced and the checksum made right again; ``front``: what it says is its length."""
    _, _, *lengths = struct.unpack_from("<4sI4I", blob)
    ends = [*accumulate(lengths[:3], initial=24), len(blob)]
    sections = [blob[start:end] for start, end in pairwise(ends)]
    sections[number] = content
    sizes = (*map(len, sections[:3]), lengths[3] if front is None else front)
    body = struct.pack("<4I", *sizes) + b"".join(sections)
    return blob[:4] + struct.pack("<I", crc32(body)) + body


@given(st.binary(max_size=400), st.integers(0, 2**32 - 1))
def test_sections_full_of_noise_are_a_value_error_or_rows(noise: bytes, front: int) -> None:
    """The checksum catches accidents; this is for whoever writes a checksum over nonsense."""
    packed = PackedFacts(encode(parse_rows(b"import a\nx = a.b()\n", language_named("python")), Text(b"")))
    rest = packed.blob[24 + sum(struct.unpack_from("<4sI4I", packed.blob)[2:5]) :]
    changes: list[tuple[int, bytes, int | None]] = [(number, noise, None) for number in range(4)]
    changes += [(3, compress(noise), None), (3, compress(noise), len(noise)), (3, rest, front), (3, rest, 0)]
    for number, content, size in changes:
        try:
            other = PackedFacts(_with_section(packed.blob, number, content, size))
            other.raw()
            other.line_starts  # noqa: B018  read for what it raises
            other.defined_keys  # noqa: B018
        except ValueError:
            pass


def test_imports_are_read_without_unpacking_the_rest() -> None:
    """A cold start asks every file for them; the rest of a file may be a hundred times as long."""
    source = b"import a\nfrom b import c\n" + b"def f(x):\n    return x.y(1)\n" * 2_000
    packed = PackedFacts(encode(parse_rows(source, language_named("python")), Text(source)))
    rest_starts = 24 + sum(struct.unpack_from("<4sI4I", packed.blob)[2:5])
    rest = packed.blob[rest_starts:]
    short = PackedFacts(_with_section(packed.blob, 3, rest[: len(rest) // 2]))
    rows, lines = short.located_imports
    assert [row.module for row in rows] == ["a", "b"]
    assert lines == (0, 1)
    with pytest.raises(ValueError, match="damaged"):
        short.definitions  # noqa: B018  read for what it raises
