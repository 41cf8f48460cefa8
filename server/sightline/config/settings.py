"""The settings schema: one pydantic model from which the JSON Schema, the docs and ``package.json`` are generated.

This file says what may be set and where; ``load.py`` reads it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sightline.checks.checkers.registry import CHECKERS
from sightline.checks.isolation import SANDBOX_PROGRAM
from sightline.checks.linters.registry import LINTERS
from sightline.checks.runners.registry import RUNNERS
from sightline.config.model_settings import (
    CacheSettings,
    CatalogueSettings,
    LocalSettings,
    ModelSettings,
    NetworkSettings,
    SpendingSettings,
    TaskSettings,
)
from sightline.config.routing_settings import NamedModels, PrivacySettings, RoutingSettings
from sightline.config.section import NARROWING, USER_ONLY, Section, narrowing_in_order, narrowing_to
from sightline.config.serving_settings import LimitSettings, ResidencySettings
from sightline.context.repository_notes import USUAL_NAMES
from sightline.languages.registry import LANGUAGES


def _known_languages(names: tuple[str, ...]) -> tuple[str, ...]:
    known = [language.name for language in LANGUAGES]
    if "all" in names:
        return tuple(known)
    if unknown := sorted({*names} - {*known}):
        raise ValueError(f"unknown language {', '.join(unknown)}; known are all, {', '.join(known)}")
    return names


def _known_linters(names: tuple[str, ...]) -> tuple[str, ...]:
    known = [linter.name for linter in LINTERS]
    if unknown := sorted({*names} - {*known}):
        raise ValueError(f"unknown linter {', '.join(unknown)}; known are {', '.join(known)}")
    return tuple(dict.fromkeys(names))


def _known_checkers(names: tuple[str, ...]) -> tuple[str, ...]:
    known = [checker.name for checker in CHECKERS]
    if unknown := sorted({*names} - {*known}):
        raise ValueError(f"unknown type checker {', '.join(unknown)}; known are {', '.join(known)}")
    return tuple(dict.fromkeys(names))


def _places(programs: dict[str, str]) -> dict[str, str]:
    named = [
        *(each.program for each in LINTERS),
        *(each.name for each in CHECKERS),
        *(each.program for each in RUNNERS),
    ]
    known = [*named, "python", SANDBOX_PROGRAM]
    if unknown := sorted({*programs} - {*known}):
        raise ValueError(f"unknown program {', '.join(unknown)}; known are {', '.join(sorted({*known}))}")
    for name, place in programs.items():
        if "/" not in place.replace("\\", "/"):
            raise ValueError(f"{name}: {place!r} is no path; a program on your PATH needs no entry")
    return programs


class ContextSettings(Section):
    """How much code a prompt may hold."""

    budget: Annotated[
        int,
        Field(
            description="Most tokens of code chosen for a task. What the model then asks for itself may add a quarter "
            "of it, and a task that goes on with a conversation half.",
            ge=256,
            le=1_000_000,
            json_schema_extra=NARROWING,
        ),
    ] = 8_000
    instruction_files: Annotated[
        tuple[str, ...],
        Field(
            description="Files with the repository's own notes for whoever works on it, read in trusted workspaces: in "
            "each folder the first that is there speaks. Names that end in / are folders of rules. Empty: none.",
            json_schema_extra=USER_ONLY,
        ),
    ] = USUAL_NAMES
    needs_rounds: Annotated[
        int,
        Field(
            description="How often a model may ask for more code (`NEEDS: path`) before it does the task; 0 never.",
            ge=0,
            le=5,
            json_schema_extra=NARROWING,
        ),
    ] = 2
    rerank: Annotated[
        bool,
        Field(
            description="Whether the best 60 pieces for a task are ordered anew by how alike they are to it in "
            "meaning. The model with the role `embedding` is sent the task and these pieces, without secrets. A "
            "workspace may only turn it off.",
            json_schema_extra=NARROWING,
        ),
    ] = False
    rerank_seconds: Annotated[
        float,
        Field(
            description="How long that may take, in seconds; then the order is the one without it. Vectors that have "
            "come by then are kept.",
            gt=0,
            le=120,
            json_schema_extra=USER_ONLY,
        ),
    ] = 5.0


class ConversationSettings(Section):
    """What is kept of conversations, so that they can go on after a restart. Secrets are never kept."""

    keep: Annotated[
        bool,
        Field(
            description="Whether conversations are kept on disk (`sightline conversations` lists and deletes them). "
            "Else they end with the editor's server, and `sightline ask --continue` has nothing to go on with.",
            json_schema_extra=USER_ONLY,
        ),
    ] = True
    days: Annotated[
        int,
        Field(description="One that was not used for so long is deleted.", ge=1, le=3650, json_schema_extra=USER_ONLY),
    ] = 30
    most: Annotated[
        int,
        Field(description="Only so many are kept for one workspace.", ge=1, le=10_000, json_schema_extra=USER_ONLY),
    ] = 200


class PromptSettings(Section):
    """What prompts have besides the task and its code."""

    analyse: Annotated[
        Literal["auto", "always", "never"],
        Field(
            description="Whether a model is asked to look at the names, errors and patterns of the code before it "
            "edits. `auto`: for implementing and refactoring, unless the model is known to think by itself or is small "
            "(under 7B by its name).",
            json_schema_extra=narrowing_in_order("never", "auto", "always"),
        ),
    ] = "auto"
    conventions: Annotated[
        bool,
        Field(
            description="Whether prompts say how the code base is written, as measured: some 150 tokens.",
            json_schema_extra=NARROWING,
        ),
    ] = True
    overview: Annotated[
        Literal["auto", "always", "never"],
        Field(
            description="Whether prompts begin with what the workspace is made of (entry points, layers, what most "
            "depends on), in at most 5 % of `context.budget` and within it. `auto`: for explaining and reviewing.",
            json_schema_extra=narrowing_in_order("never", "auto", "always"),
        ),
    ] = "auto"


class EditSettings(Section):
    """How edits are asked for and judged."""

    format: Annotated[
        Literal["search_replace", "patch", "diff", "symbol", "whole_file"] | None,
        Field(
            description="The edit format models are asked to answer in; small models do best with symbol. Unset: what "
            "is known to be best for the model, else search_replace."
        ),
    ] = None
    repair_rounds: Annotated[
        int,
        Field(description="How often a refused edit is sent back for repair.", ge=0, le=3, json_schema_extra=NARROWING),
    ] = 3


class WorkspaceSettings(Section):
    """Limits on what is read."""

    maximum_files: Annotated[
        int,
        Field(description="A workspace with more files is refused.", ge=1, le=5_000_000, json_schema_extra=NARROWING),
    ] = 200_000
    allow_large_root: Annotated[
        bool,
        Field(description="Allows the home folder or `/` to be opened as a workspace.", json_schema_extra=USER_ONLY),
    ] = False
    workers: Annotated[
        int,
        Field(
            description="Worker processes for parsing; 0 means one a core, at most 4.",
            ge=0,
            le=64,
            json_schema_extra=USER_ONLY,
        ),
    ] = 0


class CheckSettings(Section):
    """Programs of yours that judge edits too. They run only in workspaces you trust (`sightline trust`)."""

    tests: Annotated[
        bool,
        Field(
            description="Run the tests that reach an edit before it is offered, and refuse an edit that makes one "
            "fail. They execute what the edit says: each workspace needs your word (`sightline trust --tests`, or the "
            "editor's question).",
            json_schema_extra=USER_ONLY,
        ),
    ] = False
    isolation: Annotated[
        Literal["required", "preferred"],
        Field(
            description="What executes an edit runs in bubblewrap, without network. `required`: where there is no "
            "bubblewrap it does not run; `preferred`: then it runs with your own rights.",
            json_schema_extra=USER_ONLY,
        ),
    ] = "required"
    test_seconds: Annotated[
        float,
        Field(
            description="How long the tests of one edit may take, all runs together, in seconds; so long "
            "may each run of clippy take too.",
            ge=1,
            le=3600,
            json_schema_extra=narrowing_to(60),
        ),
    ] = 120.0
    most_tests: Annotated[
        int,
        Field(
            description="How many tests run for one edit, those nearest to it first.",
            ge=1,
            le=100_000,
            json_schema_extra=narrowing_to(50),
        ),
    ] = 200

    linters: Annotated[
        tuple[str, ...],
        Field(
            description="Linters to run on the files an edit touches, beside ruff, which is built in: "
            f"{', '.join(f'`{linter.name}`' for linter in LINTERS)}. They are looked for on your PATH. "
            f"Those that build ({', '.join(f'`{linter.name}`' for linter in LINTERS if linter.executes)}) need your "
            "word as tests do.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_known_linters),
    ] = ()
    types: Annotated[
        tuple[str, ...],
        Field(
            description="Type checkers to ask about the files an edit touches and those that import them: "
            f"{', '.join(f'`{checker.name}`' for checker in CHECKERS)}. They are looked for on your PATH.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_known_checkers),
    ] = ()
    types_refuse: Annotated[
        Literal["clean", "all", "none"],
        Field(
            description="Which new type errors refuse an edit: those of a rule that the checker found kept in that "
            "file before (`clean`), `all`, or `none`; the others are listed.",
            json_schema_extra=USER_ONLY,
        ),
    ] = "clean"
    programs: Annotated[
        dict[str, str],
        Field(
            description="Where a linter, a type checker, a runner of tests or `bwrap` is, by its name: an absolute "
            'path, or one relative to the workspace, such as `{eslint = "node_modules/.bin/eslint"}`, which runs what '
            "the workspace has installed. `python` is the interpreter whose packages type checkers count with and with "
            "which tests run.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_places),
    ] = {}
    seconds: Annotated[
        float,
        Field(
            description="Longest run of such a program on one edit, in seconds.",
            gt=0,
            le=600,
            json_schema_extra=narrowing_to(15),
        ),
    ] = 30.0


class NavigationSettings(Section):
    """Jumping by Sightline's graph, where no other language server does it."""

    languages: Annotated[
        tuple[str, ...],
        Field(
            description="Languages for which Sightline answers go to definition, find references, symbols and "
            "hierarchies, by their names in languages.md, such as `kotlin`, or `all`. Empty by default: where another "
            "language server answers too, everything would be shown twice. Takes effect at the next start.",
            json_schema_extra=USER_ONLY,
        ),
        AfterValidator(_known_languages),
    ] = ()


class Settings(Section):
    """All settings of Sightline, as in `sightline.toml`."""

    model: ModelSettings = ModelSettings()
    models: Annotated[
        NamedModels,
        Field(
            description="More models, each in a table of its own, `[models.NAME]`: all that `[model]` has, and "
            "`roles`: what it is for (`chat`, `edit`, `fast`, `completion`, `embedding`).",
            json_schema_extra=USER_ONLY,
        ),
    ] = {}
    routing: RoutingSettings = RoutingSettings()
    privacy: PrivacySettings = PrivacySettings()
    tasks: TaskSettings = TaskSettings()
    local: LocalSettings = LocalSettings()
    limits: LimitSettings = LimitSettings()
    residency: ResidencySettings = ResidencySettings()
    cache: CacheSettings = CacheSettings()
    spending: SpendingSettings = SpendingSettings()
    network: NetworkSettings = NetworkSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    context: ContextSettings = ContextSettings()
    prompts: PromptSettings = PromptSettings()
    conversations: ConversationSettings = ConversationSettings()
    edits: EditSettings = EditSettings()
    checks: CheckSettings = CheckSettings()
    workspace: WorkspaceSettings = WorkspaceSettings()
    navigation: NavigationSettings = NavigationSettings()
