"""Which tests reach what an edit touches, by the graph: nearest first, and not more than may run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.checks.check import CheckInput
from sightline.checks.runners.runner import Runner, Selection
from sightline.graph.answers import Symbol
from sightline.graph.diff_impact import DiffImpactAnswer, impact_of_changes
from sightline.graph.facts import DefinitionKind
from sightline.graph.test_files import is_test
from sightline.graph.view import GraphView

#: Steps of uses to follow, and seconds that following them may take; then fewer steps are followed.
_STEPS = (6, 2, 1)
_SECONDS = 4.0
#: Steps of imports to follow from the touched files, once the uses of what they define are known.
_IMPORT_STEPS = 4
#: Test files that are looked through for the name of a fixture.
_MOST_READ = 1_000
#: What a whole file counts for when nothing is known of its tests.
_UNKNOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedTests:
    """Tests to run by runner and root; ``count`` of them, ``left_out`` more were farther away than may run."""

    selections: tuple[tuple[Runner, str, Selection], ...] = ()
    count: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Reach:
    """A test by name in a file, or with ``None`` all of the file."""

    path: WorkspacePath
    name: str | None


def reached_tests(given: CheckInput, runners: Sequence[Runner], most: int) -> ReachedTests:
    """The tests that reach the edit, at most ``most``. Long, for threads.

    First the tests the edit itself touches, then those that use what it touches, directly or through others, then
    those of files that import a touched file or lie beside it.
    """
    finder = _Finder(given.after, runners)
    chosen: dict[WorkspacePath, set[str] | None] = {}
    left: dict[WorkspacePath, set[str] | None] = {}
    count = 0
    for reach in _unique(finder.all(given)):
        names = chosen.get(reach.path, set[str]())
        if names is None or (reach.name is not None and reach.name in names):
            continue
        size = 1 if reach.name is not None else max(finder.tests_in(reach.path) - len(names), 1)
        if count and count + size > most:
            others = left.get(reach.path, set[str]())
            left[reach.path] = None if reach.name is None or others is None else {*others, reach.name}
            continue
        count += size
        chosen[reach.path] = None if reach.name is None else {*names, reach.name}
    found: dict[tuple[str, str], dict[WorkspacePath, frozenset[str] | None]] = {}
    for path, names in chosen.items():
        runner = finder.runner(path)
        assert runner is not None, "only files of a runner are chosen"
        found.setdefault((runner.name, path.root), {})[path] = None if names is None else frozenset(names)
    by_name = {runner.name: runner for runner in runners}
    return ReachedTests(
        selections=tuple((by_name[name], root, selection) for (name, root), selection in found.items()),
        count=count,
        left_out=sum(finder.left_of(path, names, chosen.get(path, set[str]())) for path, names in left.items()),
    )


class _Finder:
    def __init__(self, view: GraphView, runners: Sequence[Runner]) -> None:
        self._view, self._runners = view, runners
        self._found: dict[WorkspacePath, Runner | None] = {}

    def runner(self, path: WorkspacePath) -> Runner | None:
        if path not in self._found:
            view = self._view.workspace
            holding = (runner for runner in self._runners if runner.holds_tests(path, view))
            self._found[path] = next(holding, None)
        return self._found[path]

    def tests_in(self, path: WorkspacePath) -> int:
        """How many tests a file seems to hold."""
        runner = self.runner(path)
        assert runner is not None
        named = (runner.test_of(symbol.qualified_name) for symbol in self._view.symbols(path) if _is_function(symbol))
        return len({name for name in named if name is not None}) or _UNKNOWN

    def left_of(self, path: WorkspacePath, names: set[str] | None, chosen: set[str] | None) -> int:
        """How many of the tests of a file that were not chosen will not run."""
        if chosen is None:
            return 0
        return max(self.tests_in(path) - len(chosen), 0) if names is None else len(names - chosen)

    def all(self, given: CheckInput) -> Iterator[_Reach]:
        impact = _impact(given)
        there = [path for path in given.changes.paths_after if self._view.workspace.exists(path)]
        for changed in impact.changed if impact else ():
            yield from self._of(changed.path, changed.name)
        for path in there:
            if self.runner(path) is not None and path not in given.changes.base:
                yield _Reach(path, None)
        affected = [found for found in impact.affected if found.test] if impact else []
        for found in affected:
            if found.name:
                yield from self._of(found.path, found.name)
        for found in affected:  # imported at the top of a file: its other tests may use it in a way the graph misses
            if not found.name:
                yield from self._of(found.path, "")
        yield from self._importers(sorted({*given.changes.paths_before, *there}))

    def _of(self, path: WorkspacePath, name: str) -> Iterator[_Reach]:
        """The tests behind a definition of a test file: itself, or for a helper those that may use it."""
        if not self._view.workspace.exists(path):
            return
        runner = self.runner(path)
        if runner is not None:
            yield _Reach(path, runner.test_of(name) if name else None)
        elif is_test(path) and name:
            yield from self._naming(posixpath.dirname(path.relative), name.rpartition(".")[2])

    def _naming(self, folder: str, name: str) -> Iterator[_Reach]:
        """Test files below a folder that hold a word: a fixture is asked for by the name of a parameter."""
        below = f"{folder}/" if folder else ""
        word = re.compile(rf"\b{re.escape(name)}\b".encode())
        near = [path for path in self._view.paths() if path.relative.startswith(below) and self.runner(path)]
        for path in near[:_MOST_READ]:
            with suppress(SightlineError):
                if word.search(self._view.workspace.read(path).text.data):
                    yield _Reach(path, None)

    def _importers(self, paths: Iterable[WorkspacePath]) -> Iterator[_Reach]:
        """Test files by the distance of their imports; of languages in which a folder is a unit, those beside too."""
        seen = set(paths)
        folders = {(path.root, posixpath.dirname(path.relative)) for path in seen if path.suffix == ".go"}
        beside = [
            path for path in self._view.paths() if (path.root, posixpath.dirname(path.relative)) in folders
        ] if folders else []  # fmt: skip
        layer = sorted(seen)
        yield from (_Reach(path, None) for path in (*layer, *beside) if self._is_test_file(path))
        for _ in range(_IMPORT_STEPS):
            layer = sorted({edge.source for path in layer for edge in self._view.importers(path)} - seen)
            seen.update(layer)
            yield from (_Reach(path, None) for path in layer if self._is_test_file(path))

    def _is_test_file(self, path: WorkspacePath) -> bool:
        return self.runner(path) is not None and self._view.workspace.exists(path)


class _TooLong(Exception):
    pass


def _impact(given: CheckInput) -> DiffImpactAnswer | None:
    clock = given.system.clock
    for steps in _STEPS:
        end = clock.monotonic() + _SECONDS

        def go_on(end: float = end) -> None:
            if clock.monotonic() > end:
                raise _TooLong

        try:
            return impact_of_changes(given.before, given.after, given.changes, depth=steps, check=go_on)
        except _TooLong:
            continue
    return None


def _unique(reaches: Iterable[_Reach]) -> Iterator[_Reach]:
    return iter(dict.fromkeys(reaches))


def _is_function(symbol: Symbol) -> bool:
    return symbol.definition.kind in (DefinitionKind.FUNCTION, DefinitionKind.METHOD)
