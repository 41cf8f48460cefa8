"""Names that a Python module no longer hands on: it imported them for others, who still ask it for them.

A definition that went is ``stranded.py``'s; here it is still there, and only the way to it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.language import is_python
from sightline.checks.matching import Matching
from sightline.checks.modules import names_of_module
from sightline.checks.recall import facts_of
from sightline.checks.texts import TouchedFile
from sightline.graph.facts import Import, Reference, ReferenceKind
from sightline.graph.partial_facts import PartialFacts
from sightline.graph.view import GraphView


def lost_reexports(matching: Matching) -> Iterator[Finding]:
    """Uses of names that a touched module had from an import before the edit, and has in no way after it."""
    after = matching.given.after
    for file in matching.files:
        gone, module = _gone(matching, file), file.new
        if not gone or module is None:
            continue
        for path in dict.fromkeys(edge.source for edge in after.importers(module)):
            facts = facts_of(after, path)
            for reference in facts.references if facts is not None and is_python(path) else ():
                if reference.name not in gone or path == module or facts is None:
                    continue
                certainty = _certainty(matching, module, path, facts, reference)
                if certainty is not None:
                    verb = "imported" if reference.kind is ReferenceKind.IMPORT else "used"
                    hedge = "is" if certainty is Certainty.CERTAIN else "may be"
                    yield matching.finding(
                        (path, reference),
                        f"`{reference.name}` is no longer imported in {module}, and {hedge} still {verb} from there.",
                        certainty=certainty,
                        symbol=f"{module}::{reference.name}",
                    )


def _gone(matching: Matching, file: TouchedFile) -> set[str]:
    before, after = facts_of(matching.given.before, file.old), facts_of(matching.given.after, file.new)
    if before is None or after is None or file.new is None or after.problems or not is_python(file.path):
        return set()
    handed_on = {
        name.alias
        for row in before.imports
        for name in row.names
        if row.enclosing < 0 and name.alias != "*" and "." not in name.alias
    }
    kept = {name.alias.partition(".")[0] for row in after.imports if row.enclosing < 0 for name in row.names}
    handed_on -= kept
    names = names_of_module(matching.given.after, file.new) if handed_on else None
    return handed_on - names if names is not None else set()


def _certainty(
    matching: Matching, module: WorkspacePath, path: WorkspacePath, facts: PartialFacts, reference: Reference
) -> Certainty | None:
    """How sure it is that a use asks ``module`` for a name that it had before; ``None`` when it asks for another."""
    before, after = matching.given.before, matching.given.after
    old = matching.before_of((path, reference))
    if (old is not None and not before.resolve_known(*old)) or after.resolve_known(path, reference):
        return None
    if reference.kind is ReferenceKind.IMPORT:
        if old is None:
            return None  # a line the edit wrote: the check of imports tells
        row = next((row for row in facts.imports if row.span.contains(reference.span)), None)
        if row is None or after.module(path, row.module, row.level) != module:
            return None
        inner = f"{row.module}.{reference.name}" if row.module else reference.name
        if after.module(path, inner, row.level) is not None:
            return None
        return Certainty.POSSIBLE if row.guarded and not row.type_only else Certainty.CERTAIN
    rows = [row for row in facts.imports if row.enclosing in (-1, reference.enclosing)]
    names_it = any(_names(after, path, row, reference.receiver) == module for row in rows)
    return Certainty.CERTAIN if reference.receiver and not reference.local and names_it else None


def _names(view: GraphView, path: WorkspacePath, row: Import, receiver: str) -> WorkspacePath | None:
    """The module that a receiver means by an import: ``import a.b``, ``import a as b``, ``from a import b``."""
    for name in row.names:
        if name.alias == receiver:
            inner = ".".join(part for part in (row.module, name.name) if part)
            return view.module(path, inner, row.level)
    return None
