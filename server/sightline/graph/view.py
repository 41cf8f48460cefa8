"""``GraphView``: an immutable snapshot of the graph at one revision, and the queries on it.

Safe to read from any thread. It turns paths and symbols into file ids and back; what a name means is decided by the
rules in ``python_names.py`` and its siblings, what lies where by ``state.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.graph import families, gaps
from sightline.graph.advance import advance, parsed_changes
from sightline.graph.ancestry import is_class
from sightline.graph.answers import Confidence, Coverage, Edge, Place, Receiver, ReferencesAnswer, Symbol
from sightline.graph.coverage import MOST_NAMED
from sightline.graph.facts import FileFacts, Import, Reference, ReferenceKind
from sightline.graph.index import FileIndex, IndexCache
from sightline.graph.layouts import Layouts
from sightline.graph.leading import Leading
from sightline.graph.lookup import ViewFiles
from sightline.graph.meanings import (
    CONFIDENCES,
    DefinitionMeaning,
    InstanceMeaning,
    Memo,
    Query,
    Rank,
    Site,
    SuperMeaning,
)
from sightline.graph.names_written import is_in_module, is_tail, with_dots
from sightline.graph.places import place_of
from sightline.graph.pool import GIVEN_UP
from sightline.graph.raw_facts import definition_of, import_of
from sightline.graph.references import Limit, Uses
from sightline.graph.registry import RULES
from sightline.graph.resolve import edge_kind, edge_rank
from sightline.graph.segments import FileEdge
from sightline.graph.skim import UNREAD
from sightline.graph.slices import at_once
from sightline.graph.state import GraphState
from sightline.graph.symbols import meaning_of, receiver_of
from sightline.graph.unrelated import may_be_of
from sightline.workspace.files import WorkspaceView

#: Symbols of the same name that an open reference is said to mean, at most.
MOST_CANDIDATES = 50
#: Remembered answers of one view; more are forgotten all at once.
MOST_REMEMBERED = 20_000
#: Places in remembered answers to "who uses this"; checks ask the same again and again.
MOST_ANSWERED = 30_000
#: Places of an answer, unless somebody asks for more or less.
MOST_PLACES = 10_000


class GraphView:
    """One snapshot of who defines, uses and imports what."""

    def __init__(
        self,
        workspace: WorkspaceView,
        state: GraphState,
        layouts: Layouts,
        cache: IndexCache,
        files: ViewFiles | None = None,
    ) -> None:
        """``LiveGraph`` and :meth:`fork` make views, with ``files`` of another one; nobody else does."""
        self.workspace = workspace
        self.state = state
        self.layouts = layouts
        self.cache = cache
        self._files = files or ViewFiles(state, layouts, cache, Leading(state))
        self._memo: Memo = {}
        self._answers: dict[tuple[Symbol, Limit], ReferencesAnswer] = {}  # the last few

    @property
    def revision(self) -> int:
        """Revision of the workspace view this graph was computed for."""
        return self.workspace.revision

    def paths(self) -> tuple[WorkspacePath, ...]:
        """Files of known languages, sorted; the unparsed ones included."""
        return self._paths

    @cached_property
    def _paths(self) -> tuple[WorkspacePath, ...]:
        return tuple(sorted(map(self.state.table.path_of, self.state.files())))

    def unparsed(self) -> tuple[tuple[WorkspacePath, str], ...]:
        """Files without facts, each with the reason, sorted."""
        return self._unparsed

    @cached_property
    def _unparsed(self) -> tuple[tuple[WorkspacePath, str], ...]:
        state = self.state
        return tuple(sorted((state.table.path_of(file), reason) for file, reason in state.without_facts()))

    def given_up(self) -> tuple[WorkspacePath, ...]:
        """Those of :meth:`unparsed` for which a worker took too long or died, sorted."""
        found = (file for file, reason in self.state.without_facts() if reason in GIVEN_UP)
        return tuple(sorted(map(self.state.table.path_of, found)))

    def facts(self, path: WorkspacePath) -> FileFacts | None:
        """Facts of a file; ``None`` for a file that is unparsed, of an unknown language or not in the view."""
        index = self._index(path)
        return index.facts() if index else None

    def index(self, path: WorkspacePath) -> FileIndex | None:
        """The facts of a file in rows and by scope, for those who ask many files; ``None`` as for :meth:`facts`."""
        return self._index(path)

    def dependencies(self, path: WorkspacePath) -> tuple[Edge, ...]:
        """Files that ``path`` imports, by target path."""
        file = self.state.table.id_of(path)
        return () if file is None else self._edges_of(file)

    def importers(self, path: WorkspacePath) -> tuple[Edge, ...]:
        """Files that import ``path`` directly, by source path."""
        file = self.state.table.id_of(path)
        if file is None or not self.state.exists(file):
            return ()
        found = (edge for source in self.state.importers(file) for edge in self._edges_of(source))
        return tuple(sorted((edge for edge in found if edge.target == path), key=lambda edge: edge.source))

    def unresolved_imports(self, path: WorkspacePath) -> tuple[Import, ...]:
        """Imports that lead to no file of the workspace (standard library and installed packages among them)."""
        index = self._index(path)
        if index is None:
            return ()
        return tuple(import_of(row) for row in index.imports if not self._files.resolves(path, row))

    def module(self, importer: WorkspacePath, module: str, level: int = 0) -> WorkspacePath | None:
        """The file that ``importer`` gets by importing ``module``; ``None`` outside the workspace, and for folders."""
        source = self.state.table.id_of(importer)
        file = self._files.module(source, module, level) if source is not None else -1
        return self.state.table.path_of(file) if file >= 0 else None

    def symbols(self, path: WorkspacePath, called: str = "") -> tuple[Symbol, ...]:
        """The definitions of a file, in source order: all, or those whose name (or its last part) is ``called``."""
        file = self.state.table.id_of(path)
        index = self._index(path)
        if file is None or index is None:
            return ()
        numbers = (at for at, row in enumerate(index.definitions) if called in ("", row.name.rpartition(".")[2]))
        return tuple(self._symbol(DefinitionMeaning(file, number)) for number in numbers)

    def user(self, place: Place) -> Symbol | None:
        """The definition around a place, the first of its name; ``None`` at the top of a file."""
        file, index = self.state.table.id_of(place.path), self._index(place.path)
        if file is None or index is None or not place.enclosing:
            return None
        number = index.first_called(place.enclosing)
        return None if number < 0 else self._symbol(DefinitionMeaning(file, number))

    def lookup(self, text: str) -> tuple[Symbol, ...]:
        """Symbols meant by ``path::Qualified.name``, ``Qualified.name``, ``module.Qualified.name`` or ``name``.

        ``Class.name`` may be inherited: then it is what the nearest class above defines. Where there are none, those
        meant as the languages write it: ``Shop::Cart``, ``Cart#total``, ``(*Cart).Total``, ``App\\Cart::total()``. Best
        first: those nearest to the top of their file, then by path.
        """
        plain = with_dots(text) if not text.startswith(".") else text
        return self._lookup(text) or (self._lookup(plain) if plain != text else ())

    def _lookup(self, text: str) -> tuple[Symbol, ...]:
        where, separator, name = text.rpartition("::")
        found: list[tuple[int, Symbol]] = []
        last = name.rpartition(".")[2]
        for path in self.files_defining(last):
            for symbol in self.symbols(path, called=last) if not separator or str(path) == where else ():
                qualified = symbol.qualified_name
                if qualified == name or (not separator and (is_tail(qualified, name) or is_in_module(symbol, name))):
                    found.append((qualified.count("."), symbol))
        found.sort(key=lambda item: (item[0], item[1].path, item[1].index))
        return tuple(symbol for _, symbol in found) or self._inherited(where, separator, name)

    def _inherited(self, where: str, separator: str, name: str) -> tuple[Symbol, ...]:
        """The members that classes called ``Class`` inherit under the last part of ``Class.name``."""
        owner, _, member = name.rpartition(".")
        classes = self._lookup(f"{where}{separator}{owner}") if owner else ()
        above = (each for one in classes for each in self.ancestors(one)[1:] if isinstance(each, Symbol))
        inherited = (each for one in above for each in self.members(one) if each.definition.name == member)
        return tuple(dict.fromkeys(inherited))[:1]  # the nearest is what the class has

    def files_defining(self, name: str) -> tuple[WorkspacePath, ...]:
        """Files with a definition of the bare ``name``, sorted."""
        return self._confirmed(self.state.defining(name), lambda index: any(r.name == name for r in index.definitions))

    def files_referencing(self, name: str) -> tuple[WorkspacePath, ...]:
        """Files in which the bare ``name`` is used, sorted."""
        return self._confirmed(self.state.referencing(name), lambda index: bool(index.positions((name,))))

    def references(
        self, symbol: Symbol, *, limit: int | Limit = MOST_PLACES, kind: ReferenceKind | None = None
    ) -> ReferencesAnswer:
        """All uses of ``symbol`` outside its own name span, with kind, confidence and coverage.

        Calls of a class count as uses of its constructor. A symbol of another view is found again by its qualified
        name; one that is gone has no uses. When there are more than ``limit`` (of those of a ``kind``, if one is
        given) the answer is a part, and its coverage says that it was cut. A :class:`Limit` can say more.
        """
        key = (symbol, limit if isinstance(limit, Limit) else Limit(limit, kind))
        found = self._answers.get(key)
        if found is None:
            found = self._references(symbol, key[1])
            if len(found.places) + sum(len(each.places) for each in self._answers.values()) > MOST_ANSWERED:
                self._answers = {}
            self._answers[key] = found
        return found

    def resolve(self, path: WorkspacePath, reference: Reference) -> tuple[tuple[Symbol, Confidence], ...]:
        """The symbols a reference in ``path`` may mean, each with its :class:`Confidence`, best first.

        Empty for what lies outside the workspace, and for modules.
        """
        file = self.state.table.id_of(path)
        if file is None:
            return ()
        answer = meaning_of(self._query(), file, reference)
        if not answer and reference.receiver:
            answer = families.by_name(self._query(), self.state, reference.name, MOST_CANDIDATES)
        found = [(each.rank, each.meaning) for each in answer if isinstance(each.meaning, DefinitionMeaning)]
        return tuple((self._symbol(meaning), CONFIDENCES[rank]) for rank, meaning in sorted(found))

    def resolve_known(self, path: WorkspacePath, reference: Reference) -> tuple[Symbol, ...]:
        """Those of :meth:`resolve` that are more than namesakes, which may be thousands and are not looked for."""
        file = self.state.table.id_of(path)
        answer = meaning_of(self._query(), file, reference) if file is not None else ()
        found = sorted((each.rank, each.meaning) for each in answer if isinstance(each.meaning, DefinitionMeaning))
        return tuple(self._symbol(meaning) for rank, meaning in found if rank is not Rank.NAME_ONLY)

    def members(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Definitions directly inside a class, interface or namespace."""
        meaning = self._locate(symbol)
        index = self._files.index(meaning.file) if meaning else None
        if meaning is None or index is None:
            return ()
        inside = (number for number, row in enumerate(index.definitions) if row.parent == meaning.number)
        return tuple(self._symbol(DefinitionMeaning(meaning.file, number)) for number in inside)

    def subclasses(self, symbol: Symbol, *, known: bool = False) -> tuple[Symbol, ...]:
        """Classes that inherit from ``symbol`` directly; ``known``: not those that name it and may mean another."""
        meaning = self._locate(symbol)
        if meaning is None:
            return ()
        found = families.subclasses(self._query(), self.state, meaning, known=known)
        return tuple(self._symbol(each.meaning) for each in found if isinstance(each.meaning, DefinitionMeaning))

    def overrides(self, symbol: Symbol, *, known: bool = False) -> tuple[Symbol, ...]:
        """Definitions of the same name in classes below the one that holds ``symbol``; ``known`` as for subclasses."""
        meaning = self._locate(symbol)
        found = families.overrides(self._query(), self.state, meaning, known=known) if meaning else ()
        return tuple(map(self._symbol, found))

    def overridden(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Definitions of the same name in classes above the one that holds ``symbol``, nearest first."""
        meaning = self._locate(symbol)
        return tuple(map(self._symbol, families.overridden(self._query(), meaning))) if meaning else ()

    def ancestors(self, symbol: Symbol) -> tuple[Symbol | str, ...]:
        """The classes a member is looked for in, the class itself first, in the language's own order.

        A built-in class is given by its name, a base that nobody can see (an installed package's) as ``"?"``. Bases
        that add no members, such as ``object`` and ``Generic``, are left out.
        """
        meaning = self._locate(symbol)
        line = families.ancestors(self._query(), meaning) if meaning else ()
        return tuple(self._symbol(each) if isinstance(each, DefinitionMeaning) else each or "?" for each in line)

    def receivers(self, path: WorkspacePath, reference: Reference) -> tuple[Receiver, ...]:
        """The classes whose member a reference with a receiver may name; empty where the receiver is unknown.

        It is empty for modules too, and for what lies outside the workspace.
        """
        file = self.state.table.id_of(path)
        answer = receiver_of(self._query(), file, reference) if file is not None else ()
        found: list[Receiver] = []
        for meaning, rank in answer:
            if isinstance(meaning, InstanceMeaning | SuperMeaning):
                found.append(Receiver(symbol=self._symbol(meaning.of), instance=True, confidence=CONFIDENCES[rank]))
            elif isinstance(meaning, DefinitionMeaning):
                found.append(Receiver(symbol=self._symbol(meaning), instance=False, confidence=CONFIDENCES[rank]))
        return tuple(found)

    def coverage(self) -> Coverage:
        """Coverage of the view as a whole."""
        files = tuple(path for path, _ in self._unparsed)
        unread = sum(reason == UNREAD for _, reason in self._unparsed)
        return Coverage(complete=not files, unparsed=len(files), unparsed_files=files[:MOST_NAMED], unread=unread)

    def edges(self) -> Iterable[Edge]:
        """Every file edge, by source and target."""
        for path in self.paths():
            yield from self.dependencies(path)

    def fork(self, changes: ChangeSet) -> GraphView:
        """The graph as it would be with ``changes`` applied, in time proportional to the files they touch."""
        workspace = self.workspace.fork(changes)
        touched = {*changes.paths_before, *changes.paths_after}
        hot = parsed_changes(workspace, self.state.table, touched)
        state, layouts = at_once(advance(self.state, self.layouts, workspace, hot, touched))
        return GraphView(workspace, state, layouts, self.cache, self._files.forked(state, layouts))

    def _query(self) -> Query:
        if len(self._memo) > MOST_REMEMBERED:
            self._memo = {}
        return Query(self._files, self._memo, RULES)

    def _index(self, path: WorkspacePath) -> FileIndex | None:
        file = self.state.table.id_of(path)
        return None if file is None else self._files.index(file)

    def _confirmed(self, files: Iterable[int], holds: Callable[[FileIndex], bool]) -> tuple[WorkspacePath, ...]:
        indexes = ((file, self._files.index(file)) for file in files)
        return tuple(sorted(self.state.table.path_of(file) for file, index in indexes if index and holds(index)))

    def _symbol(self, meaning: DefinitionMeaning) -> Symbol:
        index = self._files.index(meaning.file)
        assert index is not None, "a meaning is a definition of this view"
        return Symbol(
            path=self.state.table.path_of(meaning.file),
            index=meaning.number,
            qualified_name=index.qualified_name(meaning.number),
            definition=definition_of(index.definitions[meaning.number]),
        )

    def _locate(self, symbol: Symbol) -> DefinitionMeaning | None:
        file = self.state.table.id_of(symbol.path)
        index = self._files.index(file) if file is not None else None
        if file is None or index is None:
            return None
        known = symbol.index < len(index.definitions) and index.qualified_name(symbol.index) == symbol.qualified_name
        number = symbol.index if known else index.first_called(symbol.qualified_name)
        return None if number < 0 else DefinitionMeaning(file, number)

    def _edges_of(self, file: int) -> tuple[Edge, ...]:
        source = self.state.table.path_of(file)
        edges = (self._edge(source, edge) for edge in self.state.edges(file))
        return tuple(sorted(edges, key=lambda edge: (edge.target, edge.line)))

    def _edge(self, source: WorkspacePath, edge: FileEdge) -> Edge:
        return Edge(
            source=source,
            target=self.state.table.path_of(edge.target),
            kind=edge_kind(edge.code),
            line=edge.line + 1,
            confidence=CONFIDENCES[edge_rank(edge.code)],
        )

    def _references(self, symbol: Symbol, limit: Limit) -> ReferencesAnswer:
        meaning = self._locate(symbol)
        query = self._query()
        uses = families.all_uses_of(query, self.state, meaning, limit) if meaning else Uses()
        unparsed = gaps.unread_files(self.workspace, self.state, self._unparsed, symbol)
        dynamic = uses.dynamic + (self._computed(query, meaning) if meaning else 0)
        open_questions = unparsed or dynamic or uses.ambiguous or uses.cut or uses.left
        return ReferencesAnswer(
            symbol=symbol,
            places=self._places(uses),
            coverage=Coverage(
                complete=not open_questions,
                unparsed=len(unparsed),
                dynamic=dynamic,
                ambiguous=uses.ambiguous,
                cut=uses.cut,
                unparsed_files=unparsed[:MOST_NAMED],
                unvisited=uses.left,
            ),
            revision=self.revision,
        )

    def _computed(self, query: Query, meaning: DefinitionMeaning) -> int:
        """Places where a computed name may be that of a definition."""
        index = self._files.index(meaning.file)
        owner = DefinitionMeaning(meaning.file, index.definitions[meaning.number].parent) if index else meaning
        line = families.ancestors(query, owner) if owner.number >= 0 and is_class(query, owner) else ()
        may_hold = partial(may_be_of, query, owner)
        return gaps.computed_uses(self._files.index, self.state.table.path_of, meaning, line, may_hold)

    def _places(self, uses: Uses) -> tuple[Place, ...]:
        places = [self._place(*use) for use in uses.found]
        if not uses.cut:
            places.sort(key=lambda place: (place.path, place.reference.span))
        return tuple(places)

    def _place(self, file: int, site: Site, rank: Rank) -> Place:
        confidence = CONFIDENCES[rank]
        if site.place is None:
            index = self._files.index(file)
            assert index is not None, "it holds a use"
            path = self.state.table.path_of(file)
            site.place = place_of(self.workspace, path, index, site.reference, confidence)
        known = site.place
        return known if known.confidence is confidence else replace(known, confidence=confidence)
