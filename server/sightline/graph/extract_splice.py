"""A keystroke's facts: the statements that an edit touched are read again, everything else is moved.

Reading a whole file costs ten times more than parsing it incrementally. Here the run of statements around an edit is
read in its :class:`Context`, and its rows take the place of the old ones. Whenever the rest of the file could be read
differently because of the edit (a name appears or goes, code is broken, exports are listed elsewhere), nothing is
spliced and the caller reads the whole file: the result is always what a fresh extraction gives.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sightline.base.text import digest_of
from sightline.graph.extract_context import Context
from sightline.graph.extract_rows import Draft, export_digest
from sightline.graph.extract_run import Run
from sightline.graph.facts import DefinitionKind, ReferenceKind
from sightline.graph.raw_facts import (
    LOCAL_FLAG,
    REFERENCE_CODE,
    REFERENCE_STRIDE,
    BindingRow,
    CallRow,
    DefinitionRow,
    ImportRow,
    ProblemRow,
    RawFacts,
)
from sightline.graph.unread import MAXIMUM_PROBLEMS

_new_row = DefinitionRow._make  # of thousands of rows, each named field would cost as much again
_WRITE = REFERENCE_CODE[ReferenceKind.WRITE]
_STRING = REFERENCE_CODE[ReferenceKind.STRING]
_SYNTAX = "syntax"
_CLASS = DefinitionKind.CLASS.value


@dataclass(frozen=True, slots=True)
class Telling:
    """Which names, once bound or no longer, tell on statements elsewhere: ``foreign``, those of the language, always.

    ``by_mention``: every other name that these statements mention; else those only that they bind too.
    """

    foreign: frozenset[bytes]
    by_mention: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run lies among the old rows: definitions ``first..last``, and the classes around it."""

    run: Run
    first: int
    last: int
    ancestors: tuple[int, ...]

    @property
    def outer(self) -> int:
        """The definition directly around the run, or -1."""
        return self.ancestors[-1] if self.ancestors else -1


def place_of(rows: RawFacts, run: Run) -> Place | None:
    """The place of a run; ``None`` when the rows do not show the classes the trees do.

    Nor is there one with broken code outside the run: the rows there may be those of a wrong guess.
    """
    syntax = [row for row in rows.problems if row[0] == _SYNTAX]
    if len(syntax) == MAXIMUM_PROBLEMS or any(row[2] <= run.start or row[3] >= run.old_end for row in syntax):
        return None
    definitions = rows.definitions
    starts = [row.start for row in definitions]
    first, last = bisect_left(starts, run.start), bisect_left(starts, run.old_end)
    around = tuple(
        at for at, row in enumerate(definitions[:first]) if row.end >= run.old_end and row.body_start <= run.start
    )
    if len(around) != run.depth or any(definitions[at].kind != _CLASS for at in around):
        return None
    return Place(run, first, max(first, last), around)


def context_of(data: bytes, rows: RawFacts, place: Place, foreign: frozenset[bytes], telling: Telling) -> Context:
    """What the extractor has to know about everything outside the run; ``data`` is the new text."""
    level = {-1: -1} | {index: number for number, index in enumerate(place.ancestors)}
    covered = dict.fromkeys(level, 0)  # level → end of the last function or class in it
    seen: set[tuple[int, bytes]] = set()
    later: set[tuple[int, bytes]] = set()
    hiding = telling.foreign | place.run.parameters
    imported = (
        (level[row.enclosing], name[1].partition(".")[0].encode("utf-8", "replace"))
        for row in rows.imports
        if row.enclosing in place.ancestors and not place.run.start <= row.start < place.run.old_end
        for name in row.names
    )
    bound = {name for name in imported if name[1] in hiding}
    for index, row in enumerate(rows.definitions):
        number = level.get(row.parent)
        if number is None or place.first <= index < place.last:
            continue
        name = (number, row.name.encode("utf-8", "replace"))
        before = index < place.first
        name_start = row.name_start + (0 if before else place.run.delta)
        if number >= 0 and name[1] in hiding and not _is_member(data, name_start):
            bound.add(name)
        if row.parameters is not None or row.kind == _CLASS:
            seen.add(name)
            covered[row.parent] = row.end
        elif row.start < covered[row.parent] or _is_member(data, name_start):
            if before:  # ``self.x = …`` and ``global x`` define only what nothing defines directly
                later.add(name)
        else:
            later.add(name)
            if before:
                seen.add(name)
    ancestors = tuple(
        _ancestor(rows.definitions[index], number, place) for index, number in level.items() if index >= 0
    )
    return Context(ancestors, foreign, frozenset(seen), frozenset(later), place.run.parameters, frozenset(bound))


