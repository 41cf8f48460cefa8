"""The places that a pattern task ("use X instead of Y") wants changed: all of them, each with its reason.

What is sought and defined here is asked of the graph: definition, uses, imports. Anything else (a name of a library, a
piece of syntax) is looked for in the texts of the files that hold its words. Nothing here ranks or renders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.context.access import definitions_of
from sightline.context.candidates import NO_SITES, Candidate, Gate, Site, SiteSearch, Tier
from sightline.context.chunks import Chunk, chunks_of, sections_of
from sightline.context.lexical import LexicalIndex
from sightline.context.mentions import Mentions
from sightline.context.pattern_task import PatternTask, Sought, pattern_of
from sightline.context.request import ContextRequest
from sightline.context.resolve import NamedSymbol, Resolved, resolve_mentions
from sightline.context.signals import is_aside
from sightline.context.tokens import terms_of_word, words
from sightline.graph.answers import Confidence
from sightline.graph.view import GraphView

#: A name with more definitions than this says too little to ask the graph; its text is looked for.
MOST_MEANT = 3
#: Places of one thing that are looked at, and files whose texts are searched for one.
MOST_PLACES, MOST_FILES = 2_000, 1_000
#: Sites so many lines apart are shown as one place.
JOINED = 2
#: Lines around a site that are shown with it: an edit must say which of several alike lines it means.
AROUND = 1


def find_sites(view: GraphView, request: ContextRequest, index: LexicalIndex, gate: Gate) -> SiteSearch:
    """The sites of a task; none for one that is no pattern. Files that ``gate`` refuses are passed over in silence."""
    pattern = pattern_of(request.task)
    if pattern is None:
        return NO_SITES
    return _Search(view, request, index, gate, pattern).run()


def _candidates(view: GraphView, sites: Iterable[Site]) -> Iterator[Candidate]:
    """The sites as pieces that can be shown: lines close to one another as one, within one piece of their file."""
    by_path: dict[WorkspacePath, list[Site]] = {}
    for site in sites:
        by_path.setdefault(site.path, []).append(site)
    for path, own in by_path.items():
        yield from _places(view, path, own)


def _places(view: GraphView, path: WorkspacePath, sites: list[Site]) -> Iterator[Candidate]:
    try:
        text = view.workspace.read(path).text
    except SightlineError:
        return
    chunks = tuple(sections_of(text, chunks_of(text, definitions_of(view, path))))
    group: list[Site] = []
    at: Chunk | None = None
    for site in sorted(sites, key=lambda site: site.line):
        chunk = next((each for each in chunks if each.first <= site.line <= each.last), None)
        if chunk is None:
            continue
        if group and (chunk is not at or site.line - group[-1].line > JOINED):
            assert at is not None
            yield _place(path, at, group)
            group = []
        group.append(site)
        at = chunk
    if group and at is not None:
        yield _place(path, at, group)


def _place(path: WorkspacePath, chunk: Chunk, group: list[Site]) -> Candidate:
    first, last = max(group[0].line - AROUND, chunk.first), min(group[-1].line + AROUND, chunk.last)
    return Candidate(
        path=path,
        chunk=Chunk(first=first, last=last, definition=chunk.definition),
        tier=Tier.RANKED,
        score=1.0,
        reasons=tuple(dict.fromkeys(site.reason for site in group)),
        lines=tuple(dict.fromkeys(site.line for site in group)),
    )


@dataclass(slots=True)
class _Search:
    view: GraphView
    request: ContextRequest
    index: LexicalIndex
    gate: Gate
    pattern: PatternTask
    complete: bool = True

    def run(self) -> SiteSearch:
        sought: list[str] = []
        found: dict[tuple[WorkspacePath, int], Site] = {}
        for each in self.pattern.old:
            own = list(self._sites_of(each))
            if own:
                sought.append(each.text)
            for site in own:
                found.setdefault((site.path, site.line), site)
        limits = self._limits()
        sites = [site for site in found.values() if _inside(site, limits)] if limits else list(found.values())
        sites.sort(key=lambda site: (is_aside(site.path.relative), site.path, site.line))
        places = tuple(_candidates(self.view, sites))
        return SiteSearch(sought=tuple(sought), sites=tuple(sites), places=places, complete=self.complete)

    def _sites_of(self, sought: Sought) -> Iterator[Site]:
        symbols = self._resolved((sought.text,)).symbols if sought.shape != "code" else ()
        meant = [each for each in symbols if self._admits(each.symbol.path)]
        if meant and len(meant) <= MOST_MEANT:
            for each in meant:
                yield from self._uses(each, sought)
        elif sought.sure:
            yield from self._written(sought)

    def _uses(self, named: NamedSymbol, sought: Sought) -> Iterator[Site]:
        """The definition and its uses, by the graph."""
        symbol = named.symbol
        text = self._text(symbol.path)
        if text is not None and symbol.definition.name_span.end <= len(text):
            line = text.line_of(symbol.definition.name_span.start) + 1
            yield Site(path=symbol.path, line=line, reason=f"defines `{sought.text}`, sought by the task")
        answer = self.view.references(symbol, limit=MOST_PLACES)
        self.complete = self.complete and not answer.coverage.cut
        for place in answer.places:
            if self._admits(place.path):
                says = "may use" if place.confidence is Confidence.NAME_ONLY else "uses"
                reason = f"{says} `{sought.text}`, sought by the task"
                yield Site(path=place.path, line=place.line, reason=reason)

    def _written(self, sought: Sought) -> Iterator[Site]:
        """The lines in which it is written, by the words of the index and then by the texts themselves."""
        pattern = _pattern_of(sought)
        terms = frozenset(term for word in words(sought.text) for term in terms_of_word(word))
        paths = [path for path in self.index.files_with(terms) if self._admits(path)]
        self.complete = self.complete and len(paths) <= MOST_FILES
        left = MOST_PLACES
        for path in paths[:MOST_FILES]:
            text = self._text(path)
            lines = _lines_of(pattern, text) if text is not None else ()
            for line in lines:
                yield Site(path=path, line=line, reason=f"holds `{sought.text}`, sought by the task")
                left -= 1
                if not left:
                    self.complete = False
                    return

    def _limits(self) -> list[tuple[WorkspacePath, int, int]]:
        """Lines of files that the task is limited to; empty for the whole workspace."""
        found = self._resolved(self.pattern.scope) if self.pattern.scope else None
        if found is None:
            return []
        limits = [(path, 1, 1 << 30) for path in found.files]
        for named in found.symbols:
            text, span = self._text(named.symbol.path), named.symbol.definition.span
            if text is not None and span.end <= len(text):
                limits.append((named.symbol.path, text.line_of(span.start) + 1, text.line_of(span.end) + 1))
        return limits

    def _resolved(self, names: tuple[str, ...]) -> Resolved:
        roots = (self.request.root,) if self.request.root else self.view.workspace.roots
        return resolve_mentions(self.view, self.index, Mentions(explicit=names), roots)

    def _admits(self, path: WorkspacePath) -> bool:
        return (not self.request.root or path.root == self.request.root) and self.gate.real_reason(path) is None

    def _text(self, path: WorkspacePath) -> Text | None:
        try:
            return self.view.workspace.read(path).text
        except SightlineError:
            return None


def _inside(site: Site, limits: Iterable[tuple[WorkspacePath, int, int]]) -> bool:
    return any(site.path == path and first <= site.line <= last for path, first, last in limits)


def _pattern_of(sought: Sought) -> re.Pattern[bytes]:
    """What is sought as a whole: a name not inside a longer one, a call with its parenthesis."""
    text = re.escape(sought.text.encode("utf-8", "replace"))
    before = rb"(?<![\w$])" if re.match(r"[\w$]", sought.text) else b""
    after = rb"\s{0,4}\(" if sought.shape == "call" else rb"(?![\w$])" if re.search(r"[\w$]\Z", sought.text) else b""
    return re.compile(before + text + after)


def _lines_of(pattern: re.Pattern[bytes], text: Text) -> Iterator[int]:
    last = 0
    for match in pattern.finditer(text.data):
        line = text.line_of(match.start()) + 1
        if line != last:
            yield line
        last = line
