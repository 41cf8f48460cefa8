"""Biome 2, on a copy: it reads files only, and its plugins are patterns that execute nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from posixpath import normpath

from sightline.base.system import ProcessResult
from sightline.base.text import PositionEncoding, Text
from sightline.checks.check import Severity
from sightline.checks.linters.linter import SCRIPTS, Linter, Row, Way, rows_of, span_between


def _arguments(files: Sequence[str]) -> Sequence[str]:
    options = ("--reporter=json", "--max-diagnostics=none", "--no-errors-on-unmatched", "--files-ignore-unknown=true")
    return ("lint", *options, "--", *files)


def _read(done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
    found: list[Row] = []
    for row in rows_of(json.loads(done.stdout)["diagnostics"]):
        rule = str(row["category"])
        if rule in ("configuration", "deserialize", "project") or rule.startswith("internalError"):
            raise ValueError(str(row["message"]))
        place = row.get("location")
        name = normpath(str(place["path"]).replace("\\", "/")) if place else ""
        if not place or name not in texts:
            continue
        ends = [(int(place[end]["line"]), int(place[end]["column"])) for end in ("start", "end")]
        found.append(
            Row(
                file=name,
                span=span_between(texts[name], ends[0], ends[1], PositionEncoding.UTF32),
                rule=rule.removeprefix("lint/"),
                message=str(row["message"]),
                severity=Severity.ERROR if row["severity"] in ("error", "fatal") else Severity.WARNING,
                fatal=rule == "parse",
            )
        )
    return found


BIOME = Linter(
    name="biome",
    suffixes=SCRIPTS | {".css", ".json", ".jsonc", ".graphql"},
    way=Way.COPY,
    arguments=_arguments,
    reader=_read,
    configuration=("biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc", ".editorconfig", ".gitignore"),
)
