"""Uses of definitions that are gone: imports, calls and attributes that lead nowhere after the edit.

A use is judged in the graph *after* the edit. One that the edit removed, corrected, or left leading to something else
(a re-export, a base class) is no finding. Of a chain of imports only the first broken link is reported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from sightline.base.paths import WorkspacePath
from sightline.checks.bindings import bound_names
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import CLASSES, Removed, parent_name, parent_of
from sightline.checks.kept_quiet import is_kept_quiet
from sightline.checks.known_uses import known_uses, likely_uses, unasked_files
from sightline.checks.language import is_go, is_python, is_script, is_typed_script
from sightline.checks.leading_on import leads_on
from sightline.checks.matching import Matching, Use, symbol_before
from sightline.checks.modules import names_of_module
from sightline.checks.only_meaning import MOST_NAMESAKES, is_only_meaning, namesakes
from sightline.checks.outside import may_be_provided
from sightline.checks.python_pieces import parsed_pieces
from sightline.checks.recall import facts_of, members_of, symbols_of
from sightline.checks.script import is_parameter_property
from sightline.checks.script_excuses import has_declared_type, is_global_now
from sightline.checks.script_imports import exported_names, is_made_anew
from sightline.checks.written_types import is_alias_of, names_alone
from sightline.graph.answers import Confidence, Place, Symbol
from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.view import GraphView

_SETUP = re.compile(rb"<script\b[^<>]{0,200}\ssetup\b")
_WITH_MEMBERS = frozenset({*CLASSES, DefinitionKind.TYPE})
#: Uses by name alone are listed up to this number.
MOST_BY_NAME = 20


def stranded_uses(matching: Matching, removed: Removed) -> Iterator[Finding]:
    """Findings for every use of a removed definition that leads nowhere now."""
    before, after = matching.given.before, matching.given.after
    if _is_still_bound(matching, removed):
        return
    crowded = namesakes(after, removed.symbol) > MOST_NAMESAKES
    places = [
        place
        for symbol in removed.group
        for place in _uses_before(before, symbol, crowded=crowded)
        if place.confidence is not Confidence.NAME_ONLY or not crowded
    ]
    left: dict[tuple[WorkspacePath, int], tuple[Use, Place]] = {}
    for place in places:
        for use in _uses_after(matching, place):
            if not leads_on(matching, removed, place, use) and not _is_imported_around(matching, use):
                left.setdefault((use[0], use[1].span.start), (use, place))
    imports = {use for use, _ in left.values() if use[1].kind is ReferenceKind.IMPORT}
    found = [row for row in left.values() if not _is_echo(after, removed.symbol, row[0], imports)]
    by_name = [row for row in found if row[1].confidence is Confidence.NAME_ONLY]
    likely = [row for row in by_name if is_python(row[0][0]) is is_python(removed.symbol.path)]
    listed = likely[:MOST_BY_NAME]
    if len(likely) > len(listed):
        matching.left_out.unlisted[removed.symbol] = len(likely) - len(listed)
    unasked = 0 if crowded else max(unasked_files(before, symbol) for symbol in removed.group)
    if unasked:
        matching.left_out.unasked[removed.symbol] = unasked
    for row in found:
        if row not in by_name or row in listed:
            yield _finding(matching, removed, *row)


def lost_exports(matching: Matching, removed: Removed) -> Iterator[Finding]:
    """Imports of an exported name that no definition bears, such as ``default``: nothing else refers to it."""
    symbol, new = removed.symbol, removed.file.new
    passes = symbol.definition.alias and symbol.definition.kind is DefinitionKind.VARIABLE
    exports = passes or symbol.definition.name == "default"
    if new is None or removed.file.old is None or not is_script(new) or not exports:
        return
    after = matching.given.after
    names = exported_names(after, new)
    if names is None or symbol.definition.name in names:
        return
    for path in dict.fromkeys(edge.source for edge in after.importers(new)):
        facts = facts_of(after, path)
        for row in facts.imports if facts is not None else ():
            if is_made_anew(row):
                continue
            for name in row.names if after.module(path, row.module, row.level) == new else ():
                if name.name == symbol.definition.name:
                    reference = Reference(name=name.alias, span=name.span, kind=ReferenceKind.IMPORT)
                    message = f"`{name.name}` is no export of {new} any more, and is still imported here."
                    where = matching.definition_place(symbol, "where it was", before=True)
                    yield matching.finding(
                        (path, reference),
                        message,
                        certainty=Certainty.CERTAIN,
                        symbol=symbol.identifier,
                        related=(where,),
                    )


def rerouted_calls(matching: Matching, removed: Removed) -> Iterator[Use]:
    """Calls of a removed definition that now reach another one, whose signature may differ."""
    crowded = namesakes(matching.given.after, removed.symbol) > MOST_NAMESAKES
    for symbol in removed.group:
        for place in _uses_before(matching.given.before, symbol, crowded=crowded):
            use = matching.after_of((place.path, place.reference)) if place.reference.call is not None else None
            if use is not None and matching.given.after.resolve_known(*use):
                yield use


def _uses_before(view: GraphView, symbol: Symbol, *, crowded: bool) -> Sequence[Place]:
    """Uses of a symbol; of a name that many bear only those that are known, since one by name alone says nothing."""
    return known_uses(view, symbol) if crowded else likely_uses(view, symbol)


def _is_still_bound(matching: Matching, removed: Removed) -> bool:
    """Whether the name is there by other means: an import from outside, a loop, a star, a constructor's parameter."""
    name, after = removed.symbol.definition.name, matching.given.after
    if removed.file.new is None:
        return False
    if removed.symbol.definition.parent >= 0:
        owner = parent_name(removed.symbol)
        classes = [each for each in symbols_of(after, removed.file.new) if each.qualified_name == owner]
        return is_script(removed.file.new) and any(is_parameter_property(after, each, name) for each in classes)
    if not is_python(removed.file.new):
        index = after.index(removed.file.new)
        bound = index is not None and name in index.imported.get(MODULE, {})
        if not bound or not is_script(removed.file.new) or not removed.symbol.definition.exported:
            return bound
        exports = exported_names(after, removed.file.new)  # what is imported there is not handed on by itself
        return exports is None or name in exports
    bound = names_of_module(after, removed.file.new)
    return bound is None or name in bound


