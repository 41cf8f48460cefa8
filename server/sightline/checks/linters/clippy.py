"""``cargo clippy``, in a copy of the workspace, by package. It executes build scripts and procedural macros.

Nothing is downloaded: registries are read from cargo's own folder, without the credentials that lie beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sightline.base.system import ProcessResult, System
from sightline.base.text import PositionEncoding, Span, Text
from sightline.checks.cargo import cargo_folders, cargo_variables
from sightline.checks.linters.linter import Linter, Row, Way, rows_of, span_between

_FAILED = 101
#: A rule that is an error would end the run before it told the others.
_AS_WARNINGS = ("--", "--cap-lints=warn")


def _arguments(files: Sequence[str]) -> Sequence[str]:
    del files  # all of the package in whose folder it runs
    return ("clippy", "--offline", "--quiet", "--no-deps", "--all-targets", "--message-format=json", *_AS_WARNINGS)


def _variables(system: System, cache: str) -> Mapping[str, str]:
    return cargo_variables(system, f"{cache}/target")


def _read(done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
    told = rows_of([json.loads(line) for line in done.stdout.decode(errors="replace").splitlines()])
    messages = [row for row in told if row["reason"] == "compiler-message"]
    if done.code != 0:
        reason = _reason(messages, done.stderr.decode(errors="replace"))
        return [Row(file=name, span=Span(0, 0), rule="", message=reason, fatal=True) for name in texts]
    if not any(row["reason"] == "build-finished" for row in told):
        raise ValueError("a success without an end")
    found: dict[Row, None] = {}  # a library and its tests tell the same
    for row in messages:
        folder = str(row["manifest_path"]).replace("\\", "/").rpartition("/")[0]
        if made := _row(row["message"], folder, texts):
            found[made] = None
    return list(found)


def _reason(messages: Sequence[Mapping[str, Any]], errors: str) -> str:
    """Why a package could not be judged: the first error of the compiler, else the first of cargo."""
    for row in messages:
        message = row["message"]
        if message["level"] == "error":
            first = next((span for span in rows_of(message["spans"]) if span["is_primary"]), None)
            place = f"{first['file_name']}:{first['line_start']}: " if first else ""
            return f"{place}{message['message']}"[:200]
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    if not lines:
        raise ValueError("a failure without a reason")
    return lines[0].removeprefix("error: ")[:200]


def _row(message: Mapping[str, Any], folder: str, texts: Mapping[str, Text]) -> Row | None:
    """A problem in one of the texts. The compiler names files from the folder of cargo's workspace, at or above
    ``folder`` of the package, so of the files that end with that name it is the one below the package."""
    code = message["code"]
    for span in rows_of(message["spans"]):
        if not code or not span["is_primary"]:
            continue
        ending = "/" + str(span["file_name"]).replace("\\", "/")
        name = next((name for name in texts if name.startswith(f"{folder}/") and name.endswith(ending)), None)
        if name is not None and len(ending) >= len(name) - len(folder):
            ends = [(int(span[f"line_{end}"]), int(span[f"column_{end}"])) for end in ("start", "end")]
            return Row(
                file=name,
                span=span_between(texts[name], ends[0], ends[1], PositionEncoding.UTF32),
                rule=str(code["code"]).removeprefix("clippy::"),
                message=str(message["message"]),
            )
    return None


CLIPPY = Linter(
    name="clippy",
    program_name="cargo",
    suffixes=frozenset({".rs"}),
    way=Way.WORKSPACE,
    arguments=_arguments,
    reader=_read,
    codes=frozenset({0, _FAILED}),
    variables=_variables,
    executes=True,
    lent=cargo_folders,
    manifest="Cargo.toml",
)
