"""``ImportRules``: what a family of languages brings so that its imports can be followed; and the values that pass.

A rule is pure, ``installed`` apart: it names candidate paths, a folder or a namespace, and somebody else looks which of
them exist. All paths are relative to one workspace root, with forward slashes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sightline.base.system import System

#: Reads a file of the workspace by its relative path; ``None`` for one that is missing or no text.
Reader = Callable[[str], str | None]
#: Parts of a dotted name that are looked at; every beginning of it may be a module, and costs its own length.
MOST_PARTS = 64


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
    """One thing an import may lead to. ``name`` is the name of a submodule.

    ``paths``: the first that exists. ``folder``: all files of the family directly in it that
    :attr:`ImportRules.is_public` lets others see (a Go package). ``namespace``: all files of the family that declare it
    (Java, C#, PHP); with ``name``, those that define it. Of a folder or a namespace an import needs the files that
    define what it names.

    ``near``: which of the paths come first depends on the importer's own folder, not on its :attr:`ImportRules.base`
    alone; what comes before is looked for first, for all importers of that base at once.

    In Python the module itself is listed first, then each name that could be a submodule. A name that is one needs
    nothing of the module's own file, unless that file binds the name too.
    """

    paths: tuple[str, ...] = ()
    binds: ImportBinding = ImportBinding.MODULE
    name: str = ""
    folder: str | None = None
    namespace: str = ""
    near: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.paths or self.namespace or self.folder is not None)


def _no_layout(files: Collection[str], read: Reader) -> object:  # noqa: ARG001  the rules' signature
    return None


def _as_it_is(layout: Any, system: System, root: str) -> Any:  # noqa: ARG001  the rules' signature
    return layout


def _nothing(name: str) -> bool:  # noqa: ARG001  the rules' signature
    return False


def _no_shape(layout: Any, path: str) -> bool:  # noqa: ARG001  the rules' signature
    return False


def _folder_of(path: str, layout: Any) -> str:  # noqa: ARG001  the rules' signature
    return path.rpartition("/")[0]


def _no_spaces(path: str, namespace: str, layout: Any) -> tuple[str, ...]:  # noqa: ARG001  the rules' signature
    return ()


def _never(written: str, other: str) -> bool:  # noqa: ARG001  the rules' signature
    return False


def _everything(path: str) -> bool:  # noqa: ARG001  the rules' signature
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """How imports of one family lead to files.

    ``candidates(importer, request, layout)``: what an import may lead to. ``layout(files, read)``: where modules of a
    root are looked for, a value of immutable parts; broken configuration is passed over. ``installed(layout, system,
    root)``: the layout with what the environment at the root adds. ``is_configuration(name)``: whether the text of a
    file of this name shapes the layout. ``reads(layout, path)``: whether that of a file of any other name did.
    ``shapes(layout, path)``: whether the coming of this file may; ``rests_on(layout, path)``: whether its going may, if
    that is another question. ``base(path, layout)``: what of an importer's path decides where its imports lead; files
    of one base share answers, relative imports apart (with ``by_path``, only files of one path do).
    ``is_builtin(module)``: whether a module belongs to the language's own library. ``separator``: what joins a module
    and an imported name that may be a module too, where the text of both is to be looked for (``crate::a::b``); empty
    where candidates tell.

    ``own_folder``: files of one folder see each other's names with no import (Go); ``own_namespace``: files that
    declare the same namespace do (Java, Kotlin, C#, PHP). ``whole_units``: whether an import of all names of
    a unit, none of which is used, needs the whole of it. ``outer(path, namespace, layout)``: further namespaces whose
    names a file of ``namespace`` sees (``A`` in ``A.B``), nearest first; "" stands for a file that declares none.
    ``rootless``: files of all namespaces see what files that declare none define.
    ``kinds_apart``: a type, a function and a value of one name are told apart by how the name is used;
    ``members_alone``: a name alone may be a member of a type around. ``apart(written, other)``: whether a value of one
    written type is surely none of another; ``same(written, other)``: whether it is one of just that type.
    ``global_names``: all files of the family share one space of names, in which what no import explains is looked for
    (Ruby's constants, a shell). ``is_public(path)``: whether importers of its folder or namespace see a file at all.
    ``is_global(name)``: whether a file that uses such a name is taken to need the file that defines it;
    ``global_parts``: in how many files it may be defined so that all of them are needed.
    """

    candidates: Callable[[str, ImportRequest, Any], tuple[ImportCandidates, ...]]
    layout: Callable[[Collection[str], Reader], Any] = _no_layout
    installed: Callable[[Any, System, str], Any] = _as_it_is
    is_configuration: Callable[[str], bool] = _nothing
    reads: Callable[[Any, str], bool] = _no_shape
    shapes: Callable[[Any, str], bool] = _no_shape
    rests_on: Callable[[Any, str], bool] | None = None
    base: Callable[[str, Any], str] = _folder_of
    by_path: bool = False
    is_builtin: Callable[[str], bool] = _nothing
    separator: str = ""
    own_folder: bool = False
    own_namespace: bool = False
    whole_units: bool = True
    outer: Callable[[str, str, Any], tuple[str, ...]] = _no_spaces
    rootless: bool = False
    kinds_apart: bool = False
    members_alone: bool = False
    apart: Callable[[str, str], bool] = _never
    same: Callable[[str, str], bool] = _never
    global_names: bool = False
    is_global: Callable[[str], bool] = _everything
    global_parts: int = 1
    is_public: Callable[[str], bool] = _everything
