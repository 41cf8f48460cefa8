"""What a name can mean, and the memory of one view for questions already answered.

A *meaning* is a definition, a module, an instance of a class, the parent side of a class (``super()``), or something
outside the workspace. The rules that find meanings are in ``python_names.py`` and its siblings, listed in
``registry.py``; this file knows no language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol, TypeAlias, TypeVar, cast

from sightline.graph import answers
from sightline.graph.answers import Confidence
from sightline.graph.facts import Reference, ReferenceKind
from sightline.graph.index import FileIndex, ImportBinding
from sightline.graph.raw_facts import DefinitionRow


class Rank(IntEnum):
    """:class:`Confidence` in an order; the worst link of a chain counts."""

    EXACT = 0
    INFERRED = 1
    NAME_ONLY = 2


CONFIDENCES = {
    Rank.EXACT: Confidence.EXACT,
    Rank.INFERRED: Confidence.INFERRED,
    Rank.NAME_ONLY: Confidence.NAME_ONLY,
}


class DefinitionMeaning(NamedTuple):
    """A definition: file id and number in its facts."""

    file: int
    number: int


class ModuleMeaning(NamedTuple):
    """A module as ``importer`` names it; ``file`` is -1 for a namespace package or a module outside."""

    importer: int
    module: str
    level: int
    file: int


@dataclass(frozen=True, slots=True)
class InstanceMeaning:
    """An instance of a class; ``bound``: what its type parameters are, as in :class:`Place`."""

    of: DefinitionMeaning
    bound: tuple[tuple[str, TypeMeaning], ...] = ()


@dataclass(frozen=True, slots=True)
class SuperMeaning:
    """``super()`` inside a class."""

    of: DefinitionMeaning


@dataclass(frozen=True, slots=True)
class Outside:
    """Something that is certainly not in the workspace: a built-in, an installed package."""


OUTSIDE = Outside()


class Place(NamedTuple):
    """Where an expression stands: file, scope (number of a definition or -1) and byte offset.

    ``bound``: type parameters that are known there, and what they are.
    """

    file: int
    scope: int
    offset: int = 1 << 62
    bound: tuple[tuple[str, TypeMeaning], ...] = ()


@dataclass(frozen=True, slots=True)
class TypeMeaning:
    """A value of a type that has no definition but its text at ``place``: an object, a function, a container."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class BoundMeaning:
    """A member as it is in some instance: ``bound`` says what the type parameters around it are."""

    of: DefinitionMeaning
    bound: tuple[tuple[str, TypeMeaning], ...]


@dataclass(frozen=True, slots=True)
class HolderMeaning:
    """A container from outside the workspace that holds values of the type ``holds``, an annotation at ``place``.

    ``givers`` are its methods that hand one out; ``is_giver``: the meaning is one of these methods.
    """

    place: Place
    holds: str
    givers: frozenset[str]
    is_giver: bool = False


Meaning: TypeAlias = (
    DefinitionMeaning
    | ModuleMeaning
    | InstanceMeaning
    | SuperMeaning
    | HolderMeaning
    | TypeMeaning
    | BoundMeaning
    | Outside
)


class Found(NamedTuple):
    """One meaning and how it is known."""

    meaning: Meaning
    rank: Rank


#: Several when a name has several; none when nothing is known.
Answer: TypeAlias = tuple[Found, ...]


class Site:
    """One use of a name: its reference, what it means and where people find it, the latter two once that is known."""

    __slots__ = ("answer", "place", "reference")

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.answer: Answer | None = None
        self.place: answers.Place | None = None


UNKNOWN: Answer = ()
EXTERNAL: Answer = (Found(OUTSIDE, Rank.EXACT),)


def weakened(answer: Answer, rank: Rank) -> Answer:
    """``answer`` with no meaning better known than ``rank``."""
    if rank is Rank.EXACT:
        return answer
    return tuple(Found(found.meaning, max(found.rank, rank)) for found in answer)


def merged(*answers: Answer) -> Answer:
    """All meanings once, each as well known as the best of them."""
    some = [answer for answer in answers if answer]
    if len(some) <= 1 and (not some or len(some[0]) == 1):  # nearly always
        return some[0] if some else UNKNOWN
    best: dict[Meaning, Rank] = {}
    for found in (each for answer in some for each in answer):
        best[found.meaning] = min(found.rank, best.get(found.meaning, found.rank))
    return tuple(Found(meaning, rank) for meaning, rank in best.items())


#: A class, the name of a built-in class, or ``None`` for a base nobody can see.
Ancestor: TypeAlias = DefinitionMeaning | str | None


