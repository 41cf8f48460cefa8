"""From one state to the next: changed files go over the old ones, and every import that could mean something else now
is resolved again. Nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.graph.facts_blob import guarded_rows
from sightline.graph.index import FileIndex
from sightline.graph.layouts import Layouts, layouts_after, redirected
from sightline.graph.passing import module_names
from sightline.graph.resolve import PASSING_FAMILIES, UNIT_FAMILIES, Resolver, bound_names, is_package
from sightline.graph.segments import NO_EDGES, FileEdges, path_key
from sightline.graph.skim import UNREAD
from sightline.graph.state import FileTable, GraphState, HotFile
from sightline.graph.units import NOTHING, TopNames, member_key, top_names, unit_keys
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.registry import family_of, language_of
from sightline.workspace.files import SourceFile, WorkspaceView

#: Paths looked at between two pauses.
_PAUSE_EVERY = 1_000

#: Changed files by id: facts without edges, or ``None`` for a file that is gone.
Changes = Mapping[int, HotFile | None]


def parsed_changes(
    workspace: WorkspaceView, table: FileTable, paths: Iterable[WorkspacePath]
) -> dict[int, HotFile | None]:
    """Hot files for ``paths`` as they are in ``workspace``, parsed here; files of unknown languages are left out."""
    changes: dict[int, HotFile | None] = {}
    for path in paths:
        if language_of(path) is not None:
            changes[table.add(path)] = _changed(workspace, path)
    return changes


def _changed(workspace: WorkspaceView, path: WorkspacePath) -> HotFile | None:
    if not belongs(workspace, path):
        return None
    if path not in workspace.overlay and path in workspace.skipped:
        return HotFile(None, NO_EDGES, reason=workspace.skipped[path])
    try:
        return hot_file(workspace.read(path))
    except SightlineError as error:
        return HotFile(None, NO_EDGES, reason=error.kind)


def belongs(workspace: WorkspaceView, path: WorkspacePath) -> bool:
    """Whether a file is part of the graph: of a known language, there, and not an open buffer of an ignored file."""
    if language_of(path) is None or not workspace.exists(path):
        return False
    return path in workspace.known or path in workspace.skipped or not workspace.rules.is_ignored(path)


def closed_files(
    workspace: WorkspaceView, paths: Collection[WorkspacePath]
) -> Generator[None, None, list[WorkspacePath]]:
    """Those of ``paths`` that belong to the graph and are not open; looks each up on disk, see ``slices.py``."""
    found: list[WorkspacePath] = []
    for path in paths:
        yield
        if path not in workspace.overlay and belongs(workspace, path):
            found.append(path)
    return found


def hot_file(source: SourceFile) -> HotFile:
    """Facts of a text, parsed in this process; its imports are not resolved yet."""
    language = language_of(source.path)
    assert language is not None, "only files of known languages are parsed"
    rows, reason = guarded_rows(source, language)
    return HotFile(FileIndex(rows, source.text) if rows is not None else None, NO_EDGES, reason=reason)


def advance(
    state: GraphState,
    layouts: Layouts,
    workspace: WorkspaceView,
    changes: Changes,
    touched: Collection[WorkspacePath],
    next_layouts: Layouts | None = None,
) -> Generator[None, None, tuple[GraphState, Layouts]]:
    """``state`` with ``changes`` over it, as ``workspace`` is now; a generator, see ``slices.py``.

    ``touched`` are all paths whose text or existence changed, files of no language (``tsconfig.json``) included.
    ``next_layouts`` are those of ``workspace`` if they are known: :func:`layouts_after` reads files and never pauses.
    """
    after = state.with_hot(changes)
    came_or_went = yield from changed_existence(state, changes, touched)
    if next_layouts is None:
        next_layouts = layouts_after(layouts, workspace, touched, came_or_went)
    affected = {file for file, hot in changes.items() if hot is not None}
    affected |= yield from redirected(layouts, next_layouts, after)
    waited_for = {path_key(path.root, path.relative) for path in came_or_went}
    for path in touched:
        yield
        if path not in came_or_went and is_package(path):
            affected |= yield from _rebound(state, after, path)
        if path not in came_or_went and family_of(path) in PASSING_FAMILIES:
            affected |= _passed_on_anew(state, after, path)
        if family_of(path) in UNIT_FAMILIES:
            affected |= yield from _regrouped(state, after, path, waited_for)
    affected |= yield from after.wanting_any(waited_for)
    resolver = Resolver(after, next_layouts)
    resolved: dict[int, HotFile | None] = {}
    for file in sorted(affected):
        # Who needed a file that is gone may be gone with it.
        if after.exists(file):
            resolved[file] = yield from _resolved(after, resolver, file)
        yield
    return after.with_hot(resolved), next_layouts


def changed_existence(
    state: GraphState, changes: Changes, touched: Collection[WorkspacePath]
) -> Generator[None, None, dict[WorkspacePath, bool]]:
    """Paths among ``touched`` that come (true) or go when ``changes`` are laid over ``state``; see ``slices.py``."""
    after = state.with_hot(changes)
    found: dict[WorkspacePath, bool] = {}
    for number, path in enumerate(touched):
        exists = _exists(after, path)
        if exists != _exists(state, path):
            found[path] = exists
        if number % _PAUSE_EVERY == 0:
            yield
    return found


def _exists(state: GraphState, path: WorkspacePath) -> bool:
    file = state.table.id_of(path)
    return file is not None and state.exists(file)


def _rebound(before: GraphState, after: GraphState, package: WorkspacePath) -> Generator[None, None, set[int]]:
    """Importers of a package for which one of its names now is, or no longer is, bound by its own statements.

    ``from package import name`` needs the package's file for such a name even if there is a submodule of that name.
    """
    file = after.table.id_of(package)
    if file is None or file not in after.hot:
        return set()
    importers = after.wanting_key(path_key(package.root, package.relative))
    if before.exists(file) and before.index(file) is None:
        # A state adopted from the store no longer has the old facts of what changed: any name may have been bound.
        return set(importers)
    names = bound_names(before, file) ^ bound_names(after, file)
    yield
    return (yield from after.using(names, set(importers)))


def _passed_on_anew(before: GraphState, after: GraphState, path: WorkspacePath) -> set[int]:
    """Importers of a module that binds other names than before, or means other modules by them."""
    file = after.table.id_of(path)
    if file is None or file not in after.hot:
        return set()
    joint = IMPORT_RULES[family_of(path)].separator
    old, new = before.index(file), after.index(file)
    if old is not None and module_names(old, joint) == module_names(new, joint):
        return set()
    return set(after.wanting_key(path_key(path.root, path.relative)))


def _regrouped(
    before: GraphState, after: GraphState, path: WorkspacePath, waited_for: set[int]
) -> Generator[None, None, set[int]]:
    """Files that see other names now because one file of a unit has others, or belongs to another unit.

    Keys that others wait for are added to ``waited_for``.
    """
    file = after.table.id_of(path)
    if file is None:
        return set()
    old, new = _top(before, file), _top(after, file)
    keys = unit_keys(path, old or NOTHING), unit_keys(path, new or NOTHING)
    # Of the files in one folder those of one package belong together.
    same = old is not None and new is not None and keys[0] == keys[1] and old.namespaces == new.namespaces
    rules = IMPORT_RULES[family_of(path)]
    names = (old or NOTHING).changed(new or NOTHING, members=rules.members_alone)
    # A state adopted from the store no longer has the old facts of what changed, but still its edges.
    found: set[int] = set(before.importers(file)) if old is None else set()
    for key in keys[0] | keys[1]:
        if not same:
            waited_for.add(key)
        elif names:
            found |= yield from after.using(names, set(after.wanting_key(key)))
        members = names if same else (old or NOTHING).names | (new or NOTHING).names
        waited_for.update(member_key(key, name) for name in members)
    return found


def _top(state: GraphState, file: int) -> TopNames | None:
    """The top names of a file; ``None`` when it is not there, or when its facts are no longer known."""
    index = state.index(file) if state.exists(file) else None
    return top_names(index) if index is not None else None


def _resolved(state: GraphState, resolver: Resolver, file: int) -> Generator[None, None, HotFile]:
    hot = state.hot.get(file)
    index = hot.index if hot is not None else None
    packed = state.packed(file) if index is None else None
    found = index if index is not None else (FileIndex(packed) if packed is not None else None)
    if found is None and state.reason(file) == UNREAD:
        # What its imports lead to is known until it is parsed; what else they might have meant is not.
        return HotFile(None, FileEdges(state.edges(file), ()), reason=UNREAD)
    edges = (yield from resolver.edges(file, found)) if found is not None else NO_EDGES
    return HotFile(index, edges, packed=packed, reason=state.reason(file))
