"""What ``models``, ``status`` and ``switch`` share: the user's models looked at, for people and for programs."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass

from sightline.base.database import DatabaseError, open_cache
from sightline.base.system import System
from sightline.cli import model_reports
from sightline.cli.output import say
from sightline.config.consent import may_use_cloud
from sightline.config.locations import Locations
from sightline.config.settings import Settings
from sightline.config.switched import switched_to
from sightline.engine.limits import residency_policy
from sightline.engine.model import model_set
from sightline.engine.model_survey import Kept, ModelReport, RoleReport, roles_of, survey
from sightline.models import leases
from sightline.models.gateway import Gateway, ModelStores
from sightline.models.leases import LeaseBook
from sightline.models.members import ModelSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """The user's models, what was found of each, and who is asked for what. ``switched`` is the model switched to."""

    models: ModelSet
    reports: tuple[ModelReport, ...]
    roles: tuple[RoleReport, ...]
    switched: str

    @property
    def any_configured(self) -> bool:
        """Whether there is a model at all: [model] alone without a name is none."""
        return len(self.reports) > 1 or any(report.model for report in self.reports)


async def surveyed(system: System, where: Locations, root: str, settings: Settings) -> Surveyed:
    """Looks at every model of the settings. Never loads one, and never raises for one."""
    models = model_set(settings, system.environment)
    switched = switched_to(system, where)
    gateway = Gateway(system, ModelStores)
    try:
        kept = await asyncio.to_thread(_kept, system, where)
        reports = await survey(models, gateway, kept=kept, residency=residency_policy(settings.residency))
    finally:
        await gateway.close()
    leave = bool(may_use_cloud(system, where, root))
    roles = await asyncio.to_thread(roles_of, models, switched=switched, leave=leave)
    return Surveyed(models=models, reports=reports, roles=roles, switched=switched)


def _kept(system: System, where: Locations) -> Kept:
    """What windows of this user have local servers hold; nothing where that cannot be read."""
    if not os.path.exists(where.leases):
        return {}
    book = LeaseBook(open_cache(where.leases, version=leases.VERSION, schema=leases.SCHEMA), system.clock)
    try:
        return book.kept()
    except DatabaseError:
        return {}
    finally:
        book.close()


def configured_json(found: Surveyed) -> list[model_reports.ConfiguredJson]:
    """Each of the user's models; none where nothing is configured."""
    if not found.any_configured:
        return []
    return [_configured(report, found) for report in found.reports]


def roles_json(found: Surveyed) -> list[model_reports.RoleJson]:
    """Who is asked for each role; none where nothing is configured."""
    if not found.any_configured:
        return []
    return [model_reports.RoleJson(role=row.role, name=row.name, reason=row.reason) for row in found.roles]


def say_configured(rows: list[model_reports.ConfiguredJson]) -> None:
    """One model a paragraph."""
    for row in rows:
        marks = [mark for mark, is_so in (("yours", row.primary), ("switched to", row.switched)) if is_so]
        marks += [f"for {', '.join(row.roles)}"] if row.roles else []
        say(f"{row.name}  {row.model}" + (f"  ({'; '.join(marks)})" if marks else ""))
        window = f"{row.window:,} tokens ({row.window_source})" if row.window else "window not known"
        say(f"    {row.where or 'nowhere'}; {window}; {_price(row.price)}; {row.error or 'answers'}")
        say_held(row.loaded, "    ")


def say_held(rows: list[model_reports.LoadedJson], margin: str) -> None:
    """What the server of a model holds, a model a line."""
    for row in rows:
        parts = [f"holds {row.name}"]
        parts += [f"{row.window:,} tokens"] if row.window else []
        parts += ["loaded by Sightline"] if row.ours else []
        parts += [f"asked {row.idle_seconds:.0f} s ago"] if row.idle_seconds is not None else []
        parts += ["persistent"] if row.persistent else []
        say(margin + ", ".join(parts))
        if row.warning:
            say(f"{margin}    {row.warning}")


def _configured(report: ModelReport, found: Surveyed) -> model_reports.ConfiguredJson:
    prices = report.prices
    price = (
        model_reports.PriceJson(prompt=prices.prompt, output=prices.output, cached=prices.cached) if prices else None
    )
    return model_reports.ConfiguredJson(
        name=report.name,
        model=report.model,
        base_url=report.base_url,
        where=report.where,
        roles=[*report.roles],
        window=report.window,
        window_source=report.window_source,
        price=model_reports.PriceJson(prompt=0.0, output=0.0, cached=0.0) if report.free else price,
        reachable=not report.error,
        error=report.error,
        primary=report.name == found.models.routing.primary,
        switched=report.name == found.switched,
        loaded=[
            model_reports.LoadedJson(
                name=row.model.name,
                window=row.model.window,
                size=row.model.size,
                graphics_size=row.model.graphics_size,
                ours=row.ours,
                idle_seconds=row.idle_seconds,
                persistent=row.persistent,
                warning=row.warning,
            )
            for row in report.loaded
        ],
    )


def _price(price: model_reports.PriceJson | None) -> str:
    if price is None or (price.prompt is None and price.output is None):
        return "price not known"
    if not price.prompt and not price.output:
        return "costs nothing"
    parts = [f"${value:g} {what}" for what, value in (("read", price.prompt), ("written", price.output)) if value]
    return f"{', '.join(parts)} a million tokens"
