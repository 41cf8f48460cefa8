"""From an import as written to what it may lead to: the door to the rules of each family of languages.

What the project's configuration says about where modules lie is read once, into a :class:`ProjectLayout`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.languages.dependencies import declares_dependencies, distributions_of, read_dependencies
from sightline.languages.import_registry import IMPORT_RULES
from sightline.languages.import_rules import ImportBinding, ImportCandidates, ImportRequest, Reader
from sightline.languages.python_layout import PythonLayout
from sightline.languages.registry import family_of, language_named
from sightline.languages.typescript_layout import ScriptLayout

__all__ = ["ImportBinding", "ImportCandidates", "ImportRequest", "ProjectLayout", "Reader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLayout:
    """Where modules of one workspace root are looked for, by family. Two equal layouts resolve every import alike.

    ``links``: paths of links to files, with the files that they lead to: a module that lies there is that file.
    """

    families: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dependencies: frozenset[str] = frozenset()
    links: Mapping[str, WorkspacePath] = field(default_factory=dict[str, WorkspacePath])

    @property
    def python(self) -> PythonLayout:
        """Python's."""
        return self.families.get("python") or PythonLayout()

    @property
    def script(self) -> ScriptLayout:
        """That of JavaScript and TypeScript."""
        return self.families.get("script") or ScriptLayout()

    def of(self, family: str) -> Any:
        """The layout of a family; in an empty layout that of a root without files."""
        return self.families[family] if family in self.families else IMPORT_RULES[family].layout((), _no_text)


_NOTHING = ProjectLayout()


def _no_text(path: str) -> str | None:  # noqa: ARG001  a reader's signature
    return None


def build_layout(files: Collection[str], read: Reader) -> ProjectLayout:
    """The layout of a root with these ``files`` (relative paths). Broken configuration is passed over."""
    return ProjectLayout(
        families={family: rules.layout(files, read) for family, rules in IMPORT_RULES.items()},
        dependencies=read_dependencies(files, read),
    )


def with_installed(layout: ProjectLayout, system: System, root: str) -> ProjectLayout:
    """``layout`` and what the environment at ``root`` (absolute path) installs from the root's own sources."""
    added = {family: rules.installed(layout.of(family), system, root) for family, rules in IMPORT_RULES.items()}
    return replace(layout, families=added)


def shapes_layout(layout: ProjectLayout, path: str, *, goes: bool = False) -> bool:
    """Whether ``layout`` may have to be built again because the file at ``path`` comes, or ``goes``."""
    return is_configuration(path, layout) or any(
        ((goes and rules.rests_on) or rules.shapes)(layout.of(family), path) for family, rules in IMPORT_RULES.items()
    )


def is_configuration(path: str, layout: ProjectLayout = _NOTHING) -> bool:
    """Whether the text of this file shapes the layout: by its name, or because ``layout`` was read from it."""
    name = path.rpartition("/")[2]
    return declares_dependencies(path) or any(
        rules.is_configuration(name) or rules.reads(layout.of(family), path) for family, rules in IMPORT_RULES.items()
    )


def candidates(importer: str, request: ImportRequest, layout: ProjectLayout) -> tuple[ImportCandidates, ...]:
    """What an import of the file ``importer`` may lead to, best first; empty for files of unknown languages."""
    family = family_of(importer)
    if not family:
        return ()
    found = IMPORT_RULES[family].candidates(importer, request, layout.of(family))
    return tuple(candidate for candidate in found if candidate)


def is_builtin_module(name: str, language: str) -> bool:
    """Whether a module belongs to the library of the language with this name."""
    return IMPORT_RULES[language_named(language).family].is_builtin(name)


def declared_dependencies(layout: ProjectLayout) -> frozenset[str]:
    """Names of the packages that the project's files declare: PEP 503 normal form, or as written for npm packages."""
    return layout.dependencies


def is_declared(module: str, language: str, layout: ProjectLayout) -> bool:
    """Whether a module belongs to a declared package, by its name and the best-known other names."""
    return not distributions_of(module, language).isdisjoint(layout.dependencies)