def _is_imported_around(matching: Matching, use: Use) -> bool:
    """Whether a function around the use imports the name by itself, or its file since the edit.

    It does so from outside, or the name were known.
    """
    path, reference = use
    view, file = matching.given.after, next((each for each in matching.files if each.new == use[0]), None)
    index = view.index(path)
    if index is None or reference.receiver or reference.kind is ReferenceKind.IMPORT:
        return False
    around: set[int] = set()
    scope = reference.enclosing
    while scope >= 0:
        around.add(scope)
        scope = index.definitions[scope].parent
    unresolved = view.unresolved_imports(path) if file is not None else ()
    outside = {(row.span.start, row.span.end) for row in unresolved if file is not None and file.is_new(row.span)}
    rows = (
        row
        for row in index.imports
        if row.enclosing in around or (row.enclosing < 0 and (row.start, row.end) in outside)
    )
    bound = (alias for row in rows for _, alias, _, _ in row.names)
    return any(alias == reference.name or alias.partition(".")[0] == reference.name for alias in bound)


def _uses_after(matching: Matching, place: Place) -> Iterator[Use]:
    """The use as it stands after the edit; on changed lines, references written just like it."""
    same = matching.after_of((place.path, place.reference))
    file = matching.touched(place.path)
    if same is not None:
        yield same
    elif file is not None and file.new is not None:
        wanted = _spelling(place.reference)
        for reference in matching.changed_references(file):
            if _spelling(reference) == wanted:
                yield file.new, reference


