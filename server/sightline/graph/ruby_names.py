"""Ruby's rules for names: constants are global, classes may be opened again anywhere, bare names call self."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sightline.graph.common_names import CLASSES, NameRules, common_rules
from sightline.graph.index import FileIndex
from sightline.graph.meanings import DefinitionMeaning, Query

_CONSTANT = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*")


def ruby_type(text: str) -> str:
    """The dotted name of a constant, nothing for any other expression.

    >>> ruby_type("::Rack::Utils"), ruby_type("Struct.new(:a)")
    ('Rack.Utils', '')
    """
    text = text.strip().removeprefix("::").replace("::", ".")
    return text if _CONSTANT.fullmatch(text) else ""


def _path(index: FileIndex, number: int) -> tuple[str, ...]:
    found: list[str] = []
    while number >= 0:
        found.append(index.definitions[number].name)
        number = index.definitions[number].parent
    return tuple(reversed(found))


def _parts_with(query: Query, owner: DefinitionMeaning, name: str) -> Iterable[DefinitionMeaning]:
    """The places where the class ``owner`` is opened again, in whatever file that may define ``name``."""
    index = query.files.index(owner.file)
    if index is None:
        return
    path = _path(index, owner.number)
    for file in (owner.file, *query.files.everywhere(owner.file, path[-1], name)):
        each = query.files.index(file)
        if each is None:
            continue
        for number, row in enumerate(each.definitions):
            part = DefinitionMeaning(file, number)
            is_open = row.name == path[-1] and row.kind in CLASSES and part != owner
            if is_open and _path(each, number) == path:
                yield part


_COMMON = common_rules(
    NameRules(
        type_name=ruby_type,
        self_names=frozenset({"self"}),
        super_names=frozenset({"super"}),
        implicit_members=True,
        constructors=frozenset({"initialize"}),
        global_names=True,
    )
)
RUBY_RULES = replace(_COMMON, parts_with=_parts_with)
