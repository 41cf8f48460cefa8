"""Names whose import the edit took away while a line that it left alone still uses them.

The use was known exactly, through that import, and leads nowhere now, though what it meant is still there: nobody else
would tell. For Python the linter does; C and Ruby see names without importing them by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding, Remedy
from sightline.checks.language import is_python, is_script
from sightline.checks.matching import Matching, Use
from sightline.checks.recall import facts_of, symbols_of
from sightline.checks.script_globals import is_library_name, may_be_brought
from sightline.checks.texts import TouchedFile
from sightline.graph.answers import Confidence, Symbol
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.partial_facts import PartialFacts

_NO_USE = frozenset({ReferenceKind.IMPORT, ReferenceKind.STRING, ReferenceKind.KEYWORD})


def unimported_uses(matching: Matching) -> Iterator[Finding]:
    """The first use of each name that a touched file no longer imports."""
    for file in matching.files:
        before, after = facts_of(matching.given.before, file.old), facts_of(matching.given.after, file.new)
        if before is None or after is None or after.problems or is_python(file.path):
            continue
        gone = _bound(before) - _bound(after) - {row.name for row in after.definitions}
        for reference in after.references if gone else ():
            name = _first_name(reference)
            if name in gone and not reference.local and reference.kind not in _NO_USE:
                lost = _lost(matching, file, reference)
                if lost is not None:
                    gone.discard(name)
                    yield _finding(matching, (lost[0], reference), name, lost[1], after)


def _bound(facts: PartialFacts) -> set[str]:
    return {name.alias for row in facts.imports for name in row.names if name.alias not in ("", "*")}


def _first_name(reference: Reference) -> str:
    return (reference.receiver or reference.name).partition(".")[0].removesuffix("()")


def _lost(matching: Matching, file: TouchedFile, reference: Reference) -> tuple[WorkspacePath, Symbol] | None:
    """Where the use stands, and what it meant exactly, if that is still there and the use leads nowhere now."""
    if file.new is None or matching.given.after.resolve_known(file.new, reference):
        return None
    use = matching.before_of((file.new, reference))
    found = matching.given.before.resolve(*use) if use is not None else ()
    if len(found) != 1 or found[0][1] is not Confidence.EXACT or found[0][0].path == file.old:
        return None
    meant = found[0][0]
    still = any(each.qualified_name == meant.qualified_name for each in symbols_of(matching.given.after, meant.path))
    return (file.new, meant) if still else None


def _finding(matching: Matching, use: Use, name: str, meant: Symbol, facts: PartialFacts) -> Finding:
    certain = not _may_be_brought(matching, use, name, facts)
    finding = matching.finding(
        use,
        f"`{name}` is no longer imported here, and {'is' if certain else 'may be'} still used.",
        certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
        symbol=meant.identifier,
        related=(matching.definition_place(meant, "what it meant"),),
    )
    return replace(finding, remedy=Remedy(imported=name)) if certain else finding


def _may_be_brought(matching: Matching, use: Use, name: str, facts: PartialFacts) -> bool:
    """Whether the name may come from elsewhere: all names of a package, a global declaration, a framework."""
    after, path = matching.given.after, use[0]
    unresolved = {row.span for row in after.unresolved_imports(path)}
    if any(each.name in ("*", "") and row.span in unresolved for row in facts.imports for each in row.names):
        return True
    if not is_script(path):
        return False
    declared = is_library_name(name) or any(each.name.endswith(".d.ts") for each in after.files_defining(name))
    component = path.suffix == ".vue" and not name[:1].islower()  # may be registered for the whole application
    return declared or component or may_be_brought(after, path)
