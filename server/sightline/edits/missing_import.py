"""A missing name and the modules of the workspace it can be imported from, by the graph alone.

``/import`` offers them all; a repair takes one where there is no choice.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial

from sightline.base.changes import ChangeSet, FileEdit
from sightline.base.errors import SightlineError, UsageError
from sightline.base.paths import WorkspacePath
from sightline.edits.import_python import insert_python_import
from sightline.edits.import_script import insert_script_import
from sightline.edits.import_statement import WantedImport
from sightline.graph.exporters import Exporter, exporters, neighbours
from sightline.graph.index import MODULE
from sightline.graph.spelling import Spelling, is_one_name_each, section_of, spelling_of
from sightline.graph.test_files import is_test
from sightline.graph.unbound import is_bound_at_top, used_only_as_type
from sightline.graph.view import GraphView

#: Languages whose imports are written here; of components only below an import that is in the right block already.
_WRITTEN = frozenset({"python", "javascript", "typescript", "tsx"})
_WRITTEN_IN_BLOCKS = frozenset({"vue", "svelte"})

#: Choices looked for; nobody reads more.
_MOST_CHOICES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChoice:
    """One module the name can come from, and how this file would write it."""

    exporter: Exporter
    spelling: Spelling

    @property
    def title(self) -> str:
        """Such as ``'X' from 'package.module'``."""
        dots = "." * self.spelling.level
        if not self.spelling.name:
            return f"'{self.exporter.export.bound}'" + self._unless_same()
        export = self.exporter.export
        renamed = "" if self.spelling.name in (export.bound, "default") else f"{self.spelling.name} as "
        return f"'{renamed}{export.bound}' from '{dots}{self.spelling.module}'"

    def _unless_same(self) -> str:
        return "" if self.spelling.module == self.exporter.export.bound else f" from '{self.spelling.module}'"


def writes_imports(view: GraphView, path: WorkspacePath) -> bool:
    """Whether we write imports of the language of ``path``: the graph reads more of them."""
    facts = view.facts(path)
    if facts is None or facts.language in _WRITTEN:
        return True  # a file that cannot be read is told of as such
    return facts.language in _WRITTEN_IN_BLOCKS and bool(facts.imports)


def import_choices(view: GraphView, path: WorkspacePath, name: str) -> list[ImportChoice]:
    """From where ``path`` can import ``name`` and how it would write that, best first."""
    found: list[ImportChoice] = []
    for exporter in exporters(view, path, name):
        spelling = spelling_of(view, path, exporter)
        if spelling is not None:
            found.append(ImportChoice(exporter=exporter, spelling=spelling))
            if len(found) > _MOST_CHOICES:
                break
    return found


def only_import(view: GraphView, path: WorkspacePath, name: str) -> ImportChoice | None:
    """The choice for ``name`` where there can be no doubt: one file alone of the workspace, tests apart, defines it.

    ``None`` too for names of Python's standard library, which are as likely meant.
    """
    index = view.index(path)
    if index is None or not writes_imports(view, path) or is_bound_at_top(index, name):
        return None
    if name in sys.stdlib_module_names:
        return None
    defining = [
        each
        for each in view.files_defining(name)
        if (found := view.index(each)) is not None and name in found.scopes.get(MODULE, {}) and not is_test(each)
    ]
    if len(defining) != 1 or defining[0] == path:
        return None
    choices = import_choices(view, path, name)
    return next((each for each in choices if each.exporter.export.name), None)


def import_change(view: GraphView, path: WorkspacePath, choice: ImportChoice) -> ChangeSet:
    """The import as a change of the file. Raises :class:`UsageError` when there is nothing to add."""
    source, facts, index = view.workspace.read(path), view.facts(path), view.index(path)
    if facts is None or index is None or facts.digest != source.digest:
        raise UsageError(f"{path} cannot be read as code, or is changing just now.", hint="Try again.")
    export = choice.exporter.export
    only_types = used_only_as_type(index, export.bound)
    if facts.language == "python":
        deferred = any(row.module == "__future__" and row.names[0].name == "annotations" for row in facts.imports)
        only_types = only_types and deferred
    else:
        only_types = only_types or choice.exporter.is_type
    wanted = WantedImport(
        module=choice.spelling.module,
        level=choice.spelling.level,
        name=choice.spelling.name,
        bound=export.bound,
        type_only=only_types,
        one_each=is_one_name_each(view, path),
        example=_example(view, path),
    )
    if facts.language == "python":
        edits = insert_python_import(source.text, facts.imports, wanted, partial(section_of, view, path))
    else:
        edits = insert_script_import(source.text, facts.imports, wanted)
    if not edits:
        raise UsageError(f"{path} has that import already.", kind="nothing_to_do")
    return ChangeSet(base={path: source.digest}, edits=(FileEdit(path=path, edits=edits),))


def _example(view: GraphView, path: WorkspacePath) -> str:
    """The one-line import statements of the first file beside ``path`` that has any."""
    for beside in neighbours(view, path):
        facts = view.facts(beside)
        try:
            text = view.workspace.read(beside).text
        except SightlineError:
            continue
        if facts is None or facts.digest != text.digest:
            continue
        rows = [row for row in facts.imports if row.enclosing < 0 and not row.dynamic and not row.reexport]
        lines = [
            line for line in (text.slice(row.span) for row in rows) if line.startswith("import") and "\n" not in line
        ]
        if lines:
            return "\n".join(lines)
    return ""