class FileLookup(Protocol):
    """What the rules ask of a view. Files are named by id."""

    def index(self, file: int) -> FileIndex | None:
        """Facts of a file, ``None`` for one that has none."""
        ...

    def sites(self, file: int, name: str, *, keywords: bool) -> tuple[Site, ...]:
        """Where a file uses ``name``, as the keyword of a call or in any other way, in its order."""
        ...

    def module(self, importer: int, module: str, level: int) -> int:
        """The file that ``importer`` gets when it imports ``module``, or -1."""
        ...

    def language(self, file: int) -> str:
        """The name of the file's language by its path."""
        ...

    def is_package(self, file: int) -> bool:
        """Whether the file stands for its folder (``__init__.py``)."""
        ...

    def beside(self, file: int, name: str) -> tuple[int, ...]:
        """Other files of the units of ``file`` (see ``units.py``) that define or extend ``name`` at their top."""
        ...

    def extending(self, file: int, name: str) -> tuple[int, ...]:
        """All files of the family and root of ``file`` that extend a type called ``name`` at their top."""
        ...

    def defining(self, name: str) -> tuple[int, ...]:
        """Files that may define ``name``, at their top or deeper; of any family."""
        ...

    def in_reach(self, file: int, name: str) -> tuple[int, ...]:
        """Those of the files that imports of ``file`` lead to, all the way, that may define ``name``."""
        ...

    def leading_to(self, file: int) -> Sequence[int]:
        """One number for each file: not 0 where its imports lead to ``file`` or a package around it, and maybe more."""
        ...

    def may_hold(self, file: int, declaring: int) -> bool:
        """Whether a value of a class that ``declaring`` defines can be in ``file``, see ``holders.py``."""
        ...

    def everywhere(self, file: int, *names: str) -> tuple[int, ...]:
        """Other files of the family and root of ``file`` that may define all of ``names``, at whatever depth."""
        ...

    def in_module(self, importer: int, module: str, level: int, name: str) -> tuple[int, ...]:
        """Those of the files behind a module that define ``name`` at their top."""
        ...


#: The name under which ``module.exports = value`` and ``export = value`` are recorded.
WHOLE = "export="
#: Names of exports that an import need not write: ``import X from``, ``X = require(…)``.
UNNAMED = frozenset({"default", WHOLE})

