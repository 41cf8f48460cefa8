"""Mistakes that no schema finds: a model nobody can name, a file that is not there. Asks no server."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.config.lines import line_of, line_with
from sightline.config.load import ENVIRONMENT, LoadedSettings, SettingProblem
from sightline.config.locations import Locations
from sightline.config.model_settings import ModelSettings
from sightline.config.routing_settings import PRIMARY
from sightline.config.settings import Settings
from sightline.models.selection import own_key, select_model

_FILES = ("ca_file", "client_certificate", "client_key")


def check_settings(system: System, where: Locations, loaded: LoadedSettings) -> tuple[SettingProblem, ...]:
    """All mistakes in the settings that hold: those found while they were read, and those found in their values."""
    settings = loaded.settings
    found = list(loaded.problems)
    if settings.model.name and settings.model.name not in settings.models:
        found += _of_model(system, where, settings.model, ("model",))
    for name, model in settings.models.items():
        found += _of_model(system, where, model, ("models", name))
    found += _of_routing(system, where, settings)
    for name in _FILES:
        path = getattr(settings.network, name)
        if path and not _is_file(system, path):
            message = f"network.{name}: {path} is no file that can be read"
            found.append(_problem(system, where, ("network", name), message))
    return tuple(found)


def _of_model(system: System, where: Locations, model: ModelSettings, place: tuple[str, ...]) -> list[SettingProblem]:
    """What keeps a model from being asked."""
    dotted = ".".join(place)
    if not model.name:
        message = f"{dotted}.name: is missing: it says which model this is, as PROVIDER:MODEL"
        return [_problem(system, where, (*place, "name"), message)]
    key = model.api_key.get_secret_value() or own_key(model.name, model.base_url, system.environment)
    try:
        select_model(model.name, base_url=model.base_url, api_key=key)
    except SightlineError as error:
        about = "base_url" if error.kind == "base_url" else "name"
        message = f"{dotted}.{about}: {error.message} {error.hint}".strip()
        return [_problem(system, where, (*place, about), message)]
    return []


def _of_routing(system: System, where: Locations, settings: Settings) -> list[SettingProblem]:
    """Names that are no model's, and roles that two models have."""
    known = (PRIMARY, *settings.models)
    found: list[SettingProblem] = []
    for rule in settings.routing.rules:
        if rule.model not in known:
            message = f"routing.rules: {_unknown(rule.model, known)}"
            found.append(_problem(system, where, ("routing", "rules"), message, holding=f'"{rule.model}"'))
    for name in settings.routing.fallback:
        if name not in known:
            message = f"routing.fallback: {_unknown(name, known)}"
            found.append(_problem(system, where, ("routing", "fallback"), message, holding=f'"{name}"'))
    taken: dict[str, str] = {}
    for name, model in settings.models.items():
        for role in model.roles:
            if role in taken:
                message = f"models.{name}.roles: {taken[role]} is for {role} already, and that one counts"
                found.append(_problem(system, where, ("models", name, "roles"), message))
            taken.setdefault(role, name)
    return found


def _unknown(name: str, known: Sequence[str]) -> str:
    return f"there is no model {name}; there are {', '.join(known)}"


def _problem(
    system: System, where: Locations, place: tuple[str, ...], message: str, *, holding: str = ""
) -> SettingProblem:
    """``message`` about a setting of user scope, at the variable or the line it comes from.

    ``holding`` is what the line holds, of a setting that takes several.
    """
    variable = next((name for name, at in ENVIRONMENT.items() if at == place and system.environment.get(name)), "")
    if variable:
        return SettingProblem(file=variable, line=0, message=message)
    try:
        text = system.files.read(where.user_settings, 1 << 20).decode("utf-8", "replace")
    except OSError:
        text = ""
    line = line_of(text, place)
    return SettingProblem(
        file=where.user_settings, line=line_with(text, line, holding) if holding else line, message=message
    )


def _is_file(system: System, path: str) -> bool:
    try:
        system.files.read(path, 1)
    except OSError:
        return False
    return True
