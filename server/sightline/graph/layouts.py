"""The layouts of a view's roots, and which imports a changed layout can redirect."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.graph.segments import path_key
from sightline.graph.slices import at_once
from sightline.graph.state import GraphState
from sightline.languages.python_layout import PythonLayout
from sightline.languages.registry import family_of
from sightline.languages.resolver import ProjectLayout, build_layout, is_configuration, shapes_layout, with_installed
from sightline.workspace.files import WorkspaceView

_NOTHING = ProjectLayout()
_PAUSE_EVERY = 2_000
#: Changed paths looked at between two pauses: each takes 3 µs.
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Layouts:
    """One :class:`ProjectLayout` for each root of a workspace."""

    by_root: dict[str, ProjectLayout]

    def of(self, root: str) -> ProjectLayout:
        """The layout of a root; an empty one for a root that is none."""
        return self.by_root.get(root, _NOTHING)


def build_layouts(workspace: WorkspaceView) -> Layouts:
    """The layouts of a workspace."""
    return Layouts({root: _layout(workspace, root) for root in workspace.roots})


def stale_roots(
    layouts: Layouts,
    workspace: WorkspaceView,
    touched: Iterable[WorkspacePath],
    came_or_went: Mapping[WorkspacePath, bool],
) -> Generator[None, None, set[str]]:
    """Roots whose layout may be another now; empty when :func:`layouts_after` has nothing to do. See ``slices.py``."""
    if tuple(layouts.by_root) != workspace.roots:
        return {*layouts.by_root, *workspace.roots}
    found: set[str] = set()
    for number, path in enumerate(touched):
        if path.root not in found and _shapes(layouts.of(path.root), workspace, path, came_or_went):
            found.add(path.root)
        if number % _LOOKED_AT == 0:
            yield
    return found


def _shapes(
    layout: ProjectLayout, workspace: WorkspaceView, path: WorkspacePath, came_or_went: Mapping[WorkspacePath, bool]
) -> bool:
    return (
        path.relative in layout.links
        or path in workspace.links
        or is_configuration(path.relative, layout)
        or (path in came_or_went and shapes_layout(layout, path.relative, goes=not came_or_went[path]))
    )


def layouts_after(
    layouts: Layouts,
    workspace: WorkspaceView,
    touched: Iterable[WorkspacePath],
    came_or_went: Mapping[WorkspacePath, bool],
) -> Layouts:
    """The layouts of ``workspace``; the same object when nothing that shapes them has changed.

    ``touched`` are all files with another text or existence, ``came_or_went`` those among them that are new
    (true) or gone.
    Reads the files that shape a layout.
    """
    if tuple(layouts.by_root) != workspace.roots:
        return build_layouts(workspace)
    stale = at_once(stale_roots(layouts, workspace, touched, came_or_went))
    changed = {root: _layout(workspace, root) for root in stale if root in layouts.by_root}
    if all(layout == layouts.by_root[root] for root, layout in changed.items()):
        return layouts
    return Layouts({**layouts.by_root, **changed})


def _layout(workspace: WorkspaceView, root: str) -> ProjectLayout:
    def read(relative: str) -> str | None:
        try:
            return str(workspace.read(WorkspacePath(root, relative)).text)
        except SightlineError:
            return None

    links = {link.relative: target for link, target in workspace.links.items() if link.root == root}
    # A link to a configuration, or to what makes a folder a package, is one itself.
    layout = build_layout([*(path.relative for path in workspace.paths() if path.root == root), *links], read)
    return replace(with_installed(layout, workspace.system, root), links=links)


def top_key(root: str, name: str) -> int:
    """The key under which importers of a top-level Python module wait for the folders that hold it to change."""
    return crc32(f"{root}\0\0{name}".encode("utf-8", "replace"))


def redirected(before: Layouts, after: Layouts, state: GraphState) -> Generator[None, None, set[int]]:
    """Files whose imports may resolve differently under ``after``; a generator, see ``slices.py``."""
    found: set[int] = set()
    for root in {*before.by_root, *after.by_root} if before is not after else ():
        old, new = before.of(root), after.of(root)
        if (root in before.by_root) != (root in after.by_root):
            found |= yield from _files(state, root)
            continue
        for relative in {*old.links, *new.links}:
            if old.links.get(relative) != new.links.get(relative):
                found.update(state.wanting_key(path_key(root, relative)))
                yield
        for family in {*old.families, *new.families}:
            if old.of(family) == new.of(family):
                continue
            if family == "python":
                found |= yield from _redirected_python(old.python, new.python, root, state)
            else:
                found |= yield from _files_of(state, root, family)
    return found


def _files_of(state: GraphState, root: str, family: str) -> Generator[None, None, set[int]]:
    files = yield from _files(state, root)
    return {file for file in files if family_of(state.table.path_of(file)) == family}


def _redirected_python(
    old: PythonLayout, new: PythonLayout, root: str, state: GraphState
) -> Generator[None, None, set[int]]:
    if (old.roots, old.modules) != (new.roots, new.modules):
        return (yield from _files_of(state, root, "python"))
    found: set[int] = set()
    # A file's own root depends on which of the folders above it are packages.
    for folder in old.packages ^ new.packages:
        found |= yield from _files(state, root, f"{folder}/" if folder else "")
    for top in {*old.tops, *new.tops}:
        if old.tops.get(top) != new.tops.get(top):
            found.update(state.wanting_key(top_key(root, top)))
            yield
    return found


def _files(state: GraphState, root: str, prefix: str = "") -> Generator[None, None, set[int]]:
    found: set[int] = set()
    for number, file in enumerate(state.files()):
        path = state.table.path_of(file)
        if path.root == root and path.relative.startswith(prefix):
            found.add(file)
        if number % _PAUSE_EVERY == 0:
            yield
    return found
