"""Where a Python module may lie: the import system's rules (language reference, chapter 5; PEP 420; PEP 561)."""

from __future__ import annotations

import sys

from sightline.languages.folders import join, shared_folders
from sightline.languages.import_rules import ImportBinding, ImportCandidates, ImportRequest, ImportRules
from sightline.languages.python_layout import (
    PYTHON_CONFIGURATION,
    PythonLayout,
    holds_python_layout,
    python_layout,
    shapes_python_layout,
    with_installed,
)

#: A package wins over a module of the same name, and what runs over what only types.
_ENDINGS = ("/__init__.py", ".py", "/__init__.pyi", ".pyi")


def module_paths(importer: str, module: str, level: int, layout: PythonLayout) -> tuple[str, ...]:
    """Candidate files of ``module`` as ``importer`` names it with ``level`` leading dots, best first.

    Empty when the dots lead out of the root. A folder without ``__init__.py`` is a namespace package: it has no file of
    its own, but what lies in it is found.
    """
    inner = module.replace(".", "/")
    if level:
        parts = importer.split("/")
        if level >= len(parts) + 1 or (level == len(parts) and not inner):
            return ()
        folder = "/".join(parts[: len(parts) - level])
        return _files(folder, inner)
    if not inner:
        return ()
    found: dict[str, None] = {}
    for name, place in layout.modules.items():
        if module == name or module.startswith(f"{name}."):
            found.update(dict.fromkeys(_files("", join(place, inner[len(name) + 1 :]))))
    for root in search_roots(importer, inner.partition("/")[0], layout):
        found.update(dict.fromkeys(_files(root, inner)))
    return tuple(found)


def search_roots(importer: str, top: str, layout: PythonLayout) -> tuple[str, ...]:
    """The folders in which ``importer`` looks for the top-level module ``top``, in order.

    First the folder above the importer's own top-level package (what pytest's rootdir rule and a script's
    ``sys.path[0]`` come to), then the configured roots, then every other folder that is known to hold ``top``: of
    several projects in one workspace the importer's own comes before its neighbours.
    """
    own = own_root(importer, layout)
    roots = dict.fromkeys((own, *layout.roots))
    further = layout.tops.get(top, ())
    roots.update(dict.fromkeys(sorted(further, key=lambda folder: -shared_folders(own, folder))))
    return tuple(roots)


def own_root(importer: str, layout: PythonLayout) -> str:
    """The first folder above ``importer`` that is no package."""
    folder = importer.rpartition("/")[0]
    while folder and folder in layout.packages:
        folder = folder.rpartition("/")[0]
    return folder


def module_name(path: str, layout: PythonLayout) -> str:
    """Dotted name under which a file is imported from its own root; empty for what is no Python module."""
    stem, _, extension = path.rpartition(".")
    if extension not in ("py", "pyi"):
        return ""
    root = own_root(path, layout)
    holding = [folder for folder in layout.roots if folder and root.startswith(folder + "/")]
    root = min(holding, key=len, default=root)  # a namespace package below a configured root
    inner = stem[len(root) + 1 :] if root else stem
    return inner.removesuffix("/__init__").replace("/", ".")


def _files(folder: str, inner: str) -> tuple[str, ...]:
    stem = join(folder, inner)
    if not inner:
        return tuple(join(folder, name) for name in ("__init__.py", "__init__.pyi"))
    return tuple(stem + ending for ending in _ENDINGS)


def _candidates(importer: str, request: ImportRequest, layout: PythonLayout) -> tuple[ImportCandidates, ...]:
    found = [ImportCandidates(paths=module_paths(importer, request.module, request.level, layout))]
    for name in request.names:
        if name and name != "*":
            inner = f"{request.module}.{name}" if request.module else name
            paths = module_paths(importer, inner, request.level, layout)
            found.append(ImportCandidates(paths=paths, binds=ImportBinding.SUBMODULE, name=name))
    return tuple(found)


PYTHON_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=python_layout,
    installed=with_installed,
    is_configuration=lambda name: name in PYTHON_CONFIGURATION,
    shapes=shapes_python_layout,
    rests_on=holds_python_layout,
    base=own_root,
    is_builtin=lambda module: module.partition(".")[0] in sys.stdlib_module_names,
)
