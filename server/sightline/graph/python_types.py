"""What Python's annotations, bases and special names mean.

Sources: the typing documentation ("Type annotations"), the data model ("Special method names"). What holds for every
language is in ``values.py``.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence

from sightline.graph.aliases import through_alias
from sightline.graph.ancestry import is_class, member, resolution_order, row_of
from sightline.graph.bound_names import CALLED, passes_on, without_closed
from sightline.graph.facts import FUNCTIONS, Reference
from sightline.graph.index import MODULE
from sightline.graph.meanings import (
    EXTERNAL,
    OUTSIDE,
    UNKNOWN,
    Ancestor,
    Answer,
    DefinitionMeaning,
    Found,
    HolderMeaning,
    InstanceMeaning,
    Meaning,
    ModuleMeaning,
    Place,
    Query,
    Rank,
    Rules,
    SuperMeaning,
    merged,
    weakened,
)
from sightline.graph.python_names import CLASSES, attribute_of_module, bare_name, imported_meaning, module_name
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.values import called, expression, in_function

_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
#: Decorators after which the function's return annotation is still the type of what a call or an access gives.
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "classproperty", "lazyproperty"})
_DOTTED = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")
_WRAPPERS = frozenset({"Optional", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly"})
#: Bases that add no members to a class.
_BARE_BASES = frozenset({"object", "Generic", "Protocol", "typing.Generic", "typing.Protocol", "ABC", "abc.ABC"})
#: Containers of the standard library: which of their type arguments they hold, and the methods that hand it out.
_KEYED = (1, frozenset({"get", "pop", "setdefault"}))
_POPPED = (0, frozenset({"pop", "popleft"}))
_QUEUED = (0, frozenset({"get", "get_nowait"}))
_ENTERING = ("__enter__", "__aenter__")
_ENTERED = (0, frozenset(_ENTERING))
_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
_HOLDERS = {
    "Callable": (1, frozenset({CALLED})),
    **dict.fromkeys(("ContextManager", "AbstractContextManager"), _ENTERED),
    **dict.fromkeys(("AsyncContextManager", "AbstractAsyncContextManager"), _ENTERED),
    "ContextVar": (0, frozenset({"get"})),
    **dict.fromkeys(("list", "List", "set", "Set", "deque", "Deque", "MutableSequence"), _POPPED),
    **dict.fromkeys(("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"), _QUEUED),
    **dict.fromkeys(("dict", "Dict", "defaultdict", "DefaultDict", "OrderedDict", "Mapping", "MutableMapping"), _KEYED),
    "WeakValueDictionary": _KEYED,
}
#: Types of which any value may be one, so that an annotation with them says nothing.
_OPEN = frozenset({"Any", "object", "type", "Type", "Self", "TypeVar", "AnyStr"})
_CONTAINERS = frozenset(_HOLDERS) | {
    *("tuple", "Tuple", "frozenset", "FrozenSet", "Iterable", "Iterator", "Sequence", "Collection", "Container"),
    *(
        "Generator",
        "AsyncIterator",
        "AsyncIterable",
        "AsyncGenerator",
        "Callable",
        "Counter",
        "ChainMap",
        "AbstractSet",
    ),
    *("KeysView", "ValuesView", "ItemsView", "Pattern", "Match", "PathLike", "IO"),
}


def annotated(query: Query, place: Place, text: str) -> Answer:
    """The values an annotation allows: instances of the classes it names, unions and optionals opened."""
    text = text.strip().strip("'\"").strip()
    parts = _split(text, "|")
    if len(parts) > 1:
        return merged(*(annotated(query, place, part) for part in parts))
    name, bracket, inside = text.partition("[")
    short = name.rpartition(".")[2]
    if bracket and short in _WRAPPERS | {"Union", "type", "Type"}:
        arguments = _split(inside.removesuffix("]"), ",")
        if short == "Union":
            return merged(*(annotated(query, place, part) for part in arguments))
        inner = annotated(query, place, arguments[0])
        return _classes_of(inner) if short in ("type", "Type") else inner
    if short == "Self":
        return _self_type(query, place)
    if bracket and short in _HOLDERS and _is_outside(expression(query, place, name, local=False)):
        at, givers = _HOLDERS[short]
        held = _split(inside.removesuffix("]"), ",")[at:]
        return (Found(HolderMeaning(place, held[0], givers), Rank.INFERRED),) if held else EXTERNAL
    if not _DOTTED.match(name) or name == "None":
        return UNKNOWN
    named = expression(query, place, name, local=False)
    classes = tuple(found for found in named if is_class(query, found.meaning))
    # Of a generic type only the plain containers are known not to pass on what they hold (SQLAlchemy's ``Mapped[X]``).
    is_open = short in _OPEN or (bool(bracket) and short not in _CONTAINERS)
    return called(query, classes) if classes or is_open or not _is_outside(named) else weakened(EXTERNAL, Rank.INFERRED)


def _is_outside(answer: Answer) -> bool:
    """Whether something is certainly not of the workspace. What an installed module holds is taken for a module."""
    meanings = [found.meaning for found in answer]
    return bool(meanings) and all(
        meaning.file < 0 if isinstance(meaning, ModuleMeaning) else meaning == OUTSIDE for meaning in meanings
    )


def _self_type(query: Query, place: Place) -> Answer:
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        if index.definitions[scope].kind in CLASSES:
            return (Found(InstanceMeaning(DefinitionMeaning(place.file, scope)), Rank.INFERRED),)
        scope = index.definitions[scope].parent
    return UNKNOWN


def _classes_of(answer: Answer) -> Answer:
    return tuple(Found(found.meaning.of, found.rank) for found in answer if isinstance(found.meaning, InstanceMeaning))


def _split(text: str, separator: str) -> list[str]:
    """``text`` cut at ``separator`` outside brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if character == separator and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _special(query: Query, place: Place, text: str) -> Answer | None:
    return _parent_side(query, place) if text == "super()" else None


