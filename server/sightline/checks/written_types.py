"""What a type written in TypeScript says of an object literal that stands where it is expected."""

from __future__ import annotations

import re

from sightline.base.paths import WorkspacePath
from sightline.checks.recall import symbols_of
from sightline.graph.facts import DefinitionKind
from sightline.graph.view import GraphView

_NOTHING = r"(?:(?:undefined|null)\s*\|\s*)*"
#: Types with the members of the one given, all of them asked for; and one in which all may be left out.
_WHOLE, _PARTIAL = "Required|Readonly|NoInfer|Promise", "Partial"


def names_alone(written: str, name: str, *, partial: bool = False) -> bool:
    """Whether a written type is one of that name, or a list of them that the literal is in, or of what is awaited.

    ``partial``: or one with the same members, of which none is asked for.
    """
    own = rf"(?:\w+\.)*{re.escape(name)}(?:<[^|&]*>)?"
    around = f"{_WHOLE}|{_PARTIAL}" if partial else _WHOLE
    either = rf"{own}|(?:{around})<{own}>|(?:{own}\[\]|(?:Readonly)?Array<{own}>)\(\[\]\)"
    return re.fullmatch(rf"{_NOTHING}(?:{either})(?:\s*\|\s*(?:undefined|null))*", written, re.DOTALL) is not None


def is_alias_of(view: GraphView, path: WorkspacePath, written: str, name: str) -> bool:
    """Whether a written type is an alias, the only definition of its name, that stands for the type named alone."""
    if not written.replace("$", "_").isidentifier():
        return False
    meant = [
        each
        for file in view.files_defining(written)
        if file.root == path.root
        for each in symbols_of(view, file)
        if each.definition.name == written
    ]
    return (
        len(meant) == 1
        and meant[0].definition.kind is DefinitionKind.TYPE
        and names_alone(meant[0].definition.annotation, name, partial=True)
    )
