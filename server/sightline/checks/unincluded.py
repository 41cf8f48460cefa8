"""C, C++ and Rust: names that an ``#include`` or a ``mod`` brought, which the edit took away, or a renamed namespace.

No import there spells the names it brings, so what tells is the graph: a use that meant one definition exactly before
the edit, and reaches none after it though a definition of that name still stands where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.check import Certainty, Finding
from sightline.checks.matching import Matching, Use
from sightline.checks.recall import facts_of, symbols_of
from sightline.checks.texts import TouchedFile
from sightline.graph.answers import Confidence, EdgeKind, Symbol
from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.view import GraphView
from sightline.languages.registry import family_of

#: Files that include a touched one, at whatever depth, are looked at up to this number.
_MOST_INCLUDERS = 200
_QUOTED = re.compile(rb"#[ \t]*include[ \t]*(?![<\s])")
_MODULE = re.compile(r"^[ \t]*(?:pub(?:\([^)\n]*\))?[ \t]+)?mod[ \t]+(\w+)[ \t]*(?=[;{])", re.MULTILINE)


def unincluded_uses(matching: Matching) -> Iterator[Finding]:
    """The first use in each file of each name that it reaches no more."""
    waiting: dict[WorkspacePath, set[str]] = {}
    for file in matching.files:
        if file.new is None or file.old != file.new:
            continue
        if file.new.suffix == ".rs":
            yield from _modules_dropped(matching, file)
        elif family_of(file.new) == "c" and (names := _names_lost(matching, file)):
            for path in (file.new, *_includers(matching.given.before, file.new)):
                waiting.setdefault(path, set()).update(names)
    for path, names in waiting.items():
        yield from _lost(matching, path, names)


def _names_lost(matching: Matching, file: TouchedFile) -> set[str]:
    """Names that an include brought which the edit dropped, or that stand in a file whose namespaces changed."""
    before, after = matching.given.before, matching.given.after
    was, now = facts_of(before, file.old), facts_of(after, file.new)
    if was is None or now is None or file.old is None or file.new is None:
        return set()
    if len(now.problems) > len(was.problems):  # macros leave a few in many files
        return set()
    spaces = [
        {each.qualified_name for each in symbols_of(view, path) if each.definition.kind is DefinitionKind.NAMESPACE}
        for view, path in ((before, file.old), (after, file.new))
    ]
    files = _closure(before, _included(before, file.old) - _included(after, file.new))
    if spaces[0] - spaces[1]:
        files.add(file.old)
    return {symbol.definition.name for path in files for symbol in symbols_of(before, path)}


def _closure(view: GraphView, paths: set[WorkspacePath]) -> set[WorkspacePath]:
    """Files and all that they include."""
    found, waiting = set(paths), list(paths)
    while waiting:
        news = _included(view, waiting.pop()) - found
        found |= news
        waiting += news
    return found


def _included(view: GraphView, path: WorkspacePath) -> set[WorkspacePath]:
    return {edge.target for edge in view.dependencies(path) if edge.kind in (EdgeKind.IMPORT, EdgeKind.REEXPORT)}


def _includers(view: GraphView, path: WorkspacePath) -> Iterator[WorkspacePath]:
    """Files that include a file, nearest first."""
    found = {path: None}
    waiting = [path]
    while waiting and len(found) <= _MOST_INCLUDERS:
        edges = view.importers(waiting.pop(0))
        news = dict.fromkeys(edge.source for edge in edges if edge.source not in found)
        found |= news
        waiting += news
        yield from news


def _lost(matching: Matching, path: WorkspacePath, names: set[str]) -> Iterator[Finding]:
    after = matching.given.after
    facts = facts_of(after, path)
    seen: set[str] = set()
    may_come_otherwise = _may_come_otherwise(matching, path)
    for reference in facts.references if facts is not None else ():
        skipped = reference.local or reference.name in seen or reference.name not in names
        meant = None if skipped or reference.kind is ReferenceKind.IMPORT else _meant(matching, (path, reference))
        if meant is not None:
            seen.add(reference.name)
            certain = not may_come_otherwise
            reason = "no longer included here" if _stands(after, meant) else "in another namespace now"
            yield matching.finding(
                (path, reference),
                f"`{meant.definition.name}` is {reason}, and {'is' if certain else 'may be'} still used.",
                certainty=Certainty.CERTAIN if certain else Certainty.POSSIBLE,
                symbol=meant.identifier,
                related=(matching.definition_place(meant, "what it meant", before=True),),
            )


def _meant(matching: Matching, use: Use) -> Symbol | None:
    """What a use meant exactly, if it reaches nothing now though a definition of the name is left in its file."""
    if any(confidence is not Confidence.NAME_ONLY for _, confidence in matching.given.after.resolve(*use)):
        return None
    before = matching.before_of(use)
    found = matching.given.before.resolve(*before) if before is not None else ()
    if len(found) != 1 or found[0][1] is not Confidence.EXACT or before is None or found[0][0].path == before[0]:
        return None
    meant = found[0][0]
    left = any(each.definition.name == meant.definition.name for each in symbols_of(matching.given.after, meant.path))
    return meant if left else None


def _stands(view: GraphView, symbol: Symbol) -> bool:
    return any(each.qualified_name == symbol.qualified_name for each in symbols_of(view, symbol.path))


def _may_come_otherwise(matching: Matching, path: WorkspacePath) -> bool:
    """Whether a name may be there by what no include of the file says: the file that includes it, a file that is to be
    generated, a macro that stands for a header."""
    after = matching.given.after
    if any(edge.source != path for edge in after.importers(path)):
        return True
    for each in _closure(after, {path}):
        text = matching.text_after(each)
        quoted = (text.data[row.span.start : row.span.end] for row in after.unresolved_imports(each)) if text else ()
        if any(_QUOTED.search(written) for written in quoted):
            return True
    return False


def _modules_dropped(matching: Matching, file: TouchedFile) -> Iterator[Finding]:
    """Imports of a Rust file that no ``mod`` declares any more."""
    before, after = matching.given.before, matching.given.after
    if file.before is None or file.after is None or file.old is None:
        return
    declared = set(_MODULE.findall(_decoded(file.after)))
    for match in _MODULE.finditer(_decoded(file.before)):
        if match.group(1) in declared:
            continue
        line = _decoded(file.before).count("\n", 0, match.start(1)) + 1
        for target in {edge.target for edge in before.dependencies(file.old) if edge.line == line}:
            uses = [edge for edge in after.importers(target) if edge.source != target]
            texts = {edge.source: matching.text_after(edge.source) for edge in uses}
            if any(text is not None and _declares(text, target) for text in texts.values()):
                continue  # another file declares it
            for edge in uses:
                found = _named_on(texts[edge.source], edge.line, match.group(1))
                if found is not None:
                    use = edge.source, Reference(name=match.group(1), span=found, kind=ReferenceKind.READ)
                    message = (
                        f"`{match.group(1)}` is no module any more: `mod {match.group(1)};` is gone from {file.path}."
                    )
                    yield matching.finding(use, message, certainty=Certainty.CERTAIN, symbol=str(target))


def _decoded(text: Text) -> str:
    return text.data.decode("utf-8", "replace")


def _declares(text: Text, target: WorkspacePath) -> bool:
    """Whether a text declares the module that a file is, by its usual name or by any path."""
    stem = target.name.removesuffix(".rs")
    name = target.relative.split("/")[-2] if stem == "mod" and "/" in target.relative else stem
    return name in _MODULE.findall(_decoded(text)) or "#[path" in _decoded(text)


def _named_on(text: Text | None, line: int, name: str) -> Span | None:
    """Where a module is named on a one-based line."""
    if text is None:
        return None
    lines = text.data.split(b"\n")
    start = sum(len(each) + 1 for each in lines[: line - 1])
    found = re.search(rb"\b" + name.encode() + rb"\b", lines[line - 1]) if line <= len(lines) else None
    return Span(start + found.start(), start + found.end()) if found is not None else None