def _is_member(data: bytes, at: int) -> bool:
    while at > 0 and data[at - 1] in b" \t\r\n\\":
        at -= 1
    return data[at - 1 : at] == b"."


def _ancestor(row: DefinitionRow, number: int, place: Place) -> Draft:
    return Draft(
        name=row.name,
        kind=row.kind,
        start=row.start,
        end=row.end + place.run.delta,
        name_start=row.name_start,
        name_end=row.name_end,
        body_start=row.body_start,
        parent=number - 1,
        container=number,
        bases=row.bases,
        exported=row.exported,
    )


def spliced(data: bytes, old: RawFacts, part: RawFacts, place: Place, telling: Telling) -> RawFacts | None:
    """The old rows with those of the run replaced by ``part``; ``None`` if others could be read differently now.

    ``part`` begins with the definitions of the run's ancestors.
    """
    if not _same_surroundings(data, old, part, place, telling):
        return None
    run = place.run
    moved = _Moved(place, len(part.definitions) - len(place.ancestors) - (place.last - place.first))
    definitions = _definitions(old, part, moved)
    strings, calls, references = _references(old, part, moved)
    low, high = run.start, run.old_end
    imports = (
        *(row for row in old.imports if row.start < low),
        *(row._replace(enclosing=moved.inner(row.enclosing)) for row in part.imports),
        *(_import_behind(row, moved) for row in old.imports if row.start >= high),
    )
    bindings = (
        *(moved.binding(row, row[0]) for row in old.bindings if row[0] < place.first),
        *((moved.inner(row[0]), *row[1:]) for row in part.bindings),
        *(moved.binding(row, moved.behind(row[0])) for row in old.bindings if row[0] >= place.last),
    )
    shown = _shown(old.definitions[place.first : place.last], place.first)
    unchanged = (
        shown == _shown(definitions[place.first : place.last + moved.more], place.first)
        and all(row.enclosing >= 0 for row in part.imports)
        and not any(low <= row.start < high and row.enclosing < 0 for row in old.imports)
    )
    rows = RawFacts(
        digest=digest_of(data),
        language=old.language,
        strings=strings,
        definitions=definitions,
        references=references,
        calls=calls,
        imports=imports,
        problems=_problems(old, part, moved),
        bindings=bindings,
        export_digest=old.export_digest,
    )
    return rows if unchanged else rows._replace(export_digest=_digest_again(rows))


@dataclass(frozen=True, slots=True)
class _Moved:
    """How indices and offsets change: ``more`` is the number of definitions that came with the run."""

    place: Place
    more: int

    @property
    def delta(self) -> int:
        return self.place.run.delta

    def inner(self, index: int) -> int:
        """Index in the part → index in the whole."""
        count = len(self.place.ancestors)
        if index < 0:
            return -1
        return self.place.ancestors[index] if index < count else self.place.first + index - count

    def behind(self, index: int) -> int:
        """Index of the old rows → index in the whole, for what stands outside the run."""
        return index + self.more if index >= self.place.last else index

    def binding(self, row: BindingRow, enclosing: int) -> BindingRow:
        """An old binding outside the run; its range may lie behind the run or around it."""
        _, name, annotation, value, alias, start, end = row
        start += self.delta if start >= self.place.run.old_end else 0
        end += self.delta if end >= self.place.run.old_end else 0
        return (enclosing, name, annotation, value, alias, start, end)


