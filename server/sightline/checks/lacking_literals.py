"""Object literals that lack a member which the edit made a duty of their type, in TypeScript.

Judged are literals whose type is written and names that type alone: by an annotation where they stand, by the result of
the function that returns them, by the parameter that they are given for, by the member of the literal around. Source:
the TypeScript handbook, "Object Types".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span, Text
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import FUNCTIONS, Group, groups_of, parent_of
from sightline.checks.known_uses import known_uses
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching
from sightline.checks.recall import ancestors_of, facts_of, members_of, symbols_of, text_of
from sightline.checks.script import is_optional
from sightline.checks.written_types import names_alone
from sightline.graph.answers import Confidence, Symbol
from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.script_literals import Literal, Literals
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of

_KINDS = frozenset({DefinitionKind.INTERFACE, DefinitionKind.TYPE})
#: Files that mention a type, up to which its literals are looked for, and bytes of one that is read for them.
_MOST_FILES = 200
_LONGEST = 1 << 20
#: A declaration with a type and a function; the type's name is put in.
_FUNCTION = (
    r"\b(const|let)\s+([\w$]+)\s*:\s*({})(?:<[^=;{{}}]*>)?\s*=\s*"
    r"(?:async\s*)?(?:function\b|\([^()]*\)\s*=>|[\w$]+\s*=>)"
)
#: What every function has in JavaScript ("Function.prototype", and what it inherits).
_OF_FUNCTIONS = frozenset({
    "apply", "arguments", "bind", "call", "caller", "constructor", "hasOwnProperty", "isPrototypeOf", "length", "name",
    "propertyIsEnumerable", "prototype", "toLocaleString", "toString", "valueOf",
})  # fmt: skip


def lacking_literals(matching: Matching) -> Iterator[Finding]:
    """A finding for each literal that lacks a member which its type demands since the edit."""
    after = matching.given.after
    for owner, member in _new_duties(matching):
        for each in (owner, *_interfaces_below(after, owner)):
            if each.identifier == owner.identifier or not _has(after, each, member.definition.name):
                yield from _of_type(matching, each, member)


def _new_duties(matching: Matching) -> Iterator[tuple[Symbol, Symbol]]:
    """Types of objects that were there before, each with a member that it demands since the edit."""
    before, after = matching.given.before, matching.given.after
    for file in matching.files:
        if file.new is None or file.old is None or not is_typed_script(file.new):
            continue
        old, new = groups_of(before, file.old), groups_of(after, file.new)
        for name, group in new.items():
            owner = parent_of(after, group[0])
            if owner is None or owner.definition.kind not in _KINDS or is_optional(after, group[0]):
                continue
            same = old.get(owner.qualified_name, ())
            if not same or len(same) != 1 or len(new[owner.qualified_name]) != 1 or not _is_object(after, owner):
                continue
            if name not in old or is_optional(before, old[name][0]):
                yield owner, group[0]


def _is_object(view: GraphView, owner: Symbol) -> bool:
    """Whether a type is an interface, or an alias of nothing but one written list of members."""
    if owner.definition.kind is DefinitionKind.INTERFACE:
        return True
    text = text_of(view, owner.path)
    if text is None:
        return False
    written = text.data[owner.definition.name_span.end : owner.definition.span.end].decode(errors="replace")
    listed = written.partition("=")[2].strip().rstrip(";").strip()
    depth = 0
    for at, letter in enumerate(listed):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return at > 0 and at == len(listed) - 1
    return False


def _interfaces_below(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        for heir in view.subclasses(waiting.pop()):
            if heir.identifier not in seen and heir.definition.kind is DefinitionKind.INTERFACE:
                seen.add(heir.identifier)
                waiting.append(heir)
                yield heir


def _has(view: GraphView, owner: Symbol, name: str) -> bool:
    return any(member.definition.name == name for member in members_of(view, owner))


def _of_type(matching: Matching, owner: Symbol, member: Symbol) -> Iterator[Finding]:
    after = matching.given.after
    name = owner.definition.name
    files = [path for path in after.files_referencing(name) if is_typed_script(path)][:_MOST_FILES]
    files += _of_holders(after, [owner.path, *files], name)
    for path in dict.fromkeys([owner.path, *files]):
        text = text_of(after, path)
        if text is None or len(text.data) > _LONGEST:
            continue
        literals = [*_annotated(after, path, text, owner), *_empty(after, path, text, owner)]
        for place, literal in literals:
            if literal.is_whole and member.definition.name not in literal.keys:
                yield _finding(matching, owner, member, path, (place, literal))
        for place in _functions(after, path, text, owner, member.definition.name):
            yield _finding(
                matching, owner, member, path, (place, Literal(span=place.span, keys=frozenset(), is_whole=True))
            )
        for group in groups_of(after, path).values():
            yield from _of_calls(matching, owner, member, group)


def _annotated(view: GraphView, path: WorkspacePath, text: Text, owner: Symbol) -> Sequence[tuple[Reference, Literal]]:
    """Literals of a file at whose place the type is written, each with one of its keys."""
    members = {each.identifier: each.definition.name for each in _all_members(view, owner)}
    names, facts, language = set(members.values()), facts_of(view, path), language_of(path)
    rows = [row for row in (facts.references if facts is not None else ()) if row.kind is ReferenceKind.KEYWORD]
    keys = [row for row in rows if row.name in names and row.receiver.startswith(":")]
    if not keys or language is None:
        return []
    at = {row.span.start: row for row in rows}
    literals = Literals(text.data, language)
    found: dict[int, tuple[Reference, Literal]] = {}
    for key in keys:
        is_named = names_alone(key.receiver[1:], owner.definition.name)
        literal = literals.around_key(key.span.start) if is_named or key.receiver.endswith(")") else None
        if literal is None or literal.span.start in found:
            continue
        holder = at.get(literal.holder.start) if literal.holder is not None and not is_named else None
        if not is_named and not _is_held(view, path, holder, owner.definition.name):
            continue
        if any(each.identifier in members for each in view.resolve_known(path, key)):
            found[literal.span.start] = (key, literal)
    return list(found.values())


def _is_held(view: GraphView, path: WorkspacePath, holder: Reference | None, name: str) -> bool:
    """Whether the key that holds a literal is a member of the type alone."""
    meant = view.resolve_known(path, holder) if holder is not None else ()
    return len(meant) == 1 and names_alone(meant[0].definition.annotation, name)


def _of_holders(view: GraphView, files: Sequence[WorkspacePath], name: str) -> Sequence[WorkspacePath]:
    """Files that mention a type with a member of the type named, which may hold a literal for that member."""
    owners = {
        parent.definition.name
        for path in files
        for each in symbols_of(view, path)
        if each.definition.kind is DefinitionKind.ATTRIBUTE and names_alone(each.definition.annotation, name)
        if (parent := parent_of(view, each)) is not None
    }
    found = (path for owner in sorted(owners) for path in view.files_referencing(owner) if is_typed_script(path))
    return [*islice(found, _MOST_FILES)]


def _empty(view: GraphView, path: WorkspacePath, text: Text, owner: Symbol) -> Iterator[tuple[Reference, Literal]]:
    """Literals without a key that a variable or parameter of the type begins with."""
    written = re.compile(rf":\s*({re.escape(owner.definition.name)})(?:<[^=;{{}}]*>)?\s*=\s*(\{{\s*\}})".encode())
    found = {match.start(1): match.span(2) for match in written.finditer(text.data)}
    facts = facts_of(view, path) if found else None
    for row in facts.references if facts is not None else ():
        span = found.get(row.span.start)
        if span is not None and any(each.identifier == owner.identifier for each in view.resolve_known(path, row)):
            yield row, Literal(span=Span(*span), keys=frozenset(), is_whole=True)


def _functions(view: GraphView, path: WorkspacePath, text: Text, owner: Symbol, name: str) -> Iterator[Reference]:
    """Places where a variable of the type begins with a plain function, which has no member that nobody gives it.

    To a constant it is given by an assignment, which TypeScript takes for a part of the declaration.
    """
    written = re.compile(_FUNCTION.format(re.escape(owner.definition.name)).encode())
    given = re.compile(rb"(?<![\w$])([\w$]+)\s*\.\s*%s\s*=(?![=>])" % re.escape(name.encode()))
    later = {match[1] for match in given.finditer(text.data)}
    found = {match.start(3) for match in written.finditer(text.data) if match[1] != b"const" or match[2] not in later}
    facts = facts_of(view, path) if found and name not in _OF_FUNCTIONS else None
    for row in facts.references if facts is not None else ():
        meant = view.resolve_known(path, row) if row.span.start in found else ()
        if any(each.identifier == owner.identifier for each in meant):
            yield row


def _all_members(view: GraphView, owner: Symbol) -> Iterator[Symbol]:
    yield from members_of(view, owner)
    for each in ancestors_of(view, owner)[1:]:
        if isinstance(each, Symbol):
            yield from members_of(view, each)


def _of_calls(matching: Matching, owner: Symbol, member: Symbol, group: Group) -> Iterator[Finding]:
    """Findings for literals given to a function for a parameter of the type."""
    after, symbol = matching.given.after, group[0]
    parameters = symbol.definition.parameters or ()
    written = re.compile(rf"{re.escape(owner.definition.name)}(?:<.*>)?", re.DOTALL)
    at = next((index for index, each in enumerate(parameters) if written.fullmatch(each.annotation)), None)
    if at is None or len(group) != 1 or symbol.definition.kind not in FUNCTIONS or not _means(after, symbol, owner):
        return
    for place in known_uses(after, symbol):
        language, text = language_of(place.path), text_of(after, place.path)
        if place.confidence is Confidence.NAME_ONLY or not is_typed_script(place.path) or place.reference.call is None:
            continue
        if language is None or text is None or len(text.data) > _LONGEST:
            continue
        literal = Literals(text.data, language).argument(place.reference.span, at)
        if literal is not None and literal.is_whole and member.definition.name not in literal.keys:
            yield _finding(matching, owner, member, place.path, (place.reference, literal))


def _means(view: GraphView, function: Symbol, owner: Symbol) -> bool:
    """Whether the name of the type means the type where a function writes it."""
    facts, span = facts_of(view, function.path), function.definition.span
    for row in facts.references if facts is not None else ():
        if span.contains(row.span) and row.name == owner.definition.name and not row.receiver:
            return any(each.identifier == owner.identifier for each in view.resolve_known(function.path, row))
    return function.path == owner.path and owner in symbols_of(view, owner.path)


def _finding(
    matching: Matching, owner: Symbol, member: Symbol, path: WorkspacePath, found: tuple[Reference, Literal]
) -> Finding:
    place, literal = found
    brace = Reference(name=place.name, span=literal.span, kind=place.kind)
    return matching.finding(
        (path, brace),
        f"`{member.qualified_name}`, which `{owner.qualified_name}` demands, is missing here.",
        certainty=Certainty.CERTAIN,
        symbol=member.identifier,
        related=(matching.definition_place(member, "what demands it"),),
    )
