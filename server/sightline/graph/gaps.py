"""What could hide a use of a definition: files that could not be read in whole, and names that are computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sightline.base.paths import WorkspacePath
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import Ancestor, DefinitionMeaning
from sightline.graph.places import mentions
from sightline.graph.state import GraphState
from sightline.graph.test_files import is_test
from sightline.languages.registry import family_of
from sightline.workspace.files import WorkspaceView

#: How the extractors tell of a computed attribute, and of what may reach any name of its file.
_ATTRIBUTE = re.compile(r"The name of an attribute(?: of ([\w.]+))? is computed here\.")
_ANY_NAME = "may use any name."
_HOLDERS = frozenset({DefinitionKind.CLASS.value, DefinitionKind.INTERFACE.value, DefinitionKind.EXTENSION.value})


def unread_files(
    workspace: WorkspaceView,
    state: GraphState,
    unparsed: Iterable[tuple[WorkspacePath, str]],
    symbol: Symbol,
) -> tuple[WorkspacePath, ...]:
    """Files that may use a definition where they could not be read, sorted."""
    path, name = symbol.path, symbol.definition.name
    whole = {file for file, _ in unparsed if _can_name(file, path) and mentions(workspace, file, name)}
    parts = {state.table.path_of(file) for file in state.unread(name)}
    return tuple(sorted(whole | {file for file in parts if _can_name(file, path)}))


def computed_uses(
    index_of: Callable[[int], FileIndex | None],
    path_of: Callable[[int], WorkspacePath],
    target: DefinitionMeaning,
    line: Iterable[Ancestor],
    may_hold: Callable[[int, int, str], bool],
) -> int:
    """Places where a computed name may be that of ``target``.

    ``eval`` and its like reach what their own file defines. A computed attribute reaches the members of the class in
    which it stands and, outside tests (whose runner finds them so, which everybody knows), of the classes below it:
    ``line`` is the class of the target and what lies above it. ``may_hold`` says of a file, an offset and the text of
    what an attribute is asked of there whether it may be of the class.
    """
    index = index_of(target.file)
    if index is None:
        return 0
    found = {
        (target.file, start)
        for kind, message, start, _ in index.problems
        if kind == "dynamic" and message.endswith(_ANY_NAME)
    }
    parent = index.definitions[target.number].parent
    if parent == MODULE or index.definitions[parent].kind not in _HOLDERS:
        return len(found)
    own = DefinitionMeaning(target.file, parent)
    above = () if is_test(path_of(target.file)) else (each for each in line if isinstance(each, DefinitionMeaning))
    for each in {own, *above}:
        other = index_of(each.file)
        row = other.definitions[each.number] if other is not None else None
        if other is not None and row is not None:
            found |= {
                (each.file, start)
                for kind, message, start, _ in other.problems
                if kind == "dynamic"
                and row.start <= start < row.end
                and _is_of(message, lambda holder, file=each.file, at=start: may_hold(file, at, holder))
            }
    return len(found)


def _is_of(message: str, may_be: Callable[[str], bool]) -> bool:
    """Whether an attribute that is computed in a class may be its own: where its holder is told, if that may be."""
    found = _ATTRIBUTE.fullmatch(message)
    return found is not None and (found[1] is None or may_be(found[1]))


def _can_name(path: WorkspacePath, other: WorkspacePath) -> bool:
    """Whether code in ``path`` could name what is defined in ``other``: their languages share modules."""
    return family_of(path) == family_of(other)
