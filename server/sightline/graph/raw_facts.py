"""``RawFacts``: the facts of one text as plain rows, which is what extraction makes and what a codec packs.

Building one ``Reference`` object per name costs as much as parsing the file. Cold indexing therefore never does:
workers hand on these rows (every field is something ``marshal`` and msgpack take), and :func:`facts_of` builds the
objects of ``facts.py`` for the few files somebody asks about. This file knows no syntax and no store.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple, TypeAlias

from sightline.base.text import Span
from sightline.graph.facts import (
    CallShape,
    Definition,
    DefinitionKind,
    FileFacts,
    Import,
    ImportedName,
    LocalBinding,
    Parameter,
    ParameterKind,
    Problem,
    Reference,
    ReferenceKind,
)

#: Codes of the kinds in rows; only ever append, and raise ``EXTRACTOR_VERSION`` when a meaning changes.
REFERENCE_KINDS = tuple(ReferenceKind)
REFERENCE_CODE = {kind: code for code, kind in enumerate(REFERENCE_KINDS)}
#: Added to a reference's kind code when ``Reference.local`` is true.
LOCAL_FLAG = 64
#: From this bit on: by how many bytes the spelling in the text is longer than the name (``my-card`` for ``MyCard``).
LONGER_SHIFT = 8
_KIND_BITS = LOCAL_FLAG - 1
# Thousands are looked up for one file: the call of an enumeration takes ten times as long.
_DEFINITION_KINDS = {kind.value: kind for kind in DefinitionKind}
_PARAMETER_KINDS = {kind.value: kind for kind in ParameterKind}
#: Integers per reference in :attr:`RawFacts.references`.
REFERENCE_STRIDE = 6

#: name, kind, has_default, annotation
ParameterRow: TypeAlias = tuple[str, str, bool, str]
#: name, alias, start, end
ImportedNameRow: TypeAlias = tuple[str, str, int, int]
#: positional, keywords, splat, double_splat
CallRow: TypeAlias = tuple[int, tuple[str, ...], bool, bool]
#: enclosing, name, annotation, value, alias, and the range in which it holds: all of ``enclosing`` if that ends at 0
BindingRow: TypeAlias = tuple[int, str, str, str, str, int, int]
#: kind, message, start, end
ProblemRow: TypeAlias = tuple[str, str, int, int]


class DefinitionRow(NamedTuple):
    """One definition; the fields of :class:`~sightline.graph.facts.Definition` with spans as offsets.

    ``generics``: its type parameters as written, without the brackets (TypeScript alone).
    """

    name: str
    kind: str
    start: int
    end: int
    name_start: int
    name_end: int
    body_start: int
    parent: int
    parameters: tuple[ParameterRow, ...] | None
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    annotation: str
    value: str
    exported: bool
    alias: str
    generics: str = ""


class ImportRow(NamedTuple):
    """One import; the fields of :class:`~sightline.graph.facts.Import` with spans as offsets."""

    module: str
    names: tuple[ImportedNameRow, ...]
    start: int
    end: int
    level: int = 0
    enclosing: int = -1
    type_only: bool = False
    guarded: bool = False
    reexport: bool = False
    dynamic: bool = False


class RawFacts(NamedTuple):
    """The facts of one text as rows.

    ``strings`` holds every name and receiver of the references once; ``strings[0]`` is empty. ``references`` is flat,
    six integers each: name (index in ``strings``), start (byte offset; the end is start plus the UTF-8 length of the
    name, and what the kind code says of a longer spelling), kind code (plus :data:`LOCAL_FLAG`, plus what stands above
    :data:`LONGER_SHIFT`), enclosing, receiver (index in ``strings``), call (index in ``calls``, or -1).
    """

    digest: str
    language: str
    strings: tuple[str, ...]
    definitions: tuple[DefinitionRow, ...]
    references: array[int]  # typecode "i"
    calls: tuple[CallRow, ...]
    imports: tuple[ImportRow, ...]
    problems: tuple[ProblemRow, ...]
    bindings: tuple[BindingRow, ...]
    export_digest: str


def facts_of(raw: RawFacts) -> FileFacts:
    """The facts as objects."""
    return FileFacts(
        digest=raw.digest,
        language=raw.language,
        definitions=tuple(definition_of(row) for row in raw.definitions),
        references=references_of(raw),
        imports=tuple(import_of(row) for row in raw.imports),
        problems=tuple(map(problem_of, raw.problems)),
        export_digest=raw.export_digest,
        bindings=tuple(map(binding_of, raw.bindings)),
    )


def problem_of(row: ProblemRow) -> Problem:
    """One problem as an object."""
    kind, text, start, end = row
    return Problem(kind=kind, message=text, span=Span(start, end))


def binding_of(row: BindingRow) -> LocalBinding:
    """What one assignment says, as an object."""
    enclosing, name, annotation, value, alias, start, end = row
    within = Span(start, end) if end else None
    return LocalBinding(enclosing=enclosing, name=name, annotation=annotation, value=value, alias=alias, within=within)


def kind_of(code: int) -> ReferenceKind:
    """The kind in a reference's kind code."""
    return REFERENCE_KINDS[code & _KIND_BITS]


