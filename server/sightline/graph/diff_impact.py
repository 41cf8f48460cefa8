"""Who is affected by a change of many files: what the change touches, and the impact of each of these definitions.

A definition is touched where a line of its own was removed or added: blank lines and comments do not count, and what
lies in a function or class inside it is touched itself instead. What was taken away is asked of the graph as it was,
everything else of the graph as it will be. What was added is told, but affects nobody yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text, TextEdit
from sightline.graph.answers import Confidence, Coverage, Symbol
from sightline.graph.coverage import joint_coverage
from sightline.graph.facts import DefinitionKind
from sightline.graph.impact import Impacted, impact_of
from sightline.graph.stopping import Check, go_on
from sightline.graph.test_files import is_test
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of

Kind = Literal["changed", "removed", "added"]

#: Definitions that are asked about, at most; a larger change is told to be cut.
MOST_CHANGED = 500
#: Definitions whose lines are a part of the function or class around them as well.
_SMALL = frozenset({DefinitionKind.VARIABLE, DefinitionKind.ATTRIBUTE})
_ORDER = {Confidence.EXACT: 0, Confidence.INFERRED: 1, Confidence.NAME_ONLY: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A definition that a change touches, or with an empty ``name`` what stands at the top of a file outside them.

    ``line`` is the one-based line of its name, in the text as it will be, or as it was for what is removed.
    """

    path: WorkspacePath
    name: str
    line: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedByDiff:
    """A definition (or, with an empty name, the top of a file) that uses what changed, ``depth`` steps away.

    ``of`` is the changed definition it was reached from by the shortest way; ``test`` tells that it is in a test.
    """

    path: WorkspacePath
    name: str
    line: int
    depth: int
    confidence: Confidence
    of: str
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffImpactAnswer:
    """What a change touches and whom that affects, nearest first; what it touches is not among the affected."""

    changed: tuple[Changed, ...]
    affected: tuple[AffectedByDiff, ...]
    coverage: Coverage
    revision: int


def impact_of_changes(
    before: GraphView, after: GraphView, changes: ChangeSet, *, depth: int = 5, check: Check = go_on
) -> DiffImpactAnswer:
    """The impact of ``changes``, which lead from ``before`` to ``after``, up to ``depth`` steps away."""
    old, new = _touched(before, _spans_before(before, changes)), _touched(after, _spans_after(before, changes))
    changed: list[Changed] = []
    questions: list[tuple[GraphView, Symbol]] = []
    coverages = [*_unread(before, changes.paths_before), *_unread(after, changes.paths_after)]
    for key in sorted({*old, *new}):
        there, here = _find(before, key), _find(after, key)
        subject = here or there
        if not key[1]:
            changed.append(Changed(path=key[0], name="", line=1, kind="changed"))
        elif subject is not None:
            kind: Kind = "removed" if here is None else "added" if there is None else "changed"
            view = before if here is None else after
            changed.append(Changed(path=key[0], name=key[1], line=_line(view, subject), kind=kind))
            if kind != "added":
                questions.append((view, subject))
    affected: dict[tuple[WorkspacePath, str], AffectedByDiff] = {}
    for view, symbol in questions[:MOST_CHANGED]:
        answer = impact_of(view, symbol, depth=depth, check=check)
        coverages.append(answer.coverage)
        for each in answer.impacted:
            _keep(affected, _affected(each, symbol.identifier))
    for path in [each.path for each in changed if not each.name]:
        for edge in after.importers(path):
            top = Impacted(path=edge.source, name="", line=edge.line, depth=1, confidence=edge.confidence)
            _keep(affected, _affected(top, str(path)))
    touched = {(each.path, each.name) for each in changed}
    found = [each for key, each in affected.items() if key not in touched]
    found.sort(key=lambda each: (each.depth, each.path, each.line))
    return DiffImpactAnswer(
        changed=tuple(changed),
        affected=tuple(found),
        coverage=joint_coverage(coverages, cut=len(questions) > MOST_CHANGED),
        revision=after.revision,
    )


_Key = tuple[WorkspacePath, str]


def _affected(found: Impacted, of: str) -> AffectedByDiff:
    return AffectedByDiff(
        path=found.path,
        name=found.name,
        line=found.line,
        depth=found.depth,
        confidence=found.confidence,
        of=of,
        test=is_test(found.path),
    )


def _keep(affected: dict[_Key, AffectedByDiff], found: AffectedByDiff) -> None:
    known = affected.get((found.path, found.name))
    if known is None or (found.depth, _ORDER[found.confidence]) < (known.depth, _ORDER[known.confidence]):
        affected[found.path, found.name] = found


