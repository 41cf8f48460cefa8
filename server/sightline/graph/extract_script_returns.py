"""What functions without a written type give back, as the paths of what their ``return`` statements name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sightline.graph.extract_rows import Draft
from sightline.graph.extract_scopes import ScopeKind, ScopeMap
from sightline.graph.extract_script_paths import LONGEST, path_of
from sightline.graph.extract_text import ParsedText
from sightline.graph.facts import FUNCTIONS
from sightline.graph.raw_facts import DefinitionRow

#: Different values of one function that are told.
_MOST = 4


def add_returned(text: ParsedText, containers: Sequence[Draft], scopes: ScopeMap) -> None:
    """Gives each function without a return type the path of what it returns for an alias."""
    found: dict[int, dict[bytes, None]] = {}
    for node in text.captures.get("returned", ()):
        number = scopes.container_at(node.start_byte)
        if number < 0 or not _is_told(containers[number]) or not _is_own(scopes, node.start_byte, number):
            continue
        path = path_of(node)
        if path and len(found.setdefault(number, {})) < _MOST:
            found[number][path] = None
    for number, paths in found.items():
        path = b"(" + b"|".join(paths) + b")" if len(paths) > 1 else next(iter(paths))
        if len(path) <= LONGEST:
            containers[number].alias = path.decode("utf-8", "replace")


def _is_told(draft: Draft) -> bool:
    return draft.kind in FUNCTIONS and not draft.annotation and draft.name != "constructor"


def _is_own(scopes: ScopeMap, at: int, container: int) -> bool:
    """Whether the innermost function around a place is the container's own, not one without a name inside of it."""
    scope = scopes.scopes[scopes.function_of(scopes.scope_at(at))]
    while scope.parent >= 0:
        above = scopes.scopes[scope.parent]
        if above.container != container:
            return scope.kind is ScopeKind.FUNCTION
        if above.kind is ScopeKind.FUNCTION:
            return False
        scope = above
    return False


def returned_paths(definitions: Sequence[DefinitionRow]) -> Iterator[tuple[int, bytes]]:
    """Where the body of each such function begins, and the path."""
    for row in definitions:
        if row.alias and row.kind in FUNCTIONS:
            yield max(row.body_start, row.end - 1), row.alias.encode("utf-8", "replace")
