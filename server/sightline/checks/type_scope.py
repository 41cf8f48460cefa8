"""Which files a type checker judges of an edit, and what it is shown for that: the edited ones and their importers.

Importers count through files that hand on what they import (a package's ``__init__``, ``export … from``). A checker
reads the disk under the texts it is shown; what an edit makes, moves or deletes it may not be able to see, and then
those who import that are not judged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import Text
from sightline.checks.check import CheckInput
from sightline.checks.checkers.checker import Shown, TypeChecker
from sightline.checks.texts import TouchedFile, read_text
from sightline.graph.answers import EdgeKind
from sightline.graph.view import GraphView
from sightline.workspace.files import read_source

#: Importers of the edited files that are judged.
MOST_IMPORTERS = 50
#: Files that are looked at to find them, and documents that are shown because their text is not the disk's.
_MOST_VISITED = 5_000
_MOST_SHOWN = 1_000

#: Files that hand on what they import by being what a package or folder is called.
_PACKAGES = frozenset({"__init__.py", "__init__.pyi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeScope:
    """The files to judge, edited ones first. ``unsure`` depend on what the checker cannot see; ``left_out`` says what
    is not judged, and why."""

    files: tuple[TouchedFile, ...]
    before: Shown
    after: Shown
    unsure: frozenset[WorkspacePath] = frozenset()
    left_out: tuple[str, ...] = ()


def type_scope(given: CheckInput, checker: TypeChecker, root: str, touched: Collection[TouchedFile]) -> TypeScope:
    """What ``checker`` judges below ``root``, where it has at least one file of ``touched`` to read."""
    own = [file for file in touched if file.path.root == root and file.path.suffix in checker.suffixes]
    edited = [file for file in own if file.after is not None]
    notes: list[str] = []
    unseen = _unseen(given, checker, root)
    if not checker.opens_new:
        missing = [file for file in edited if not _on_disk(given.system, file.path)]
        edited = [file for file in edited if file not in missing]
        notes += _note(checker, [file.path for file in missing], "judges no file that the edit makes or moves: {}")
    importers = _importers(given, own, checker)
    blind = {source for path in unseen for view in _views(given) for source in _sources(view, path)}
    hidden = [path for path in importers if path in blind]
    hidden += [file.path for file in edited if file.path in blind]
    notes += _note(checker, hidden, "cannot be shown which files the edit makes, moves or deletes; not judged: {}")
    seen = [path for path in importers if path not in blind]
    if len(seen) > MOST_IMPORTERS:
        notes.append(
            f"{checker.name} judged the nearest {MOST_IMPORTERS} of {len(seen)} files that import what changed"
        )
    files = [file for file in edited if file.path not in blind]
    for path in seen[:MOST_IMPORTERS]:
        before, after = (read_text(view.workspace, path) for view in _views(given))
        if before is not None and after is not None:
            files.append(TouchedFile(path, path, before, after))
    unsure = _depending(given.after, blind)
    if len(unsure) >= _MOST_VISITED:
        unsure |= {file.path for file in files}
    return TypeScope(
        files=tuple(files),
        before=_shown(given.before, checker, root, {f.old: f.before for f in files if f.old and f.before is not None}),
        after=_shown(given.after, checker, root, {f.new: f.after for f in files if f.new and f.after is not None}),
        unsure=unsure,
        left_out=tuple(notes),
    )


def _views(given: CheckInput) -> tuple[GraphView, GraphView]:
    return given.before, given.after


def _note(checker: TypeChecker, paths: Collection[WorkspacePath], words: str) -> list[str]:
    if not paths:
        return []
    names = [str(path) for path in sorted(paths)]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"{checker.name} {words.format(', '.join(names[:3]) + more)}"]


def _on_disk(system: System, path: WorkspacePath) -> bool:
    try:
        return system.files.stat(path.absolute).is_file
    except (OSError, ValueError):
        return False


def _unseen(given: CheckInput, checker: TypeChecker, root: str) -> set[WorkspacePath]:
    """Files that are there after the edit and not on disk, or the other way round, and those only there before it.

    What the disk has beyond the text before does no harm: it is an edit that was written already, and what uses such a
    file is new itself.
    """
    found: set[WorkspacePath] = set()
    for view in _views(given):
        for path, file in view.workspace.overlay.items():
            if path.root != root or (file is not None and checker.shows_new):
                continue
            matters = view is given.after or file is not None
            if matters and (file is not None) is not _on_disk(given.system, path):
                found.add(path)
    return found


def _importers(given: CheckInput, files: Iterable[TouchedFile], checker: TypeChecker) -> list[WorkspacePath]:
    """Importers of ``files``, those first that use a name whose definition changed, then the nearest."""
    own = {path for file in files for path in (file.old, file.new) if path is not None}
    distance = dict.fromkeys(own, 0)
    waiting = deque(sorted(own))
    while waiting and len(distance) < _MOST_VISITED:
        path = waiting.popleft()
        if distance[path] and not _hands_on(given.after, path, distance):
            continue
        for source in sorted({source for view in _views(given) for source in _sources(view, path)}):
            if source not in distance:
                distance[source] = distance[path] + 1
                waiting.append(source)
    using = _users_of_changes(given, files)
    found = (path for path in distance if path not in own and path.suffix in checker.suffixes)
    there = [path for path in found if given.after.workspace.exists(path) and path.root in {one.root for one in own}]
    return sorted(there, key=lambda path: (path not in using, distance[path], path))


def _sources(view: GraphView, path: WorkspacePath) -> set[WorkspacePath]:
    return {edge.source for edge in view.importers(path)}


def _hands_on(view: GraphView, path: WorkspacePath, distance: Collection[WorkspacePath]) -> bool:
    if path.name in _PACKAGES:
        return True
    return any(edge.kind is EdgeKind.REEXPORT and edge.target in distance for edge in view.dependencies(path))


def _users_of_changes(given: CheckInput, files: Iterable[TouchedFile]) -> set[WorkspacePath]:
    names: set[str] = set()
    for file in files:
        if file.new is not None and file.after is not None:
            names |= {
                symbol.definition.name
                for symbol in given.after.symbols(file.new)
                if file.is_new(symbol.definition.span)
            }
        if file.old is not None and file.before is not None:
            kept = file.line_shifts
            for symbol in given.before.symbols(file.old):
                first = file.before.line_of(symbol.definition.span.start)
                last = file.before.line_of(max(symbol.definition.span.start, symbol.definition.span.end - 1))
                if any(line not in kept for line in range(first, last + 1)):
                    names.add(symbol.definition.name)
    return {path for name in sorted(names)[:200] for path in given.after.files_referencing(name)}


def _depending(view: GraphView, paths: Collection[WorkspacePath]) -> frozenset[WorkspacePath]:
    """``paths`` and all that import them, directly or not."""
    found = {*paths}
    waiting = [*paths]
    while waiting and len(found) < _MOST_VISITED:
        new = _sources(view, waiting.pop()) - found
        found |= new
        waiting += new
    return frozenset(found)


def _shown(view: GraphView, checker: TypeChecker, root: str, judged: dict[WorkspacePath, Text]) -> Shown:
    texts = dict(judged)
    for path, file in view.workspace.overlay.items():
        if len(texts) >= _MOST_SHOWN:
            break
        if file is None or path in texts or path.root != root or path.suffix not in checker.suffixes:
            continue
        if not checker.opens_new and not _on_disk(view.workspace.system, path):
            continue
        if not _is_on_disk_so(view, path, file.text):
            texts[path] = file.text
    return Shown(texts=texts, judged=tuple(judged))


def _is_on_disk_so(view: GraphView, path: WorkspacePath, text: Text) -> bool:
    try:
        return read_source(view.workspace.system, path).text.digest == text.digest
    except SightlineError:
        return False
