"""How calls bind arguments in Go: all by position, no defaults, the last parameter perhaps for any number.

Source: the Go Programming Language Specification, "Calls", "Passing arguments to ... parameters", "Method expressions".
"""

from __future__ import annotations

from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.go_arguments import BLANK, TEXT, closing, openings
from sightline.checks.go_library_calls import gives_one
from sightline.checks.recall import text_of
from sightline.checks.signature import Parameters
from sightline.graph.answers import Symbol
from sightline.graph.facts import CallShape, DefinitionKind, Parameter, ParameterKind, Reference, ReferenceKind
from sightline.graph.view import GraphView

_TYPES = frozenset({DefinitionKind.CLASS, DefinitionKind.INTERFACE, DefinitionKind.TYPE})
#: What a type takes that is called: the value to convert.
_CONVERTED = (Parameter(name="value", kind=ParameterKind.POSITIONAL_ONLY),)


def go_parameters(view: GraphView, path: WorkspacePath, reference: Reference, symbol: Symbol) -> Parameters | None:
    """What a call of a function or method takes; ``None`` where nobody can tell."""
    definition, call = symbol.definition, reference.call
    if definition.kind in _TYPES and call is not None and not call.positional and not call.splat:
        return _CONVERTED
    if definition.kind not in FUNCTIONS or definition.parameters is None or call is None:
        return None
    if call.positional == 1 and not call.splat and definition.parameters and not gives_one(view, path, reference):
        return None
    if definition.kind is DefinitionKind.METHOD:
        found = view.receivers(path, reference)
        # Called on the type itself, a method takes its receiver as the first argument.
        if not found or any(not each.instance for each in found):
            return None
    elif reference.receiver and view.receivers(path, reference):
        return None  # a field that holds a function
    if call.splat:
        # ``f(a, rest...)`` hands over the rest as a whole: nothing may be left out, nothing stand for two.
        return tuple(replace(each, kind=ParameterKind.POSITIONAL_ONLY) for each in definition.parameters)
    return definition.parameters


def instantiated_call(view: GraphView, path: WorkspacePath, reference: Reference) -> CallShape | None:
    """The arguments of ``f[T](...)``, where the name alone looks like a type."""
    if reference.kind not in (ReferenceKind.TYPE, ReferenceKind.READ):
        return None
    text = text_of(view, path)
    if text is None or text.data[reference.span.end : reference.span.end + 1] != b"[":
        return None
    start = closing(text.data, reference.span.end) + 1
    if text.data[start : start + 1] != b"(":
        return None
    if not any(each.definition.kind in FUNCTIONS for each in view.resolve_known(path, reference)):
        return None
    end = closing(text.data, start)
    arguments = TEXT.sub(b"0", text.data[start + 1 : end]).rstrip(BLANK)
    inner = list(openings(arguments, b"([{"))
    spans = [(at, closing(arguments, at)) for at in inner]
    commas = [at for at in openings(arguments, b",") if not any(first < at < last for first, last in spans)]
    splat = arguments.endswith(b"...")
    count = len(commas) + 1 if arguments else 0
    return CallShape(positional=count - splat, splat=splat)
