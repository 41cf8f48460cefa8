"""The JSON shapes of ``models``, ``status`` and ``trust``, under the same promise as those of ``reports.py``."""

from __future__ import annotations

from pydantic import Field

from sightline.cli.model_reports import ConfiguredJson, RoleJson
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
    """`sightline models --json`. `configured` is model.name, empty when there is none; `models` are all of yours.
    `servers` are those that answer on this machine, and that of [model].
    """

    configured: str
    servers: list[ServerJson]
    models: list[ConfiguredJson] = Field(default_factory=list["ConfiguredJson"])


class SettingProblemJson(Report):
    """A mistake in a settings file; `line` is 0 where it is not known."""

    file: str
    line: int
    message: str


class StatusJson(Report):
    """`sightline status --json`. Never holds a key. `tests`: its tests may run on edits. `cloud`: what private models
    would answer may go to clouds. `failed` are models (PROVIDER:NAME) whose last request, in the last five minutes,
    failed.
    """

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
    cloud: bool = False
    switched: str = ""
    roles: list[RoleJson] = Field(default_factory=list["RoleJson"])
    models: list[ConfiguredJson] = Field(default_factory=list["ConfiguredJson"])
    failed: list[str] = Field(default_factory=list[str])


class TrustJson(Report):
    """`sightline trust --json`. `tests`: its tests may run on edits that nobody accepted yet. `cloud`: what private
    models would answer may go to clouds.
    """

    root: str
    trusted: bool
    tests: bool = False
    cloud: bool = False


class UsageJson(Report):
    """What one model did at one kind of task; tokens as its server counted them, times in seconds.

    `verdicts` counts requests: `answered`, `accepted` (an edit that passed the checks), `rejected`, `no_edits`,
    `repaired` (sent back for repair), `cancelled`, a kind of error (docs/reference/models.md), or "" where a turn was
    cut off. `success` is the share of the judged ones that were answered or accepted. `cost` is in US dollars;
    `unknown_cost` counts requests that are not in it because their price is not known. `context_efficiency` is tokens
    written for each one read, `cache_share` the share of the prompts that came from the server's cache, `hit_rate` the
    share of the requests that a reply from before answered. `loads` are requests for which the model had to be loaded,
    `swap_seconds` what that took in the mean.
    """

    model: str
    task: str
    requests: int
    verdicts: dict[str, int]
    success: float | None
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    context_efficiency: float | None
    cache_share: float | None
    load_seconds: float
    first_token_seconds: float | None
    total_seconds: float
    tokens_per_second: float | None
    cost: float
    unknown_cost: int
    hit_rate: float = 0.0
    loads: int = 0
    swap_seconds: float | None = None


class StatsJson(Report):
    """`sightline stats --json`. `since` is Unix time in seconds, 0 for all that is kept."""

    since: float
    models: list[UsageJson]
    cost: float
    unknown_cost: int
