"""Whether something outside the workspace may answer for a member: a base class nobody can see, or ``__getattr__``.

Classes of the standard library are asked themselves, by the running interpreter; those of installed packages are read
(``packages.py``). Nothing of the workspace or of its packages is imported. What cannot be asked may answer for all.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from sightline.base.text import Span
from sightline.checks.packages import PackageMethod, Packages
from sightline.checks.recall import ancestors_of, facts_of, members_of, packages_of
from sightline.checks.script import may_have_member
from sightline.graph.answers import Symbol
from sightline.graph.facts import DefinitionKind, Reference
from sightline.graph.view import GraphView

#: Modules that do something when imported.
_NOISY = frozenset({"antigravity", "this", "idlelib", "turtledemo", "__main__", "test", "lib2to3", "turtle", "tkinter"})
#: Utility types of TypeScript whose members are all of what they are given (handbook, "Utility Types").
_REARRANGING = frozenset({"Partial", "Required", "Readonly", "Pick", "Omit", "NonNullable", "Extract", "Exclude"})
#: Functions that stand where a base does: what they give the class, besides the members that it lists.
_NOT_CLASSES: Final[Mapping[str, type]] = {"TypedDict": dict, "NamedTuple": NamedTuple("NamedTuple", [])}
_DYNAMIC = frozenset({"__getattr__", "__getattribute__"})


def may_be_provided(view: GraphView, owner: Symbol, name: str) -> bool:
    """Whether a class that does not define ``name`` in plain sight may have it nevertheless."""
    return any(_may_provide(view, each, name) for each in _joined(view, owner))


def _joined(view: GraphView, owner: Symbol) -> Iterator[Symbol | None]:
    """A type, and those that aliases join to it: ``type Request = Message & { query?: string }``.

    ``None`` stands for one that is written there and not of the workspace.
    """
    waiting, seen = [owner], {owner.identifier}
    while waiting:
        each = waiting.pop()
        yield each
        for reference in _parts(view, each) if each.definition.kind is DefinitionKind.TYPE else ():
            found = view.resolve_known(each.path, reference)
            if not found and reference.name not in _REARRANGING:
                yield None
            waiting += [symbol for symbol in found if symbol.identifier not in seen]
            seen.update(symbol.identifier for symbol in found)


def _parts(view: GraphView, alias: Symbol) -> Iterator[Reference]:
    """The types that an alias names, without those of the members that it writes out."""
    facts = facts_of(view, alias.path)
    inside = Span(alias.definition.body_start, alias.definition.span.end)
    members = [each.definition.span for each in members_of(view, alias)]
    for reference in facts.references if facts is not None else ():
        if inside.contains(reference.span) and not any(span.contains(reference.span) for span in members):
            yield reference


def _may_provide(view: GraphView, owner: Symbol | None, name: str) -> bool:
    if owner is None:
        return True
    line = ancestors_of(view, owner)
    for each in line:
        if isinstance(each, Symbol):
            if any(member.definition.name in _DYNAMIC for member in members_of(view, each)):
                return True
        elif each != "?" and hasattr(getattr(builtins, each, None), name):
            return True
    classes = [each for each in line if isinstance(each, Symbol)]
    if any(may_have_member(view, each, name) for each in classes):
        return True
    if "?" not in line:
        return False
    return any(_base_may_provide(view, each, base, name) for each in classes for base in each.definition.bases)


def method_outside(view: GraphView, owner: Symbol, name: str) -> PackageMethod | None:
    """The method of an installed package's class that ``owner`` inherits as ``name``; ``None`` if nobody can tell.

    Classes of the workspace above ``owner`` that have the name end the search.
    """
    for each in ancestors_of(view, owner):
        if not isinstance(each, Symbol):
            if each != "?":
                return None
            continue
        if each.identifier != owner.identifier and any(m.definition.name == name for m in members_of(view, each)):
            return None
    for each in ancestors_of(view, owner):
        for base in each.definition.bases if isinstance(each, Symbol) else ():
            text = base.partition("[")[0].strip()
            if isinstance(each, Symbol) and not _is_visible(view, each, text):
                packages, dotted = _packages(view, each), _dotted(view, each, text)
                if not dotted or packages.provides(dotted, name) is None:
                    return None
                found = packages.method(dotted, name)
                if found is not None:
                    return found
    return None


def unseen_bases(view: GraphView, owner: Symbol) -> Iterator[str]:
    """What a class, and those of the workspace above it, inherit from that is neither of the workspace nor built in.

    As it is written, without type arguments.
    """
    for each in ancestors_of(view, owner):
        if isinstance(each, Symbol):
            bases = (base.partition("[")[0].strip() for base in each.definition.bases)
            yield from (text for text in bases if not _is_visible(view, each, text))


def _packages(view: GraphView, owner: Symbol) -> Packages:
    return packages_of(view, owner.path.root)


def _base_may_provide(view: GraphView, owner: Symbol, base: str, name: str) -> bool:
    text = base.partition("[")[0].strip()
    if _is_visible(view, owner, text):
        return False
    dotted = _dotted(view, owner, text)
    if not dotted:
        return True
    module, _, last = dotted.rpartition(".")
    plain = _NOT_CLASSES.get(last) if module in ("typing", "typing_extensions") else None
    found = plain or _library_class(dotted)
    return hasattr(found, name) if found is not None else _packages(view, owner).provides(dotted, name) is not False


def _is_visible(view: GraphView, owner: Symbol, text: str) -> bool:
    """Whether a base is a class of the workspace or a built-in one, which the line of ancestors lists by itself."""
    facts = facts_of(view, owner.path)
    span = owner.definition.span
    if facts is None:
        return False
    head, _, last = text.rpartition(".")
    for reference in facts.references:
        inside = span.start <= reference.span.start < owner.definition.body_start
        if inside and reference.name == last and reference.receiver == head:
            return bool(view.resolve(owner.path, reference))
    return isinstance(getattr(builtins, text, None), type)


def _dotted(view: GraphView, owner: Symbol, text: str) -> str:
    """A base by the full name of its module, as far as the file's imports tell; empty if they do not."""
    facts = facts_of(view, owner.path)
    head, _, rest = text.partition(".")
    for row in facts.imports if facts is not None else ():
        for imported in row.names:
            if imported.alias == head and not row.level:
                start = f"{row.module}.{imported.name}" if imported.name else row.module
                return f"{start}.{rest}" if rest else start
    return ""


@lru_cache(maxsize=512)
def _library_class(dotted: str) -> object | None:
    """A class of the standard library by its full name."""
    parts = dotted.split(".")
    if parts[0] not in sys.stdlib_module_names or parts[0] in _NOISY:
        return None
    for end in range(len(parts) - 1, 0, -1):
        found = _library_module(".".join(parts[:end]))
        if found is None:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        found = getattr(found, "__origin__", found)  # ``typing.MutableMapping`` stands for the class of collections.abc
        return found if isinstance(found, type) else None
    return None


def _library_module(name: str) -> object | None:
    try:
        return importlib.import_module(name)
    except Exception:  # noqa: BLE001  a module of the library may be missing or broken on this machine in any way
        return None
