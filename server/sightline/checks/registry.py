"""The checks, in the order they run: cheap and decisive ones first. Adding one is one file beside this and one line."""

from __future__ import annotations

from sightline.checks.breakage import BreakageCheck
from sightline.checks.check import Check
from sightline.checks.external_lint import ExternalLintCheck
from sightline.checks.generated import GeneratedCheck
from sightline.checks.imports import ImportsCheck
from sightline.checks.lint import LintCheck
from sightline.checks.syntax import SyntaxCheck
from sightline.checks.tests import TestsCheck
from sightline.checks.type_check import TypesCheck

CHECKS: tuple[Check, ...] = (
    SyntaxCheck(),
    ImportsCheck(),
    BreakageCheck(),
    LintCheck(),
    GeneratedCheck(),
    ExternalLintCheck(),
    TypesCheck(),
    TestsCheck(),
)

#: What runs when nobody chose: everything.
DEFAULT = CHECKS
