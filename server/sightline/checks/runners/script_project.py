"""Which runner a test file of JavaScript or TypeScript belongs to, and in which folder it runs, by what projects say.

The nearest folder upwards that says something decides: by a configuration, else by what its ``package.json`` runs or
asks for. A file of which no folder says anything belongs to none.
"""

from __future__ import annotations

import json
import posixpath
import re
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.workspace.files import WorkspaceView

#: Runners that are known, the one that is preferred where a project names both first.
_KNOWN = ("vitest", "jest")
_SUFFIXES = frozenset((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts"))
_CONFIGURATIONS = tuple(
    (name, f"{name}.{kind}.{ending}")
    for name, kinds in (("vitest", ("config", "workspace")), ("jest", ("config",)))
    for kind in kinds
    for ending in ("ts", "mts", "cts", "js", "mjs", "cjs", "json")
)
#: Configurations of vitest in which others may be named, and how.
_PROJECTS = tuple(file for name, file in _CONFIGURATIONS if name == "vitest") + tuple(
    f"vite.config.{ending}" for ending in ("ts", "mts", "cts", "js", "mjs", "cjs")
)
_NAMED_PROJECTS = re.compile(rb"\b(?:projects|workspace)\s*:")


def runner_of(view: WorkspaceView, path: WorkspacePath) -> str:
    """The name of the runner of a test file, "" for a file that is none or of which no project says how it runs."""
    return _said(view, path)[0] if _is_named(path) else ""


def project_of(view: WorkspaceView, path: WorkspacePath) -> str:
    """The folder, relative to the root, in which the runner of a test file is started.

    A vitest that names projects runs from where it names them: their own configurations often begin with that one.
    """
    name, nearest = _said(view, path)
    folder: str = nearest
    outer: str = nearest
    while name == "vitest" and outer:
        outer = posixpath.dirname(outer)
        if any(_names_projects(view, WorkspacePath(path.root, posixpath.join(outer, file))) for file in _PROJECTS):
            folder = outer
    return folder


def _names_projects(view: WorkspaceView, file: WorkspacePath) -> bool:
    if not view.exists(file):
        return False
    with suppress(SightlineError):
        return ".workspace." in file.name or _NAMED_PROJECTS.search(view.read(file).text.data) is not None
    return False


def _is_named(path: WorkspacePath) -> bool:
    """Whether runners look for tests in it, unless they are told otherwise."""
    *folders, name = path.relative.split("/")
    return path.suffix in _SUFFIXES and (".test." in name or ".spec." in name or "__tests__" in folders)


def _said(view: WorkspaceView, path: WorkspacePath) -> tuple[str, str]:
    folder: str = posixpath.dirname(path.relative)
    while True:
        for name, file in _CONFIGURATIONS:
            if view.exists(WorkspacePath(path.root, posixpath.join(folder, file))):
                return name, folder
        manifest = WorkspacePath(path.root, posixpath.join(folder, "package.json"))
        if view.exists(manifest):
            try:
                named = _named_in(view.read(manifest).text.data)
            except SightlineError:
                named = ""
            if named:
                return named, folder
        if not folder:
            return "", ""
        folder = posixpath.dirname(folder)


@lru_cache(maxsize=256)
def _named_in(manifest: bytes) -> str:
    """The runner that a ``package.json`` configures, runs or asks for."""
    try:
        data: object = json.loads(manifest)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    told = cast("dict[str, Any]", data)
    if told.get("jest"):
        return "jest"
    scripts = told.get("scripts")
    run = " ".join(map(str, cast("dict[str, Any]", scripts).values())) if isinstance(scripts, dict) else ""
    asked = [cast("dict[str, Any]", part) for part in map(told.get, _ASKED) if isinstance(part, dict)]
    for name in _KNOWN:
        if name in run.replace("/", " ").replace("&", " ").split():
            return name
    return next((name for name in _KNOWN if any(name in part for part in asked)), "")


_ASKED = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