def _parent_side(query: Query, place: Place) -> Answer:
    index = query.files.index(place.file)
    scope = place.scope
    while index is not None and scope != MODULE:
        row = index.definitions[scope]
        if row.kind in CLASSES:
            return (Found(SuperMeaning(DefinitionMeaning(place.file, scope)), Rank.EXACT),)
        scope = row.parent
    return UNKNOWN


def _first_parameter(query: Query, place: Place) -> Answer:
    """``self`` or ``cls``."""
    index = query.files.index(place.file)
    if index is None:
        return UNKNOWN
    row = index.definitions[place.scope]
    if row.parent == MODULE or index.definitions[row.parent].kind not in CLASSES:
        return UNKNOWN
    decorators = {text.partition("(")[0] for text in row.decorators}
    if "staticmethod" in decorators:
        return UNKNOWN
    owner = DefinitionMeaning(place.file, row.parent)
    if "classmethod" in decorators or row.name in _CLASS_METHODS:
        return (Found(owner, Rank.EXACT),)
    return (Found(InstanceMeaning(owner), Rank.EXACT),)


def _base(query: Query, place: Place, text: str) -> Ancestor:
    """One base; an empty string for what adds no members (``object``, ``Generic[T]``)."""
    name = text.partition("[")[0].strip()
    if name in _BARE_BASES:
        return ""
    if not _DOTTED.match(name):
        return None
    answer = expression(query, place, name, local=False)
    answer = merged(*(through_alias(query, found) for found in answer))
    if len(answer) == 1 and answer[0].rank is Rank.EXACT and isinstance(answer[0].meaning, DefinitionMeaning):
        return answer[0].meaning if is_class(query, answer[0].meaning) else None
    is_builtin = answer == EXTERNAL and isinstance(getattr(builtins, name, None), type)
    return name if is_builtin else None


def _listed(query: Query, file: int, reference: Reference) -> Answer:
    """An entry of ``__all__`` names a global of its module; any other string could name anything."""
    index = query.files.index(file)
    if index is None or reference.enclosing < 0 or index.definitions[reference.enclosing].name != "__all__":
        return UNKNOWN
    return weakened(module_name(query, file, reference.name), Rank.INFERRED) or EXTERNAL


