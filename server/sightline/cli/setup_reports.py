"""The JSON shapes of ``models``, ``status`` and ``trust``, under the same promise as those of ``reports.py``."""

from __future__ import annotations

from sightline.cli.reports import Report


class ModelJson(Report):
    """A model that a server offers; `window` is its loaded context window in tokens, null where it is not told."""

    name: str
    window: int | None


class ServerJson(Report):
    """A model server."""

    name: str
    base_url: str
    models: list[ModelJson]
    error: str = ""


class ModelsJson(Report):
    """`sightline models --json`. `configured` is the model that answers now, empty when there is none."""

    configured: str
    servers: list[ServerJson]


class SettingProblemJson(Report):
    """A mistake in a settings file; `line` is 0 where it is not known."""

    file: str
    line: int
    message: str


class StatusJson(Report):
    """`sightline status --json`. Never holds a key. `tests`: its tests may run on edits."""

    version: str
    root: str
    trusted: bool
    tests: bool = False
    model: str
    base_url: str
    key_present: bool
    cache: str
    state: str
    settings_files: list[str]
    problems: list[SettingProblemJson]


class TrustJson(Report):
    """`sightline trust --json`. `tests`: its tests may run on edits that nobody accepted yet."""

    root: str
    trusted: bool
    tests: bool = False
