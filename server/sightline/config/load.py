"""Reads settings: defaults < user file < workspace file (narrowing only) < environment < what the door was given.

A workspace file is untrusted: it may lower a number marked ``narrowing`` and choose what carries no mark; a key,
endpoint or model in it is refused with its line, and the rest of the settings still holds.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sightline.base.errors import UsageError
from sightline.base.system import System
from sightline.config.lines import line_of
from sightline.config.locations import Locations
from sightline.config.routing_settings import NamedModelSettings, RoutingRule
from sightline.config.settings import Settings
from sightline.models.catalogue import ModelFacts

WORKSPACE_FILE = ".sightline/sightline.toml"
#: Where problems of ``merged`` values are said to be.
EDITOR = "the editor's workspace settings"

ENVIRONMENT = {
    "SIGHTLINE_MODEL": ("model", "name"),
    "SIGHTLINE_BASE_URL": ("model", "base_url"),
    "SIGHTLINE_API_KEY": ("model", "api_key"),
    "SIGHTLINE_LOCAL_TOKEN_LIMIT": ("local", "token_limit"),
    "SIGHTLINE_LOCAL_MAX_TOKENS": ("local", "max_tokens"),
}
#: Other variables that are read, elsewhere.
_OTHER_VARIABLES = frozenset({"SIGHTLINE_CONFIG", "SIGHTLINE_CACHE_DIR"})

#: What ``[model]`` says of the server rather than of the model.
_OF_SERVER = frozenset({"base_url", "api_key", "api", "path", "key_header", "headers", "private"})

Table = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """A mistake in a settings file, or in the environment (``file`` is then the name of the variable).

    ``line`` is one-based, 0 where it is not known.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings that hold, and what was wrong on the way."""

    settings: Settings
    problems: tuple[SettingProblem, ...]
    sources: tuple[str, ...]


def load_settings(
    system: System,
    where: Locations,
    roots: tuple[str, ...],
    given: Mapping[str, Any] | None = None,
    merged: Mapping[str, Any] | None = None,
) -> LoadedSettings:
    """All settings for ``roots``. ``given`` is a table of user scope from the door (command line, editor).

    ``merged`` is what an editor answers to ``workspace/configuration``: values whose scope it does not tell. They may
    do what a file of the workspace may; of the rest, which may well be the user's own, nothing is read or reported.

    Never raises for a broken file: the file is left out and the problem is reported. Raises :class:`UsageError` for
    ``given`` values that do not fit, since the user just typed them.
    """
    problems: list[SettingProblem] = []
    sources: list[str] = []
    table: Table = {}
    user = _read(system, where.user_settings, problems)
    if user is not None:
        sources.append(where.user_settings)
        table = _valid(user, where.user_settings, _text(system, where.user_settings), problems)
    for root in roots:
        file = f"{root.rstrip('/')}/{WORKSPACE_FILE}"
        found = _read(system, file, problems)
        if found is not None:
            sources.append(file)
            text = _text(system, file)
            table = _narrowed(table, _valid(found, file, text, problems), file, text, problems)
    _check_variables(system, problems)
    if merged:
        narrowing = _without_user_scope(merged)
        table = _narrowed(table, _valid(narrowing, EDITOR, "", problems), EDITOR, "", problems)
    for name, (section, key) in ENVIRONMENT.items():
        value = system.environment.get(name, "").strip()
        if value and _valid({section: {key: value}}, name, "", problems).get(section):
            sources.append(name)
            table = _merged(_for_provider(table, {section: {key: value}}), {section: {key: value}})
    table = _as_narrow(table, _merged(_for_provider(table, given or {}), dict(given or {})))
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where_text = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"The setting {where_text} is wrong: {first['msg']}.", kind="wrong_setting") from None
    return LoadedSettings(settings=settings, problems=tuple(problems), sources=tuple(sources))


def _for_provider(table: Table, later: Mapping[str, Any]) -> Table:
    """``table`` for a model named ``later``: address and key of another provider's server are not for it."""
    before, now = _provider_in(table), _provider_in(later)
    if not before or not now or before == now:
        return table
    own = cast("Table", table["model"]).items()
    return {**table, "model": {key: value for key, value in own if key not in _OF_SERVER}}