def _spelling(reference: Reference) -> tuple[object, ...]:
    is_import = reference.kind is ReferenceKind.IMPORT
    return reference.name, reference.receiver, is_import, reference.kind is ReferenceKind.STRING


def _is_echo(view: GraphView, gone: Symbol, use: Use, imports: set[Use]) -> bool:
    """Whether the use fails only because an import before it fails, which has a finding of its own."""
    path, reference = use
    index = view.index(path)
    if index is None:
        return False
    if reference.kind is ReferenceKind.IMPORT:
        return any(_passes_on(view, target, reference.name) for target in _imported_files(view, path, index, reference))
    if reference.kind is ReferenceKind.STRING:
        return False
    if not reference.receiver:
        return any(other == path for other, _ in imports)
    if gone.definition.parent >= 0:
        return False
    # ``package.name`` where the package's own import of the name is what broke.
    module = reference.receiver.rpartition(".")[2]
    stem = gone.path.name.rpartition(".")[0]
    return module != stem and any(other != path for other, _ in imports) and stem != "__init__"


def _imported_files(
    view: GraphView, path: WorkspacePath, index: FileIndex, reference: Reference
) -> Iterator[WorkspacePath]:
    """The files that the import statement around a reference leads to."""
    span = reference.span
    statement = next((row for row in index.imports if row.start <= span.start and span.end <= row.end), None)
    if statement is not None:
        line = index.line_of(statement.start) + 1
        yield from (edge.target for edge in view.dependencies(path) if edge.line == line)


def _passes_on(view: GraphView, path: WorkspacePath, name: str) -> bool:
    """Whether a file has the name from an import of its own; of scripts, one that exports it again."""
    index = view.index(path)
    if is_script(path):
        exports = exported_names(view, path)
        if exports is not None and name not in exports:
            return False
    return index is not None and any(
        alias == name and row.enclosing < 0 for row in index.imports for _, alias, _, _ in row.names
    )


def _finding(matching: Matching, removed: Removed, use: Use, place: Place) -> Finding:
    symbol = removed.symbol
    known = place.confidence in _enough(symbol.path) or is_only_meaning(matching, removed.group, use)
    certain = known and _is_told(matching.given.after, removed, use) and not _is_excused(matching, removed, use)
    certainty = Certainty.CERTAIN if certain else Certainty.POSSIBLE
    name = symbol.qualified_name if symbol.definition.parent >= 0 else symbol.definition.name
    verb = "imported" if use[1].kind is ReferenceKind.IMPORT else "used"
    hedge = "is" if certain else "may be"
    message = f"`{name}` {_fate(removed)}, and {hedge} still {verb} here."
    successor = removed.successor
    related = (
        matching.definition_place(successor, "what seems to have replaced it")
        if successor is not None
        else matching.definition_place(symbol, "where it was", before=True)
    )
    return matching.finding(use, message, certainty=certainty, symbol=symbol.identifier, related=(related,))


def _fate(removed: Removed) -> str:
    successor, symbol = removed.successor, removed.symbol
    if removed.file.new is None:
        return f"went with {removed.file.old}"
    if removed.regrouped:
        return f"of {removed.file.path} belongs to another package or namespace now"
    if successor is None:
        return f"is gone from {removed.file.path}"
    if successor.definition.name == symbol.definition.name:
        where = str(successor.path) if successor.path != removed.file.new else f"`{successor.qualified_name}`"
        return f"has moved to {where}"
    return f"is gone from {removed.file.path} (renamed to `{successor.definition.name}`?)"


def _enough(path: WorkspacePath) -> frozenset[Confidence]:
    """How well a use must be known to be certainly stranded; what is inferred was measured for these languages only."""
    measured = is_python(path) or is_script(path) or is_go(path)
    return frozenset({Confidence.EXACT, Confidence.INFERRED} if measured else {Confidence.EXACT})


