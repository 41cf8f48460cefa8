"""Go functions that are handed on as values, where another list of parameters is expected since the edit.

Looked at are values that are returned, assigned to what has a declared type, given to a parameter or to a field of a
composite literal. Source: the Go Programming Language Specification, "Assignability", "Function types".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import FUNCTIONS, DefinitionChanges
from sightline.checks.go_sites import commas, contexts, named_type, opened
from sightline.checks.known_uses import known_uses
from sightline.checks.language import is_go
from sightline.checks.matching import Matching
from sightline.checks.recall import facts_of, go_packages_of, text_of
from sightline.checks.signature import Parameters
from sightline.graph.answers import Symbol
from sightline.graph.facts import Definition, DefinitionKind, Reference, ReferenceKind
from sightline.graph.go_literals import wanted_at
from sightline.graph.parse import parse
from sightline.graph.partial_facts import PartialFacts
from sightline.graph.view import GraphView
from sightline.languages.go import GO

#: A type as written, and the file and definition in which it is.
_Written = tuple[str, WorkspacePath, Definition]

_MOST_PLACES, _LONGEST = 400, 2_000
_KEY = re.compile(rb"\b(\w+)\s*:\s*$")
_LITERAL = re.compile(rb"\bfunc\b[^{}]*$")
_HOLDS = frozenset({DefinitionKind.VARIABLE, DefinitionKind.ATTRIBUTE})


def unfit_values(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings where a function whose parameters changed is handed on as what it was before."""
    after = matching.given.after
    for altered in changes.altered:
        old, new = altered.before[0], altered.after[0]
        before, now = old.definition.parameters, new.definition.parameters
        if not is_go(new.path) or new.definition.kind not in FUNCTIONS or before is None or now is None:
            continue
        for place in islice(known_uses(after, new), _MOST_PLACES):
            reference = place.reference
            is_value = reference.call is None and reference.kind is ReferenceKind.READ
            if not is_value or not is_go(place.path) or len(after.resolve_known(place.path, reference)) != 1:
                continue
            if new.definition.kind is DefinitionKind.METHOD and not _is_bound(after, place.path, reference):
                continue
            wanted = _wanted(after, place.path, reference)
            if wanted is not None and fits(before, wanted) and not fits(now, wanted):
                yield matching.finding(
                    (place.path, reference),
                    f"`{new.qualified_name}` takes other parameters than the function that is expected here.",
                    certainty=Certainty.CERTAIN,
                    symbol=new.identifier,
                    related=(matching.definition_place(new, "its definition"),),
                )


def fits(own: Parameters, wanted: Parameters) -> bool:
    """Whether two lists may be of the same types: as many, and not the same ones in another order."""
    left, right = ([each.annotation.rpartition(".")[2] for each in rows] for rows in (own, wanted))
    return len(left) == len(right) and (left == right or sorted(left) != sorted(right))


def _is_bound(view: GraphView, path: WorkspacePath, reference: Reference) -> bool:
    found = view.receivers(path, reference)
    return bool(found) and all(each.instance for each in found)


def _wanted(view: GraphView, path: WorkspacePath, reference: Reference) -> Parameters | None:
    """The parameters of the function that is expected where a reference stands."""
    facts, text = facts_of(view, path), text_of(view, path)
    if facts is None or text is None:
        return None
    for written, where, around in _expected(view, path, facts, text, reference):
        if written.startswith("func("):
            return _parameters_of(written)
        for found in named_type(view, where, around, written):
            if isinstance(found, Symbol):
                made = found.definition.annotation
            else:
                made = go_packages_of(view, path.root).made_of(found)
            if made.startswith("func("):
                return _parameters_of(made)
    return None


def _expected(
    view: GraphView, path: WorkspacePath, facts: PartialFacts, text: Text, reference: Reference
) -> Iterator[_Written]:
    start = text.line_starts[text.line_of(reference.span.start)]
    end = reference.span.start - (len(reference.receiver) + 1 if reference.receiver else 0)
    before = text.data[start:end]
    key = _KEY.search(before)
    if key is not None and text.data[reference.span.end : reference.span.end + 1] in b",}\n\r ":
        held = [each for each in facts.references if each.span.start == start + key.start(1)]
        yield from _declared(view, path, held)
        return
    element = wanted_at(text.data, reference.span.start)
    if element is not None and not element.is_field and element.argument < 0:
        named = [each for each in facts.references if each.span.start == element.offset and each.enclosing >= 0]
        for each in named[:1]:
            written = f"{each.receiver}.{each.name}" if each.receiver else each.name
            yield written, path, facts.definitions[each.enclosing]
    for kind, offset in contexts(before):
        index = commas(before[offset:])
        if kind == b"return":
            yield from _result(path, facts, text, reference, index)
        elif kind == b"=":
            held = [each for each in facts.references if start <= each.span.start and each.span.end <= start + offset]
            sure = held and not text.data[held[-1].span.end : start + offset - 1].strip()
            yield from _declared(view, path, held[-1:] if sure else [])
        else:
            called = [each for each in facts.references if each.span.end == start + offset - 1]
            yield from _argument(view, path, called, index)


def _declared(view: GraphView, path: WorkspacePath, references: list[Reference]) -> Iterator[_Written]:
    for reference in references:
        meant = view.resolve_known(path, reference)
        if len(meant) == 1 and meant[0].definition.kind in _HOLDS and meant[0].definition.annotation:
            yield meant[0].definition.annotation, meant[0].path, meant[0].definition


def _argument(view: GraphView, path: WorkspacePath, called: list[Reference], index: int) -> Iterator[_Written]:
    for reference in called:
        meant = view.resolve_known(path, reference)
        own = meant[0].definition if len(meant) == 1 else None
        parameters = own.parameters if own is not None and own.kind in FUNCTIONS else None
        if own is not None and parameters:
            parameter = parameters[min(index, len(parameters) - 1)]
            if index < len(parameters) or parameter.annotation.startswith("..."):
                yield parameter.annotation.removeprefix("..."), meant[0].path, own
        elif own is not None and own.kind is DefinitionKind.TYPE and own.annotation:  # a conversion
            yield own.annotation, meant[0].path, own


def _result(
    path: WorkspacePath, facts: PartialFacts, text: Text, reference: Reference, index: int
) -> Iterator[_Written]:
    """The type of one result of the function around; not of one without a name, which has results of its own."""
    if reference.enclosing < 0 or facts.definitions[reference.enclosing].kind not in FUNCTIONS:
        return
    around = facts.definitions[reference.enclosing]
    body = text.data[around.body_start + 1 : reference.span.start]
    if any(_LITERAL.search(body[:at]) for at in opened(body) if body[at : at + 1] == b"{"):
        return
    written = around.annotation.strip()
    parts = _split(written[1:-1]) if written.startswith("(") else [written]
    if index < len(parts):
        named = re.match(r"\w+\s+(?=\S)", parts[index]) if not parts[index].startswith(("func", "chan ")) else None
        yield parts[index][named.end() if named is not None else 0 :], path, around


def _split(text: str) -> list[str]:
    parts, depth, start = list[str](), 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]


@lru_cache(maxsize=256)
def _parameters_of(written: str) -> Parameters | None:
    """The parameters of a function type as written."""
    if len(written) > _LONGEST:
        return None
    facts = parse(f"package p\n\nfunc f{written.removeprefix('func')} {{}}\n".encode(), GO)
    found = [each for each in facts.definitions if each.name == "f"]
    return found[0].parameters if found and not facts.problems else None