def _spans_before(before: GraphView, changes: ChangeSet) -> Mapping[WorkspacePath, list[Span]]:
    found = {edit.path: [each.span for each in _trimmed(before, edit)] for edit in changes.edits}
    for path in (*changes.deletes, *(rename.old for rename in changes.renames)):
        text = _text(before, path)
        found[path] = [Span(0, len(text))] if text is not None else []
    return found


def _spans_after(before: GraphView, changes: ChangeSet) -> Mapping[WorkspacePath, list[Span]]:
    moved = {rename.old: rename.new for rename in changes.renames}
    found: dict[WorkspacePath, list[Span]] = {}
    for edit in changes.edits:
        shift = 0
        spans = found.setdefault(moved.get(edit.path, edit.path), [])
        for each in _trimmed(before, edit):
            start = each.span.start + shift
            spans.append(Span(start, start + len(each.new)))
            shift += len(each.new) - len(each.span)
    for path, text in changes.texts_after(lambda path: before.workspace.read(path).text).items():
        if text is not None and (path in moved.values() or path not in found):
            found[path] = [Span(0, len(text))]
    return found


def _trimmed(before: GraphView, edit: FileEdit) -> list[TextEdit]:
    """The edits in their order, without the lines at both ends that stay as they were."""
    text = before.workspace.read(edit.path).text
    found: list[TextEdit] = []
    for each in sorted(edit.edits, key=lambda item: (item.span.start, item.span.end)):
        old, new = text.data[each.span.start : each.span.end], each.new
        first = _common(old.splitlines(keepends=True), new.splitlines(keepends=True))
        ends = old[first:].splitlines(keepends=True), new[first:].splitlines(keepends=True)
        last = _common(ends[0][::-1], ends[1][::-1])
        span = Span(each.span.start + first, each.span.end - last)
        found.append(TextEdit(span, new[first : len(new) - last]))
    return found


def _common(left: list[bytes], right: list[bytes]) -> int:
    """Bytes of the lines that two lists begin with both."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    return sum(len(line) for line, _ in same)


def _touched(view: GraphView, spans: Mapping[WorkspacePath, list[Span]]) -> set[_Key]:
    found: set[_Key] = set()
    for path, ranges in spans.items():
        text, facts = _text(view, path), view.facts(path)
        if text is None or facts is None:
            continue
        owners = _owners_by_line(view.symbols(path), text)
        imports = {
            line
            for each in facts.imports
            if each.enclosing < 0
            for line in range(text.line_of(each.span.start), text.line_of(each.span.end) + 1)
        }
        for line in (line for span in ranges for line in _lines(text, span, path)):
            found.update((path, owner.qualified_name) for owner in owners.get(line, ()))
            if line not in owners and line not in imports:
                found.add((path, ""))
    return found


def _lines(text: Text, span: Span, path: WorkspacePath) -> Iterator[int]:
    """The lines that a span holds a part of; where that is blank, or the line a comment, it is left out."""
    language = language_of(path)
    comment = language.comment.encode() if language is not None else b""
    for number in range(text.line_of(span.start), text.line_of(max(span.start, span.end - 1)) + 1):
        line = text.line_span(number)
        piece = text.data[max(line.start, span.start) : min(line.end, span.end)]
        whole = text.data[line.start : line.end].lstrip()
        if piece.strip() and not (comment and whole.startswith(comment)):
            yield number


def _owners_by_line(symbols: tuple[Symbol, ...], text: Text) -> dict[int, tuple[Symbol, ...]]:
    """For each line the innermost function or class it is in, and the variables and attributes it defines."""
    innermost: dict[int, Symbol] = {}
    small: dict[int, list[Symbol]] = {}
    for each in sorted(symbols, key=lambda each: -len(each.definition.span)):
        span = each.definition.span
        for line in range(text.line_of(span.start), text.line_of(max(span.start, span.end - 1)) + 1):
            if each.definition.kind in _SMALL:
                small.setdefault(line, []).append(each)
            else:
                innermost[line] = each
    lines = {*innermost, *small}
    return {line: (*((innermost[line],) if line in innermost else ()), *small.get(line, ())) for line in lines}


def _unread(view: GraphView, paths: Iterable[WorkspacePath]) -> Iterator[Coverage]:
    """Changed files of which nothing is known: their definitions are asked about by nobody."""
    unread = tuple(path for path in paths if language_of(path) is not None and view.facts(path) is None)
    if unread:
        yield Coverage(complete=False, unparsed=len(unread), unparsed_files=unread)


def _find(view: GraphView, key: _Key) -> Symbol | None:
    return next((each for each in view.symbols(key[0]) if each.qualified_name == key[1]), None) if key[1] else None


def _line(view: GraphView, symbol: Symbol) -> int:
    index = view.index(symbol.path)
    return index.line_of(symbol.definition.name_span.start) + 1 if index is not None else 1


def _text(view: GraphView, path: WorkspacePath) -> Text | None:
    try:
        return view.workspace.read(path).text
    except SightlineError:
        return None
