"""Where imports lead, as far as it is known, and what of that holds for more than one state."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from sightline.graph.layouts import Layouts
from sightline.graph.units import Unit


class ModuleFile(NamedTuple):
    """What is behind a module as one folder names it, and the keys of everything that was asked for.

    ``file``: the first file, or -1. ``files``: all of them, several only for a ``unit`` (see ``units.py``). ``name``:
    what the module's own spelling names in its unit. ``nearer``: nothing was found that is the same for all importers
    of one base; what lies near the importer is left to be looked for.
    """

    file: int
    wanted: array[int]
    files: tuple[int, ...] = ()
    unit: Unit | None = None
    name: str = ""
    nearer: bool = False


class Importer(NamedTuple):
    """What of a file's path decides where its imports lead: files for which it is equal share answers.

    ``base`` is what absolute imports depend on: the own root of a Python file, the folder of most others.
    ``sample`` is a path in that folder.
    """

    root: str
    folder: str
    base: str
    sample: str
    family: str


_ModuleKey: TypeAlias = tuple[str, str, str, str, int]
Modules: TypeAlias = dict[_ModuleKey, ModuleFile]


class PathAnswers:
    """Answers that layouts and the existence of files alone decide: two states of the same files may share them.

    So the imports that a skim found need not be looked up again once the files are parsed.
    """

    __slots__ = ("files", "importers", "layouts", "modules", "nearer")

    def __init__(self) -> None:
        self.files: Sequence[int] = ()
        self.layouts: Layouts | None = None
        self.importers: dict[tuple[str, str, str], Importer] = {}
        self.modules: Modules = {}
        self.nearer: Modules = {}

    def keep_for(self, files: Sequence[int], layouts: Layouts) -> None:
        """Forgets everything unless it was found among the same ``files`` by the same ``layouts``."""
        if self.layouts is not layouts or self.files != files:
            self.files, self.layouts = files, layouts
            for answers in (self.importers, self.modules, self.nearer):
                answers.clear()