def _provider_in(table: Mapping[str, Any]) -> str:
    model: object = table.get("model")
    name: object = cast("Table", model).get("name") if isinstance(model, dict) else ""
    return str(name).partition(":")[0].strip().lower() if name else ""


def _check_variables(system: System, problems: list[SettingProblem]) -> None:
    """Reports variables that are spelled almost like one that is read."""
    known = sorted({*ENVIRONMENT, *_OTHER_VARIABLES})
    strangers = [name for name in system.environment if name.startswith("SIGHTLINE_") and name not in known]
    problems += [
        SettingProblem(file=name, line=0, message=f"is not read; did you mean {close[0]}?")
        for name in sorted(strangers)
        if (close := difflib.get_close_matches(name, known, n=1, cutoff=0.8))
    ]


def _read(system: System, file: str, problems: list[SettingProblem]) -> Table | None:
    try:
        data = system.files.read(file, 1 << 20)
    except FileNotFoundError:
        return None
    except OSError as error:
        if not isinstance(error, NotADirectoryError):
            problems.append(SettingProblem(file=file, line=0, message=f"cannot be read: {error.strerror}"))
        return None
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number too long, nested too deep
        line = _number_after(str(error), "line ")
        problems.append(SettingProblem(file=file, line=line, message=f"is not valid TOML: {error}"))
        return None


def _text(system: System, file: str) -> str:
    return system.files.read(file, 1 << 20).decode("utf-8", "replace")


def _valid(table: Table, file: str, text: str, problems: list[SettingProblem]) -> Table:
    """``table`` without the values that do not fit the schema, each reported."""
    table = {key: dict(cast("Table", value)) if isinstance(value, dict) else value for key, value in table.items()}
    try:
        Settings.model_validate(table)
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False):
            place = [str(part) for part in item["loc"]]
            message = f"{'.'.join(place)}: {_explained(place, item['type'], item['msg'])}"
            problems.append(SettingProblem(file=file, line=line_of(text, place), message=message))
            _remove(table, place)
        _close_gaps(table)
    return table


#: Stands for an entry of a list that was taken out, so that the others keep their numbers.
_GAP = object()
#: What pydantic calls a mistake in the key of an entry, in place of the setting.
_KEY = "[key]"


def _remove(table: Table, place: list[str]) -> None:
    """Takes the smallest part that can stand alone out of ``table``: an entry of a table or list, a setting."""
    section = table.get(place[0])
    if len(place) == 1 or not isinstance(section, dict):
        table.pop(place[0], None)
        return
    values = cast("Table", section)
    entries: object = values.get(place[1])
    if len(place) > 2 and isinstance(entries, dict) and place[2] != _KEY:
        values[place[1]] = {key: value for key, value in cast("Table", entries).items() if key != place[2]}
    elif len(place) > 2 and isinstance(entries, list) and place[2].isdigit():
        number = int(place[2])
        values[place[1]] = [_GAP if at == number else entry for at, entry in enumerate(cast("list[object]", entries))]
    else:
        values.pop(place[1], None)


def _close_gaps(table: Table) -> None:
    for values in table.values():
        if isinstance(values, dict):
            for key, entries in cast("Table", values).items():
                if isinstance(entries, list):
                    values[key] = [entry for entry in cast("list[object]", entries) if entry is not _GAP]


#: The fields of the entries of a section, where they are not facts of models.
_ENTRIES: Mapping[str, type[BaseModel]] = {"models": NamedModelSettings, "routing": RoutingRule}


def _explained(place: list[str], kind: str, message: str) -> str:
    """What is wrong, and for a name that is none what it might have been meant for."""
    if kind != "extra_forbidden":
        return message
    names = list(Settings.model_fields if len(place) == 1 else _fields_of(place[0]))
    if len(place) > 2:
        names = list(_ENTRIES.get(place[0], ModelFacts).model_fields)
    close = difflib.get_close_matches(place[-1], names, n=1)
    what = "section" if len(place) == 1 else "setting"
    return f"there is no such {what}" + (f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names)}")


