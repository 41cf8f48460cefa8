"""oxlint, on a copy: it reads files only. Plugins written in JavaScript would be executed, so it does not run then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from posixpath import normpath

from sightline.base.system import ProcessResult
from sightline.base.text import Span, Text
from sightline.checks.check import Severity
from sightline.checks.linters.linter import SCRIPTS, Linter, Row, Way, rows_of


def _arguments(files: Sequence[str]) -> Sequence[str]:
    return ("--format=json", "--no-error-on-unmatched-pattern", "--", *files)


def _read(done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
    found: list[Row] = []
    for row in rows_of(json.loads(done.stdout)["diagnostics"]):
        name = normpath(str(row["filename"]).replace("\\", "/"))
        labels = rows_of(row["labels"])
        if name not in texts or not labels:
            continue
        start = int(labels[0]["span"]["offset"])  # in bytes
        end = start + int(labels[0]["span"]["length"])
        size = len(texts[name])
        rule = str(row.get("code") or "")
        found.append(
            Row(
                file=name,
                span=Span(min(start, size), min(end, size)),
                rule=rule,
                message=str(row["message"]),
                severity=Severity.ERROR if row["severity"] == "error" else Severity.WARNING,
                fatal=not rule and row["severity"] == "error",
            )
        )
    return found


def _refusal(texts: Mapping[str, str]) -> str:
    for name, text in texts.items():
        if name.endswith(".ts"):
            return f"{name} is a program, which oxlint would execute in a copy"
        if "jsPlugins" in text:
            return f"{name} names plugins of JavaScript, which oxlint would execute in a copy"
    return ""


OXLINT = Linter(
    name="oxlint",
    suffixes=SCRIPTS | {".vue", ".svelte"},
    way=Way.COPY,
    arguments=_arguments,
    reader=_read,
    configuration=(".oxlintrc.json", ".oxlintrc.jsonc", "oxlint.config.ts"),
    refusal=_refusal,
)
