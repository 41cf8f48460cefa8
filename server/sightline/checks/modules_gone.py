"""Imports of files that the edit deleted or moved away."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.import_rules import spelled
from sightline.checks.matching import Matching
from sightline.graph.facts import Import, Reference, ReferenceKind


def lost_imports(matching: Matching) -> Iterator[Finding]:
    """Imports that led to a file before the edit and lead nowhere after it, in files the edit does not touch."""
    before = matching.given.before
    gone = [file for file in matching.files if file.old is not None and file.old != file.new]
    for file in gone:
        assert file.old is not None
        for importer in dict.fromkeys(edge.source for edge in before.importers(file.old)):
            if matching.touched(importer) is None:
                yield from _lost(matching, importer, file.old, file.new)


def _lost(
    matching: Matching, importer: WorkspacePath, old: WorkspacePath, new: WorkspacePath | None
) -> Iterator[Finding]:
    known = {row.span for row in matching.given.before.unresolved_imports(importer)}
    for row in matching.given.after.unresolved_imports(importer):
        if row.span not in known:
            fate = "was deleted" if new is None else f"has moved to {new}"
            message = f"`{spelled(row)}` cannot be imported any more: {old} {fate}."
            certainty = Certainty.POSSIBLE if row.guarded and not row.type_only else Certainty.CERTAIN
            yield matching.finding((importer, _reference(row)), message, certainty=certainty, symbol=row.module)


def _reference(row: Import) -> Reference:
    return Reference(name=row.module, span=row.span, kind=ReferenceKind.IMPORT, enclosing=row.enclosing)