def _narrowed(table: Table, workspace: Table, file: str, text: str, problems: list[SettingProblem]) -> Table:
    result = _merged(table, {})
    for section, values in workspace.items():
        fields = _fields_of(section)
        if not fields:
            message = f"{section} is read from your own settings only, never from a workspace"
            problems.append(SettingProblem(file=file, line=line_of(text, [section]), message=message))
            continue
        for key, value in cast("Table", values).items():
            scope = _scope(fields[key])
            present = cast("Table", result.get(section, {})).get(key, fields[key].default)
            if scope == "user":
                message = f"{section}.{key} is read from your own settings only, never from a workspace"
                problems.append(SettingProblem(file=file, line=line_of(text, [section, key]), message=message))
            elif order := _order(fields[key]):
                if order.index(value) <= order.index(str(present)):
                    result.setdefault(section, {})[key] = value
                else:
                    message = f"{section}.{key} can only be made narrower here (it is {present})"
                    problems.append(SettingProblem(file=file, line=line_of(text, [section, key]), message=message))
            elif scope != "narrowing" or present is None or value <= present:
                least = _least(fields[key], present) if scope == "narrowing" else value
                result.setdefault(section, {})[key] = max(value, least)
                if value < least:
                    message = f"{section}.{key} can be lowered to {least:g} here, not below: {least:g} holds"
                    problems.append(SettingProblem(file=file, line=line_of(text, [section, key]), message=message))
            else:
                message = f"{section}.{key} can only be lowered here (it is {present})"
                problems.append(SettingProblem(file=file, line=line_of(text, [section, key]), message=message))
    return result


def _without_user_scope(merged: Mapping[str, Any]) -> Table:
    """The values that a workspace may set, by the names of the schema. Editors spell names in camel case."""
    result: Table = {}
    for section in Settings.model_fields:
        values: object = merged.get(section)
        if not isinstance(values, Mapping):
            continue
        named = {_snake_case(key): value for key, value in cast("Mapping[str, Any]", values).items()}
        fields = _fields_of(section)
        open_keys = (key for key, field in fields.items() if _scope(field) != "user" and named.get(key) is not None)
        if kept := {key: named[key] for key in open_keys}:
            result[section] = kept
    return result


def _snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _fields_of(section: str) -> dict[str, FieldInfo]:
    """The settings of a section; none of one whose keys are the user's own names."""
    default: object = Settings.model_fields[section].default
    return type(default).model_fields if isinstance(default, BaseModel) else {}


def _order(field: FieldInfo) -> list[str]:
    """The words of a narrowing choice, the narrowest first; empty for anything else."""
    extra: object = field.json_schema_extra
    return list(cast("Table", extra).get("x-order", ())) if isinstance(extra, dict) else []


def _as_narrow(narrowed: Table, table: Table) -> Table:
    """``table`` with every narrowing choice of words as narrow as it was: what an editor adds does not widen it."""
    for section in narrowed:
        for key, field in _fields_of(section).items():
            order = _order(field)
            before = cast("Table", narrowed[section]).get(key)
            now: object = cast("Table", table.get(section, {})).get(key)
            if before in order and now in order and order.index(str(before)) < order.index(str(now)):
                table[section] = {**cast("Table", table[section]), key: before}
    return table


def _scope(field: FieldInfo) -> str:
    extra: object = field.json_schema_extra
    return str(cast("Table", extra).get("x-scope", "")) if isinstance(extra, dict) else ""


def _least(field: FieldInfo, present: float | None) -> float:
    """The lowest value a workspace can bring about: the floor, or what the user has where that is lower."""
    extra: object = field.json_schema_extra
    floor = float(cast("Table", extra).get("x-floor", -math.inf)) if isinstance(extra, dict) else -math.inf
    return floor if present is None else min(floor, present)


def _merged(left: Table, right: Table) -> Table:
    result: Table = {key: dict(cast("Table", v)) if isinstance(v, dict) else v for key, v in left.items()}
    for key, value in right.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = {**result[key], **value}
        else:
            result[key] = value
    return result


def _number_after(text: str, word: str) -> int:
    digits = text.partition(word)[2].partition(",")[0].strip()
    return int(digits) if digits.isdigit() else 0
