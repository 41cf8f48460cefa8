"""How calls bind arguments in Go: all by position, no defaults, the last parameter perhaps for any number.

Source: the Go Programming Language Specification, "Calls", "Passing arguments to ... parameters", "Method expressions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.definitions import FUNCTIONS
from sightline.checks.recall import facts_of
from sightline.checks.signature import Parameters
from sightline.checks.texts import read_text
from sightline.graph.answers import Symbol
from sightline.graph.facts import CallShape, DefinitionKind, ParameterKind, Reference, ReferenceKind
from sightline.graph.view import GraphView

_TEXT = re.compile(rb"\"(?>(?:\\.|[^\"\\\n])*)\"|`[^`]*+`|'(?>(?:\\.|[^'\\\n])*)'|//[^\n]*+")
_BLANK = b" \t\r\n,"
#: Bytes of arguments that are looked through for the closing bracket.
_LONGEST = 5_000
_NOBODY = Reference(name="", span=Span(0, 0), kind=ReferenceKind.CALL)


def go_parameters(view: GraphView, path: WorkspacePath, reference: Reference, symbol: Symbol) -> Parameters | None:
    """What a call of a function or method takes; ``None`` where nobody can tell."""
    definition, call = symbol.definition, reference.call
    if definition.kind not in FUNCTIONS or definition.parameters is None or call is None:
        return None
    if call.positional == 1 and not call.splat and definition.parameters and _may_give_several(view, path, reference):
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


def go_call(call: CallShape) -> CallShape:
    """A call as :func:`go_parameters` counts it: what is handed over as a whole is one argument."""
    return replace(call, positional=call.positional + 1, splat=False) if call.splat else call


def instantiated_call(view: GraphView, path: WorkspacePath, reference: Reference) -> CallShape | None:
    """The arguments of ``f[T](...)``, where the name alone looks like a type."""
    if reference.kind not in (ReferenceKind.TYPE, ReferenceKind.READ):
        return None
    text = read_text(view.workspace, path)
    if text is None or text.data[reference.span.end : reference.span.end + 1] != b"[":
        return None
    start = _closing(text.data, reference.span.end) + 1
    if text.data[start : start + 1] != b"(":
        return None
    if not any(each.definition.kind in FUNCTIONS for each in view.resolve_known(path, reference)):
        return None
    end = _closing(text.data, start)
    arguments = _TEXT.sub(b"0", text.data[start + 1 : end]).rstrip(_BLANK)
    inner = list(_openings(arguments, b"([{"))
    spans = [(at, _closing(arguments, at)) for at in inner]
    commas = [at for at in _openings(arguments, b",") if not any(first < at < last for first, last in spans)]
    splat = arguments.endswith(b"...")
    count = len(commas) + 1 if arguments else 0
    return CallShape(positional=count - splat, splat=splat)


def only_argument(view: GraphView, path: WorkspacePath, reference: Reference) -> Reference | None:
    """The name called in the only argument of a call, ``None`` if that is no call.

    A reference of no name stands for a call whose name nobody can tell.
    """
    text, facts = read_text(view.workspace, path), facts_of(view, path)
    if text is None or facts is None:
        return _NOBODY
    start = text.data.find(b"(", reference.span.end)
    end = _closing(text.data, start)
    argument = text.data[start + 1 : end].rstrip(_BLANK)
    if not argument.endswith(b")"):
        return None
    inner = next((at for at in _openings(argument) if _closing(argument, at) == len(argument) - 1), -1)
    return next((row for row in facts.references if row.span.end == start + 1 + inner), _NOBODY)


def _may_give_several(view: GraphView, path: WorkspacePath, reference: Reference) -> bool:
    """Whether the only argument is itself a call, which may give several values at once: ``f(g())``."""
    called = only_argument(view, path, reference)
    if called is None:
        return False
    meant = view.resolve_known(path, called) if called.name else ()
    results = [each.definition.annotation for each in meant if each.definition.kind in FUNCTIONS]
    return not results or any(not result or result.startswith("(") for result in results)


def _openings(data: bytes, signs: bytes = b"(") -> Iterator[int]:
    return (at for at, byte in enumerate(data) if byte in signs)


def _closing(data: bytes, start: int) -> int:
    """The bracket that closes the one at ``start``; the end of a long text if it is not found soon."""
    depth, end = 0, start
    for end in range(start, min(len(data), start + _LONGEST)):
        byte = data[end : end + 1]
        depth += (byte in (b"(", b"[", b"{")) - (byte in (b")", b"]", b"}"))
        if depth == 0:
            break
    return end
