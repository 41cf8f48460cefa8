"""From bytes to facts: runs a language's grammar and query, and hands the captures to its extractor.

Facts are a pure function of (bytes, language, :data:`EXTRACTOR_VERSION`). Nothing here reads a file or raises for what
the bytes hold.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from tree_sitter import Tree

from sightline.base.text import Span
from sightline.graph.dialect import Dialect
from sightline.graph.dialects import dialect_of
from sightline.graph.extract_common import Extractor, extractor
from sightline.graph.extract_component import component_rows
from sightline.graph.extract_python import extract_python, python_foreign
from sightline.graph.extract_run import Run, touched_run
from sightline.graph.extract_script import extract_script, lists_exports, script_foreign
from sightline.graph.extract_splice import Telling, context_of, place_of, spliced
from sightline.graph.extract_text import CutAcross, captured, captured_within, parsed
from sightline.graph.extract_window import Window, starts_after, window_between, window_of
from sightline.graph.facts import FileFacts
from sightline.graph.raw_facts import DefinitionRow, ImportRow, RawFacts, facts_of
from sightline.languages.spec import LanguageSpec

#: Raised with every change to what extraction returns: stored facts of other versions are dropped.
EXTRACTOR_VERSION: Final = 29

#: Statements that are parsed before and behind the touched ones: first one of each, more if those change. What came out
#: of a class that was cut in two are many, and all go back into it.
_MARGINS = ((1, 1), (2, 8), (2, 64))

#: Spliced rows keep texts that nothing uses any more; beyond this many too many, the file is read whole.
_STALE_STRINGS = 2_000


@dataclass(frozen=True, slots=True)
class _Reading:
    """How captures become facts. ``tells_on_others``: text that decides what statements elsewhere mean, if any does.

    ``by_mention``: see ``Telling``.
    """

    extract: Extractor
    foreign: Callable[[tuple[DefinitionRow, ...], tuple[ImportRow, ...]], frozenset[bytes]]
    tells_on_others: Callable[[bytes], bool] | None
    by_mention: bool

    @property
    def telling(self) -> Telling:
        """What names tell on statements elsewhere."""
        return Telling(self.foreign((), ()), self.by_mention)


def _common(dialect: Dialect) -> _Reading:
    """The reading of a dialect, which is never spliced: any text may tell on any statement."""
    return _Reading(extractor(dialect), lambda _, __: frozenset(), lambda _: True, by_mention=True)


_OWN_READINGS = {
    "python": _Reading(extract_python, python_foreign, None, by_mention=False),
    "script": _Reading(extract_script, script_foreign, lists_exports, by_mention=True),
}


@cache
def _reading(name: str) -> _Reading:
    """How the extractor of this name reads."""
    return _OWN_READINGS.get(name) or _common(dialect_of(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEdit:
    """How the text of an old tree became the new one: the bytes ``old`` were replaced by ``length`` bytes."""

    old: Span
    length: int


def parse_rows(data: bytes, language: LanguageSpec) -> RawFacts:
    """The facts of a text as rows (see ``raw_facts.py``); what workers call."""
    return _facts(data, _tree(data, language), language)


def parse(data: bytes, language: LanguageSpec) -> FileFacts:
    """The facts of a text as objects."""
    return facts_of(parse_rows(data, language))


def parse_tree(
    data: bytes,
    language: LanguageSpec,
    old_tree: Tree | None = None,
    edit: TreeEdit | None = None,
    old_rows: RawFacts | None = None,
    *,
    steps: int | None = None,
) -> tuple[Tree, RawFacts]:
    """Tree and facts of an open document, parsed incrementally when the old tree and the edit are given.

    ``old_tree`` is left as it was. With ``old_rows``, the facts of the old tree, only the touched statements are read
    again where that gives what reading everything gives. Rows are returned, not objects: a keystroke must not build
    thousands of them. Raises as :func:`~sightline.graph.extract_text.parsed` does, here and below.
    """
    if old_tree is None or edit is None:
        tree = _tree(data, language, steps)
        return tree, _facts(data, tree, language, steps)
    tree, rows = parse_touched(data, language, old_tree, edit, old_rows, steps=steps)
    return tree, rows or _facts(data, tree, language, steps)


def parse_touched(
    data: bytes,
    language: LanguageSpec,
    old_tree: Tree,
    edit: TreeEdit,
    old_rows: RawFacts | None,
    *,
    steps: int | None = None,
) -> tuple[Tree, RawFacts | None]:
    """The quick half of :func:`parse_tree`: the new tree, and the facts if the touched statements alone give them."""
    if language.prepare is not None or language.parses_whole:  # an edit anywhere may decide what of the text is code
        return _tree(data, language, steps), None
    edited = moved_tree(old_tree, edit)
    tree = parsed(data, language, edited, steps=steps)
    if old_rows is None or (run := _run_of((old_tree, edited, tree), edit)) is None:
        return tree, None
    return tree, _spliced(data, language, (old_tree, tree), run, old_rows)


def moved_tree(tree: Tree, edit: TreeEdit) -> Tree:
    """``tree`` with its offsets moved as the edit moved the text; what it holds there is what it held before."""
    moved = tree.copy()
    moved.edit(edit.old.start, edit.old.end, edit.old.start + edit.length, (0, 0), (0, 0), (0, 0))
    return moved


@dataclass(frozen=True, slots=True)
class WindowRead:
    """The facts of a text of which only some statements were parsed; ``starts`` as ``statement_starts`` gives them.

    ``start``, ``end`` and ``tree``: what was parsed, for the next key there.
    """

    rows: RawFacts
    starts: array[int]
    start: int
    end: int
    tree: Tree

    def holds(self, window: Window, longest: int) -> bool:
        """Whether ``window`` was parsed, and not much more."""
        return self.start <= window.start and window.end <= self.end and self.end - self.start <= longest


def parse_window(
    texts: tuple[bytes, bytes],
    language: LanguageSpec,
    starts: array[int],
    edit: TreeEdit,
    old: RawFacts | WindowRead,
    limits: tuple[int, int | None],
) -> WindowRead | None:
    """The facts of the second of two texts from those of the first, by parsing only statements around the edit.

    ``old`` holds the facts of the first. ``None`` where that cannot tell them. ``limits``: bytes to parse, and steps as
    in :func:`parse_tree`. Where statements are broken, the facts are what they seem to be: only a parse of everything
    recovers from errors as a parse of everything does.
    """
    if language.prepare is not None or language.parses_whole or language.extractor not in _OWN_READINGS:
        return None
    (longest, steps), delta = limits, len(texts[1]) - len(texts[0])
    rows = old.rows if isinstance(old, WindowRead) else old
    for margins in _MARGINS:
        window = window_of(texts[0], starts, (edit.old.start, edit.old.end), margins)
        if window.end - window.start + delta > longest:
            return None
        if isinstance(old, WindowRead) and old.holds(window, longest):
            before, window = old.tree, window_between(starts, old.start, old.end)
        else:
            before = parsed(texts[0], language, steps=steps, within=(window.start, window.end))
        edited = moved_tree(before, edit)
        after = parsed(texts[1], language, edited, steps=steps, within=(window.start, window.end + delta))
        run = _run_of((before, edited, after), edit)
        found = None if run is None else starts_after(starts, window, (before, after), run)
        if run is not None and found is not None:
            part = _spliced(texts[1], language, (before, after), run, rows)
            return part and WindowRead(part, found, window.start, window.end + delta, after)
    return None


def parse_rest(data: bytes, language: LanguageSpec, tree: Tree, *, steps: int | None = None) -> RawFacts:
    """The slow half of :func:`parse_tree`: the facts of a tree, all of it read."""
    return _facts(data, tree, language, steps)


def _tree(data: bytes, language: LanguageSpec, steps: int | None = None) -> Tree:
    """The tree of a text, parsed whole; that of its code, where the text is not all code."""
    if language.prepare is None:
        return parsed(data, language, steps=steps)
    prepared = language.prepare(data)
    return parsed(prepared.code, prepared.language, steps=steps)


def _facts(data: bytes, tree: Tree, language: LanguageSpec, steps: int | None = None) -> RawFacts:
    if language.prepare is not None:
        prepared = language.prepare(data)
        extract = _reading(language.extractor).extract
        code = _extracted(prepared.code, tree, prepared.language, extract)
        uses_tree = parsed(prepared.uses, prepared.language, steps=steps)
        uses = _extracted(prepared.uses, uses_tree, prepared.language, extract)
        return component_rows(data, language.name, prepared, code, uses)
    return _extracted(data, tree, language, _reading(language.extractor).extract)


def _extracted(data: bytes, tree: Tree, language: LanguageSpec, extract: Extractor) -> RawFacts:
    try:
        return extract(captured(data, tree, language))
    except CutAcross:  # a long text that is broken at the seam of two parts
        return extract(captured(data, tree, language, at_once=True))


def _run_of(trees: tuple[Tree, Tree, Tree], edit: TreeEdit) -> Run | None:
    return touched_run(*trees, (edit.old.start, edit.old.end), edit.length)


def _spliced(
    data: bytes, language: LanguageSpec, trees: tuple[Tree, Tree], run: Run, old_rows: RawFacts
) -> RawFacts | None:
    """The new facts, by reading the run again. ``trees`` hold it as it was and as it is."""
    reading = _reading(language.extractor)
    if len(old_rows.strings) > _STALE_STRINGS + len(old_rows.references):
        return None
    place = place_of(old_rows, run)
    if place is None or (reading.tells_on_others is not None and _tells(reading.tells_on_others, data, trees[0])):
        return None
    foreign, telling = reading.foreign(old_rows.definitions, old_rows.imports), reading.telling
    try:
        text = captured_within(data, trees[1], language, run.start, run.new_end)
        part = reading.extract(text, context_of(data, old_rows, place, foreign, telling))
    except CutAcross:
        return None
    return spliced(data, old_rows, part, place, telling)


def _tells(tells_on_others: Callable[[bytes], bool], data: bytes, old: Tree) -> bool:
    return tells_on_others(data) or tells_on_others(old.root_node.text or b"")
