"""Circular imports that an edit creates.

In Python a circle works as long as nobody asks a module for a name that it has not bound yet. One that fails whichever
of its modules is imported first is certain; any other new circle is possible. Imports in functions and for type
checkers close none. In Go packages must not import one another in a circle at all ("Import declarations").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import Certainty, CheckInput
from sightline.checks.import_run import Failure, ImportRuns, module_asked, packages_around
from sightline.checks.language import is_go, is_python
from sightline.checks.recall import facts_of, import_targets
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import Import
from sightline.graph.view import GraphView

#: Modules of a circle that are each tried as the first one imported.
_MOST_TRIED = 12
#: Circles of one file that are told of.
_MOST_CIRCLES = 3
#: Modules looked at on the way back; with more, a circle is not found.
_MOST_VISITED = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A circle of files (in Go one of each package), the edited one first; ``span`` is that of the import closing it.

    ``failure``: what fails when one of them is imported.
    """

    span: Span
    files: tuple[WorkspacePath, ...]
    certainty: Certainty
    failure: Failure | None = None
    module: str = ""


def new_circles(given: CheckInput, file: TouchedFile) -> Iterator[Circle]:
    """The circles that imports on new lines of a touched file close, one for each import."""
    facts = facts_of(given.after, file.new)
    if file.new is None or facts is None or facts.problems:
        return
    rows = [row for row in facts.imports if _runs(row) and (file.old != file.new or file.is_new(row.span))]
    if rows and is_python(file.new):
        yield from _python_circles(given, file, file.new, rows)
    elif rows and is_go(file.new):
        yield from _go_circles(given, file, file.new, rows)


def _runs(row: Import) -> bool:
    return row.enclosing < 0 and not row.type_only and not row.dynamic


def _python_circles(
    given: CheckInput, file: TouchedFile, path: WorkspacePath, rows: Sequence[Import]
) -> Iterator[Circle]:
    after = given.after
    targets = [(row, target) for row in rows for target in _targets_of(after, path, row) if target != path]
    reaching = _reaching(after, path) if targets else frozenset[WorkspacePath]()
    now, then = ImportRuns(after, reaching | {path}), ImportRuns(given.before, reaching | {path})
    seen: set[Span] = set()
    for row, target in targets:
        known = row.span in seen or target not in reaching or len(seen) >= _MOST_CIRCLES
        way = None if known else _way(after, target, path, reaching)
        if way is None:
            continue
        tried = (path, *way[:-1])[:_MOST_TRIED]
        failures = [now.failure(each) for each in tried]
        is_certain = all(failures) and any(_worked(then, given.before, file, each) for each in tried)
        if not is_certain and _was_in_circle(given.before, file, target):
            continue
        seen.add(row.span)
        yield Circle(
            span=row.span,
            files=(path, *way),
            certainty=Certainty.CERTAIN if is_certain else Certainty.POSSIBLE,
            failure=next(filter(None, failures), None),
            module=row.module,
        )


def _worked(runs: ImportRuns, view: GraphView, file: TouchedFile, path: WorkspacePath) -> bool:
    """Whether a module of the graph after is new, or importing it was not known to fail before."""
    old = file.old if path == file.new else path
    return old is None or not view.workspace.exists(old) or runs.failure(old) is None


def _was_in_circle(view: GraphView, file: TouchedFile, target: WorkspacePath) -> bool:
    """Whether the two files imported one another before, at whatever distance."""
    if file.old is None or not view.workspace.exists(target):
        return False
    reaching = _reaching(view, target)
    there = any(
        _way(view, each, target, reaching) is not None
        for each in _all_targets(view, file.old)
        if each in reaching or each == target
    )
    return there and target in (back := _reaching(view, file.old)) and _way(view, target, file.old, back) is not None


def _way(
    view: GraphView, start: WorkspacePath, goal: WorkspacePath, reaching: frozenset[WorkspacePath]
) -> tuple[WorkspacePath, ...] | None:
    """The shortest chain of imports that run, from ``start`` to ``goal``, both included."""
    came_from: dict[WorkspacePath, WorkspacePath | None] = {start: None}
    waiting = [start]
    for path in waiting:
        if path == goal:
            way = [path]
            while (back := came_from[way[-1]]) is not None:
                way.append(back)
            return tuple(reversed(way))
        for each in _all_targets(view, path):
            if each not in came_from and (each in reaching or each == goal):
                came_from[each] = path
                waiting.append(each)
    return None


