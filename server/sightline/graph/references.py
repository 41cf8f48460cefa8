"""All uses of one definition: name postings, then scopes, file by file.

A file counts as a candidate when it uses the definition's name, or a name under which some file imports it. What the
rules cannot decide is answered by name alone and counted, never left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.meanings import UNKNOWN, Answer, DefinitionMeaning, Query, Rank
from sightline.graph.state import GraphState
from sightline.graph.symbols import meaning_of


@dataclass(frozen=True, slots=True)
class Use:
    """One use: the file, the reference and how it is known."""

    file: int
    reference: Reference
    rank: Rank


@dataclass(slots=True)
class Uses:
    """What a search has found so far; counts as in ``Coverage``. ``cut``: the limit stopped it."""

    found: list[Use] = field(default_factory=list[Use])
    dynamic: int = 0
    ambiguous: int = 0
    cut: bool = False


def uses_of(query: Query, state: GraphState, target: DefinitionMeaning, limit: int) -> Uses:
    """The uses of ``target``, unsorted, at most ``limit`` of them."""
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    uses = Uses()
    name = index.definitions[target.number].name
    search = _Search(query=query, state=state, target=target, by_name=_can_be_by_name(query, state, target))
    seen = {name}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        # One visit for both questions: decoding a file costs more than either.
        for file in state.referencing(current):
            found = query.files.index(file)
            if found is None:
                continue
            if _uses_in(search, uses, file, found, current):
                fresh = [alias for alias in _aliases(search, file, found, current) if alias not in seen]
                seen.update(fresh)
                waiting += fresh
            if len(uses.found) >= limit:
                uses.cut = True
                return uses
    return uses


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    query: Query
    state: GraphState
    target: DefinitionMeaning
    by_name: bool


def _can_be_by_name(query: Query, state: GraphState, target: DefinitionMeaning) -> bool:
    """Whether ``x.name`` with an unknown ``x`` may mean the target.

    It may for members; for a global only if no class defines such a member, since modules rarely travel as values.
    What is local to a function is never reached through a dot.
    """
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[target.number]
    if row.parent == MODULE:
        return len(state.defining(row.name)) == 1
    return index.definitions[row.parent].kind not in query.rules(target.file).functions


def _aliases(search: _Search, file: int, index: FileIndex, name: str) -> Iterator[str]:
    for scope in index.imported.values():
        for alias, bindings in scope.items():
            for binding in bindings:
                if binding.name[0] == name and alias != name:
                    answer = search.query.rules(file).imported(search.query, file, binding)
                    if any(found.meaning == search.target for found in answer):
                        yield alias


def _uses_in(search: _Search, uses: Uses, file: int, index: FileIndex, name: str) -> bool:
    """Adds the uses in one file; tells whether the file imports the name."""
    imports = False
    for at in index.positions((name,)):
        reference = index.reference(at)
        imports = imports or reference.kind is ReferenceKind.IMPORT
        rank = _rank(search, uses, file, reference)
        if rank is not None and not _is_own_name(search, file, index, reference):
            uses.found.append(Use(file, reference, rank))
    return imports


def _is_own_name(search: _Search, file: int, index: FileIndex, reference: Reference) -> bool:
    row = index.definitions[search.target.number] if file == search.target.file else None
    return row is not None and row.name_start == reference.span.start


def _rank(search: _Search, uses: Uses, file: int, reference: Reference) -> Rank | None:
    """How well the reference is known to mean the target, ``None`` when it does not."""
    answer = UNKNOWN if reference.receiver == "?" else meaning_of(search.query, file, reference)
    if answer:
        return _rank_in(answer, search.target)
    if reference.kind is ReferenceKind.STRING:
        uses.dynamic += 1
        return Rank.NAME_ONLY
    if not search.by_name or reference.kind is ReferenceKind.IMPORT:
        return None
    if not (_is_attribute(search) if reference.kind is ReferenceKind.KEYWORD else reference.receiver):
        return None
    uses.ambiguous += 1
    return Rank.NAME_ONLY


def _rank_in(answer: Answer, target: DefinitionMeaning) -> Rank | None:
    for found in answer:
        if found.meaning == target:
            return found.rank
    return None


def _is_attribute(search: _Search) -> bool:
    index = search.query.files.index(search.target.file)
    return index is not None and index.definitions[search.target.number].kind == DefinitionKind.ATTRIBUTE
