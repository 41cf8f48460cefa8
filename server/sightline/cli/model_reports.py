"""The JSON shapes of what is told of the user's models, under the same promise as those of ``reports.py``."""

from __future__ import annotations

from pydantic import Field

from sightline.cli.reports import Report


class PriceJson(Report):
    """US dollars for a million tokens; null where a price is not known."""

    prompt: float | None
    output: float | None
    cached: float | None = None


class LoadedJson(Report):
    """A model in a server's memory; sizes in bytes, the window in tokens, null where the server does not tell.

    `ours`: a window or command of Sightline loaded it, and asked it last `idle_seconds` ago. `persistent`: by your
    settings it never makes room for another. `warning` says that it has no room on the graphics card.
    """

    name: str
    window: int | None
    size: int | None
    graphics_size: int | None
    ours: bool = False
    idle_seconds: float | None = None
    persistent: bool = False
    warning: str = ""


class ConfiguredJson(Report):
    """One of your models: `name` is yours for it (`model` for [model]), `model` is PROVIDER:NAME.

    `where` it runs is `this machine`, `private network` or a cloud. `window` is in tokens, null where nobody
    tells it, and `window_source` who does. `price` is null where it is not known; a model of your own machines costs 0.
    `reachable` says whether its server answers, `error` why it cannot be asked. `loaded` is what its server holds.
    """

    name: str
    model: str
    base_url: str
    where: str
    roles: list[str]
    window: int | None
    window_source: str
    price: PriceJson | None
    reachable: bool
    error: str
    primary: bool
    switched: bool
    loaded: list[LoadedJson] = Field(default_factory=list["LoadedJson"])


class RoleJson(Report):
    """Which of your models is asked for a role, and why; `name` is "" where none may be."""

    role: str
    name: str
    reason: str


class SwitchJson(Report):
    """`sightline switch --json`. `model` is the model you switched to, "" where your settings decide."""

    model: str
    where: str = ""
    problem: str = ""
