"""Where a sourced file lies: beside the script, or where the project's scripts are run from.

Source: the Bash Reference Manual ("Bourne Shell Builtins": ``.``), and bats-core's documentation of ``load``. What a
path begins with at run time is not known, so the places that scripts most often mean are tried in turn.
"""

from __future__ import annotations

from posixpath import normpath
from typing import Any

from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules

#: ``load name`` of Bats finds ``name.bash``.
_ENDINGS = ("", ".bash", ".sh")


def sourced_paths(importer: str, module: str) -> tuple[str, ...]:
    """Paths that ``source module`` of a script may lead to, best first."""
    folders = _folders_up(importer.rpartition("/")[0])
    found: dict[str, None] = {}
    for folder in folders:
        path = normpath(f"{folder}/{module}" if folder else module)
        if not path.startswith(("../", "/")) and path not in ("..", "."):
            found.update(dict.fromkeys(path + ending for ending in _ENDINGS))
    return tuple(found)


def _folders_up(folder: str) -> list[str]:
    """A folder and those around it, the root last."""
    found = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found


def _candidates(
    importer: str,
    request: ImportRequest,
    layout: Any,  # noqa: ARG001  the rules' signature
) -> tuple[ImportCandidates, ...]:
    return (ImportCandidates(paths=sourced_paths(importer, request.module)),)


SHELL_IMPORTS = ImportRules(
    candidates=_candidates,
    is_builtin=lambda module: module.startswith(("/", "~")),
    global_names=True,
    # Names in capitals are variables, and most of those come from the environment.
    is_global=lambda name: not name.isupper(),
    is_public=lambda path: not path.endswith(".bats"),
)
