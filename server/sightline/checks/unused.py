"""Imports that the edit leaves without a use: an error to Go's compiler, a matter of taste elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of
from sightline.graph.facts import Import, Reference, ReferenceKind
from sightline.graph.partial_facts import PartialFacts


def unused_imports(matching: Matching) -> Iterator[Finding]:
    """Imports of touched Go files that were used before the edit, or were not there, and are not used now."""
    for file in matching.files:
        if file.new is None or not is_go(file.new):
            continue
        before, after = facts_of(matching.given.before, file.old), facts_of(matching.given.after, file.new)
        if after is None or after.problems:
            continue
        unused = unused_names(after)
        known = unused_names(before) if before is not None and unused else {}
        was_used = _used(before) if before is not None and unused else frozenset[str]()
        for (module, alias), row in unused.items():
            # The name of a package from outside is a guess where it is not written down, unless it worked before.
            is_sure = alias in was_used or _is_written(matching, file.new, row) or "." not in module.partition("/")[0]
            if (module, alias) not in known and is_sure:
                yield _finding(matching, file.new, row, alias)


def unused_names(facts: PartialFacts) -> dict[tuple[str, str], Import]:
    """Imports whose name nothing uses, by module and name."""
    used = _used(facts)
    return {
        (row.module, name.alias): row
        for row in facts.imports
        for name in row.names
        if name.alias not in ("_", ".", "*", "", "C") and name.alias not in used
    }


def _used(facts: PartialFacts) -> frozenset[str]:
    rows = (row for row in facts.references if row.kind is not ReferenceKind.IMPORT and not row.local)
    return frozenset((row.receiver or row.name).partition(".")[0].removesuffix("()") for row in rows)


def _is_written(matching: Matching, path: WorkspacePath, row: Import) -> bool:
    """Whether the import says itself under which name it binds the package."""
    text = matching.text_after(path)
    return text is not None and text.data[row.span.start : row.span.start + 1] not in (b'"', b"`")


def _finding(matching: Matching, path: WorkspacePath, row: Import, alias: str) -> Finding:
    reference = Reference(name=alias, span=row.span, kind=ReferenceKind.IMPORT)
    message = f"`{row.module}` is imported here and not used any more, which Go refuses to compile."
    return matching.finding((path, reference), message, certainty=Certainty.CERTAIN, symbol=f"{path}::{alias}")
