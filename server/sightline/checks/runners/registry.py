"""The runners of tests. Adding one is one file beside this and one line."""

from __future__ import annotations

from sightline.checks.runners.cargo import CARGO
from sightline.checks.runners.go import GO
from sightline.checks.runners.jest import JEST
from sightline.checks.runners.pytest import PYTEST
from sightline.checks.runners.runner import Runner
from sightline.checks.runners.vitest import VITEST

RUNNERS: tuple[Runner, ...] = (PYTEST, GO, VITEST, JEST, CARGO)