#: Steps of one question after which the rest stays unknown; star imports in circles are what needs it.
MOST_STEPS = 20_000
#: Steps of all the questions of one search, after which it is cut short.
MOST_SPENT = 50 * MOST_STEPS
#: Nested questions, well under Python's own limit of frames.
MOST_DEPTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the meaning of names owes to the language. Kinds are values of ``DefinitionKind``.

    ``bare_name``: what a name without a dot means at a place. ``special``: what the words of the language mean there
    (``super()``, ``this``), ``None`` for any other text. ``member_of_module``: what ``module.name`` means.
    ``imported``: what a name bound by an import means. ``listed``: what a string in a list of exports means.
    ``first_parameter``: what the first parameter of the function at a place holds (``self``). ``annotated``: the values
    an annotation allows. ``base``: a class's base as written, an empty string if it adds no members.
    ``renamed``: definitions that only pass a module's name on under another one, and mean the same.
    ``named_constructors``: whether methods of a class's own name are its constructors.
    ``dotted_constructors``: whether a constructor may be named behind a dot; else that is something every value has.
    ``more_parts``: further definitions that hold members of a class (extensions of it, in other files).
    ``class_words``: what class methods call their class, so that a call of it constructs an instance (``cls``).
    ``imports_members``: whether an import can bind a member of a class (Rust's variants, Java's static imports).
    ``takes_keyword``: whether a constructor of the class may take a keyword of this name and set the attribute.
    ``parts_with``: the same, but those only that may hold the member named (Ruby opens modules in hundreds of files).
    ``bare_name_as``: the same as ``bare_name`` for a use of some kind, where that tells more than the name does.
    ``fitting``: of the meanings of a member those that a reference of this kind can have, where fields and methods of
    one name are two things. ``is_property``: whether reading the function calls it. ``has_builtin_member``: whether the
    built-in class named first has the member named second. ``is_seen_everywhere``: whether the top names of a file are
    names of every file, with no import. ``is_linked``: where what lies at the top of a file is seen by imports alone
    that lead to it, whether others see it through a declaration of it too. ``is_scoped``: whether the first name of an
    expression may mean something else in some function or class of its file than at its top; ``None``: any may.
    ``given``: what a key of an object means, by what is expected of the object. ``declared_outside``: what a member of
    a value from outside the workspace means. ``declared_first``: whether the type that a variable is declared with
    says what its members are, whatever it holds. ``structural``: types without a definition, where there are any; type
    parameters of a function are seen in its own types then. ``by_imports``: whether only files whose imports lead to
    that of a definition, or to a package around it, can mean it by the rules. ``entered``: what ``with`` binds of a
    call of the definition (Python).
    """

    classes: frozenset[str]
    functions: frozenset[str]
    constructors: frozenset[str]
    bare_name: Callable[[Query, Place, str], Answer]
    special: Callable[[Query, Place, str], Answer | None]
    member_of_module: Callable[[Query, ModuleMeaning, str], Answer]
    imported: Callable[[Query, int, ImportBinding], Answer]
    listed: Callable[[Query, int, Reference], Answer]
    first_parameter: Callable[[Query, Place], Answer]
    annotated: Callable[[Query, Place, str], Answer]
    base: Callable[[Query, Place, str], Ancestor]
    renamed: Callable[[FileIndex, str], Iterable[int]]
    is_property: Callable[[DefinitionRow], bool]
    has_builtin_member: Callable[[str, str], bool]
    more_parts: Callable[[Query, DefinitionMeaning], Iterable[DefinitionMeaning]] | None = None
    fitting: Callable[[Query, Place, Answer, ReferenceKind], Answer] | None = None
    bare_name_as: Callable[[Query, Place, str, ReferenceKind], Answer] | None = None
    parts_with: Callable[[Query, DefinitionMeaning, str], Iterable[DefinitionMeaning]] | None = None
    is_seen_everywhere: Callable[[FileIndex], bool] | None = None
    is_linked: Callable[[Query, DefinitionMeaning], bool] | None = None
    is_scoped: Callable[[FileIndex, str], bool] | None = None
    named_constructors: bool = False
    dotted_constructors: bool = True
    imports_members: bool = True
    class_words: tuple[str, ...] = ()
    takes_keyword: Callable[[Query, DefinitionMeaning, str], bool] | None = None
    given: Callable[[Query, Place, Reference], Answer] | None = None
    declared_outside: Callable[[Query, Place, Reference, Answer], Answer | None] | None = None
    declared_first: bool = False
    entered: Callable[[Query, DefinitionMeaning], Answer] | None = None
    by_imports: bool = False
    structural: Structural | None = None


class Structural(NamedTuple):
    """What types that are written out mean, in a language that has them.

    ``member``: of a value. ``called``: what a call gives, also of an instance of an interface that can be called.
    ``element``: what an index gives, ``-1`` for any. ``parameter``: what the parameter of a number takes. ``head``:
    what a path means that begins with no name (see ``extract_script_paths.py``), ``None`` for any other text.
    """

    member: Callable[[Query, TypeMeaning, str], Answer]
    called: Callable[[Query, TypeMeaning | InstanceMeaning], Answer]
    element: Callable[[Query, TypeMeaning | InstanceMeaning, int], Answer]
    parameter: Callable[[Query, TypeMeaning | InstanceMeaning, int], Answer]
    head: Callable[[Query, Place, str], Answer | None]


Memo: TypeAlias = dict[Hashable, object]

_T = TypeVar("_T")


class Query:
    """One question and the chain of smaller ones under it, so that circles end.

    An answer is remembered only if no circle was cut above it; otherwise it would depend on which question came first.
    """

    __slots__ = ("_cut", "_memo", "_open", "_rules", "_rules_of", "_spent", "_steps", "files")

    def __init__(self, files: FileLookup, memo: Memo, rules: Mapping[str, Rules]) -> None:
        """``rules`` by name of the language."""
        self.files = files
        self._spent = 0
        self._rules = rules
        self._rules_of: dict[int, Rules] = {}
        self._memo = memo
        self._open: dict[Hashable, int] = {}
        self._cut = MOST_STEPS
        self._steps = 0

    def again(self) -> None:
        """Begins another question, with all its steps; not inside of one."""
        self._spent += self._steps
        self._steps = 0
        self._cut = MOST_STEPS

    @property
    def was_cut(self) -> bool:
        """Whether the present question ran out of steps or went too deep, so that its answer is not to be kept."""
        return self._cut < 0

    @property
    def is_spent(self) -> bool:
        """Whether all questions together took more steps than a search may take."""
        return self._spent + self._steps > MOST_SPENT

    def rules(self, file: int) -> Rules:
        """The rules for a file. One without facts, say a broken ``__init__``, still names the modules in its folder."""
        found = self._rules_of.get(file)
        if found is None:  # a question about a popular name comes by here tens of thousands of times
            index = self.files.index(file)
            language = index.language if index is not None else self.files.language(file)
            found = self._rules_of[file] = self._rules[language]
        return found

    def once(self, key: Hashable, compute: Callable[[], _T], unknown: _T) -> _T:
        """The remembered answer to ``key``, or the computed one; ``unknown`` when ``key`` is being asked already."""
        if key in self._memo:
            return cast("_T", self._memo[key])
        if key in self._open:
            self._cut = min(self._cut, self._open[key])
            return unknown
        self._steps += 1
        depth = len(self._open)
        if self._steps > MOST_STEPS or depth > MOST_DEPTH:
            self._cut = -1
            return unknown
        outer, self._cut = self._cut, MOST_STEPS
        self._open[key] = depth
        try:
            answer = compute()
        finally:
            del self._open[key]
        if self._cut >= depth:
            self._memo[key] = answer
            self._cut = outer
        else:
            self._cut = min(outer, self._cut)
        return answer
