"""The facts of a text that is not all code: those of its code, and the uses outside it.

The code and the uses are read by the language the text says they are written in; neither can disturb the other.
"""

from __future__ import annotations

from array import array

from sightline.base.text import digest_of
from sightline.graph.extract_names import READ, root_of
from sightline.graph.extract_rows import ReferenceRow, export_digest, rows_of, span_of_import
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import (
    LOCAL_FLAG,
    LONGER_SHIFT,
    REFERENCE_CODE,
    CallRow,
    DefinitionRow,
    ImportRow,
    RawFacts,
)
from sightline.languages.prepared import Prepared

_CALL = REFERENCE_CODE[ReferenceKind.CALL]
_VARIABLE = DefinitionKind.VARIABLE.value
_DEFAULT = "default"


def component_rows(data: bytes, language: str, prepared: Prepared, code: RawFacts, uses: RawFacts) -> RawFacts:
    """One text's facts from the facts of ``prepared.code`` and of ``prepared.uses``."""
    imports = tuple(sorted((*code.imports, *_added_imports(prepared, uses)), key=span_of_import))
    definitions, moved_from = code.definitions, len(code.definitions)
    if prepared.component[1] and not _has_default(code.definitions, imports):
        definitions, moved_from = _with_component(definitions, prepared.component)
    if moved_from < len(code.definitions):
        imports = tuple(row._replace(enclosing=_moved(row.enclosing, moved_from)) for row in imports)
    table = _Table(code)
    bound = {row.name for row in definitions if row.parent < 0}
    bound |= {name[1] for row in imports if row.enclosing < 0 for name in row.names}
    rows = [(*row[:3], _moved(row[3], moved_from), *row[4:]) for row in rows_of(code)]
    rows += table.outside(prepared, uses, bound)
    if prepared.prefixed:
        rows += table.prefixed(rows, bound)
    rows.sort(key=lambda row: row[1])
    return code._replace(
        digest=digest_of(data),
        language=language,
        strings=tuple(table.strings),
        definitions=definitions,
        references=array("i", [value for row in rows for value in row]),
        calls=tuple(table.calls),
        imports=imports,
        bindings=tuple((_moved(row[0], moved_from), *row[1:]) for row in code.bindings),
        export_digest=export_digest(definitions, imports, ()),
    )


def _added_imports(prepared: Prepared, uses: RawFacts) -> list[ImportRow]:
    """What ``src`` of a block hands on, and what expressions load."""
    found = [
        ImportRow(module, ((name, name, start, end),), start, end, reexport=True)
        for module, start, end in prepared.sources
        for name in ("*", _DEFAULT)
    ]
    return found + [row._replace(enclosing=-1) for row in uses.imports if row.dynamic]


def _has_default(definitions: tuple[DefinitionRow, ...], imports: tuple[ImportRow, ...]) -> bool:
    return any(row.name == _DEFAULT and row.parent < 0 and row.exported for row in definitions) or any(
        row.reexport and name[1] == _DEFAULT for row in imports for name in row.names
    )


def _with_component(
    definitions: tuple[DefinitionRow, ...], place: tuple[int, int]
) -> tuple[tuple[DefinitionRow, ...], int]:
    """The definitions with the component itself as ``default``, and its number."""
    start, end = place
    at = next((number for number, row in enumerate(definitions) if row.start >= end), len(definitions))
    row = DefinitionRow(
        name=_DEFAULT,
        kind=_VARIABLE,
        start=start,
        end=end,
        name_start=start,
        name_end=end,
        body_start=end,
        parent=-1,
        parameters=None,
        bases=(),
        decorators=(),
        annotation="",
        value="",
        exported=True,
        alias="",
    )
    before = tuple(each._replace(parent=_moved(each.parent, at)) for each in definitions[:at])
    after = tuple(each._replace(parent=_moved(each.parent, at)) for each in definitions[at:])
    return (*before, row, *after), at


def _moved(number: int, at: int) -> int:
    return number + 1 if number >= at else number


class _Table:
    """Texts and calls of the references, those of the code first, in their order."""

    def __init__(self, code: RawFacts) -> None:
        self.strings = {text: number for number, text in enumerate(code.strings)}
        self.calls: dict[CallRow, int] = {call: number for number, call in enumerate(code.calls)}
        self._locals: dict[bytes, list[tuple[int, int]]] = {}

    def string(self, text: str) -> int:
        """The number of a text."""
        return self.strings.setdefault(text, len(self.strings))

    def outside(self, prepared: Prepared, uses: RawFacts, bound: set[str]) -> list[ReferenceRow]:
        """The uses outside the code; what the text itself binds around them is no use of the code's names."""
        found: list[ReferenceRow] = []
        for start, end, names in prepared.locals:
            for bound_name in names:
                self._locals.setdefault(bound_name, []).append((start, end))
        calls = [self.calls.setdefault(call, len(self.calls)) for call in uses.calls]
        for name, start, kind, _, receiver, call in rows_of(uses):
            shape = calls[call] if call >= 0 else -1
            self._add(found, (uses.strings[name], uses.strings[receiver], start, kind, shape))
        named = [*prepared.named, *(row for row in prepared.guessed if row[0].decode("utf-8", "replace") in bound)]
        for name, receiver, start, called, length in named:
            texts = name.decode("utf-8", "replace"), receiver.decode("utf-8", "replace")
            kind = (_CALL if called else READ) | (length - len(name)) << LONGER_SHIFT
            self._add(found, (*texts, start, kind, -1))
        return found

    def _add(self, found: list[ReferenceRow], use: tuple[str, str, int, int, int]) -> None:
        name, receiver, start, kind, call = use
        ranges = self._locals.get(root_of((receiver or name).encode("utf-8", "replace")), ())
        if any(low <= start < high for low, high in ranges):
            if not receiver:
                return
            kind |= LOCAL_FLAG
        found.append((self.string(name), start, kind, -1, self.string(receiver), call))

    def prefixed(self, rows: list[ReferenceRow], bound: set[str]) -> list[ReferenceRow]:
        """``$name`` reads ``name``, which the code binds."""
        texts = list(self.strings)
        found: list[ReferenceRow] = []
        for name, start, _, enclosing, receiver, _ in rows:
            text = texts[name]
            if receiver == 0 and text.startswith("$") and text[1:] in bound and text not in bound:
                found.append((self.string(text[1:]), start + 1, READ, enclosing, 0, -1))
        return found
