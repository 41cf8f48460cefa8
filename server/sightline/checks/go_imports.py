"""Which packages that Go code imports are nowhere: neither in its module, nor declared by ``go.mod``, nor of Go itself.

Sources: the Go Modules Reference ("go.mod files", "Resolving a package to a module", "Module graph pruning") and the
list of packages of the standard library of Go 1.25. Nothing is run; what cannot be read in plain sight is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty
from sightline.checks.recall import go_packages_of, text_of
from sightline.graph.facts import Import
from sightline.graph.view import GraphView

#: First elements of the import paths of the standard library.
_STANDARD = frozenset({
    "C", "archive", "bufio", "bytes", "cmp", "compress", "container", "context", "crypto", "database", "debug",
    "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image", "index", "internal", "io",
    "iter", "log", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime", "slices",
    "sort", "strconv", "strings", "structs", "sync", "syscall", "testing", "text", "time", "unicode", "unique",
    "unsafe", "weak",
})  # fmt: skip
#: The Go that the list is of, and the first whose ``go.mod`` lists all modules that packages come from.
_LISTED, _COMPLETE = (1, 25), (1, 17)
#: Words in the name of a folder that a program fills, perhaps not yet.
_GENERATED = re.compile(r"gen|pb|proto|mock|fake|stub|api|swagger|graph|asset")
_IGNORED = re.compile(rb"^//\s*(?:go:build|\+build)\s+ignore\b", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*")
_MODULE = re.compile(r'^\s*module\s+"?([^\s"]+)', re.MULTILINE)
_VERSION = re.compile(r"^\s*go\s+(\d+)\.(\d+)", re.MULTILINE)
_PATH = re.compile(r'^\s*(?:require\s+|replace\s+)?"?([\w./~-]+)"?\s+(?:v[\w.+-]+|=>)', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoModule:
    """What a ``go.mod`` says: the module's path, the version of Go, and the modules it names besides."""

    name: str
    version: tuple[int, int]
    named: frozenset[str]


def certainty_of_missing_package(view: GraphView, path: WorkspacePath, row: Import) -> Certainty | None:
    """How sure it is that an import that leads to no file of the workspace leads nowhere; ``None`` for no doubt."""
    text = text_of(view, path)
    module = _module_around(view, path)
    if module is None or text is None or _IGNORED.search(text.data) or row.module.startswith("."):
        return None
    packages = go_packages_of(view, path.root)
    if packages.has_package(row.module):
        return None
    named = [each for each in module.named if _is_inside(row.module, each)]
    if named:
        return Certainty.CERTAIN if packages.lacks_package(row.module) else None
    if _is_inside(row.module, module.name):
        is_generated = _GENERATED.search(row.module.removeprefix(module.name).rpartition("/")[2])
        return Certainty.POSSIBLE if is_generated else Certainty.CERTAIN
    first = row.module.partition("/")[0]
    if "." in first:
        return Certainty.CERTAIN if module.version >= _COMPLETE else Certainty.POSSIBLE
    if first in _STANDARD or module.version > _LISTED:
        return Certainty.CERTAIN if packages.lacks_library(row.module, module.version) else None
    return Certainty.CERTAIN


def _module_around(view: GraphView, path: WorkspacePath) -> GoModule | None:
    """The module that a file belongs to; ``None`` where there is none, or a workspace joins several."""
    folder = path.relative
    while folder:
        folder = folder.rpartition("/")[0]
        for name in ("go.work", "go.mod"):
            text = _read(view, path.root, f"{folder}/{name}".lstrip("/"))
            if text is not None:
                return None if name == "go.work" else _parsed(text)
    return None


def _read(view: GraphView, root: str, relative: str) -> str | None:
    try:
        return str(view.workspace.read(WorkspacePath(root, relative)).text)
    except SightlineError:
        return None


@lru_cache(maxsize=32)
def _parsed(text: str) -> GoModule | None:
    plain = _COMMENT.sub("", text)
    name, version = _MODULE.search(plain), _VERSION.search(plain)
    if name is None:
        return None
    return GoModule(
        name=name[1],
        version=(int(version[1]), int(version[2])) if version is not None else (1, 16),
        named=frozenset(_PATH.findall(plain)) - {"module", "go", "toolchain"},
    )


def _is_inside(package: str, module: str) -> bool:
    return package == module or package.startswith(f"{module}/")
