"""``Context``: what an extractor has to know of a text when it reads only some of its statements again."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.graph.extract_rows import Draft


@dataclass(frozen=True, slots=True)
class Context:
    """The text around a run of whole statements that lie in a module, class or namespace.

    ``ancestors``: the containers around the statements, outermost first; their numbers are their places here.
    ``foreign``: see ``Scope.foreign``. ``seen``: container (-1 for the module) and name of what is defined before the
    statements, or is a function or class; ``later``: of all other variables and attributes. ``visible``: the type
    parameters of the ancestors. ``bound``: ancestor and name of what hides a name of the language there.
    """

    ancestors: tuple[Draft, ...]
    foreign: frozenset[bytes]
    seen: frozenset[tuple[int, bytes]]
    later: frozenset[tuple[int, bytes]]
    visible: frozenset[bytes]
    bound: frozenset[tuple[int, bytes]] = frozenset()
