"""From an import as written to the paths it may lead to: the door to the rules of each language.

Pure: a rule names candidate paths in the order in which they win, and somebody else looks which of them exists. All
paths are relative to one workspace root, with forward slashes. What the project's configuration says about where
modules lie is read once, into a :class:`ProjectLayout`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum

from sightline.languages.dependencies import distributions_of, read_dependencies
from sightline.languages.node_modules import NODE_BUILTINS
from sightline.languages.python_imports import module_paths
from sightline.languages.python_layout import PYTHON_CONFIGURATION, PythonLayout, python_layout, shapes_python_layout
from sightline.languages.registry import language_of
from sightline.languages.typescript_imports import specifier_paths
from sightline.languages.typescript_layout import ScriptLayout, is_script_configuration, script_layout

#: Reads a file of the workspace by its relative path; ``None`` for one that is missing or no text.
Reader = Callable[[str], str | None]


class ImportBinding(StrEnum):
    """What a file, if it exists, would be to the import that leads to it."""

    MODULE = "module"  # the statement's module: bound itself, or where its names are looked up
    SUBMODULE = "submodule"  # one of the names of ``from package import name`` is a module of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """An import as written: the fields of ``graph.facts.Import`` that matter to where it leads.

    ``names`` are the imported names (``*`` and empty ones may be among them).
    """

    module: str
    level: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCandidates:
    """One thing an import may lead to: the first of ``paths`` that exists. ``name`` is the name of a submodule.

    In Python the module itself is listed first, then each name that could be a submodule. A name that is one needs
    nothing of the module's own file, unless that file binds the name too.
    """

    paths: tuple[str, ...]
    binds: ImportBinding
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLayout:
    """Where modules of one workspace root are looked for. Two equal layouts resolve every import alike."""

    python: PythonLayout = field(default_factory=PythonLayout)
    script: ScriptLayout = field(default_factory=ScriptLayout)
    dependencies: frozenset[str] = frozenset()


def build_layout(files: Collection[str], read: Reader) -> ProjectLayout:
    """The layout of a root with these ``files`` (relative paths). Broken configuration is passed over."""
    return ProjectLayout(
        python=python_layout(files, read),
        script=script_layout(files, read),
        dependencies=read_dependencies(files, read),
    )


def shapes_layout(layout: ProjectLayout, path: str) -> bool:
    """Whether ``layout`` may have to be built again because the file at ``path`` appeared, went or changed.

    For a file that only changed its text, ask this only if :func:`is_configuration` says so.
    """
    return is_configuration(path) or shapes_python_layout(layout.python, path)


def is_configuration(path: str) -> bool:
    """Whether the text of this file shapes the layout."""
    name = path.rpartition("/")[2]
    return name in PYTHON_CONFIGURATION or is_script_configuration(name) or name.startswith("requirements")


def candidates(importer: str, request: ImportRequest, layout: ProjectLayout) -> tuple[ImportCandidates, ...]:
    """What an import of the file ``importer`` may lead to; empty for files of unknown languages."""
    language = language_of(importer)
    if language is None:
        return ()
    if language.extractor != "python":
        paths = specifier_paths(importer, request.module, layout.script)
        return (ImportCandidates(paths=paths, binds=ImportBinding.MODULE),) if paths else ()
    found = [
        ImportCandidates(
            paths=module_paths(importer, request.module, request.level, layout.python), binds=ImportBinding.MODULE
        )
    ]
    for name in request.names:
        if name and name != "*":
            inner = f"{request.module}.{name}" if request.module else name
            paths = module_paths(importer, inner, request.level, layout.python)
            found.append(ImportCandidates(paths=paths, binds=ImportBinding.SUBMODULE, name=name))
    return tuple(candidate for candidate in found if candidate.paths)


def is_builtin_module(name: str, language: str) -> bool:
    """Whether a module belongs to the language's own library (Python's, or that of Node)."""
    if language == "python":
        return name.partition(".")[0] in sys.stdlib_module_names
    return name.startswith("node:") or name.partition("/")[0] in NODE_BUILTINS


def declared_dependencies(layout: ProjectLayout) -> frozenset[str]:
    """Names of the packages that the project's files declare: PEP 503 normal form, or as written for npm packages."""
    return layout.dependencies


def is_declared(module: str, language: str, layout: ProjectLayout) -> bool:
    """Whether a module belongs to a declared package, by its name and the best-known other names."""
    return not distributions_of(module, language).isdisjoint(layout.dependencies)