def longer_by(code: int) -> int:
    """By how many bytes a reference with this kind code is longer than its name."""
    return code >> LONGER_SHIFT


def is_shorthand(row: DefinitionRow) -> bool:
    """Whether a member of an object literal stands for the variable of its name: ``{ insert }``."""
    is_name = (row.start, row.end) == (row.name_start, row.name_end)
    return is_name and row.alias == row.name and row.kind == DefinitionKind.ATTRIBUTE


def definition_of(row: DefinitionRow) -> Definition:
    """One definition as an object."""
    parameters = row.parameters
    return Definition(
        name=row.name,
        kind=_DEFINITION_KINDS[row.kind],
        span=Span(row.start, row.end),
        name_span=Span(row.name_start, row.name_end),
        body_start=row.body_start,
        parent=row.parent,
        parameters=None
        if parameters is None
        else tuple(
            Parameter(name=name, kind=_PARAMETER_KINDS[kind], has_default=has_default, annotation=annotation)
            for name, kind, has_default, annotation in parameters
        ),
        bases=row.bases,
        decorators=row.decorators,
        annotation=row.annotation,
        value=row.value,
        exported=row.exported,
        alias=row.alias,
    )


def import_of(row: ImportRow) -> Import:
    """One import as an object."""
    return Import(
        module=row.module,
        names=tuple(ImportedName(name=name, alias=alias, span=Span(s, e)) for name, alias, s, e in row.names),
        span=Span(row.start, row.end),
        level=row.level,
        enclosing=row.enclosing,
        type_only=row.type_only,
        guarded=row.guarded,
        reexport=row.reexport,
        dynamic=row.dynamic,
    )


def references_of(raw: RawFacts) -> tuple[Reference, ...]:
    """All references as objects."""
    strings = raw.strings
    calls = [CallShape(positional=p, keywords=k, splat=s, double_splat=d) for p, k, s, d in raw.calls]
    lengths = [len(text.encode("utf-8", "replace")) for text in strings]
    rows = raw.references
    return tuple(
        Reference(
            name=strings[rows[at]],
            span=Span(rows[at + 1], rows[at + 1] + lengths[rows[at]] + longer_by(rows[at + 2])),
            kind=kind_of(rows[at + 2]),
            enclosing=rows[at + 3],
            receiver=strings[rows[at + 4]],
            call=calls[rows[at + 5]] if rows[at + 5] >= 0 else None,
            local=bool(rows[at + 2] & LOCAL_FLAG),
        )
        for at in range(0, len(rows), REFERENCE_STRIDE)
    )
