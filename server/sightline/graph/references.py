"""All uses of one definition: name postings, then scopes, file by file, the nearest files first.

A file counts as a candidate when it uses the definition's name, or a name under which some file imports it. What the
rules cannot decide is answered by name alone and counted, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sightline.graph.ancestry import is_class, resolution_order, type_around
from sightline.graph.facts import DefinitionKind, Reference, ReferenceKind
from sightline.graph.index import MODULE, FileIndex, ImportBinding
from sightline.graph.meanings import (
    OUTSIDE,
    UNNAMED,
    WHOLE,
    Answer,
    DefinitionMeaning,
    Place,
    Query,
    Rank,
    Rules,
    Site,
    SuperMeaning,
)
from sightline.graph.outwards import outwards
from sightline.graph.state import GraphState
from sightline.graph.symbols import meaning_at
from sightline.graph.unrelated import Kin


class Use(NamedTuple):
    """One use: the file, the site in it and its rank."""

    file: int
    site: Site
    rank: Rank


@dataclass(slots=True)
class Uses:
    """What a search has found so far, nearest first; counts as in ``Coverage``. ``cut``: the limit stopped it.

    ``left``: files that may hold more and were not looked at, then or because the limit is on those ``beyond``.
    """

    found: list[Use] = field(default_factory=list[Use])
    dynamic: int = 0
    ambiguous: int = 0
    cut: bool = False
    left: int = 0


class Limit(NamedTuple):
    """How far a search goes: it ends after ``most`` uses; with a ``kind``, only those of that kind are counted.

    ``alone``: uses of other kinds are not looked for at all. ``known``: uses by name alone are not wanted.
    ``beyond``: where a language sees definitions through imports alone, files whose imports do not lead there can
    hold uses by name alone and no others. They are looked at only if they are no more than so many, ``None``: always.
    """

    most: int
    kind: ReferenceKind | None = None
    known: bool = False
    alone: bool = False
    beyond: int | None = None

    def after(self, found: Iterable[Use]) -> Limit:
        """What is left of it."""
        return self._replace(most=self.most - self.count(found))

    def count(self, found: Iterable[Use]) -> int:
        """How many of the uses count."""
        return sum(self.kind is None or use.site.reference.kind is self.kind for use in found)


#: Kinds of what a key of an object may stand for, and what a dot leads to.
_GIVEN = frozenset((DefinitionKind.ATTRIBUTE.value, DefinitionKind.METHOD.value))

NOTHING_ABOVE: frozenset[DefinitionMeaning] = frozenset()


def uses_of(
    query: Query,
    state: GraphState,
    target: DefinitionMeaning,
    limit: Limit,
    above: frozenset[DefinitionMeaning] = NOTHING_ABOVE,
    kin: Kin | None = None,
) -> Uses:
    """The uses of ``target``, nearest files first, each file's in their order; no more than ``limit`` allows.

    ``above`` are the definitions that ``target`` overrides: a use of one of them through a value may run ``target``,
    and counts as a use by name alone. ``kin``: the class that has it as a member, to rule out uses of others.
    """
    search, name = _search_for(query, state, target, limit, above, kin)
    uses = Uses()
    first = _Wanted(name, target.file if name in UNNAMED else -1)
    seen = {first}
    waiting = [first]
    room = limit.most
    while waiting:
        wanted = waiting.pop()
        every = _candidates(search, wanted)
        candidates = _asked(query, target, every, limit)
        if not limit.known:
            uses.left += len(every) - len(candidates)
        for visited, file in enumerate(outwards(state, candidates, target.file)):
            if room <= 0 or query.is_spent:
                uses.cut = True
                uses.left += len(candidates) - visited
                uses.left += sum(len(_candidates(search, other)) for other in waiting)
                trim(uses, limit)
                return uses
            if not _may_see(search, file, wanted.name):
                continue
            # One visit for both questions: decoding a file costs more than either.
            # Once each: a file may import a name twice under the same alias.
            aliases = dict.fromkeys(_aliases(search, file, wanted.name))
            fresh = [alias for alias in aliases if alias not in seen]
            seen.update(fresh)
            waiting += fresh
            before = len(uses.found)
            _uses_in(search, uses, file, wanted.name)
            room -= limit.count(uses.found[before:])
    if room < 0:
        uses.cut = True
        trim(uses, limit)
    return uses


def _search_for(
    query: Query,
    state: GraphState,
    target: DefinitionMeaning,
    limit: Limit,
    above: frozenset[DefinitionMeaning],
    kin: Kin | None,
) -> tuple[_Search, str]:
    """What is looked for in every file, and the name of ``target``."""
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[target.number]
    search = _Search(
        query=query,
        state=state,
        target=target,
        name_start=row.name_start,
        by_name=_can_be_by_name(query, state, target),
        by_keyword=_can_be_by_keyword(query, target),
        importable=not _is_member(query, index, target),
        outside_above=_has_outside_above(query, index, target),
        everywhere=_is_seen_everywhere(query, target),
        above=above,
        declared=_declared(query, index, target),
        known=limit.known,
        only=limit.kind if limit.alone else None,
        kin=None if limit.known else kin,
    )
    return search, row.name


def trim(uses: Uses, limit: Limit) -> None:
    """Takes out what the last file had beyond the limit, which is what was found last; its counts stay."""
    while limit.count(uses.found) > limit.most:
        uses.found.pop()


class _Wanted(NamedTuple):
    """A name to look for. One in ``UNNAMED`` is looked for in the importers of ``carrier``, which exports it."""

    name: str
    carrier: int


def _candidates(search: _Search, wanted: _Wanted) -> set[int]:
    """Files to visit; the target's own is one of them even if it never uses the name, for it may export it anew."""
    state = search.state
    heirs_alone = search.only is ReferenceKind.INHERIT and wanted.name not in UNNAMED
    using = state.inheriting(wanted.name) if heirs_alone else state.referencing(wanted.name)
    found = {search.target.file, *using}
    if wanted.carrier >= 0:
        found.update((wanted.carrier, *state.importers(wanted.carrier)))
    return found


