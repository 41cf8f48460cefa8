"""What a language brings to the symbol benchmark: its sites, and what a place in a text is called.

Nothing here, and nothing that implements it, may ask Sightline's own graph: sites are drawn and named by another reader
of the language, so that nothing can favour what the graph finds easy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: The kinds of definitions that are compared; places of any other kind (parameters, modules) are nobody's target.
KINDS = ("function", "method", "class", "attribute", "variable")
#: Names of members that a call of their class runs.
CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor"})
ATTRIBUTE_CALL, ATTRIBUTE, BARE = "attribute call", "attribute", "bare name"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """The first byte of a name: path in the code base, offset into the UTF-8 text after any byte order mark."""

    path: str
    start: int


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What is defined at a spot. All places that define the same thing (overloads, assignments) have one identity."""

    kind: str  # one of ``KINDS``, or another word for what is no target: "parameter", "local", "import", "module"
    name: str  # ``path::Class.member``


@dataclass(frozen=True, slots=True, order=True)
class UseSite:
    """A place that uses a name. ``shape``: ``ATTRIBUTE_CALL``, ``ATTRIBUTE`` or ``BARE``."""

    spot: Spot
    name: str
    shape: str


@dataclass(frozen=True, slots=True, order=True)
class DefinitionSite:
    """A definition, at the first place that makes it."""

    spot: Spot
    name: str
    identity: Identity


def defines(identity: Identity | None, site: DefinitionSite) -> bool:
    """Whether what stands at some spot defines ``site`` once more; an import of its name in its scope does so too."""
    return identity is not None and identity.name == site.identity.name


class Source(Protocol):
    """A code base, read without Sightline."""

    @property
    def name(self) -> str:
        """Name of the code base."""
        ...

    def uses(self) -> Sequence[UseSite]:
        """Every place that could be drawn as a use: reads and calls, imports and definitions left out."""
        ...

    def definitions(self) -> Sequence[DefinitionSite]:
        """Every definition that could be drawn, each once, of the kinds in ``KINDS``."""
        ...

    def identity(self, spot: Spot) -> Identity | None:
        """What is defined at ``spot``; ``None`` where nothing is, and in files that are not of the code base."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueUse:
    """What the truth tool says of a use: its ``targets`` in the code base, or that it is ``outside`` of it.

    With neither, the tool does not know, or means something that is no target (a parameter, a local variable).
    """

    targets: tuple[Identity, ...] = ()
    outside: bool = False


class Truth(Protocol):
    """A tool whose word counts."""

    def use(self, site: UseSite) -> TrueUse:
        """What a use means."""
        ...

    def references(self, site: DefinitionSite) -> frozenset[Spot] | None:
        """Every place in the code base that uses a definition; its own name may be among them. ``None``: no answer."""
        ...
