"""Where the names of a ``using`` lie: namespaces, types in them, and what a project's global usings bring to its files.

Source: the C# language reference ("using directive", "Namespaces") and the .NET SDK's documentation of ``Using`` items.
A namespace says nothing of folders: its files are found by what they declare.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sightline.languages.import_rules import MOST_PARTS, ImportCandidates, ImportRequest, ImportRules, Reader

_GLOBAL = re.compile(r"^[ \t]*global\s+using\s+(?!static\b)([A-Za-z_][\w.]*)\s*;", re.M)
_ITEM = re.compile(r"<Using\s+Include=\"([A-Za-z_][\w.]*)\"\s*/?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class CSharpLayout:
    """``projects``: the folders with a project file. ``usings``: (folder, namespace) for what all files below use."""

    projects: tuple[str, ...] = ()
    usings: tuple[tuple[str, str], ...] = ()


def _is_configuration(name: str) -> bool:
    """Project files, and the files in which global usings stand by convention."""
    lower = name.lower()
    return lower.endswith((".csproj", "usings.cs")) or lower == "directory.build.props"


def csharp_layout(files: Collection[str], read: Reader) -> CSharpLayout:
    """The layout of a root with these ``files``."""
    projects: set[str] = set()
    found: set[tuple[str, str]] = set()
    for path in files:
        folder, _, name = path.rpartition("/")
        if name.lower().endswith(".csproj"):
            projects.add(folder)
    for path in files:
        folder, _, name = path.rpartition("/")
        if _is_configuration(name):
            is_code = name.lower().endswith(".cs")
            where = own_project(path, tuple(projects)) if is_code else folder
            found.update((where, each) for each in (_GLOBAL if is_code else _ITEM).findall(read(path) or ""))
    return CSharpLayout(projects=tuple(sorted(projects)), usings=tuple(sorted(found)))


def own_project(path: str, projects: tuple[str, ...]) -> str:
    """The folder of the project that a file belongs to: the innermost one around it."""
    return max((each for each in projects if not each or path.startswith(each + "/")), key=len, default="")


def _candidates(importer: str, request: ImportRequest, layout: CSharpLayout) -> tuple[ImportCandidates, ...]:  # noqa: ARG001  the rules' signature
    around, _, name = request.module.rpartition(".")
    type_in = (ImportCandidates(namespace=around, name=name),) if around else ()
    return (ImportCandidates(namespace=request.module), *type_in)


def _outer(path: str, namespace: str, layout: CSharpLayout) -> tuple[str, ...]:
    """The namespaces around one, innermost first, then those of global usings."""
    parts = namespace.split(".", MOST_PARTS)
    around = [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
    return (*around, *(each for folder, each in layout.usings if not folder or path.startswith(folder + "/")))


def _is_builtin(module: str) -> bool:
    return module.partition(".")[0] in ("System", "Microsoft")


CSHARP_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=csharp_layout,
    is_configuration=_is_configuration,
    base=lambda path, layout: "",  # noqa: ARG005  the rules' signature
    is_builtin=_is_builtin,
    own_namespace=True,
    whole_units=False,
    outer=_outer,
    rootless=True,
)
