"""What the workspace's own Python environment lacks: modules of packages that it has, and whole packages.

Of the standard library, what the one of this interpreter lacks.

A package is what lies in the folders that the environment installs in; nothing is imported or run. One that is spread
over several folders, or that meddles with how its modules are found, is not judged.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from functools import lru_cache
from importlib.machinery import PathFinder

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.checks.dependencies import normal_name, required_packages
from sightline.languages.python_environment import ENVIRONMENTS, package_folders
from sightline.workspace.files import WorkspaceView

#: Words of a package that may find its modules in ways of its own.
_MEDDLES = re.compile(rb"sys\.modules|__path__|meta_path|path_hooks|pkgutil|lazy", re.IGNORECASE)
_SEES_MORE = re.compile(rb"^\s*include-system-site-packages\s*=\s*true\b", re.IGNORECASE | re.MULTILINE)
_SOURCES = (".py", ".pyi", ".pyc")
_COMPILED = (".so", ".pyd")
_LARGEST = 1 << 20
#: Packages of the standard library that systems install in part only.
_PARTLY_THERE = frozenset({"distutils", "ensurepip", "idlelib", "lib2to3", "test", "tkinter", "turtledemo"})
#: Modules of packages that not every Python since 3.8 has ("What's New in Python").
_OF_SOME_VERSIONS = frozenset({
    "asyncio.compat", "asyncio.graph", "asyncio.tools", "concurrent.futures.interpreter", "concurrent.interpreters",
    "dbm.sqlite3", "xml.etree.cElementTree",
})  # fmt: skip
_DISTRIBUTION = re.compile(r"(.+?)-[^-]+\.(?:dist-info|egg-info)")


def lacks_module(system: System, root: str, module: str) -> bool:
    """Whether the environment below ``root`` has a package in plain sight that lacks the dotted ``module``."""
    top, *inner = module.split(".")
    for folder in _folders(system, root):
        names = _names(system, folder)
        if top not in names and not _is_module(names, top):
            continue
        at = f"{folder}/{top}"
        for part in inner:
            names = _names(system, at)
            source = _source(system, f"{at}/__init__.py")
            if source is None or _MEDDLES.search(source):
                return False
            if part not in names and not _is_module(names, part):
                return True
            at = f"{at}/{part}"
        return False
    return False


@lru_cache(maxsize=512)
def library_lacks(module: str) -> bool:
    """Whether a package of the standard library lacks the dotted ``module``, as far as this interpreter's tells."""
    name, *inner = module.split(".")
    if name not in sys.stdlib_module_names or name in _PARTLY_THERE or module in _OF_SOME_VERSIONS:
        return False
    found = PathFinder.find_spec(name, [sysconfig.get_path("stdlib")])
    for part in inner:
        if found is None or found.submodule_search_locations is None:
            return False  # a module: what is imported from it, as ``os.path``, it has put there itself
        name = f"{name}.{part}"
        found = PathFinder.find_spec(name, list(found.submodule_search_locations))
        if found is None:
            return True
    return False


def is_complete(view: WorkspaceView, path: WorkspacePath) -> bool:
    """Whether the workspace has an environment that holds every package it requires: what is not there is missing."""
    if any(_sees_more(view.system, f"{path.root}/{name}") for name in ENVIRONMENTS):
        return False
    installed = {
        normal_name(match[1])
        for folder in _folders(view.system, path.root)
        for name in _names(view.system, folder)
        if (match := _DISTRIBUTION.fullmatch(name))
    }
    required = required_packages(view, path.root)
    return bool(installed) and required is not None and required <= installed


def _folders(system: System, root: str) -> list[str]:
    return [each for name in ENVIRONMENTS for each in package_folders(system, f"{root}/{name}")]


def _sees_more(system: System, environment: str) -> bool:
    """Whether an environment also imports what the Python it was made with has (:pep:`405`)."""
    return bool(_SEES_MORE.search(_source(system, f"{environment}/pyvenv.cfg") or b""))


def _is_module(names: frozenset[str], stem: str) -> bool:
    if any(stem + ending in names for ending in _SOURCES):
        return True
    return any(name.startswith(f"{stem}.") and name.endswith(_COMPILED) for name in names)


def _names(system: System, folder: str) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in system.files.list(folder))
    except OSError:
        return frozenset()


def _source(system: System, path: str) -> bytes | None:
    try:
        return system.files.read(path, _LARGEST)
    except OSError:
        return None
