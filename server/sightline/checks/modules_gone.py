"""Imports of files that the edit deleted or moved away."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.import_rules import spelled
from sightline.checks.matching import Matching
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import Import, Reference, ReferenceKind


def lost_imports(matching: Matching) -> Iterator[Finding]:
    """Imports that led to a file before the edit and lead nowhere after it, on lines the edit did not write."""
    before = matching.given.before
    gone = [file for file in matching.files if file.old is not None and file.old != file.new]
    for file in gone:
        assert file.old is not None
        for importer in dict.fromkeys(edge.source for edge in before.importers(file.old)):
            touched = matching.touched(importer)
            path = importer if touched is None else touched.new
            # In a file that moved itself, relative imports mean something else: the check of imports looks at them.
            if path == importer:
                yield from _lost(matching, importer, file)


def _lost(matching: Matching, importer: WorkspacePath, gone: TouchedFile) -> Iterator[Finding]:
    touched = matching.touched(importer)
    known = {row.span.start for row in matching.given.before.unresolved_imports(importer)}
    for row in matching.given.after.unresolved_imports(importer):
        start = row.span.start if touched is None else touched.old_offset(row.span.start)
        if start is None or start in known:
            continue
        fate = "was deleted" if gone.new is None else f"has moved to {gone.new}"
        message = f"`{spelled(row)}` cannot be imported any more: {gone.old} {fate}."
        certainty = Certainty.POSSIBLE if row.guarded and not row.type_only else Certainty.CERTAIN
        yield matching.finding((importer, _reference(row)), message, certainty=certainty, symbol=row.module)


def _reference(row: Import) -> Reference:
    return Reference(name=row.module, span=row.span, kind=ReferenceKind.IMPORT, enclosing=row.enclosing)
