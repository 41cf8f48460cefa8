"""Which files can have a value of a class at all, in languages whose compilers know the types of values.

A value's type, and so its members, are known from the file's own text and from what its imports lead to. So
``x.name`` means a member of a class only in files whose imports lead to the class's file, all the way. Since a value
may be of any type (``any``), all that these files import counts too, all the way: it may be handed such a value. So
does a file that nobody imports and that is no test: who loads it is not known. If a file that leads to the class
declares something for all others, or nothing is known of some file of the same languages, any file may have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sightline.graph.state import GraphState
from sightline.graph.test_files import is_test
from sightline.languages.registry import family_of, language_of

#: Classes' files of which the answer is remembered; more are forgotten all at once.
_MOST_REMEMBERED = 64


class Holders:
    """The files of one state that can have a value. Safe to share between threads: what is lost is found again."""

    def __init__(self, state: GraphState) -> None:
        self._state = state
        self._known: dict[int, bytearray | None] = {}
        self._typed: dict[int, bool] = {}

    def may_hold(self, file: int, declaring: int) -> bool:
        """Whether a value of a class that ``declaring`` defines can be in ``file``."""
        if not self._is_typed(file) or self._is_loaded_from_outside(file):
            return True
        try:
            found = self._known[declaring]
        except KeyError:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known = {}
            found = self._known[declaring] = self._find(declaring)
        return found is None or bool(found[file])

    def _is_typed(self, file: int) -> bool:
        found = self._typed.get(file)
        if found is None:
            language = language_of(self._state.table.path_of(file))
            found = self._typed[file] = language is not None and language.typed
        return found

    def _is_loaded_from_outside(self, file: int) -> bool:
        """Whether a file is loaded in some way that no import tells: who does that may hand it any value."""
        return not is_test(self._state.table.path_of(file)) and not self._state.importers(file)

    def _find(self, declaring: int) -> bytearray | None:
        """A one for each file that can have a value, ``None`` if any can."""
        state, path = self._state, self._state.table.path_of(declaring)
        family = family_of(path)
        if any(family_of(state.table.path_of(each)) == family for each, _ in state.without_facts()):
            return None  # nobody knows what it imports
        if self._is_loaded_from_outside(declaring):
            return None
        found = bytearray(len(state.table))
        importing = _reach([declaring], state.importers, found)
        if any(found[each] for each in state.declaring_for_all()):
            return None
        _reach(importing, state.targets, found)
        return found


def _reach(start: Iterable[int], step: Callable[[int], Iterable[int]], found: bytearray) -> list[int]:
    """Marks all files that steps from some lead to, and answers them."""
    waiting = list(start)
    for each in waiting:
        found[each] = 1
    for current in waiting:
        for each in step(current):
            if not found[each]:
                found[each] = 1
                waiting.append(each)
    return waiting
