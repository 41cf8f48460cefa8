"""Where a project keeps its Python source, from its files and from what its build and test tools are told."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, cast

from sightline.base.system import System
from sightline.languages.folders import normal
from sightline.languages.jsonc import parse_json
from sightline.languages.python_environment import editable_installs
from sightline.languages.toml_text import parse_toml

#: Files whose text says where source lies or what is installed.
PYTHON_CONFIGURATION = frozenset(
    ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini", "pyrightconfig.json")
)

#: More configured folders in one root mean a mistake; each is tried for every absolute import.
_MOST_ROOTS = 1_000
#: Python files that tell by their name what their folder is.
_MARKS = ("__init__.py", "__init__.pyi", "conftest.py")
_PACKAGE_DIR = re.compile(r"""package_dir\s*=\s*\{\s*["']["']\s*:\s*["']([^"']+)["']""")
_WHERE = re.compile(r"""find_packages\(\s*(?:where\s*=\s*)?["']([^"']+)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonLayout:
    """``roots``: folders searched for every absolute import, in order. ``packages``: folders with an ``__init__`` file.

    ``further``: folders above a top-level package or beside a ``conftest.py``; they are searched only for the top-level
    names they hold (``tops``: name → folders), since there may be many. The root itself is the empty string.
    ``modules``: dotted names that the environment leads to a place of their own (path without ending).
    """

    roots: tuple[str, ...] = ("",)
    packages: frozenset[str] = frozenset()
    further: frozenset[str] = frozenset()
    tops: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    modules: Mapping[str, str] = field(default_factory=dict[str, str])


def python_layout(files: Collection[str], read: Callable[[str], str | None]) -> PythonLayout:
    """The layout of a root with these ``files``."""
    sources = [path for path in files if path.endswith((".py", ".pyi"))]
    packages = frozenset(
        path.rpartition("/")[0] for path in sources if path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")
    )
    roots = {"": None}
    if any(path.startswith("src/") for path in sources):
        roots["src"] = None
    for path in sorted(files, key=_depth):
        if path.rpartition("/")[2] in PYTHON_CONFIGURATION:
            roots.update(dict.fromkeys(_configured(path, read(path) or "")))
    roots = dict.fromkeys(islice(roots, _MOST_ROOTS))
    folders = {folder.rpartition("/")[0] for folder in packages if folder}
    folders |= {path.rpartition("/")[0] for path in sources if path.rpartition("/")[2] == "conftest.py"}
    further = frozenset(folder for folder in folders if folder not in packages and folder not in roots)
    return PythonLayout(roots=tuple(roots), packages=packages, further=further, tops=_tops(sources, further))


def with_installed(layout: PythonLayout, system: System, root: str) -> PythonLayout:
    """``layout`` and what the environment of the root at ``root`` installs in editable form."""
    installed = editable_installs(system, root)
    roots = islice(dict.fromkeys((*layout.roots, *installed.folders)), _MOST_ROOTS)
    return replace(layout, roots=tuple(roots), modules=installed.modules)


def shapes_python_layout(layout: PythonLayout, path: str) -> bool:
    """Whether a file that appears changes the layout."""
    if not path.endswith((".py", ".pyi")):
        return False
    if path.rpartition("/")[2] in _MARKS or (path.startswith("src/") and "src" not in layout.roots):
        return True
    return any(root not in layout.tops.get(top, ()) for root, top in _tops_of(path, layout.further))


def holds_python_layout(layout: PythonLayout, path: str) -> bool:
    """Whether the layout may be another without a file."""
    if not path.endswith((".py", ".pyi")):
        return False
    return path.rpartition("/")[2] in _MARKS or path.startswith("src/") or bool(_tops_of(path, layout.further))


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _tops_of(path: str, roots: Collection[str]) -> list[tuple[str, str]]:
    """Each of the ``roots`` above a file, and the top-level name the file belongs to there."""
    found: list[tuple[str, str]] = []
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in roots:
            top = path[len(folder) + 1 if folder else 0 :].partition("/")[0]
            found.append((folder, top.removesuffix(".pyi").removesuffix(".py")))
    return found


def _tops(sources: Iterable[str], roots: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The top-level names that lie in each of the ``roots``."""
    found: dict[str, dict[str, None]] = {}
    for path in sources:
        for root, top in _tops_of(path, roots):
            found.setdefault(top, {})[root] = None
    return {top: tuple(sorted(folders, key=_depth)) for top, folders in found.items()}


def _configured(path: str, text: str) -> list[str]:
    """Source folders that one configuration file names."""
    folder, _, name = path.rpartition("/")
    match name:
        case "pyproject.toml":
            named = _from_pyproject(text)
        case "setup.cfg" | "pytest.ini" | "tox.ini":
            named = _from_ini(text)
        case "setup.py":
            named = [match.group(1) for match in (*_PACKAGE_DIR.finditer(text), *_WHERE.finditer(text))]
        case _:
            named = _from_pyright(parse_json(text))
    found = (normal(folder, entry) for entry in named)
    return [entry for entry in found if entry is not None]


def _from_pyproject(text: str) -> list[str]:
    tool = _table(parse_toml(text), "tool")
    setuptools = _table(tool, "setuptools")
    named = _strings(_table(_table(setuptools, "packages"), "find").get("where"))
    package_dir = _table(setuptools, "package-dir")
    named += _strings([package_dir.get("")])
    for entry in _list(_table(tool, "poetry").get("packages")):
        if isinstance(entry, dict):
            named += _strings([cast("dict[str, Any]", entry).get("from")])
    wheel = _table(_table(_table(_table(tool, "hatch"), "build"), "targets"), "wheel")
    named += [entry.rpartition("/")[0] for entry in _strings(wheel.get("packages"))]
    named += _strings(_table(_table(tool, "pytest"), "ini_options").get("pythonpath"))
    named += _strings(_table(tool, "ruff").get("src"))
    named += _from_pyright(_table(tool, "pyright"))
    mypy_path = _table(tool, "mypy").get("mypy_path")
    named += re.split(r"[:,;\s]+", mypy_path) if isinstance(mypy_path, str) else _strings(mypy_path)
    return named


def _from_pyright(options: object) -> list[str]:
    if not isinstance(options, dict):
        return []
    table = cast("dict[str, Any]", options)
    named = _strings(table.get("extraPaths"))
    for entry in _list(table.get("executionEnvironments")):
        if isinstance(entry, dict):
            environment = cast("dict[str, Any]", entry)
            named += _strings([environment.get("root")]) + _strings(environment.get("extraPaths"))
    return named


def _from_ini(text: str) -> list[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    named = parser.get("options.packages.find", "where", fallback="").split()
    for line in parser.get("options", "package_dir", fallback="").splitlines():
        package, _, folder = line.partition("=")
        if folder and not package.strip():
            named.append(folder.strip())
    for section in ("pytest", "tool:pytest"):
        named += parser.get(section, "pythonpath", fallback="").split()
    return named


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    entries = [value] if isinstance(value, str) else _list(value)
    return [entry for entry in entries if isinstance(entry, str)]
