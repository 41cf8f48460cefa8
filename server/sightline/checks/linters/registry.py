"""The linters a user can name in the setting ``checks.linters``. Adding one is one file beside this and one line."""

from __future__ import annotations

from sightline.checks.linters.biome import BIOME
from sightline.checks.linters.clippy import CLIPPY
from sightline.checks.linters.eslint import ESLINT
from sightline.checks.linters.gofmt import GOFMT
from sightline.checks.linters.govet import GOVET
from sightline.checks.linters.linter import Linter
from sightline.checks.linters.oxlint import OXLINT

LINTERS: tuple[Linter, ...] = (BIOME, CLIPPY, ESLINT, GOFMT, GOVET, OXLINT)


def linter_named(name: str) -> Linter:
    """The linter of that name. Raises ``KeyError``."""
    return {linter.name: linter for linter in LINTERS}[name]
