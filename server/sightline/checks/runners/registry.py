"""The runners of tests. Adding one is one file beside this and one line."""

from __future__ import annotations

from sightline.checks.runners.go import GO
from sightline.checks.runners.pytest import PYTEST
from sightline.checks.runners.runner import Runner

RUNNERS: tuple[Runner, ...] = (PYTEST, GO)
