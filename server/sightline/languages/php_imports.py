"""Where PHP's names lie: Composer's PSR-4 folders, namespaces as files declare them, and ``require`` by path.

Sources: PSR-4 ("Autoloader"), the Composer schema ("autoload", "autoload-dev"), the PHP manual ("Namespaces").
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from sightline.languages.folders import joined
from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules, Reader

#: The namespace of files that declare none, by what they begin with.
GLOBAL_SPACE = "<?php"
#: More PSR-4 entries in one root mean a mistake; each is looked at for every name.
_MOST_FOLDERS = 5_000
#: Level of an import that is a path seen from the file's own folder.
BY_PATH = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PhpLayout:
    """``folders``: (prefix without its last backslash, folder) of all PSR-4 entries, longest prefix first."""

    folders: tuple[tuple[str, str], ...] = ()


def php_layout(files: Collection[str], read: Reader) -> PhpLayout:
    """The layout of a root with these ``files``; vendored packages count where they are in the workspace."""
    found: set[tuple[str, str]] = set()
    for path in files:
        folder, _, name = path.rpartition("/")
        if name == "composer.json":
            try:
                said: Any = json.loads(read(path) or "")
            except (ValueError, RecursionError):
                continue
            for section in ("autoload", "autoload-dev"):
                entries = _mapping(_mapping(_mapping(said).get(section)).get("psr-4"))
                found.update(chain.from_iterable(_folders(folder, *entry) for entry in entries.items()))
    return PhpLayout(folders=tuple(sorted(found, key=lambda row: (-len(row[0]), row))[:_MOST_FOLDERS]))


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _folders(base: str, prefix: str, value: Any) -> list[tuple[str, str]]:
    paths = cast("list[Any]", value) if isinstance(value, list) else [value]
    found = (joined(base, each) for each in paths if isinstance(each, str))
    return [(prefix.strip("\\"), each) for each in found if each is not None]


def psr4_paths(module: str, layout: PhpLayout) -> tuple[str, ...]:
    """Files in which the class ``module`` lies by PSR-4, best first."""
    found: dict[str, None] = {}
    for prefix, folder in layout.folders:
        if not prefix or module.startswith(prefix + "\\"):
            rest = module[len(prefix) :].strip("\\").replace("\\", "/")
            found[f"{folder}/{rest}.php" if folder else f"{rest}.php"] = None
    return tuple(found)


def _candidates(importer: str, request: ImportRequest, layout: PhpLayout) -> tuple[ImportCandidates, ...]:
    module = request.module
    if request.level == BY_PATH:
        beside = joined(importer.rpartition("/")[0], module)
        # A path without ``__DIR__`` is looked for in the include path and the folder the program was started in.
        paths = dict.fromkeys(each for each in (beside, joined("", module)) if each)
        return (ImportCandidates(paths=tuple(paths)),) if paths else ()
    if module == GLOBAL_SPACE:
        return (ImportCandidates(namespace=GLOBAL_SPACE),)
    around, _, name = module.rpartition("\\")
    return (
        ImportCandidates(paths=psr4_paths(module, layout)),
        ImportCandidates(namespace=around or GLOBAL_SPACE, name=name),
        ImportCandidates(namespace=module),
    )


def _outer(path: str, namespace: str, layout: PhpLayout) -> tuple[str, ...]:  # noqa: ARG001  the rules' signature
    """Functions and constants that a namespace lacks are looked for in the global one."""
    return () if namespace in ("", GLOBAL_SPACE) else (GLOBAL_SPACE,)


PHP_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=php_layout,
    is_configuration=lambda name: name == "composer.json",
    own_namespace=True,
    outer=_outer,
)
