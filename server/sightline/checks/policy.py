"""Which programs of others the checks may run, as the user chose. The default is: none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """What the user allows. ``linters`` are names of ``linters/registry.py``.

    ``programs`` says where a program is, by its name: an absolute path, or one with a slash that is relative to the
    workspace's root. Others are looked for on the user's ``PATH``. A run takes ``seconds`` at most, and each of its
    processes ``memory`` bytes.
    """

    linters: tuple[str, ...] = ()
    programs: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 30.0
    memory: int = 4 << 30


#: What holds when nobody chose: no program of others runs.
NO_PROGRAMS = CheckPolicy()
