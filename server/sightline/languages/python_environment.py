"""What a root's own Python environment says: where its packages lie, and which of them are sources of the root itself.

A package installed in editable form (PEP 660, ``pip install -e``) is a line in a ``.pth`` file
(docs.python.org/3/library/site.html) or, by setuptools, a ``MAPPING`` in a module beside it. Nothing is imported or
run.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sightline.base.system import System

#: Folders of a root in which its environment is looked for, as tools name it unless told otherwise.
ENVIRONMENTS = (".venv", "venv", "env")

#: What one environment may say; more is a mistake.
_MOST_FILES, _LARGEST_FILE = 1_000, 1 << 20
_FINDER = re.compile(r"__editable___\w+_finder\.py")
_MAPPING = re.compile(r"^MAPPING\b[^=\n]*=[ \t]*(\{.*\})[ \t]*$", re.MULTILINE)
_OTHER_LINE = re.compile(r"#|import[ \t]")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableInstalls:
    """Sources of a root that its environment installs in editable form, as paths relative to the root.

    ``folders`` are searched for every absolute import; ``modules`` tell where one package or module lies: dotted name →
    path without ``.py``.
    """

    folders: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict[str, str])


def package_folders(system: System, environment: str) -> Iterator[str]:
    """The folders that an environment installs packages in (absolute paths); they need not exist."""
    for version in _names(system, f"{environment}/lib"):
        if version.startswith("python"):
            yield f"{environment}/lib/{version}/site-packages"
    yield f"{environment}/Lib/site-packages"


def editable_installs(system: System, root: str) -> EditableInstalls:
    """What the environment in ``root`` (absolute path), or the active one, installs from sources below ``root``."""
    roots = (root, system.files.real_path(root))
    folders: dict[str, None] = {}
    modules: dict[str, str] = {}
    for site in _sites(system, root):
        for name in _names(system, site)[:_MOST_FILES]:
            if name.endswith(".pth"):
                written = _lines(_text(system, f"{site}/{name}"), site)
                places = (_relative(roots, path) for path in written if _is_folder(system, path))
                folders.update(dict.fromkeys(place for place in places if place))
            elif _FINDER.fullmatch(name):
                for module, path in _mapping(_text(system, f"{site}/{name}")).items():
                    place = _relative(roots, _slashed(path))
                    if place:
                        modules[module] = place.removesuffix(".py")
    return EditableInstalls(folders=tuple(folders), modules=modules)


def _sites(system: System, root: str) -> Iterator[str]:
    active = system.environment.get("VIRTUAL_ENV", "")
    own = [f"{root}/{name}" for name in ENVIRONMENTS]
    for environment in own if not active or active in own else [*own, active]:
        yield from package_folders(system, environment)


def _lines(text: str, site: str) -> list[str]:
    """The paths that the lines of a ``.pth`` file in the folder ``site`` name."""
    named = [line.strip() for line in text.splitlines() if line.strip() and not _OTHER_LINE.match(line)]
    paths = (_slashed(line) if _DRIVE.match(line) else posixpath.join(site, line) for line in named)
    return [posixpath.normpath(path) for path in paths]


def _mapping(text: str) -> dict[str, str]:
    found = _MAPPING.search(text)
    try:
        value: Any = ast.literal_eval(found.group(1)) if found else {}
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return {}
    entries = cast("dict[object, object]", value) if isinstance(value, dict) else {}
    return {name: path for name, path in entries.items() if isinstance(name, str) and isinstance(path, str)}


def _slashed(path: str) -> str:
    return path.replace("\\", "/") if _DRIVE.match(path) else path


def _relative(roots: tuple[str, ...], path: str) -> str | None:
    """``path`` below the first of ``roots`` that holds it; empty for a root itself."""
    place = posixpath.normpath(path)
    for root in roots:
        if place == root or place.startswith(root.rstrip("/") + "/"):
            return place[len(root) :].strip("/")
    return None


def _is_folder(system: System, path: str) -> bool:
    try:
        return system.files.stat(path).is_directory
    except (OSError, ValueError):
        return False


def _text(system: System, path: str) -> str:
    try:
        if not system.files.stat(path).is_file:
            return ""
        return system.files.read(path, _LARGEST_FILE).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _names(system: System, folder: str) -> list[str]:
    try:
        return sorted(entry.name for entry in system.files.list(folder))
    except (OSError, ValueError):
        return []
