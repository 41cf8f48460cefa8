"""Packages from outside the workspace that its code may import: declared ones, and those in its own environment.

Declarations are read as text; nothing is run, and no index is asked. The name of a distribution is not always the name
one imports, so the comparison is generous: this only ever decides whether to mention a possible problem.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, cast

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.languages.python_environment import ENVIRONMENTS, package_folders
from sightline.languages.toml_text import parse_toml
from sightline.workspace.files import WorkspaceView

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_QUOTED = re.compile(r"[\"']([A-Za-z0-9][A-Za-z0-9._-]*)\s*+(?:\[[^\]\"']*\]\s*+)?(?:[<>=!~;@][^\"']*)?[\"']")
_REQUIREMENT_FILES = (
    "requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "test-requirements.txt", "constraints.txt",
    "requirements.in", "requirements/base.txt", "requirements/dev.txt", "requirements/test.txt",
    "requirements/tests.txt", "requirements/production.txt", "tests/requirements/py3.txt",
)  # fmt: skip
_QUOTING_FILES = ("setup.py", "setup.cfg", "Pipfile", "environment.yml", "tox.ini", "noxfile.py")

#: Imported name → distribution, where the two have little in common.
_DISTRIBUTIONS = {
    "attr": "attrs", "bs4": "beautifulsoup4", "cv2": "opencv-python", "crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv", "fitz": "pymupdf", "git": "gitpython", "jose": "python-jose", "jwt": "pyjwt",
    "magic": "python-magic", "mysqldb": "mysqlclient", "openssl": "pyopenssl", "pil": "pillow", "serial": "pyserial",
    "sklearn": "scikit-learn", "skimage": "scikit-image", "yaml": "pyyaml", "zmq": "pyzmq", "google": "google",
    "pkg_resources": "setuptools", "_pytest": "pytest",
}  # fmt: skip


def is_package_known(view: WorkspaceView, root: str, module: str) -> bool:
    """Whether the package of ``module`` is part of Python, declared by the workspace, or in its environment."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top == "__future__":
        return True
    name = normal_name(top)
    declared = declared_packages(view, root)
    wanted = normal_name(_DISTRIBUTIONS.get(name.replace("-", "_"), name))
    known = wanted in declared or name in declared
    alike = any(name in other.split("-") or other in (f"python-{name}", f"py{name}") for other in declared)
    return known or alike or top in _installed(view.system, root)


def declared_packages(view: WorkspaceView, root: str) -> frozenset[str]:
    """Normal names (:pep:`503`) of all distributions that the workspace's own files ask for."""
    found: set[str] = set()
    project = _text(view, root, "pyproject.toml")
    if project is not None:
        found.update(_from_project(project))
    for name in _REQUIREMENT_FILES:
        text = _text(view, root, name) or ""
        found.update(match.group(1) for match in map(_REQUIREMENT.match, text.splitlines()) if match)
    for name in _QUOTING_FILES:
        text = _text(view, root, name) or ""
        found.update(_QUOTED.findall(text))
        found.update(match.group(1) for match in map(_REQUIREMENT.match, text.splitlines()) if match)
    return frozenset(map(normal_name, found))


def required_packages(view: WorkspaceView, root: str) -> frozenset[str] | None:
    """Normal names of what ``pyproject.toml`` requires wherever the code runs; ``None`` where it does not say it."""
    text = _text(view, root, "pyproject.toml")
    rows = _table(parse_toml(text), "project").get("dependencies") if text is not None else None
    if not isinstance(rows, list):
        return None
    plain = [row for row in cast("list[Any]", rows) if isinstance(row, str) and ";" not in row]
    return frozenset(normal_name(match.group(1)) for match in map(_REQUIREMENT.match, plain) if match)


def _from_project(text: str) -> Iterator[str]:
    data = parse_toml(text)
    project = _table(data, "project")
    groups: list[Any] = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    groups += _table(data, "dependency-groups").values()
    poetry = _table(_table(data, "tool"), "poetry")
    named = [poetry, *_table(poetry, "group").values()]
    for table in named:
        if isinstance(table, dict):
            rows = cast("dict[str, Any]", table)
            yield from (*_table(rows, "dependencies"), *_table(rows, "dev-dependencies"))
    for group in groups:
        for row in cast("list[Any]", group) if isinstance(group, list) else []:
            match = _REQUIREMENT.match(row) if isinstance(row, str) else None
            if match:
                yield match.group(1)


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _text(view: WorkspaceView, root: str, name: str) -> str | None:
    try:
        return str(view.read(WorkspacePath(root, name)).text)
    except SightlineError:
        return None


def _installed(system: System, root: str) -> frozenset[str]:
    """Names that can be imported from an environment kept inside the workspace."""
    found: set[str] = set()
    for environment in ENVIRONMENTS:
        for folder in package_folders(system, f"{root}/{environment}"):
            found.update(entry.partition(".")[0] for entry in _names(system, folder))
    return frozenset(found)


def _names(system: System, folder: str) -> Iterable[str]:
    try:
        return [entry.name for entry in system.files.list(folder)]
    except OSError:
        return []


def normal_name(name: str) -> str:
    """The normal name of a distribution (:pep:`503`)."""
    return re.sub(r"[-_.]+", "-", name).lower()
