"""The sections for several models: what each is for, who answers what, and what may leave the user's own network."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import regex
from pydantic import AfterValidator, Field

from sightline.config.model_settings import ModelSettings
from sightline.config.section import USER_ONLY, Section, narrowing_in_order
from sightline.models.catalogue import ModelRole

#: What ``[model]`` is called where the models of ``[models]`` are called by their names.
PRIMARY = "model"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _model_name(name: str) -> str:
    if name == PRIMARY:
        raise ValueError(f"`{PRIMARY}` is the name of [model]; choose another")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a model: letters, digits, `.`, `_` and `-`")
    return name


def _expression(pattern: str) -> str:
    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return pattern


def _once(roles: tuple[ModelRole, ...]) -> tuple[ModelRole, ...]:
    return tuple(dict.fromkeys(roles))


class NamedModelSettings(ModelSettings):
    """One more model, under a name of yours: all that `[model]` has, and what it is for."""

    roles: Annotated[
        tuple[ModelRole, ...],
        Field(
            description="What it is for: `chat` (questions), `edit`, `fast` (short questions), `completion`, "
            "`embedding`. `[model]` is for all that no other is for.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_once),
    ] = ()


#: Models by the user's own names for them.
NamedModels = dict[Annotated[str, AfterValidator(_model_name)], NamedModelSettings]


class RoutingRule(Section):
    """A rule of yours: what it matches is answered by that model."""

    pattern: Annotated[
        str,
        Field(description="Regular expression that is looked for in the words of the task.", max_length=1_000),
        AfterValidator(_expression),
    ]
    model: Annotated[str, Field(description="Name of one of your models, or `model` for `[model]`.")]


class RoutingSettings(Section):
    """Which of several models answers. What you name for a request, roles and `sightline switch` come before rules."""

    rules: Annotated[
        tuple[RoutingRule, ...],
        Field(
            description='Rules such as `{pattern = "(?i)translate", model = "fast"}`, in order; the first that '
            "matches decides.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ()
    fallback: Annotated[
        tuple[str, ...],
        Field(
            description="Names of models to ask, in order, when one cannot be reached, has too much to do, is gone, or "
            "has no room for the prompt.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ()


class PrivacySettings(Section):
    """What may leave your own machines and network."""

    cloud: Annotated[
        Literal["ask", "allow", "never"],
        Field(
            description="Whether a request that a model of your own network would answer may go to a cloud service "
            "instead, by a rule, a role, a switch or a fallback: `ask` for leave once for each workspace, `allow` it "
            "everywhere, or `never` ask any cloud service at all.",
            json_schema_extra=narrowing_in_order("never", "ask", "allow"),
        ),
    ] = "ask"
