"""Which programs of others the checks may run, as the user chose. The default is: none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.checks.checkers.warm import WarmCheckers


class Refusing(StrEnum):
    """Which new errors of a type checker are certain findings, which reject an edit."""

    CLEAN = "clean"  # those of a rule that the checker had nothing to say about in that file
    ALL = "all"
    NONE = "none"


#: Answers whether the user lets the tests of a workspace root run, isolated as the second word says. May ask them.
Consent = Callable[[str, str], Awaitable[bool]]


async def no_consent(root: str, isolation: str) -> bool:
    """What holds when nobody can be asked."""
    del root, isolation
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPolicy:
    """How programs run that execute what a proposal says: tests, and linters that build.

    All runs on one edit take ``seconds`` together. At most ``most`` tests run. ``isolated``: nothing runs outside a
    sandbox. ``cache`` is a folder (absolute) for what such programs build, used by nobody else; "" for none that stays.
    """

    consent: Consent = no_consent
    seconds: float = 120.0
    most: int = 200
    isolated: bool = True
    cache: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """What the user allows. ``linters`` are names of ``linters/registry.py``, ``types`` of ``checkers/registry.py``.

    ``programs`` says where a program is, by its name: an absolute path, or one with a slash that is relative to the
    workspace's root. Others are looked for on the user's ``PATH``. A run takes ``seconds`` at most, and each of its
    processes ``memory`` bytes. Type checkers are kept in ``warm`` between checks; without it each check ends its own.

    ``tests``: those that reach an edit are run. ``executing`` rules what executes a proposal. Copies for programs are
    made in the folder ``copies`` ("": where the system keeps temporary folders). ``cache`` is a folder (absolute) for
    what linters build that execute nothing of a proposal, so that no proposal writes there; "" for none that stays.
    """

    linters: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    types_refuse: Refusing = Refusing.CLEAN
    programs: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 30.0
    warm: WarmCheckers | None = None
    memory: int = 4 << 30
    tests: bool = False
    executing: RunPolicy = field(default_factory=RunPolicy)
    copies: str = ""
    cache: str = ""


#: What holds when nobody chose: no program of others runs.
NO_PROGRAMS = CheckPolicy()
