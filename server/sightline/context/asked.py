"""The code that a model asked for by name: files, lines of them, definitions. Only what may be shown, in its order.

A name is looked up as a person's would be: a path or the last parts of one, with lines after it or ``::Name``, or the
dotted name of a definition. What cannot be given is told with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sightline.base.errors import PathOutsideRoot, SightlineError
from sightline.base.paths import WorkspacePath, confine
from sightline.context.access import definitions_of, qualified_name
from sightline.context.candidates import Candidate, Gate, Permission, RankedFile, Ranking, Tier
from sightline.context.chunks import Chunk, chunks_of
from sightline.context.exact import CountTokens
from sightline.context.lexical import LexicalIndex
from sightline.context.mentions import Mentions
from sightline.context.pack import pack_ranking
from sightline.context.ranges import Lines, overlap
from sightline.context.request import ContextRequest
from sightline.context.resolve import resolve_mentions
from sightline.context.slices import ContextPack
from sightline.context.source import source_lines
from sightline.graph.view import GraphView

#: A name with more definitions than this is asked back about.
MOST_MEANT = 3

#: Names listed for one who asked for something that a file does not define.
MOST_LISTED = 20

_LINES = re.compile(r"(?:(?::|#L|,?\s*\(?lines?\s+)(\d{1,7})(?:\s*(?:-|–|to|:)\s*L?(\d{1,7}))?\)?)\s*\Z", re.IGNORECASE)
_UNKNOWN = "nothing that may be shown is called so"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequest:
    """What is asked: ``names`` as they were written, within ``budget`` tokens; ``known`` as in ``ContextRequest``."""

    names: tuple[str, ...]
    budget: int
    root: str = ""
    known: Mapping[WorkspacePath, tuple[Lines, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``pack`` holds the code; ``answers`` say of each name what it came to, as part of a sentence.

    ``refused`` are the names of which nothing can be given.
    """

    pack: ContextPack
    answers: tuple[tuple[str, str], ...]
    refused: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Lines of a file that a name means; ``None`` for all of it."""

    path: WorkspacePath
    lines: Lines | None


def asked_code(
    view: GraphView, request: AskedRequest, index: LexicalIndex, count_tokens: CountTokens, permitted: Permission
) -> Asked:
    """The code of ``request.names`` in their order, as far as the budget goes. Runs in any thread."""
    gate = Gate(view.workspace, permitted)
    finding = _Finding(view, index, gate, (request.root,) if request.root else view.workspace.roots)
    found: dict[str, tuple[_Wanted, ...]] = {}
    answers: dict[str, str] = {}
    for name in dict.fromkeys(request.names):
        outcome = finding.wanted(name)
        if isinstance(outcome, str):
            answers[name] = outcome
        else:
            found[name] = outcome
    refused = frozenset(answers)
    pieces: dict[tuple[WorkspacePath, int], Candidate] = {}
    for name, wanted in found.items():
        for each in wanted:
            pieces.update(_pieces(view, each, name, pieces.keys()))
    context = ContextRequest(task="", budget=request.budget, root=request.root, known=request.known)
    files = dict.fromkeys(path for path, _ in pieces)
    ranking = Ranking(
        files=tuple(RankedFile(path=path, score=1.0, reasons=()) for path in files),
        pieces=tuple(pieces.values()),
        terms={},
    )
    pack = pack_ranking(view, ranking, context, count_tokens, gate)
    for name, wanted in found.items():
        answers[name] = _came_to(wanted, pack, request.known)
    given = {name: answers[name] for name in dict.fromkeys(request.names)}
    return Asked(pack=pack, answers=tuple(given.items()), refused=refused)


class _Finding:
    """Looks names up in one view."""

    def __init__(self, view: GraphView, index: LexicalIndex, gate: Gate, roots: tuple[str, ...]) -> None:
        self._view = view
        self._index = index
        self._gate = gate
        self._roots = roots

    def wanted(self, name: str) -> tuple[_Wanted, ...] | str:
        """What ``name`` means; a reason where nothing of it can be given."""
        bare, lines = _lines_of(name)
        where, separator, symbol = bare.partition("::")
        if separator and (paths := self._files(where)):
            return self._in_file(paths[0], symbol)
        resolved = resolve_mentions(self._view, self._index, Mentions(explicit=(bare,)), self._roots)
        if resolved.files:
            return self._whole(tuple(resolved.files), lines)
        symbols = [each.symbol for each in resolved.symbols if self._reason(each.symbol.path) is None]
        if len(symbols) > MOST_MEANT:
            places = ", ".join(f"{each.path}::{each.qualified_name}" for each in symbols[:MOST_LISTED])
            return f"it may be any of {places}; say which"
        if symbols:
            found = (self._lines(each.path, each.index) for each in symbols)
            return tuple(each for each in found if each is not None)
        return self._why_not(bare, [each.symbol.path for each in resolved.symbols])

    def _files(self, name: str) -> tuple[WorkspacePath, ...]:
        mentions = Mentions(explicit=(name,))
        return tuple(resolve_mentions(self._view, self._index, mentions, self._roots).files)

    def _whole(self, paths: Sequence[WorkspacePath], lines: Lines | None) -> tuple[_Wanted, ...] | str:
        refusals = [reason for path in paths if (reason := self._reason(path)) is not None]
        open_ones = tuple(_Wanted(path=path, lines=lines) for path in paths if self._reason(path) is None)
        return open_ones or refusals[0]

    def _in_file(self, path: WorkspacePath, name: str) -> tuple[_Wanted, ...] | str:
        reason = self._reason(path)
        if reason is not None:
            return reason
        definitions = definitions_of(self._view, path)
        dotted = name.replace("::", ".").replace("#", ".").removesuffix("()")
        names = [qualified_name(definitions, number) for number in range(len(definitions))]
        matches = [number for number, full in enumerate(names) if full == dotted or full.endswith(f".{dotted}")]
        found = [each for number in matches[:MOST_MEANT] if (each := self._lines(path, number)) is not None]
        if found:
            return tuple(found)
        tops = [full for full in names if "." not in full][:MOST_LISTED]
        return f"{path} does not define it" + (f"; it defines {', '.join(tops)}" if tops else "")

    def _lines(self, path: WorkspacePath, index: int) -> _Wanted | None:
        source = source_lines(self._view, path, self._gate)
        if source is None or index >= len(source.definitions):
            return None
        return _Wanted(path=path, lines=source.lines_of(index))

    def _reason(self, path: WorkspacePath) -> str | None:
        """Why nothing of a file can be given."""
        if path in self._view.workspace.skipped:
            return self._gate.real_reason(path) or "it is not read: too large, or no text"
        return self._gate.real_reason(path)

    def _why_not(self, name: str, hidden: Iterable[WorkspacePath]) -> str:
        """A name that means something which may not be shown is told why."""
        for path in hidden:
            if (reason := self._reason(path)) is not None:
                return reason
        for root in self._roots:
            try:
                reason = self._gate.reason(confine(root, name))
            except (PathOutsideRoot, SightlineError):
                continue
            if reason is not None:
                return reason
        return _UNKNOWN


def _lines_of(name: str) -> tuple[str, Lines | None]:
    """``a.py:3-9``, ``a.py#L3-L9`` and ``a.py lines 3-9`` without their lines, and these."""
    match = _LINES.search(name)
    if match is None:
        return name.strip(), None
    first = max(int(match[1]), 1)
    return name[: match.start()].strip(), (first, max(int(match[2] or first), first))