def _same_surroundings(data: bytes, old: RawFacts, part: RawFacts, place: Place, telling: Telling) -> bool:
    """Whether the run binds the same names for everybody else as before, or none that matter to them."""
    count = len(place.ancestors)
    mine = old.definitions[place.first : place.last]
    before = Counter((row.name, row.kind, row.parent) for row in mine if row.parent < place.first)
    level = dict(enumerate(place.ancestors)) | {-1: -1}
    after = Counter((row.name, row.kind, level[row.parent]) for row in part.definitions[count:] if row.parent < count)
    low, high = place.run.start, place.run.old_end
    imports = (row for row in old.imports if low <= row.start < high)
    imported = _bound_by(imports, {at: at for at in level.values()}), _bound_by(part.imports, level)
    changed = {(name, parent) for name, _, parent in (before - after) + (after - before)} | (imported[0] ^ imported[1])
    return (
        [row.name for row in part.definitions[:count]] == [old.definitions[at].name for at in place.ancestors]
        and all(row.parent < place.last for row in mine)
        and not any(row[0] == place.outer for row in old.bindings)
        and not any(row[0] < count for row in part.bindings)
        and not ("__all__" in part.strings or _uses(old, "__all__", low, high))
        and not any(name == "__all__" for name, _, _ in before)
        and not (changed and _tells(data, old, place, telling, changed))
    )


def _bound_by(imports: Iterable[ImportRow], level: Mapping[int, int]) -> set[tuple[str, int]]:
    """The names that imports bind outside of functions, each with the definition around, or -1."""
    return {(name[1], level[row.enclosing]) for row in imports if row.enclosing in level for name in row.names}


def _tells(data: bytes, old: RawFacts, place: Place, telling: Telling, changed: set[tuple[str, int]]) -> bool:
    """Whether statements outside the run could be read differently because names (each with the definition around, or
    -1) are bound there, or are no longer.

    They could where they bind such a name as well: the first of them all is its definition.
    """
    run, names = place.run, {name for name, _ in changed}
    if names & {"__all__", "*"} or any(each.encode("utf-8", "replace") in run.parameters for each in names):
        return True
    if any(each.partition(".")[0].encode("utf-8", "replace") in telling.foreign for each in names):
        return True
    if telling.by_mention:
        words = [each.encode("utf-8", "replace") for each in names]
        return any(word in data[: run.start] or word in data[run.new_end :] for word in words)
    outside = (*old.definitions[: place.first], *old.definitions[place.last :])
    if any((row.name, row.parent) in changed for row in outside if row.name in names):
        return True
    numbers = {at for at, text in enumerate(old.strings) if text in names}
    flat = old.references
    columns = zip(flat[0::REFERENCE_STRIDE], flat[1::REFERENCE_STRIDE], flat[2::REFERENCE_STRIDE], strict=True)
    return bool(numbers) and any(
        name in numbers and kind & ~LOCAL_FLAG == _WRITE and not run.start <= start < run.old_end
        for name, start, kind in columns
    )


def _uses(rows: RawFacts, name: str, low: int, high: int) -> bool:
    """Whether a reference in ``low..high`` has this name."""
    if name not in rows.strings:
        return False
    index = rows.strings.index(name)
    starts = rows.references[1::REFERENCE_STRIDE]
    return index in rows.references[0::REFERENCE_STRIDE][bisect_left(starts, low) : bisect_left(starts, high)]


