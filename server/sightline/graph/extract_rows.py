"""From what an extractor found to the finished ``RawFacts``: order, indices, enclosing definitions, export digest.

Shared by all languages; it knows no syntax.
"""

from __future__ import annotations

import hashlib
import marshal
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from sightline.graph.extract_names import Rows
from sightline.graph.facts import DefinitionKind
from sightline.graph.raw_facts import BindingRow, DefinitionRow, ImportRow, ParameterRow, ProblemRow, RawFacts

#: One reference as in ``RawFacts.references``.
ReferenceRow: TypeAlias = tuple[int, int, int, int, int, int]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A definition before definitions have indices.

    ``container``: its own index as a container (something other definitions lie in), or -1. ``parent``: the container
    it belongs to, or -1. ``holds``: whether names used inside its span are enclosed by it (false for ``self.x = …``).
    """

    name: str
    kind: str
    start: int
    end: int
    name_start: int
    name_end: int
    body_start: int
    parent: int
    container: int = -1
    holds: bool = True
    parameters: tuple[ParameterRow, ...] | None = None
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    annotation: str = ""
    value: str = ""
    alias: str = ""
    exported: bool = True
    generics: str = ""


def ordered(drafts: list[Draft], containers: int) -> tuple[list[Draft], list[int]]:
    """The drafts in source order, and the final index of each of the ``containers``; the last entry is -1.

    What has no name yet (``def (``, while somebody types) is left out, and what lies in it belongs to what is around.
    """
    drafts = sorted(drafts, key=_source_order)
    index_of = [-1] * (containers + 1)
    named: list[Draft] = []
    for draft in drafts:
        if draft.container >= 0:
            index_of[draft.container] = len(named) if draft.name else index_of[draft.parent]
        if draft.name:
            named.append(draft)
    return named, index_of


def rows_of(facts: RawFacts) -> Iterator[ReferenceRow]:
    """The references of a text, row by row."""
    each = iter(facts.references)
    return zip(each, each, each, each, each, each, strict=True)  # the stride, spelled out for the type's sake


def definition_rows(drafts: list[Draft], index_of: list[int]) -> tuple[DefinitionRow, ...]:
    """The rows of ordered drafts."""
    return tuple(
        DefinitionRow(
            d.name,
            d.kind,
            d.start,
            d.end,
            d.name_start,
            d.name_end,
            d.body_start,
            index_of[d.parent],
            d.parameters,
            d.bases,
            d.decorators,
            d.annotation,
            d.value,
            d.exported,
            d.alias,
            d.generics,
        )
        for d in drafts
    )


def _source_order(draft: Draft) -> tuple[int, int, int]:
    # An extension comes before what it is made of, which may begin at the same place.
    minus_end = -(1 << 62) if draft.kind == DefinitionKind.EXTENSION else -draft.end
    return draft.start, minus_end, draft.name_start


def reference_rows(rows: Rows, more: list[ReferenceRow], drafts: list[Draft], index_of: list[int]) -> array[int]:
    """All reference rows in source order, those inside the value of a variable enclosed by that variable."""
    flat = rows.flat
    if more:
        flat = _merged(flat, more)
    starts = flat[1::6]
    for index, draft in enumerate(drafts):
        if draft.container < 0 and draft.holds and draft.end > draft.name_end:
            parent = index_of[draft.parent]
            at = bisect_left(starts, draft.start)
            while at < len(starts) and starts[at] < draft.end:
                if flat[at * 6 + 3] == parent:
                    flat[at * 6 + 3] = index
                at += 1
    return array("i", flat)


def _merged(flat: list[int], more: list[ReferenceRow]) -> list[int]:
    """The flat rows with ``more`` among them, by where they start: there are many of the former, all in order."""
    starts = flat[1::6]
    merged: list[int] = []
    done = 0
    for row in sorted(more, key=_start_of_row):
        at = bisect_right(starts, row[1], done)
        merged += flat[6 * done : 6 * at]
        merged += row
        done = at
    return merged + flat[6 * done :]


def _start_of_row(row: tuple[int, ...]) -> int:
    return row[1]


def export_digest(definitions: Sequence[DefinitionRow], imports: Sequence[ImportRow], public: Sequence[str]) -> str:
    """Digest of what other files can see of this one: names, kinds, signatures, bases, types, re-exports.

    Holds no offset and no order between different names, so that neither a body edit nor moving code changes it.
    ``public`` are further entries (``__all__``).
    """
    names: list[str] = []
    entries: list[bytes] = []
    for row in definitions:
        parent = row.parent
        names.append(f"{names[parent]}.{row.name}" if 0 <= parent < len(names) else row.name)
        if row.exported:
            entries.append(
                names[-1].encode("utf-8", "replace") + _stable((row.kind, *row[8:13], row.alias, row.generics))
            )
    for statement in imports:
        if statement.enclosing < 0:
            head = (statement.module, statement.level, statement.type_only, statement.reexport)
            entries += [b"<" + _stable((alias, name, head)) for name, alias, _, _ in statement.names]
    entries += [b"!" + entry.encode("utf-8", "replace") for entry in public]
    entries.sort()
    return hashlib.blake2b(b"\n".join(entries), digest_size=16).hexdigest()


def _stable(value: tuple[object, ...]) -> bytes:
    # Version 2 of marshal writes equal values equally; later versions also write which objects are shared.
    return marshal.dumps(cast("tuple[str, ...]", value), 2)


def telling_bindings(bindings: list[tuple[int, BindingRow]]) -> tuple[BindingRow, ...]:
    """The bindings (each with its ``Scope.unit``) that say something, once each, by definition.

    Those that say nothing are kept beside one of the same name that does.
    """
    telling = {(unit, row[0], row[1]) for unit, row in bindings if row[2] or row[3] or row[4]}
    kept = [row for unit, row in bindings if (unit, row[0], row[1]) in telling]
    return tuple(sorted(dict.fromkeys(kept), key=_enclosing_of))


def span_of_import(row: ImportRow) -> tuple[int, int]:
    """Where an import stands; imports are listed in this order."""
    return row.start, row.end


def start_of_problem(row: ProblemRow) -> int:
    """Where a problem stands."""
    return row[2]


def _enclosing_of(row: BindingRow) -> int:
    return row[0]
