"""Which imports of a Python file lead nowhere, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import Certainty
from sightline.checks.dependencies import is_package_known
from sightline.checks.environment import is_complete, lacks_module, library_lacks
from sightline.checks.modules import names_of_module
from sightline.checks.recall import text_of
from sightline.graph.facts import Import, ImportedName
from sightline.graph.view import GraphView

#: An import, and the name it asks its module for in vain; ``None`` when the module itself is missing.
BrokenImport = tuple[Import, ImportedName | None]

#: Files that make a module without being Python source.
_COMPILED = (".so", ".pyd", ".pyx", ".pxd", ".c", ".rs", ".pyi")
_GENERATED = ("_pb2", "_pb2_grpc", "_version", "version", "_version_info")


def broken_imports(view: GraphView, path: WorkspacePath, rows: Sequence[Import]) -> Iterator[BrokenImport]:
    """Those of a file's imports that lead to no file of the workspace, and the names that others ask for in vain.

    Packages from outside the workspace are among them.
    """
    unresolved = {row.span for row in view.unresolved_imports(path)} if rows else frozenset[Span]()
    for row in rows:
        if row.dynamic:
            continue
        if row.span in unresolved:
            folder = _folder_of(view, path, row)
            if folder is None:
                yield row, None
            else:
                yield from ((row, name) for name in row.names if not _is_there(view, path.root, folder + name.name))
        else:
            yield from ((row, name) for name in row.names if _is_missing(view, path, row, name))


def certainty_of_missing_module(view: GraphView, path: WorkspacePath, row: Import) -> Certainty | None:
    """How sure it is that the module of an unresolved import is missing; ``None`` when nothing speaks for it."""
    excused = row.guarded and not row.type_only
    if row.level:
        return _certainty_of_missing_sibling(view, path, row, excused=excused)
    if is_package_known(view.workspace, path.root, row.module):
        lacking = lacks_module(view.workspace.system, path.root, row.module) or library_lacks(row.module)
        return (Certainty.POSSIBLE if excused else Certainty.CERTAIN) if lacking else None
    top = view.module(path, row.module.partition(".")[0])
    if top is None and _is_folder(view, path.root, row.module.partition(".")[0]):
        return None
    if top is None:
        # It may come with a declared one: many projects import what another brings.
        runs_always = not row.guarded and row.enclosing < 0 and _is_in_package(view, path)
        return Certainty.CERTAIN if runs_always and is_complete(view.workspace, path) else Certainty.POSSIBLE
    if top.name not in ("__init__.py", "__init__.pyi"):
        return Certainty.POSSIBLE if excused else Certainty.CERTAIN
    base = top.relative.rpartition("/")[0].rpartition("/")[0]
    if _is_there(view, top.root, "/".join(part for part in (base, row.module.replace(".", "/")) if part)):
        return None
    return Certainty.POSSIBLE if excused or _is_generated(row) else Certainty.CERTAIN


def _is_in_package(view: GraphView, path: WorkspacePath) -> bool:
    """Whether a file belongs to a package: a script may be run in another environment."""
    folder = path.relative.rpartition("/")[0]
    return bool(folder) and view.workspace.exists(WorkspacePath(path.root, f"{folder}/__init__.py"))


def _certainty_of_missing_sibling(
    view: GraphView, path: WorkspacePath, row: Import, *, excused: bool
) -> Certainty | None:
    folder = path.relative.split("/")[:-1]
    if row.level - 1 > len(folder):
        return Certainty.CERTAIN
    base = "/".join(folder[: len(folder) - row.level + 1])
    if _is_there(view, path.root, "/".join(part for part in (base, row.module.replace(".", "/")) if part)):
        return None
    return Certainty.POSSIBLE if excused or _is_generated(row) else Certainty.CERTAIN


def spelled(row: Import) -> str:
    """The module as an import statement writes it."""
    return "." * row.level + row.module


def _folder_of(view: GraphView, path: WorkspacePath, row: Import) -> str | None:
    """The folder, with its slash, of a relative import from a package that is a folder alone: its names are modules."""
    parts = path.relative.split("/")[:-1]
    if not row.level or row.level - 1 > len(parts) or any(name.name in ("", "*") for name in row.names):
        return None
    stem = "/".join([*parts[: len(parts) - row.level + 1], *filter(None, row.module.split("."))])
    return f"{stem}/".lstrip("/") if not stem or _is_folder(view, path.root, stem) else None


def _is_missing(view: GraphView, path: WorkspacePath, row: Import, name: ImportedName) -> bool:
    if name.name in ("", "*"):
        return False
    module = view.module(path, row.module, row.level)
    if module is None:
        return False
    inner = f"{row.module}.{name.name}" if row.module else name.name
    if view.module(path, inner, row.level) is not None:
        return False
    names = names_of_module(view, module)
    if names is None or name.name in names:
        return False
    package = module.name in ("__init__.py", "__init__.pyi")
    return not (package and _is_there(view, module.root, f"{module.relative.rpartition('/')[0]}/{name.name}"))


def _is_generated(row: Import) -> bool:
    return row.module.rpartition(".")[2].endswith(_GENERATED)


def _is_there(view: GraphView, root: str, stem: str) -> bool:
    """Whether a module is there in a form the graph does not list: ignored, compiled, or a plain folder."""
    if not stem:
        return True
    candidates = [f"{stem}.py", f"{stem}/__init__.py", *(stem + ending for ending in _COMPILED)]
    return any(_exists(view, root, name) for name in candidates) or _is_folder(view, root, stem)


def _exists(view: GraphView, root: str, relative: str) -> bool:
    try:
        path = WorkspacePath(root, relative)
    except SightlineError:
        return False
    return view.workspace.exists(path) or text_of(view, path) is not None


def _is_folder(view: GraphView, root: str, stem: str) -> bool:
    """Whether Python files lie below a folder, so that it can be imported as a namespace (:pep:`420`)."""
    prefixes = (f"{stem}/", f"src/{stem}/")
    return any(path.root == root and path.relative.startswith(prefixes) for path in view.paths())
