"""Type checkers that users name in the setting ``checks.types``. Adding one is one file beside this and one line."""

from __future__ import annotations

from sightline.checks.checkers.checker import TypeChecker
from sightline.checks.checkers.mypy import MYPY
from sightline.checks.checkers.pyright import PYRIGHT
from sightline.checks.checkers.tsserver import TSSERVER
from sightline.checks.checkers.ty import TY

CHECKERS: tuple[TypeChecker, ...] = (MYPY, PYRIGHT, TSSERVER, TY)


def checker_named(name: str) -> TypeChecker:
    """The checker of that name. Raises ``KeyError``."""
    return {checker.name: checker for checker in CHECKERS}[name]
