"""Calls and members in JavaScript and TypeScript, as far as they differ from Python's.

There is no ``self`` to hand over; a class without a constructor of its own takes what its parent takes; a value with
a declared type is called by that type, whatever is assigned to it.
"""

from __future__ import annotations

import re

from sightline.base.text import Text
from sightline.checks.definitions import CLASSES, FUNCTIONS, parent_of
from sightline.checks.language import is_script
from sightline.checks.recall import ancestors_of, members_of, text_of
from sightline.checks.signature import Parameters
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind
from sightline.graph.view import GraphView

_TYPED_NAME = re.compile(r"\s*[?!]?\s*:")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_INDEX_SIGNATURE = re.compile(r"\[\s*[\w$]+\s*(:|\bin\b)")
_MODIFIERS = r"(?:public|private|protected|readonly|override)\s+(?:readonly\s+)?"


def script_parameters(view: GraphView, symbol: Symbol) -> Parameters | None:
    """What a call of a definition takes; ``None`` where nobody can tell."""
    definition = symbol.definition
    if definition.kind in CLASSES:
        return _constructor(view, symbol)
    if definition.kind not in FUNCTIONS or definition.parameters is None:
        return None
    around = parent_of(view, symbol)
    # A method of a value with a declared type takes what the type says, which may be less than it names.
    typed = around is not None and around.definition.kind is DefinitionKind.VARIABLE and around.definition.annotation
    return None if typed or _TYPED_NAME.match(_after_name(view, symbol)) else definition.parameters


def may_have_member(view: GraphView, owner: Symbol, name: str) -> bool:
    """Whether a class or interface has or may have a member that is not among its definitions.

    Index signatures allow any name.
    """
    text = text_of(view, owner.path)
    if text is None or not is_script(owner.path):
        return False
    return bool(_INDEX_SIGNATURE.search(_own_text(view, owner, text))) or is_parameter_property(view, owner, name)


def _own_text(view: GraphView, owner: Symbol, text: Text) -> str:
    """The body of a type without what its members write, and without comments."""
    parts: list[bytes] = []
    at = owner.definition.body_start
    for member in sorted(members_of(view, owner), key=lambda each: each.definition.span):
        span = member.definition.span
        if span.start >= at:
            parts.append(text.data[at : span.start])
            at = span.end
    parts.append(text.data[at : owner.definition.span.end])
    return _COMMENT.sub("", b";".join(parts).decode(errors="replace"))


def is_parameter_property(view: GraphView, owner: Symbol, name: str) -> bool:
    """Whether a constructor declares a member in its parameters: ``constructor(private name: T)``."""
    text = text_of(view, owner.path)
    property_ = re.compile(rf"{_MODIFIERS}{re.escape(name)}\b")
    constructors = [each.definition for each in members_of(view, owner) if each.definition.name == "constructor"]
    return text is not None and any(
        property_.search(text.data[each.span.start : each.body_start].decode(errors="replace")) for each in constructors
    )


def is_optional(view: GraphView, symbol: Symbol) -> bool:
    """Whether a member is written with a question mark."""
    return _after_name(view, symbol).lstrip().startswith("?")


def modifiers_of(view: GraphView, symbol: Symbol) -> frozenset[str]:
    """The words before the name of a member of a class: ``private``, ``static``, ``abstract``."""
    text = text_of(view, symbol.path)
    start, end = symbol.definition.span.start, symbol.definition.name_span.start
    return frozenset(text.data[start:end].decode(errors="replace").split()) if text is not None else frozenset()


def is_abstract(view: GraphView, symbol: Symbol) -> bool:
    """Whether a class or a method is declared ``abstract``."""
    return "abstract" in modifiers_of(view, symbol)


def _constructor(view: GraphView, owner: Symbol) -> Parameters | None:
    if owner.definition.kind is not DefinitionKind.CLASS:
        return None
    for each in ancestors_of(view, owner):
        if not isinstance(each, Symbol):
            return None
        if each.definition.kind is not DefinitionKind.CLASS:
            continue
        written = [member for member in members_of(view, each) if member.definition.name == "constructor"]
        if written:
            # Of several signatures the callers see all but the last: nobody here tells them apart.
            return written[0].definition.parameters if len(written) == 1 else None
    return ()


def _after_name(view: GraphView, symbol: Symbol) -> str:
    text = text_of(view, symbol.path)
    end = symbol.definition.name_span.end
    return text.data[end : end + 40].decode(errors="replace") if text is not None else ""
