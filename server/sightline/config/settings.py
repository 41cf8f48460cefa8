"""The settings schema: one pydantic model from which the JSON Schema, the docs and ``package.json`` are generated.

This file says what may be set and where; ``load.py`` reads it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic.config import JsonDict

from sightline.checks.checkers.registry import CHECKERS
from sightline.checks.isolation import SANDBOX_PROGRAM
from sightline.checks.linters.registry import LINTERS
from sightline.checks.runners.registry import RUNNERS
from sightline.languages.registry import LANGUAGES

#: Marks a setting that only the user may give (user file, environment, editor's machine scope), never a workspace.
USER_ONLY: JsonDict = {"x-scope": "user"}
#: Marks a number that a workspace file may lower but not raise.
NARROWING: JsonDict = {"x-scope": "narrowing"}


def narrowing_to(floor: float) -> JsonDict:
    """Marks a number that a workspace file may lower to ``floor`` at most: what is less is the user's word alone.

    Of a check with no time, or with nothing to run, an edit would pass unseen.
    """
    return {"x-scope": "narrowing", "x-floor": floor}


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
    named = [*(each.program for each in LINTERS), *(each.name for each in (*CHECKERS, *RUNNERS))]
    known = [*named, "python", SANDBOX_PROGRAM]
    if unknown := sorted({*programs} - {*known}):
        raise ValueError(f"unknown program {', '.join(unknown)}; known are {', '.join(sorted({*known}))}")
    for name, place in programs.items():
        if "/" not in place.replace("\\", "/"):
            raise ValueError(f"{name}: {place!r} is no path; a program on your PATH needs no entry")
    return programs


#: Headers that the protocol itself writes.
_NOT_OURS = ("host", "content-length", "transfer-encoding", "connection", "content-type", "accept", "accept-encoding")


def _sendable(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or name.lower() in _NOT_OURS:
            raise ValueError(f"{name!r} is no header that may be set")
        text = value.get_secret_value()
        if not (text.isascii() and text.isprintable()):
            raise ValueError(f"the value of {name} holds characters that no header can carry")
    return {name.lower(): value for name, value in headers.items()}


class Section(BaseModel):
    """Base of all sections: an unknown key is a mistake, and says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSettings(Section):
    """Which model answers, where it is and with which key. User scope only."""

    name: Annotated[
        str,
        Field(
            description="PROVIDER:MODEL, such as `openai:gpt-4.1`, `ollama:qwen2.5-coder`, `lmstudio:NAME`, "
            "`llamacpp:NAME`, `vllm:NAME` or `scripted:FILE`. Environment: SIGHTLINE_MODEL.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    base_url: Annotated[
        str,
        Field(
            description="Address of an OpenAI-compatible API, with its `/v1`. Empty: the provider's usual one. "
            "Environment: SIGHTLINE_BASE_URL.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    api_key: Annotated[
        SecretStr,
        Field(
            description="The key. Better kept in the environment (SIGHTLINE_API_KEY) or the editor's secret store.",
            json_schema_extra=USER_ONLY,
        ),
    ] = SecretStr("")
    api: Annotated[
        Literal["", "chat", "responses", "messages"],
        Field(
            description="How the server is spoken to, where its provider does not say: OpenAI's chat completions or "
            "Responses, or Anthropic's Messages.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    path: Annotated[
        str,
        Field(
            description="What is added to the base URL for a request. Empty: what the API has, such as "
            "`/chat/completions`.",
            pattern="^(/.*)?$",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    key_header: Annotated[
        str,
        Field(
            description="`bearer`, or the name of the header that holds the key alone. Empty: what the provider has.",
            pattern="^[A-Za-z0-9-]*$",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    headers: Annotated[
        dict[str, SecretStr],
        Field(description="More headers for each request to this server.", json_schema_extra=USER_ONLY),
        AfterValidator(_sendable),
    ] = {}
    window: Annotated[
        int | None,
        Field(
            description="Context window in tokens, where the server does not tell it.",
            ge=512,
            json_schema_extra=USER_ONLY,
        ),
    ] = None
    max_output_tokens: Annotated[
        int | None,
        Field(
            description="Most tokens of one reply; unset leaves it to the server.", ge=64, json_schema_extra=USER_ONLY
        ),
    ] = None
    temperature: Annotated[
        float | None,
        Field(
            description="Sampling temperature; unset leaves it to the server.", ge=0, le=2, json_schema_extra=USER_ONLY
        ),
    ] = None


class NetworkSettings(Section):
    """How model servers are reached. Environment variables such as HTTP_PROXY are not read."""

    proxy: Annotated[
        SecretStr,
        Field(
            description="Proxy for all servers but those of this machine, such as `http://HOST:PORT`; it may hold a "
            "password.",
            json_schema_extra=USER_ONLY,
        ),
    ] = SecretStr("")
    ca_file: Annotated[
        str,
        Field(
            description="PEM file of the authorities to trust instead of the usual ones, such as a company's own.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    client_certificate: Annotated[
        str,
        Field(
            description="PEM file of the certificate to show to servers that ask for one (mTLS).",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""
    client_key: Annotated[
        str,
        Field(
            description="PEM file of its key, not encrypted, where it is not in the certificate's file.",
            json_schema_extra=USER_ONLY,
        ),
    ] = ""


class ContextSettings(Section):
    """How much code a prompt may hold."""

    budget: Annotated[
        int, Field(description="Most tokens of code in a prompt.", ge=256, le=1_000_000, json_schema_extra=NARROWING)
    ] = 8_000


class EditSettings(Section):
    """How edits are asked for and judged."""

    format: Annotated[
        Literal["search_replace", "patch", "diff", "symbol", "whole_file"],
        Field(description="The edit format models are asked to answer in; small models do best with symbol."),
    ] = "search_replace"
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
    network: NetworkSettings = NetworkSettings()
    context: ContextSettings = ContextSettings()
    edits: EditSettings = EditSettings()
    checks: CheckSettings = CheckSettings()
    workspace: WorkspaceSettings = WorkspaceSettings()
    navigation: NavigationSettings = NavigationSettings()
