"""Which runner a test file of JavaScript or TypeScript belongs to, and in which folder it runs, by what projects say.

The nearest folder upwards that says something decides: by a configuration, else by what its ``package.json`` runs or
asks for. A file of which no folder says anything belongs to none.
"""

from __future__ import annotations

import json
import posixpath
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


def runner_of(view: WorkspaceView, path: WorkspacePath) -> str:
    """The name of the runner of a test file, "" for a file that is none or of which no project says how it runs."""
    return _said(view, path)[0] if _is_named(path) else ""


def project_of(view: WorkspaceView, path: WorkspacePath) -> str:
    """The folder, relative to the root, in which the runner of a test file is started."""
    return _said(view, path)[1]


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