def _is_told(view: GraphView, removed: Removed, use: Use) -> bool:
    """Whether a key of an object must be a member of the type that lost it: the literal stands where that is written.

    Of an argument, an assertion, a union or most aliases the compiler may expect something else, or several things.
    """
    path, reference = use
    if reference.kind is not ReferenceKind.KEYWORD or not is_script(path):
        return True
    if not is_typed_script(path) or not reference.receiver.startswith(":"):
        return False
    written, owner = reference.receiver[1:], parent_name(removed.symbol).rpartition(".")[2]
    return names_alone(written, owner, partial=True) or is_alias_of(view, path, written, owner)


def _is_excused(matching: Matching, removed: Removed, use: Use) -> bool:
    """Whether something that no rule of names sees may make the use work, or keep it from ever running."""
    after = matching.given.after
    path, reference = use
    text = matching.text_after(path)
    if reference.kind is ReferenceKind.STRING or (text and is_kept_quiet(path, text, reference.span.start)):
        return True
    if reference.kind is ReferenceKind.IMPORT:
        return _is_tried(matching, path, reference)
    if is_typed_script(path) and not reference.receiver and is_global_now(matching, path, reference.name):
        return True
    if path.suffix == ".vue" and _is_option(matching, use):
        return True
    owner = parent_of(matching.given.before, removed.symbol)
    if owner is None or owner.definition.kind not in _WITH_MEMBERS:
        return owner is not None and has_declared_type(matching, removed)
    name = removed.symbol.definition.name
    owners = [each.symbol for each in after.receivers(path, reference)] or [*_again(after, owner)]
    return any(may_be_provided(after, each, name) or _was_pushed_down(matching, each, name) for each in owners)


def _is_option(matching: Matching, use: Use) -> bool:
    """Whether a template names what the options of its component may give it: the code is no ``<script setup>``."""
    text = matching.text_after(use[0])
    if text is None or _SETUP.search(text.data):
        return False
    before = text.data[: use[1].span.start]
    return before.rfind(b"<script") <= before.rfind(b"</script")


def _was_pushed_down(matching: Matching, owner: Symbol, name: str) -> bool:
    """Whether the edit gave the member to a class below: the one above is meant to be used through that."""
    after = matching.given.after
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        heirs = [heir for heir in after.subclasses(waiting.pop()) if heir.identifier not in seen]
        for heir in heirs:
            members = (member for member in members_of(after, heir) if member.definition.name == name)
            if any(symbol_before(matching, member) is None for member in members):
                return True
        seen.update(heir.identifier for heir in heirs)
        waiting += heirs
    return False


def _again(view: GraphView, symbol: Symbol) -> Sequence[Symbol]:
    """A class of the graph before, found in the graph after."""
    return [
        each
        for each in symbols_of(view, symbol.path)
        if each.qualified_name == symbol.qualified_name and each.definition.kind in _WITH_MEMBERS
    ]


def _is_tried(matching: Matching, path: WorkspacePath, reference: Reference) -> bool:
    """Whether an import stands in a ``try`` that copes with its failure."""
    index, span = matching.given.after.index(path), reference.span
    rows = index.imports if index is not None else ()
    row = next((row for row in rows if row.start <= span.start and span.end <= row.end), None)
    text = matching.text_after(path)
    if row is None or text is None or not row.guarded or is_script(path):
        return row is not None and row.guarded
    line = text.line_of(row.start) + 1
    named = (alias for _, alias, start, end in row.names if start <= span.start and span.end <= end)
    name = next(named, reference.name)
    try:
        return any(
            isinstance(node, ast.Try)
            and node.body[0].lineno <= line - lines <= (node.body[-1].end_lineno or 0)
            and any(_copes(handler, name) for handler in node.handlers)
            for tree, lines in parsed_pieces(text.data)
            for node in ast.walk(tree)
        )
    except (SyntaxError, ValueError, RecursionError):
        return True


def _copes(handler: ast.ExceptHandler, name: str) -> bool:
    """Whether a handler gives the name another meaning, or leaves. To pass over the failure is not to cope with it."""
    leaves = any(isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break) for node in ast.walk(handler))
    return leaves or name in bound_names(handler)
