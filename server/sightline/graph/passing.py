"""Where a path leads through what the modules on its way import: ``pub use other::deep``, ``pub use inner::*``.

Only families whose paths join a module and a name by a separator of their own need it (Rust). A module is a file, or
braces in one; what one binds is a pure function of the facts of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from sightline.graph.facts import DefinitionKind
from sightline.graph.index import MODULE, FileIndex
from sightline.graph.state import GraphState

#: Names of the modules in braces around, outermost first; empty for the file itself.
Inside = tuple[str, ...]
#: The file that a path leads to by the rules for imports alone, or -1; keys of what was asked for.
FileOf = Callable[[int, str], tuple[int, Iterable[int]]]

#: A name may be passed on by one module after another, this many times over.
_MOST_PASSED_ON = 8
#: Names looked up in modules for one path. Globs of globs may be many, and each may lead to all others.
_MOST_LOOKED_UP = 300
_SPACE, _EXTENSION = DefinitionKind.NAMESPACE.value, DefinitionKind.EXTENSION.value


class ModuleNames(NamedTuple):
    """What a module binds: name → paths it stands for; ``stars``: modules all names of which it has.

    ``items``: names it defines, which hide those of ``stars``; empty without any.
    """

    bound: Mapping[str, tuple[str, ...]]
    stars: tuple[str, ...] = ()
    items: frozenset[str] = frozenset()


class Module(NamedTuple):
    """A module: its file, and which braces in it."""

    file: int
    inside: Inside = ()


def module_names(index: FileIndex | None, joint: str) -> Mapping[Inside, ModuleNames]:
    """What each module of a file binds; paths as the file writes them, joined by ``joint``."""
    if index is None:
        return {}
    spaces: dict[int, Inside] = {MODULE: ()}
    for number, row in enumerate(index.definitions):
        if row.kind == _SPACE and row.parent in spaces:
            spaces[number] = (*spaces[row.parent], row.name)
    found: dict[Inside, ModuleNames] = {}
    for number, inside in spaces.items():
        bound: dict[str, tuple[str, ...]] = {}
        for name, ways in index.imported.get(number, {}).items():
            if name not in ("", "*"):
                paths = (joint.join((way.module, names[0])) if names[0] else way.module for way, names in ways)
                bound[name] = tuple(paths)
        stars = tuple(row.module for row in index.stars.get(number, ()))
        named = index.scopes.get(number, {}).items() if stars else ()
        items = (name for name, rows in named if any(index.definitions[each].kind != _EXTENSION for each in rows))
        found[inside] = ModuleNames(bound, stars, frozenset(items))
    return found


def module_around(index: FileIndex | None, enclosing: int) -> Inside:
    """Names of the modules in braces around a place."""
    names: list[str] = []
    while index is not None and enclosing != MODULE:
        row = index.definitions[enclosing]
        if row.kind == _SPACE:
            names.append(row.name)
        enclosing = row.parent
    return tuple(reversed(names))


class Passing:
    """Follows paths through the modules of one state; remembers what modules bind, never where a path led."""

    __slots__ = ("_file_of", "_joint", "_left", "_names", "_open", "_state", "_through", "_wanted")

    def __init__(self, state: GraphState, file_of: FileOf, joint: str) -> None:
        self._state = state
        self._file_of = file_of
        self._joint = joint
        self._names: dict[int, Mapping[Inside, ModuleNames]] = {}
        self._open: set[tuple[Module, str]] = set()
        self._through: list[int] = []
        self._left = 0
        self._wanted: dict[int, None] = {}

    def files(self, module: Module, path: str, wanted: dict[int, None]) -> tuple[int, ...]:
        """The file of the last module on a path that ``module`` writes, and those that pass names on along it.

        Keys of what was looked for go into ``wanted``, those of each module gone through among them.
        """
        self._through, self._left, self._wanted = [], _MOST_LOOKED_UP, wanted
        found = self._walk(module, path, 0)
        return tuple(dict.fromkeys((found[0].file, *self._through))) if found is not None else ()

    def _walk(self, module: Module, path: str, depth: int) -> tuple[Module, bool] | None:
        """The last module on a path, and whether it is all of the path."""
        if depth > _MOST_PASSED_ON:
            return None
        parts = path.split(self._joint)
        file, count = self._beginning(module.file, parts)
        at = Module(file) if file >= 0 else self._member(module, parts[0], depth)
        if at is None:
            return None
        while count < len(parts):
            following = self._member(at, parts[count], depth)
            if following is None:
                return at, False
            at, count = following, count + 1
        return at, True

    def _beginning(self, file: int, parts: list[str]) -> tuple[int, int]:
        """The file that the longest beginning of a path is, and of how many parts; one part if it is none."""
        found, keys = self._file_of(file, self._joint.join(parts))
        self._wanted.update(dict.fromkeys(keys))
        count = len(parts) if found >= 0 else 1
        while count > 1 and self._file_of(file, self._joint.join(parts[: count - 1]))[0] == found:
            count -= 1
        return found, count

    def _member(self, module: Module, name: str, depth: int) -> Module | None:
        """The module that a name means in another."""
        key = (module, name)
        self._left -= 1
        if self._left < 0 or key in self._open:
            return None
        if module.file not in self._names:
            self._names[module.file] = module_names(self._state.index(module.file), self._joint)
        names = self._names[module.file]
        deeper = (*module.inside, name)
        if deeper in names:
            return Module(module.file, deeper)
        own = names.get(module.inside)
        if own is None:
            return None
        self._open.add(key)
        passed = len(self._through)
        try:
            for found, is_own in self._ways(module, own, name, depth):
                if found is not None:
                    if not is_own:
                        self._through.append(module.file)
                    return found
                del self._through[passed:]
            return None
        finally:
            self._open.discard(key)

    def _ways(self, module: Module, own: ModuleNames, name: str, depth: int) -> Iterator[tuple[Module | None, bool]]:
        """What a name may mean, and whether that is a module which this one declares."""
        paths = own.bound.get(name, ())
        for path in paths:
            target = self._walk(module, path, depth + 1)
            yield target[0] if target is not None and target[1] else None, path.startswith("mod ")
        if paths or name in own.items:
            return
        for star in own.stars:
            target = self._walk(module, star, depth + 1)
            if target is not None and target[1]:
                yield self._member(target[0], name, depth + 1), False