def _pieces(
    view: GraphView, wanted: _Wanted, name: str, taken: Iterable[tuple[WorkspacePath, int]]
) -> dict[tuple[WorkspacePath, int], Candidate]:
    """The pieces of a file that hold the wanted lines, each with the lines in it."""
    try:
        text = view.workspace.read(wanted.path).text
    except SightlineError:
        return {}
    had = frozenset(taken)
    pieces: dict[tuple[WorkspacePath, int], Candidate] = {}
    for chunk in chunks_of(text, definitions_of(view, wanted.path)):
        if wanted.lines is not None and not overlap([(chunk.first, chunk.last)], [wanted.lines]):
            continue
        if (wanted.path, chunk.first) in had:
            continue
        narrowed = _narrowed(chunk, wanted.lines)
        pieces[wanted.path, narrowed.first] = Candidate(
            path=wanted.path,
            chunk=narrowed,
            tier=Tier.POINTED,
            score=1.0,
            reasons=(f"the model asked for `{name}`",),
        )
    return pieces


def _narrowed(chunk: Chunk, lines: Lines | None) -> Chunk:
    """A block between definitions is cut to the lines; a definition stays whole, so that it can be understood."""
    if lines is None or chunk.definition >= 0:
        return chunk
    return Chunk(first=max(chunk.first, lines[0]), last=min(chunk.last, lines[1]))


def _came_to(wanted: Sequence[_Wanted], pack: ContextPack, known: Mapping[WorkspacePath, tuple[Lines, ...]]) -> str:
    shown = {file.path: file.ranges for file in pack.shown}
    ranges = [(each.path, overlap(shown.get(each.path, ()), [each.lines or (1, 10**9)])) for each in wanted]
    if not any(found for _, found in ranges):
        return "there is no room for it"
    if all(all(overlap([lines], known.get(path, ())) == (lines,) for lines in found) for path, found in ranges):
        return "it is shown above"
    return "it is shown below"
