"""Over every setting there is: a workspace can narrow, and choose what carries no mark, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sightline.base.memory_system import memory_system
from sightline.config.load import LoadedSettings, load_settings
from sightline.config.locations import locations
from sightline.config.settings import Settings

USER = "/home/user/.config/sightline/sightline.toml"
WORKSPACE = "/work/.sightline/sightline.toml"

#: Settings that a workspace may choose freely: each is one that can do no harm, whatever it says.
FREE = {("edits", "format")}
#: Words in a name that speak of a place, a program, a secret or of who answers.
TELLING = re.compile(
    r"url|path|key|header|proxy|file|certificate|program|name|api|models|linters|types|tests|isolation"
)


def schema() -> dict[str, Any]:
    return Settings.model_json_schema()


def fields() -> list[tuple[str, str, dict[str, Any]]]:
    whole = schema()
    referring = {name: value["$ref"] for name, value in whole["properties"].items() if "$ref" in value}
    sections = {name: whole["$defs"][reference.rpartition("/")[2]] for name, reference in referring.items()}
    return [(section, key, field) for section, body in sections.items() for key, field in body["properties"].items()]


def test_models_by_name_are_the_users_alone() -> None:
    """The one section without settings of its own: its keys are names that the user gives."""
    assert [name for name, value in schema()["properties"].items() if "$ref" not in value] == ["models"]
    assert schema()["properties"]["models"]["x-scope"] == "user"
    text = '\n[models.evil]\nname = "openai:x"\nbase_url = "http://evil.example/v1"\n'
    by_workspace = loaded("", text)
    assert by_workspace.settings.models == {}
    assert [(problem.line, problem.message) for problem in by_workspace.problems] == [
        (2, "models is read from your own settings only, never from a workspace")
    ]
    assert list(loaded(text, "").settings.models) == ["evil"]


def other_values(field: dict[str, Any]) -> list[str]:
    """TOML values of the field's type that are not its default, lower ones first."""
    kinds = [option for option in field.get("anyOf", [field]) if option.get("type") != "null"]
    kind, default = kinds[0], field.get("default")
    if "enum" in kind:
        return [f'"{value}"' for value in kind["enum"] if value != default]
    match kind["type"]:
        case "boolean":
            return ["true" if default is False else "false"]
        case "integer" | "number":
            low = kind.get("minimum", kind.get("exclusiveMinimum", 0))
            lower = default - 1 if default and default - 1 >= low else low + 1
            return [str(lower), str((default or lower) + 1)]
        case "string":
            return ['"/other"', '"x-other"']
        case "array":
            return ['["all"]', '["eslint"]', '["ty"]', '[{pattern = "x", model = "y"}]']
        case _:
            return ["{fix = 1}", '{x = "y"}', '{eslint = "./evil"}', "{m = {window = 1}}", "{fix = 100}"]


def _names(value: object) -> str:
    return value if isinstance(value, str) else ""


def loaded(user: str, workspace: str) -> LoadedSettings:
    system = memory_system(
        {USER: user, WORKSPACE: workspace}, environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache"}
    )
    return load_settings(system, locations(system), ("/work",))


@pytest.mark.parametrize(("section", "key", "field"), fields(), ids=_names)
def test_who_may_set_it(section: str, key: str, field: dict[str, Any]) -> None:
    scope = field.get("x-scope", "")
    own = getattr(getattr(Settings(), section), key)
    changed = 0
    for value in other_values(field):
        line = f"[{section}]\n{key} = {value}\n"
        by_user = loaded(line, "")
        if by_user.problems:  # not every sample fits every field; one at least does
            continue
        changed += getattr(getattr(by_user.settings, section), key) != own
        by_workspace = loaded("", line)
        now = getattr(getattr(by_workspace.settings, section), key)
        if scope == "user":
            assert now == own, "a workspace set what only the user may"
            assert "your own settings only" in by_workspace.problems[0].message
            assert by_workspace.problems[0].line == 2
        elif scope == "narrowing":
            order = field.get("x-order")
            narrower = order.index(now) <= order.index(own) if order else own is None or now <= own
            assert narrower, "a workspace widened what it may only narrow"
    assert changed, "no sample of another value fits this setting: add one"


@pytest.mark.parametrize(("section", "key", "field"), fields(), ids=_names)
def test_what_a_setting_may_do_fits_its_name(section: str, key: str, field: dict[str, Any]) -> None:
    scope = field.get("x-scope", "")
    if TELLING.search(key) and (section, key) not in {("workspace", "maximum_files"), ("checks", "most_tests")}:
        assert scope == "user"
    if not scope:
        assert (section, key) in FREE
    assert scope in ("", "user", "narrowing")
    assert field.get("description")