def _asked(query: Query, target: DefinitionMeaning, candidates: set[int], limit: Limit) -> set[int]:
    """Those of the files that may use the target which the limit lets be looked at."""
    bounded = limit.known or (limit.beyond is not None and len(candidates) > limit.beyond)
    if not bounded or not query.rules(target.file).by_imports:
        return candidates
    leading = query.files.leading_to(target.file)
    near = {each for each in candidates if leading[each]}
    few = limit.beyond is not None and len(candidates) - len(near) <= limit.beyond
    return candidates if few and not limit.known else near


def _is_known_as(binding: ImportBinding, name: str) -> bool:
    """Whether an import binds what its module exports as ``name``; a whole module may be bound in two more ways."""
    imported = binding.name[0]
    return imported == name or (name == WHOLE and imported in ("", "default"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    query: Query
    state: GraphState
    target: DefinitionMeaning
    name_start: int
    by_name: bool
    by_keyword: bool
    importable: bool  # unless it is a member of a class
    outside_above: bool
    everywhere: bool
    above: frozenset[DefinitionMeaning]
    kin: Kin | None
    declared: frozenset[int] | None  # files of which a user must see one, where that is so
    known: bool  # uses by name alone are not wanted
    only: ReferenceKind | None  # the kind of uses that are wanted, where others are not


def _declared(query: Query, index: FileIndex, target: DefinitionMeaning) -> frozenset[int] | None:
    """The file of the target and those that may declare it, where its language sees it through such files alone."""
    row, is_linked = index.definitions[target.number], query.rules(target.file).is_linked
    if row.parent != MODULE or is_linked is None or len(query.files.defining(row.name)) == 1:
        return None  # a namespace may be opened anywhere; of the only one of its name anybody may know the name
    elsewhere = query.files.in_reach(target.file, row.name) if is_linked(query, target) else ()
    return frozenset((target.file, *elsewhere))


def _may_see(search: _Search, file: int, name: str) -> bool:
    """Whether a file can mean the target at all: decoding the others is most of a search through C."""
    if not search.importable and not search.query.files.may_hold(file, search.target.file):
        return False
    if search.declared is None or file in search.declared:
        return True
    return not search.declared.isdisjoint(search.query.files.in_reach(file, name))


def _can_be_by_name(query: Query, state: GraphState, target: DefinitionMeaning) -> bool:
    """Whether ``x.name`` with an unknown ``x`` may mean the target.

    It may for members; for a global only if no class defines such a member, since modules rarely travel as values.
    What is local to a function is never reached through a dot; what its prototype holds is.
    """
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[target.number]
    if row.parent == MODULE:
        return len(state.defining(row.name)) == 1
    rules = query.rules(target.file)
    if row.name in rules.constructors and not rules.dotted_constructors:
        return False
    return row.kind in _GIVEN or index.definitions[row.parent].kind not in rules.functions


def _is_member(query: Query, index: FileIndex, target: DefinitionMeaning) -> bool:
    parent = index.definitions[target.number].parent
    return parent != MODULE and is_class(query, DefinitionMeaning(target.file, parent))


def _can_be_by_keyword(query: Query, target: DefinitionMeaning) -> bool:
    """Whether ``f(name=…)`` may mean the target: an attribute that some constructor of its class may take."""
    index = query.files.index(target.file)
    assert index is not None, "the target is a definition of the view"
    row = index.definitions[target.number]
    if row.kind not in _GIVEN or row.parent == MODULE:
        return False
    if row.kind != DefinitionKind.ATTRIBUTE and query.rules(target.file).given is None:
        return False
    takes = query.rules(target.file).takes_keyword
    return takes is None or takes(query, type_around(query, target.file, index, row.parent), row.name)


def _is_seen_everywhere(query: Query, target: DefinitionMeaning) -> bool:
    """Whether a bare name that means nothing where it stands may mean the target."""
    index, rule = query.files.index(target.file), query.rules(target.file).is_seen_everywhere
    assert index is not None, "the target is a definition of the view"
    return rule is not None and index.definitions[target.number].parent == MODULE and rule(index)


def _aliases(search: _Search, file: int, name: str) -> Iterator[_Wanted]:
    """Other names under which this file binds or passes on the target, known there as ``name``."""
    index = search.query.files.index(file)
    if index is None:
        return
    rules = search.query.rules(file)
    # Decoding imports for nothing would be a tenth of a search through a large code base.
    for scope in index.imported.values() if search.importable or rules.imports_members else ():
        for alias, bindings in scope.items():
            for binding in bindings:
                passed = binding.statement.reexport and alias in UNNAMED
                if not _is_known_as(binding, name) or not (alias != name or passed):
                    continue
                if _means_target(search, rules.imported(search.query, file, binding)):
                    yield _Wanted(alias, file if passed else -1)
    for number in rules.renamed(index, name):
        row = index.definitions[number]
        if _names_target(search, rules, Place(file, MODULE), name):
            yield _Wanted(row.name, file if row.name in UNNAMED else -1)


def _names_target(search: _Search, rules: Rules, place: Place, name: str) -> bool:
    """Whether a bare name may mean the target, as a value or as a type where those are two things."""
    if _means_target(search, rules.bare_name(search.query, place, name)):
        return True
    as_type = rules.bare_name_as
    return as_type is not None and _means_target(search, as_type(search.query, place, name, ReferenceKind.TYPE))


def _means_target(search: _Search, answer: Answer) -> bool:
    return any(found.meaning == search.target for found in answer)


def _uses_in(search: _Search, uses: Uses, file: int, name: str) -> None:
    sites = search.query.files.sites(file, name, keywords=False)
    if search.by_keyword:
        both = (*sites, *search.query.files.sites(file, name, keywords=True))
        sites = tuple(sorted(both, key=lambda site: site.reference.span.start))
    for site in sites:
        if search.only not in (None, site.reference.kind):
            continue
        rank = _rank(search, uses, file, site)
        if rank is None or (search.known and rank is Rank.NAME_ONLY):
            continue
        if not (file == search.target.file and site.reference.span.start == search.name_start):
            uses.found.append(Use(file, site, rank))


def _rank(search: _Search, uses: Uses, file: int, site: Site) -> Rank | None:
    """How well the reference is known to mean the target, ``None`` when it does not."""
    reference = site.reference
    answer = meaning_at(search.query, file, site)
    if answer:
        rank = _rank_in(answer, search.target)
        if rank is None and (_may_dispatch(search, file, answer, reference) or _may_be_below(search, answer)):
            uses.ambiguous += 1
            return Rank.NAME_ONLY
        return rank
    if search.kin is not None and not _may_be_kin(search.kin, file, reference):
        return None
    if reference.kind is ReferenceKind.STRING:
        uses.dynamic += 1
        return Rank.NAME_ONLY
    if search.everywhere and not reference.receiver and reference.kind is not ReferenceKind.IMPORT:
        uses.ambiguous += 1
        return Rank.NAME_ONLY
    if not search.by_name or reference.kind is ReferenceKind.IMPORT:
        return None
    if not reference.receiver and reference.kind is not ReferenceKind.KEYWORD:
        return None
    uses.ambiguous += 1
    return Rank.NAME_ONLY


def _may_be_kin(kin: Kin, file: int, reference: Reference) -> bool:
    """Whether what stands before the dot may be of the target's class."""
    if reference.kind is not ReferenceKind.STRING:
        return kin.may_be(file, reference)
    return "." not in reference.receiver or kin.may_be_named(reference.receiver)


def _may_dispatch(search: _Search, file: int, answer: Answer, reference: Reference) -> bool:
    """Whether a use of a definition above the target may run the target; the parent side of a class never does."""
    if not search.above or reference.receiver in ("", "super()", "super"):
        return False
    words = search.query.rules(file).special(search.query, Place(file, reference.enclosing), reference.receiver)
    if any(isinstance(found.meaning, SuperMeaning) for found in words or ()):
        return False
    return any(found.meaning in search.above for found in answer)


def _may_be_below(search: _Search, answer: Answer) -> bool:
    """Whether a value of a type from outside, as annotated, may be one of the target's class, which inherits one."""
    return search.outside_above and any(each.meaning == OUTSIDE and each.rank is not Rank.EXACT for each in answer)


def _has_outside_above(query: Query, index: FileIndex, target: DefinitionMeaning) -> bool:
    """Whether the target may override a member of a built-in class, or of a base that nobody can see."""
    if not _is_member(query, index, target):
        return False
    row = index.definitions[target.number]
    order = resolution_order(query, type_around(query, target.file, index, row.parent))
    holds = query.rules(target.file).has_builtin_member
    return any(each is None or (isinstance(each, str) and holds(each, row.name)) for each in order)


def _rank_in(answer: Answer, target: DefinitionMeaning) -> Rank | None:
    for found in answer:
        if found.meaning == target:
            return found.rank
    return None