def _definitions(old: RawFacts, part: RawFacts, moved: _Moved) -> tuple[DefinitionRow, ...]:
    place, delta = moved.place, moved.delta
    head = list(old.definitions[: place.first])
    for index in place.ancestors:
        row = head[index]
        head[index] = row._replace(end=row.end + delta)
    tail = old.definitions[place.last :]
    if delta or moved.more:
        behind = moved.behind
        tail = tuple(
            _new_row(
                (
                    row[0], row[1], row[2] + delta, row[3] + delta, row[4] + delta, row[5] + delta, row[6] + delta,
                    behind(row[7]), *row[8:],
                )
            )
            for row in tail
        )  # fmt: skip
    new = (row._replace(parent=moved.inner(row.parent)) for row in part.definitions[len(place.ancestors) :])
    return (*head, *new, *tail)


def _references(
    old: RawFacts, part: RawFacts, moved: _Moved
) -> tuple[tuple[str, ...], tuple[CallRow, ...], array[int]]:
    """Strings, calls and rows. Texts that nothing uses any more stay in the table until the next whole reading."""
    starts = old.references[1::REFERENCE_STRIDE]
    low = bisect_left(starts, moved.place.run.start) * REFERENCE_STRIDE
    high = bisect_left(starts, moved.place.run.old_end) * REFERENCE_STRIDE
    strings = {text: index for index, text in enumerate(old.strings)}
    calls = {shape: index for index, shape in enumerate(old.calls)}
    string_of = [strings.setdefault(text, len(strings)) for text in part.strings]
    call_of = [calls.setdefault(shape, len(calls)) for shape in part.calls]
    rows = array("i", part.references)
    rows[0::6] = array("i", [string_of[index] for index in rows[0::6]])
    rows[3::6] = array("i", [moved.inner(index) for index in rows[3::6]])
    rows[4::6] = array("i", [string_of[index] for index in rows[4::6]])
    rows[5::6] = array("i", [call_of[index] if index >= 0 else -1 for index in rows[5::6]])
    tail = old.references[high:]
    delta = moved.delta
    if delta:
        tail[1::6] = array("i", [start + delta for start in tail[1::6]])
    if moved.more:
        tail[3::6] = array("i", [moved.behind(index) for index in tail[3::6]])
    return tuple(strings), tuple(calls), old.references[:low] + rows + tail


def _problems(old: RawFacts, part: RawFacts, moved: _Moved) -> tuple[ProblemRow, ...]:
    """Syntax errors come first; a file lists only so many of them."""
    run, delta = moved.place.run, moved.delta
    rows = [row for row in old.problems if row[2] < run.start]
    rows += part.problems
    rows += [(row[0], row[1], row[2] + delta, row[3] + delta) for row in old.problems if row[2] >= run.old_end]
    syntax = [row for row in rows if row[0] == _SYNTAX]
    return (*syntax[:MAXIMUM_PROBLEMS], *(row for row in rows if row[0] != _SYNTAX))


def _import_behind(row: ImportRow, moved: _Moved) -> ImportRow:
    delta = moved.delta
    names = tuple((name, alias, start + delta, end + delta) for name, alias, start, end in row.names)
    enclosing = moved.behind(row.enclosing)
    return row._replace(names=names, start=row.start + delta, end=row.end + delta, enclosing=enclosing)


def _shown(rows: tuple[DefinitionRow, ...], first: int) -> list[tuple[object, ...]]:
    """What the export digest may hold of some rows."""
    return [(row[0], row[1], row.parent - first if row.parent >= first else row.parent, *row[8:]) for row in rows]


def _digest_again(rows: RawFacts) -> str:
    public = next((index for index, row in enumerate(rows.definitions) if row.name == "__all__"), -2)
    flat = rows.references
    listed = [
        rows.strings[flat[at]]
        for at in range(0, len(flat), REFERENCE_STRIDE)
        if flat[at + 2] == _STRING and flat[at + 3] == public
    ]
    return export_digest(rows.definitions, rows.imports, listed)