def _entered(query: Query, of: DefinitionMeaning) -> Answer:
    """What ``with`` binds of a call: what ``__enter__`` gives, or what a generator made a context manager yields."""
    row = row_of(query, of)
    if row is None or row.kind not in FUNCTIONS or not _is_manager(row):
        given = called(query, (Found(of, Rank.EXACT),))
        found = [weakened(_inside(query, each.meaning), each.rank) for each in given]
        return merged(*(found if all(found) else map(without_closed, found)))
    if row.annotation:
        _, _, inside = row.annotation.strip("'\"").partition("[")
        held = _split(inside.removesuffix("]"), ",")
        return annotated(query, Place(of.file, row.parent), held[0])
    place = Place(of.file, of.number, max(row.body_start, row.end - 1))
    return query.once(("returned", of), lambda: in_function(query, place, row.alias.removeprefix("^")), UNKNOWN)


def _is_manager(row: DefinitionRow) -> bool:
    return any(text.partition("(")[0].rpartition(".")[2] in _MANAGERS for text in row.decorators)


def _inside(query: Query, manager: Meaning) -> Answer:
    """What entering a value gives. Of a class that inherits how it is entered from outside, the value itself."""
    if isinstance(manager, HolderMeaning):
        return annotated(query, manager.place, manager.holds) if _ENTERED[1] & manager.givers else EXTERNAL
    if not isinstance(manager, InstanceMeaning):
        return EXTERNAL if manager == OUTSIDE else UNKNOWN
    itself = (Found(manager, Rank.INFERRED),)
    methods = next(filter(None, (member(query, manager.of, name) for name in _ENTERING)), UNKNOWN)
    row = row_of(query, methods[0].meaning) if len(methods) == 1 else None
    if row is None or row.kind not in FUNCTIONS:
        return itself
    own = (row.parameters or (("", "", False, ""),))[0]
    said = row.annotation.strip("'\"").rpartition(".")[2]
    if said in ("Self", own[3]) if said else row.alias == own[0]:
        return itself
    given = called(query, methods)
    above = resolution_order(query, manager.of)
    return itself if given and all(_is_one_of(each.meaning, above) for each in given) else given


def _is_one_of(meaning: Meaning, classes: Sequence[Ancestor]) -> bool:
    return isinstance(meaning, InstanceMeaning) and meaning.of in classes


def _is_property(row: DefinitionRow) -> bool:
    return bool({text.partition("(")[0] for text in row.decorators} & _PROPERTIES)


def _has_builtin_member(owner: str, name: str) -> bool:
    return hasattr(getattr(builtins, owner), name)


def _takes_keyword(query: Query, owner: DefinitionMeaning, name: str) -> bool:
    """Whether a constructor is generated, or passes keywords on. A base that nobody can see may have either."""
    order = resolution_order(query, owner)
    if None in order:
        return True
    written = [row_of(query, found.meaning) for found in member(query, owner, "__init__")]
    if written:
        return any(row is None or passes_on(row.parameters or (), name) for row in written)
    return any(row is not None and bool(row.decorators) for row in (row_of(query, each) for each in order))


PYTHON_RULES = Rules(
    classes=CLASSES,
    functions=FUNCTIONS,
    constructors=frozenset({"__init__", "__new__"}),
    bare_name=lambda query, place, name: bare_name(query, place.file, place.scope, name, place.offset),
    special=_special,
    member_of_module=attribute_of_module,
    imported=imported_meaning,
    listed=_listed,
    first_parameter=_first_parameter,
    annotated=annotated,
    base=_base,
    renamed=lambda _index, _name: (),
    is_property=_is_property,
    imports_members=False,
    by_imports=True,
    entered=_entered,
    class_words=("cls",),
    has_builtin_member=_has_builtin_member,
    takes_keyword=_takes_keyword,
    is_scoped=lambda index, name: name == "super" or name in index.inner_names,
)
