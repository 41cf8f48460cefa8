"""Which programs of others the checks may run, as the user chose. The default is: none."""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """What the user allows. ``linters`` are names of ``linters/registry.py``, ``types`` of ``checkers/registry.py``.

    ``programs`` says where a program is, by its name: an absolute path, or one with a slash that is relative to the
    workspace's root. Others are looked for on the user's ``PATH``. A run takes ``seconds`` at most, and each of its
    processes ``memory`` bytes. Type checkers are kept in ``warm`` between checks; without it each check ends its own.
    """

    linters: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    types_refuse: Refusing = Refusing.CLEAN
    programs: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 30.0
    warm: WarmCheckers | None = None
    memory: int = 4 << 30


#: What holds when nobody chose: no program of others runs.
NO_PROGRAMS = CheckPolicy()
