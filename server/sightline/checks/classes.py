"""What calling a class takes: its constructor, or the one that dataclasses and named tuples generate from attributes.

Python only. What cannot be known (a metaclass, a base outside the workspace) is said to be unknown, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sightline.base.text import Text
from sightline.checks.recall import ancestors_of, facts_of, header_of, members_of, text_of
from sightline.checks.signature import Parameters, without_first
from sightline.graph.answers import Symbol
from sightline.graph.facts import Definition, DefinitionKind, Parameter, ParameterKind
from sightline.graph.view import GraphView

_METACLASS = re.compile(r"\bmetaclass\s*=\s*([\w.]+)")
#: Class decorators that give the class no other constructor.
_KEEPING = frozenset({"total_ordering", "final", "runtime_checkable", "unique", "deprecated"})
#: Metaclasses that leave calls as they are.
_PLAIN_METACLASSES = frozenset({"type", "ABCMeta"})
_GENERATORS = frozenset({"dataclass", "dataclasses.dataclass"})
_TUPLES = frozenset({"NamedTuple", "typing.NamedTuple"})


def constructor(view: GraphView, owner: Symbol) -> Parameters | None:
    """The parameters that a call of the class takes, ``self`` left out; ``None`` where nobody can tell."""
    if owner.definition.kind is not DefinitionKind.CLASS:
        return None
    line = ancestors_of(view, owner)
    own = [each for each in line if isinstance(each, Symbol)]
    if any(_may_call_otherwise(view, each) for each in own):
        return None
    for each in line:
        if not isinstance(each, Symbol):
            return None
        written = [member for member in members_of(view, each) if member.definition.name in ("__init__", "__new__")]
        if written:
            return _written(written)
        if _is_generated(each.definition):
            return _generated(view, [*reversed(own)])
        if _may_be_generated(each.definition):
            return None
    return ()


def is_generated(view: GraphView, owner: Symbol) -> bool:
    """Whether the class, or one it inherits from, has its constructor made from attributes."""
    return any(isinstance(each, Symbol) and _is_generated(each.definition) for each in ancestors_of(view, owner))


def _may_call_otherwise(view: GraphView, owner: Symbol) -> bool:
    """Whether the class has a metaclass that may make something else of a call."""
    match = _METACLASS.search(header_of(view, owner))
    if match is None:
        return False
    name = match.group(1)
    if name.rpartition(".")[2] in _PLAIN_METACLASSES:
        return False
    facts = facts_of(view, owner.path)
    start, end = owner.definition.span.start, owner.definition.body_start
    for reference in facts.references if facts is not None else ():
        if start <= reference.span.start < end and reference.name == name.rpartition(".")[2]:
            found = view.resolve_known(owner.path, reference)
            return not found or any(_defines_call(view, each) for each in found)
    return True


def _defines_call(view: GraphView, metaclass: Symbol) -> bool:
    for each in ancestors_of(view, metaclass):
        if isinstance(each, Symbol):
            if any(member.definition.name == "__call__" for member in members_of(view, each)):
                return True
        elif each != "type":
            return True
    return False


def _written(members: list[Symbol]) -> Parameters | None:
    constructors = [member for member in members if member.definition.name == "__init__"] or members
    if len(constructors) != 1 or constructors[0].definition.parameters is None:
        return None
    return without_first(constructors[0].definition.parameters)


def _is_generated(definition: Definition) -> bool:
    decorated = any(text.partition("(")[0] in _GENERATORS for text in definition.decorators)
    return decorated or bool(_TUPLES & set(definition.bases))


def _may_be_generated(definition: Definition) -> bool:
    """Whether nobody knows what constructor a decorator of the class gives it: ``attrs.define``, ``dc.dataclass``."""
    return not all(text.partition("(")[0].rpartition(".")[2] in _KEEPING for text in definition.decorators)


def _generated(view: GraphView, line: list[Symbol]) -> Parameters | None:
    """Fields in the order of :pep:`557`: those of the furthest base first, a redefined one in its first place."""
    fields: dict[str, Parameter] = {}
    for owner in line:
        if not _is_generated(owner.definition):
            if _may_be_generated(owner.definition):
                return None
            continue
        options = next((text for text in owner.definition.decorators if text.partition("(")[0] in _GENERATORS), "")
        if re.search(r"\binit\s*=\s*False", options):
            return None
        keyword_only = bool(re.search(r"\bkw_only\s*=\s*True", options))
        for field in _fields(view, owner, keyword_only=keyword_only):
            if field is None:
                return None
            fields[field.name] = field
    positional = [field for field in fields.values() if field.kind is ParameterKind.POSITIONAL]
    return tuple(positional) + tuple(field for field in fields.values() if field not in positional)


def _fields(view: GraphView, owner: Symbol, *, keyword_only: bool) -> Iterator[Parameter | None]:
    text = text_of(view, owner.path)
    kind = ParameterKind.KEYWORD_ONLY if keyword_only else ParameterKind.POSITIONAL
    for member in members_of(view, owner):
        definition = member.definition
        if definition.kind is not DefinitionKind.ATTRIBUTE or not definition.annotation or text is None:
            continue
        if definition.span.start < owner.definition.body_start or _inside_method(view, owner, definition):
            continue
        annotation = definition.annotation.rpartition(".")[2]
        if annotation == "KW_ONLY":
            kind = ParameterKind.KEYWORD_ONLY
        elif "ClassVar" not in definition.annotation:
            yield from _field(definition, _default(text, definition), kind)


def _inside_method(view: GraphView, owner: Symbol, definition: Definition) -> bool:
    """Whether an attribute is assigned to ``self`` in a method, which makes it no field."""
    return any(
        member.definition.parameters is not None and member.definition.span.contains(definition.span)
        for member in members_of(view, owner)
    )


def _default(text: Text, definition: Definition) -> str:
    """What stands behind ``=`` in a field, empty without one."""
    line = text.line_of(definition.name_span.end)
    end = max(definition.span.end, text.line_span(line).end)
    source = text.data[definition.name_span.end : end].decode(errors="replace")
    return source.partition("=")[2].strip()


def _field(definition: Definition, default: str, kind: ParameterKind) -> Iterator[Parameter]:
    made = re.match(r"(dataclasses\.)?field\s*\(", default)
    if made and re.search(r"\binit\s*=\s*False", default):
        return
    if made and re.search(r"\bkw_only\s*=\s*True", default):
        kind = ParameterKind.KEYWORD_ONLY
    has_default = bool(default) and (not made or "default" in default)
    yield Parameter(name=definition.name, kind=kind, has_default=has_default, annotation=definition.annotation)