def _reaching(view: GraphView, path: WorkspacePath) -> frozenset[WorkspacePath]:
    """Files that may import a file at whatever distance; of a package, by any import of something in it."""
    table, state = view.state.table, view.state
    start = table.id_of(path)
    waiting = [start] if start is not None else []
    found = set(waiting)
    for each in waiting:
        if len(found) > _MOST_VISITED:
            return frozenset()
        own = table.path_of(each)
        sources: list[int] = list(state.importers(each))
        if own.name in ("__init__.py", "__init__.pyi") and "/" in own.relative:
            inside = own.relative.rpartition("/")[0] + "/"
            below = (one for one in view.paths() if one.root == own.root and one.relative.startswith(inside))
            numbers = (number for one in below if (number := table.id_of(one)) is not None)
            sources += (importer for number in numbers for importer in state.importers(number))
        news = [source for source in dict.fromkeys(sources) if source not in found]
        found.update(news)
        waiting += news
    return frozenset(map(table.path_of, found))


def _all_targets(view: GraphView, path: WorkspacePath) -> tuple[WorkspacePath, ...]:
    kept = import_targets(view)
    if path not in kept:
        facts = facts_of(view, path)
        rows = (row for row in facts.imports if _runs(row)) if facts is not None else ()
        kept[path] = tuple(dict.fromkeys(each for row in rows for each in _targets_of(view, path, row)))
    return kept[path]


def _targets_of(view: GraphView, path: WorkspacePath, row: Import) -> Iterator[WorkspacePath]:
    """Files that an import runs, packages around them first, but for those around the importer: these run already."""
    target = view.module(path, row.module, row.level)
    names = [name.name for name in row.names if name.name not in ("", "*")]
    inner = [module_asked(view, path, row.module, row.level, name) for name in names]
    asked = [target] if target is not None and (not names or None in inner) else []
    found = [*asked, *(each for each in inner if each is not None)]
    around = {*packages_around(view, path)}
    ran = (each for one in found for each in (*packages_around(view, one), one))
    yield from dict.fromkeys(each for each in ran if each in asked or each not in around)


def _go_circles(given: CheckInput, file: TouchedFile, path: WorkspacePath, rows: Sequence[Import]) -> Iterator[Circle]:
    home = _folder(path)
    own_test = path.name.endswith("_test.go")
    text = given.after.workspace.read(path).text
    if own_test and b"_test" in text.data[: text.data.find(b"import")].rpartition(b"package")[2]:
        return  # tests in a package of their own may import what imports the tested one
    before = set(_go_targets(given.before, file.old)) if file.old is not None else set[WorkspacePath]()
    fresh = {row.span: row for row in rows}
    for row in fresh.values():
        line = text.line_of(row.span.start) + 1
        targets = {edge.target for edge in given.after.dependencies(path) if edge.line == line}
        outside = [each for each in sorted(targets) if _folder(each) != home]
        if not outside or {_folder(each) for each in outside} <= {_folder(each) for each in before}:
            continue
        way = _go_way(given.after, outside[0], home)
        if way is not None:
            yield Circle(span=row.span, files=(path, *way), certainty=Certainty.CERTAIN, module=row.module)


def _go_way(view: GraphView, start: WorkspacePath, home: tuple[str, str]) -> tuple[WorkspacePath, ...] | None:
    """A chain of imports from the package of ``start`` back to the package ``home``."""
    by_folder: dict[tuple[str, str], list[WorkspacePath]] = {}
    for each in view.paths():
        if is_go(each) and not each.name.endswith("_test.go"):
            by_folder.setdefault(_folder(each), []).append(each)
    came_from: dict[WorkspacePath, WorkspacePath | None] = {start: None}
    waiting, seen = [start], {_folder(start)}
    for path in waiting:
        if _folder(path) == home:
            way = [path]
            while (back := came_from[way[-1]]) is not None:
                way.append(back)
            return tuple(reversed(way))
        for source in by_folder.get(_folder(path), ()):
            for each in _go_targets(view, source):
                if _folder(each) not in seen:
                    seen.add(_folder(each))
                    came_from[each] = path
                    waiting.append(each)
    return None


def _go_targets(view: GraphView, path: WorkspacePath) -> Iterator[WorkspacePath]:
    yield from (edge.target for edge in view.dependencies(path) if is_go(edge.target))


def _folder(path: WorkspacePath) -> tuple[str, str]:
    return path.root, path.relative.rpartition("/")[0]
