"""What an indexing found, and how long its parts took."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from sightline.base.paths import WorkspacePath
from sightline.graph.codec import PackedFacts
from sightline.graph.index import FileIndex
from sightline.graph.indexing import Collected
from sightline.graph.view import GraphView


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What an indexing found. ``edges`` are file edges, ``seconds`` of wall time; ``cold``: nothing was stored.

    ``languages`` counts files by language; ``unparsed`` lists files without facts and why.
    """

    cold: bool
    files: int
    definitions: int
    references: int
    imports: int
    edges: int
    languages: dict[str, int]
    unparsed: tuple[tuple[WorkspacePath, str], ...]
    seconds: dict[str, float]


class Stopwatch:
    """Seconds of wall time by the name of what was done."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._start = self._last = now()
        self.laps: dict[str, float] = {"skim": 0.0, "parse": 0.0, "resolve": 0.0, "store": 0.0}

    def lap(self, name: str) -> None:
        """What was done since the last lap was ``name``."""
        at = self._now()
        self.laps[name] += at - self._last
        self._last = at

    @property
    def total(self) -> float:
        """Seconds from the start to the last lap."""
        return self._last - self._start


def index_report(clock: Stopwatch, scan_seconds: float, collected: Collected, view: GraphView) -> IndexReport:
    """The report of an indexing whose result is ``view``."""
    state = view.state
    # Closed files as they came in, open documents as they are now.
    closed = (facts for path, facts in collected.facts.items() if state.table.id_of(path) not in state.hot)
    opened = [hot.index or hot.packed for hot in state.hot.values() if hot is not None]
    # Objects for this count alone: those that were asked keep what they read.
    counted = chain((PackedFacts(facts.blob) for facts in closed), (facts for facts in opened if facts is not None))
    definitions, references, imports, languages = count_facts(counted)
    return IndexReport(
        cold=not collected.stored,
        files=sum(1 for _ in state.files()),
        definitions=definitions,
        references=references,
        imports=imports,
        edges=state.edge_count(),
        languages=languages,
        unparsed=view.unparsed(),
        seconds={"scan": scan_seconds, **clock.laps, "total": scan_seconds + clock.total},
    )


def count_facts(facts: Iterable[PackedFacts | FileIndex]) -> tuple[int, int, int, dict[str, int]]:
    """Definitions, references, imports, and parsed files by language."""
    totals = [0, 0, 0]
    languages: dict[str, int] = {}
    for each in facts:
        for at, count in enumerate(each.counts):
            totals[at] += count
        languages[each.language] = languages.get(each.language, 0) + 1
    return totals[0], totals[1], totals[2], languages
