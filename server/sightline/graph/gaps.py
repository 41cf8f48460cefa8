"""What could hide a use of a definition: files that could not be read in whole, and names that are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sightline.base.paths import WorkspacePath
from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import DefinitionMeaning
from sightline.graph.places import mentions
from sightline.graph.state import GraphState
from sightline.graph.test_files import is_test
from sightline.languages.registry import family_of
from sightline.workspace.files import WorkspaceView

#: How the extractors tell of a computed attribute, and of what may reach any name of its file.
_ATTRIBUTE = "The name of an attribute is computed here."
_ANY_NAME = "may use any name."
_HOLDERS = frozenset({DefinitionKind.CLASS.value, DefinitionKind.INTERFACE.value, DefinitionKind.EXTENSION.value})


def unread_files(
    workspace: WorkspaceView,
    state: GraphState,
    unparsed: Iterable[tuple[WorkspacePath, str]],
    definition: tuple[WorkspacePath, str],
) -> tuple[WorkspacePath, ...]:
    """Files that may use a definition (its path and bare name) where they could not be read, sorted."""
    path, name = definition
    whole = {file for file, _ in unparsed if _can_name(file, path) and mentions(workspace, file, name)}
    parts = {state.table.path_of(file) for file in state.unread(name)}
    return tuple(sorted(whole | {file for file in parts if _can_name(file, path)}))


def computed_uses(
    index_of: Callable[[int], FileIndex | None],
    path_of: Callable[[int], WorkspacePath],
    target: DefinitionMeaning,
    line: Iterable[DefinitionMeaning],
) -> int:
    """Places where a computed name may be that of ``target``.

    ``eval`` and its like reach what their own file defines. A computed attribute reaches the members of the class in
    which it stands and, outside tests (whose runner finds them so, which everybody knows), of the classes below it:
    ``line`` is the class of the target and what lies above it.
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
    for each in {own, *(() if is_test(path_of(target.file)) else line)}:
        other = index_of(each.file)
        row = other.definitions[each.number] if other is not None else None
        if other is not None and row is not None:
            found |= {
                (each.file, start)
                for kind, message, start, _ in other.problems
                if kind == "dynamic" and message == _ATTRIBUTE and row.start <= start < row.end
            }
    return len(found)


def _can_name(path: WorkspacePath, other: WorkspacePath) -> bool:
    """Whether code in ``path`` could name what is defined in ``other``: their languages share modules."""
    return family_of(path) == family_of(other)
