"""TypeScript functions that ask for more arguments than the function type that is written beside their name.

``const on: Handler = (event, context) => …`` is checked against ``Handler``, an alias of a function type or a type with
one call signature. Source: the TypeScript handbook, "Comparing two functions", "Call Signatures".
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline.checks.check import Certainty, Finding
from sightline.checks.definitions import DefinitionChanges
from sightline.checks.language import is_typed_script
from sightline.checks.matching import Matching, own_name
from sightline.checks.recall import facts_of
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind, Parameter, ParameterKind, ReferenceKind
from sightline.graph.script_type_texts import Signature, function_of, is_object, members_of_object
from sightline.graph.view import GraphView

_TYPES = frozenset({DefinitionKind.TYPE, DefinitionKind.INTERFACE})
#: How far behind the name of a function its type begins: a colon and a space.
_NEAR = 4


def unfit_typed_functions(matching: Matching, changes: DefinitionChanges) -> Iterator[Finding]:
    """Findings for functions whose parameters changed, and that their type calls with less than they ask for."""
    for row in changes.altered:
        old, new = row.before[0], row.after[0]
        if len(row.after) != 1 or not is_typed_script(new.path) or new.definition.kind is not DefinitionKind.FUNCTION:
            continue
        type_ = _type_of(matching.given.after, new)
        signature = _called(type_) if type_ is not None else None
        if type_ is None or signature is None or any(each.startswith("...") for each in signature.parameters):
            continue
        given = [each for each in signature.parameters if not each.startswith("this:")]
        if _required(old) <= len(given) < _required(new):
            yield matching.finding(
                (new.path, own_name(new)),
                f"`{new.qualified_name}` asks for {_required(new)} arguments; "
                f"`{type_.definition.name}`, its type, gives {len(given)}.",
                certainty=Certainty.CERTAIN,
                symbol=new.identifier,
                related=(matching.definition_place(type_, "its type"),),
            )


def _type_of(view: GraphView, function: Symbol) -> Symbol | None:
    """The alias or interface that is written as the type of a variable which holds a function."""
    facts, end = facts_of(view, function.path), function.definition.name_span.end
    if facts is None or not function.definition.annotation.startswith("ReturnType<"):
        return None
    for reference in facts.references:
        if reference.kind is ReferenceKind.TYPE and end < reference.span.start <= end + _NEAR:
            meant = view.resolve_known(function.path, reference)
            return meant[0] if len(meant) == 1 and meant[0].definition.kind in _TYPES else None
    return None


def _called(type_: Symbol) -> Signature | None:
    """How the values of a type are called; ``None`` for one that is no function, or several."""
    written = type_.definition.annotation
    if not is_object(written):
        return function_of(written)
    found = [each for each in members_of_object(written) if each.name == "()"]
    return function_of(found[0].type) if len(found) == 1 else None


def _required(function: Symbol) -> int:
    plain = [at for at, each in enumerate(function.definition.parameters or (), 1) if _is_asked_for(each)]
    return plain[-1] if plain else 0


def _is_asked_for(parameter: Parameter) -> bool:
    return not parameter.has_default and parameter.kind is not ParameterKind.VARIADIC and parameter.name != "this"
