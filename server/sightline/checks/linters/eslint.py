"""ESLint, by standard input: it runs in the workspace, with the configuration and the plugins found there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sightline.base.system import ProcessResult
from sightline.base.text import Text
from sightline.checks.check import Severity
from sightline.checks.linters.linter import SCRIPTS, Linter, Row, Way, only, rows_of, span_between

_ERROR = 2


def _arguments(files: Sequence[str]) -> Sequence[str]:
    return ("--format", "json", "--no-color", "--stdin", f"--stdin-filename={files[0]}")


def _read(done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
    name, text = only(texts)
    found: list[Row] = []
    for file in rows_of(json.loads(done.stdout)):
        for row in rows_of(file["messages"]):
            line = row.get("line")
            if line is None:  # about the file as a whole: it is ignored, or its configuration has none for it
                continue
            last = (int(row["endLine"]), int(row["endColumn"])) if row.get("endLine") else None
            found.append(
                Row(
                    file=name,
                    span=span_between(text, (int(line), int(row["column"])), last),
                    rule=str(row.get("ruleId") or ""),
                    message=str(row["message"]),
                    severity=Severity.ERROR if row["severity"] == _ERROR else Severity.WARNING,
                    fatal=bool(row.get("fatal")),
                )
            )
    return found


ESLINT = Linter(
    name="eslint",
    suffixes=SCRIPTS | {".vue", ".svelte"},
    way=Way.STANDARD_INPUT,
    arguments=_arguments,
    reader=_read,
    configuration=(
        *(f"eslint.config.{ending}" for ending in ("js", "mjs", "cjs", "ts", "mts", "cts")),
        *(f".eslintrc{ending}" for ending in ("", ".js", ".cjs", ".json", ".yml", ".yaml")),
        "package.json",
        ".eslintignore",
    ),
    follows=True,
)
