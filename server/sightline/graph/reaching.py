"""Which files the imports of a file lead to, all the way: asked of C's headers for every file that uses a name.

Half of Linux reaches the headers that define a popular name. So the question is turned round: what is known of one
definer, that a file reaches it or does not, holds for every file on the way, and the next question ends there.
"""

from __future__ import annotations

from sightline.graph.state import GraphState

#: Definers of one name up to which each is asked about apart; of more the whole reach of a file is looked at.
_MOST_APART = 64
#: Definers, files' whole reaches and answers remembered, each; more are forgotten all at once.
_MOST_TARGETS, _MOST_WHOLE, _MOST_ANSWERS = 256, 64, 20_000

_REACHES, _MISSES = 1, 2


class Reaching:
    """The reach of files in one state. Safe to share between threads: what is lost is computed again."""

    def __init__(self, state: GraphState) -> None:
        self._state = state
        self._defining: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._known: dict[int, bytearray] = {}
        self._whole: dict[int, bytearray] = {}
        self._answers: dict[tuple[int, str], tuple[int, ...]] = {}

    def defining(self, name: str) -> tuple[int, ...]:
        """Files that may define ``name``, by path: ids depend on what happened, and which comes first may matter."""
        return self._definers(name)[0]

    def in_reach(self, file: int, name: str) -> tuple[int, ...]:
        """Those of the files that imports of ``file`` lead to, all the way, that may define ``name``."""
        found = self._answers.get((file, name))
        if found is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers = {}
            found = self._answers[file, name] = self._find(file, self._definers(name)[1])
        return found

    def _definers(self, name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The definers of a name, and those of them that anything imports."""
        found = self._defining.get(name)
        if found is None:
            if len(self._defining) >= _MOST_TARGETS:
                self._defining = {}
            every = tuple(sorted(self._state.defining(name), key=self._state.table.path_of))
            imported = tuple(each for each in every if self._state.importers(each))
            found = self._defining[name] = (every, imported)
        return found

    def _find(self, file: int, definers: tuple[int, ...]) -> tuple[int, ...]:
        if len(definers) <= _MOST_APART:
            return tuple(each for each in definers if each != file and self._reaches(file, each))
        whole = self._reach(file)
        return tuple(each for each in definers if each != file and whole[each])

    def _reaches(self, file: int, target: int) -> bool:
        """Whether imports of ``file`` lead to ``target``: breadth first, up to the first file of which it is known."""
        known = self._known.get(target)
        if known is None:
            if len(self._known) >= _MOST_TARGETS:
                self._known = {}
            known = self._known[target] = bytearray(len(self._state.table))
            known[target] = _REACHES
        if known[file]:
            return known[file] == _REACHES
        came_from = {file: -1}
        waiting = [file]
        for current in waiting:
            for each in self._state.targets(current):
                if known[each] == _REACHES:
                    while current >= 0:
                        known[current] = _REACHES
                        current = came_from[current]  # noqa: PLW2901  the way back to the file
                    return True
                if not known[each] and each not in came_from:
                    came_from[each] = current
                    waiting.append(each)
        for each in waiting:
            known[each] = _MISSES
        return False

    def _reach(self, file: int) -> bytearray:
        found = self._whole.get(file)
        if found is None:
            if len(self._whole) >= _MOST_WHOLE:
                self._whole = {}
            found = self._whole[file] = bytearray(len(self._state.table))
            found[file] = 1
            waiting = [file]
            while waiting:
                for each in self._state.targets(waiting.pop()):
                    if not found[each]:
                        found[each] = 1
                        waiting.append(each)
        return found
