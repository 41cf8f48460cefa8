"""What a workspace says of the packages that its scripts import: manifests, lock files, settings of bundlers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from sightline.base.paths import WorkspacePath
from sightline.checks.recall import text_of
from sightline.graph.view import GraphView

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
#: What a package manager has installed, with what those packages brought along.
_LOCKS = ("pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "bun.lock", "deno.lock")
#: Files that may give a name a meaning: manifests, settings, declarations of modules.
_SPEAKING = re.compile(
    r"(?:^|/)(?:package|deno|bower|project|angular|(?:ts|js)config[^/]*|import[-_]?map[^/]*)\.jsonc?$"
    r"|\.d\.[mc]?ts$|\.config\.|(?:^|/)[^/]*(?:alias|webpack|rollup|esbuild|vite|babel|jest|metro)[^/]*\.[cm]?[jt]s(?:on)?$"
    r"|\.html$"
)


def is_declared(view: GraphView, path: WorkspacePath, package: str) -> bool:
    """Whether a ``package.json`` above the file declares a package, or it is installed there."""
    parts = path.relative.split("/")[:-1]
    for end in range(len(parts), -1, -1):
        folder = "".join(f"{part}/" for part in parts[:end])
        text = text_of(view, WorkspacePath(path.root, f"{folder}package.json"))
        declared = _declared(str(text)) if text is not None else frozenset[str]()
        types = "@types/" + package.lstrip("@").replace("/", "__")
        if package in declared or types in declared:
            return True
        try:
            view.workspace.system.files.stat(f"{path.root}/{folder}node_modules/{package}")
        except OSError:
            continue
        return True
    return False


def folder_withholding(view: GraphView, path: WorkspacePath, package: str, inner: str) -> str | None:
    """The folder of a package of the workspace whose ``exports`` do not hold ``./inner``, with its slash.

    ``None`` where they may, where there is no such table, and where settings that hold for ``path``, or declarations,
    speak of that file of the package or of all its files.
    """
    written = re.compile(rf"{re.escape(package)}/(?:{re.escape(inner)}\b|[^\w.@-])".encode())
    folders: list[str] = []
    for each in view.workspace.paths():
        if each.root != path.root or not _SPEAKING.search(each.relative):
            continue
        text = text_of(view, each)
        if text is None or (_may_map(each, path) and written.search(text.data)):
            return None
        if each.name == "package.json" and package.encode() in text.data:
            table = _table(str(text))
            if table.get("name") == package:
                if not _is_withheld(table.get("exports"), f"./{inner}"):
                    return None
                folders.append(each.relative.removesuffix("package.json"))
    return folders[0] if len(folders) == 1 else None


def _may_map(settings: WorkspacePath, path: WorkspacePath) -> bool:
    """Whether a file may tell where an import in ``path`` leads, and the graph has not read it for that."""
    if settings.name.startswith(("tsconfig", "jsconfig", "package.json")):
        return False
    above = path.relative.startswith(settings.relative.removesuffix(settings.name))
    return above or settings.name.endswith((".d.ts", ".d.mts", ".d.cts"))


def _is_withheld(exports: object, inner: str) -> bool:
    if not isinstance(exports, dict):
        return False
    keys = [str(key) for key in cast("dict[Any, Any]", exports)]
    if not all(key.startswith(".") for key in keys):
        return not keys or all(not key.startswith(".") for key in keys)
    patterns = ((f"{key}*" if key.endswith("/") else key).partition("*") for key in keys)
    return not any(
        inner.startswith(before) and inner.endswith(after) if star else inner == before
        for before, star, after in patterns
    )


def _declared(text: str) -> frozenset[str]:
    table = _table(text)
    groups = (table.get(name) for name in _DEPENDENCIES)
    names = {name for group in groups if isinstance(group, dict) for name in cast("dict[str, Any]", group)}
    own = table.get("name")
    return frozenset(names | ({own} if isinstance(own, str) else set()))


def _table(text: str) -> dict[str, Any]:
    """What a manifest holds; nothing of one that cannot be read."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


def is_unheard_of(view: GraphView, path: WorkspacePath, package: str) -> bool:
    """Whether nothing that says what names mean holds a package's: no manifest, lock file, setting, declaration.

    False where there is no lock file above ``path`` that can be read.
    """
    name = re.compile(rf"(?<![\w@.-]){re.escape(package)}(?![\w-])".encode())
    locks = [data for data in _locks(view, path) if data]
    if not locks or any(name.search(data) for data in locks):
        return False
    for each in view.workspace.paths():
        if each.root == path.root and _SPEAKING.search(each.relative):
            text = text_of(view, each)
            if text is not None and name.search(text.data):
                return False
    return True


def _locks(view: GraphView, path: WorkspacePath) -> Iterator[bytes]:
    """The lock files of the folders above a file; they are read as they are on disk where nothing has opened them."""
    parts = path.relative.split("/")[:-1]
    for end in range(len(parts), -1, -1):
        folder = "".join(f"{part}/" for part in parts[:end])
        for name in _LOCKS:
            text = text_of(view, WorkspacePath(path.root, folder + name))
            if text is not None:
                yield text.data
