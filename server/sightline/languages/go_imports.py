"""Where a Go package lies: modules, workspaces, ``replace`` directives and vendored packages.

Sources: the Go Modules Reference ("go.mod files", "Workspaces", "Vendoring") and the command's help on import paths.
What lies in the module cache is not of the workspace.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sightline.languages.folders import joined
from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules, Reader

#: More replacements in one root mean a mistake; each is looked at for every import.
_MOST_REPLACED = 2_000
_COMMENT = re.compile(r"//[^\n]*")
_MODULE = re.compile(r'^[ \t]*module[ \t]+"?([^\s"]+)"?', re.M)
_REPLACE = re.compile(
    r'^[ \t]*(?:replace[ \t]+)?"?([^\s"()]+)"?(?:[ \t]+v\S+)?[ \t]*=>[ \t]*"?(\.{1,2}/?[^\s"]*)"?', re.M
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoLayout:
    """The modules of a root: (import path, folder), longest import path first. ``vendored``: folders named ``vendor``.

    ``replaced``: (folder of the module with the directive, import path, folder it leads to).
    """

    modules: tuple[tuple[str, str], ...] = ()
    replaced: tuple[tuple[str, str, str], ...] = ()
    vendored: tuple[str, ...] = ()


def go_layout(files: Collection[str], read: Reader) -> GoLayout:
    """The layout of a root with these ``files``."""
    modules: list[tuple[str, str]] = []
    replaced: list[tuple[str, str, str]] = []
    vendored: set[str] = set()
    for path in files:
        folder, _, name = path.rpartition("/")
        if name == "go.mod":
            text = _COMMENT.sub("", read(path) or "")
            match = _MODULE.search(text)
            if match:
                modules.append((match.group(1), folder))
            for old, new in _REPLACE.findall(text):
                target = joined(folder, new)
                if target is not None:
                    replaced.append((folder, old, target))
        elif name == "modules.txt" and folder.rpartition("/")[2] == "vendor":
            vendored.add(folder)
    modules.sort(key=lambda row: (-len(row[0]), row))
    return GoLayout(
        modules=tuple(modules),
        replaced=tuple(sorted(replaced[:_MOST_REPLACED])),
        vendored=tuple(sorted(vendored)),
    )


def own_module(path: str, layout: GoLayout) -> str:
    """The folder of the module that a file belongs to: the innermost one around it."""
    inside = [folder for _, folder in layout.modules if not folder or path.startswith(folder + "/")]
    return max(inside, key=len, default="")


def _base(path: str, layout: GoLayout) -> str:
    """The innermost folder around a file that is a module, or has vendored packages."""
    folders = (*(folder for _, folder in layout.modules), *(each.rpartition("/")[0] for each in layout.vendored))
    return max((each for each in folders if not each or path.startswith(each + "/")), key=len, default="")


def package_folders(importer: str, module: str, layout: GoLayout) -> tuple[str, ...]:
    """Folders in which the package with the import path ``module`` may lie, best first."""
    if module.startswith("."):
        folder = joined(importer.rpartition("/")[0], module)
        return () if folder is None else (folder,)
    own = own_module(importer, layout)
    found: dict[str, None] = {}
    for folder, old, new in layout.replaced:
        if folder == own and (inner := _inside(module, old)) is not None:
            found[_path(new, inner)] = None
    for name, folder in layout.modules:
        if (inner := _inside(module, name)) is not None:
            found[_path(folder, inner)] = None
    for folder in layout.vendored:
        around = folder.rpartition("/")[0]
        if not around or importer.startswith(around + "/"):
            found[f"{folder}/{module}"] = None
    return tuple(found)


def _inside(module: str, name: str) -> str | None:
    """The rest of an import path below the module ``name``, ``None`` if it is not below."""
    if module == name:
        return ""
    return module[len(name) + 1 :] if module.startswith(name + "/") else None


def _path(folder: str, inner: str) -> str:
    return f"{folder}/{inner}" if folder and inner else folder or inner


def _candidates(importer: str, request: ImportRequest, layout: GoLayout) -> tuple[ImportCandidates, ...]:
    return tuple(ImportCandidates(folder=folder) for folder in package_folders(importer, request.module, layout))


def _is_builtin(module: str) -> bool:
    """Packages of the standard library have no dot in their first element (Go Modules Reference, "Module paths")."""
    return "." not in module.partition("/")[0]


GO_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=go_layout,
    is_configuration=lambda name: name in ("go.mod", "modules.txt"),
    base=_base,
    is_builtin=_is_builtin,
    own_folder=True,
    is_public=lambda path: not path.endswith("_test.go"),
)
