"""Names that the edit leaves without a meaning: used in a touched file, bound by no scope of it and by nothing around.

For Go and TypeScript, whose compilers refuse such a name; for Python the linter tells (``lint.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.checks.check import Certainty, Finding
from sightline.checks.language import is_go, is_typed_script
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of
from sightline.checks.script_globals import is_global
from sightline.checks.texts import TouchedFile
from sightline.checks.unused import unused_names
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.index import FileIndex
from sightline.graph.partial_facts import PartialFacts
from sightline.graph.unbound import exported_unbound, unbound_names

#: Type parameters of the receiver of a Go method are bound by nothing that the graph lists.
_TYPE_PARAMETER = re.compile(r"[A-Z]\d?|T[A-Z]\w*")
#: What the grammar of TypeScript shows as names, and is none.
_KEYWORDS = frozenset(
    ["import", "new", "in", "out", "super", "this", "as", "is", "asserts", "infer", "typeof", "target"]
)
#: How types bind names, where the graph does not look.
_BOUND_IN_TYPE = r"\binfer\s+{0}\b|[\[(<,]\s*(?:\.\.\.)?{0}\s*\??(?:\s+(?:in|extends)\b|:)"
_NO_USE = frozenset({ReferenceKind.IMPORT, ReferenceKind.STRING, ReferenceKind.KEYWORD})


def unbound_uses(matching: Matching) -> Iterator[Finding]:
    """The first use of each name that a touched file uses, and that means nothing since the edit."""
    for file in matching.files:
        if file.new is None or not (is_go(file.new) or is_typed_script(file.new)):
            continue
        names = _newly_unbound(matching, file, file.new)
        index = matching.given.after.index(file.new) if names else None
        for name, span in exported_unbound(index) if index is not None else ():
            if name in names:
                names.discard(name)
                yield _finding(matching, file.new, Reference(name=name, span=span, kind=ReferenceKind.READ), name)
        facts = facts_of(matching.given.after, file.new) if names else None
        for reference in facts.references if facts is not None else ():
            name = (reference.receiver or reference.name).partition(".")[0]
            if name in names and not reference.local and reference.kind not in _NO_USE:
                names.discard(name)
                yield _finding(matching, file.new, reference, name)


def _newly_unbound(matching: Matching, file: TouchedFile, path: WorkspacePath) -> set[str]:
    before, after = matching.given.before, matching.given.after
    index = after.index(path)
    facts = facts_of(after, path)
    if index is None or facts is None or _is_newly_broken(matching, file, facts):
        return set()
    names = _unbound(index)
    old = before.index(file.old) if file.old is not None and names else None
    names -= _unbound(old) if old is not None else set()
    return {name for name in names if not _is_bound_around(matching, path, name)}


def _unbound(index: FileIndex) -> set[str]:
    return {*unbound_names(index), *(name for name, _ in exported_unbound(index))}


def _is_newly_broken(matching: Matching, file: TouchedFile, facts: PartialFacts) -> bool:
    """Whether the edit has to do with what the grammar cannot read of a file.

    What was as unreadable before hides the same names before and after.
    """
    if not facts.problems:
        return False
    old = facts_of(matching.given.before, file.old)
    touched = any(file.is_new(problem.span) for problem in facts.problems)
    return touched or old is None or len(old.problems) != len(facts.problems)


def _is_bound_around(matching: Matching, path: WorkspacePath, name: str) -> bool:
    """Whether another file gives the name a meaning: one of the same package, or a declaration for all."""
    after = matching.given.after
    if is_go(path):
        folder = path.relative.rpartition("/")[0]
        own = (each.relative.rpartition("/")[0] == folder for each in after.files_defining(name))
        return bool(_TYPE_PARAMETER.fullmatch(name)) or name == "C" or any(own) or _may_be_package(matching, path)
    if name in _KEYWORDS or path.name.endswith((".d.ts", ".d.mts", ".d.cts")):
        return True
    text = matching.text_after(path)
    if text is None or re.search(_BOUND_IN_TYPE.format(name).encode(), text.data):
        return True
    return is_global(matching.given.before, matching.given.after, path, name)


def _may_be_package(matching: Matching, path: WorkspacePath) -> bool:
    """Whether a Go file imports a package from outside under a name that nothing uses: it may be called otherwise.

    Where the import does not say it, the name is a guess by the package's path.
    """
    facts = facts_of(matching.given.after, path)
    if facts is None:
        return True
    return any("." in module.partition("/")[0] for module, _ in unused_names(facts))


def _finding(matching: Matching, path: WorkspacePath, reference: Reference, name: str) -> Finding:
    return matching.finding(
        (path, reference),
        f"`{name}` means nothing here: no definition and no import of that name is left.",
        certainty=Certainty.CERTAIN,
        symbol=f"{path}::{name}",
    )
