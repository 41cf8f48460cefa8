"""Mistakes that no schema finds: a model nobody can name, a file that is not there. Asks no server."""

from __future__ import annotations

from sightline.base.errors import SightlineError
from sightline.base.system import System
from sightline.config.lines import line_of
from sightline.config.load import ENVIRONMENT, LoadedSettings, SettingProblem
from sightline.config.locations import Locations
from sightline.models.selection import own_key, select_model

_FILES = ("ca_file", "client_certificate", "client_key")


def check_settings(system: System, where: Locations, loaded: LoadedSettings) -> tuple[SettingProblem, ...]:
    """All mistakes in the settings that hold: those found while they were read, and those found in their values."""
    model, network = loaded.settings.model, loaded.settings.network
    found = list(loaded.problems)
    if model.name:
        key = model.api_key.get_secret_value() or own_key(model.name, model.base_url, system.environment)
        try:
            select_model(model.name, base_url=model.base_url, api_key=key)
        except SightlineError as error:
            about = "base_url" if error.kind == "base_url" else "name"
            message = f"model.{about}: {error.message} {error.hint}".strip()
            found.append(_problem(system, where, ("model", about), message))
    for name in _FILES:
        path = getattr(network, name)
        if path and not _is_file(system, path):
            message = f"network.{name}: {path} is no file that can be read"
            found.append(_problem(system, where, ("network", name), message))
    return tuple(found)


def _problem(system: System, where: Locations, place: tuple[str, str], message: str) -> SettingProblem:
    """``message`` about a setting of user scope, at the variable or the line it comes from."""
    variable = next((name for name, at in ENVIRONMENT.items() if at == place and system.environment.get(name)), "")
    if variable:
        return SettingProblem(file=variable, line=0, message=message)
    try:
        text = system.files.read(where.user_settings, 1 << 20).decode("utf-8", "replace")
    except OSError:
        text = ""
    return SettingProblem(file=where.user_settings, line=line_of(text, place), message=message)


def _is_file(system: System, path: str) -> bool:
    try:
        system.files.read(path, 1)
    except OSError:
        return False
    return True
