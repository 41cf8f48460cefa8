"""``go vet``, in a copy of the workspace, by package: it knows the types, and so needs whatever a package imports.

It compiles and executes nothing of what it compiles. What could be executed is switched off: cgo, for which compilers
run with options of the source, and tools put around the compiler (``GOENV``, ``GOFLAGS``). ``-overlay``, which needs no
copy, is taken and passed over by Go 1.19: it judges the text on the disk then and says nothing of it.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sightline.base.system import ProcessResult, System
from sightline.base.text import PositionEncoding, Span, Text
from sightline.checks.linters.linter import Linter, Row, Way, rows_of, span_between
from sightline.checks.runners.go import module_cache, offline_variables

_DECODER = json.JSONDecoder()


def _arguments(files: Sequence[str]) -> Sequence[str]:
    del files  # all of the package in whose folder it runs
    return ("vet", "-json", "-trimpath", ".")


def _variables(system: System, cache: str) -> Mapping[str, str]:
    return {**offline_variables(f"{cache}/go-vet", module_cache(system)), "GOENV": "off", "CGO_ENABLED": "0"}


def _read(done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
    errors = done.stderr.decode(errors="replace")
    if done.code != 0:
        lines = [line.strip() for line in errors.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            raise ValueError("a failure without a reason")
        reason = lines[0].removeprefix("vet: ").removeprefix("./")[:200]
        return [Row(file=name, span=Span(0, 0), rule="", message=reason, fatal=True) for name in texts]
    names = {posixpath.basename(name): name for name in texts}
    found: dict[Row, None] = {}  # a package and the one of its tests tell the same
    for packages in _objects(done.stdout.decode(errors="replace") + "\n" + errors):
        for analyzers in packages.values():
            for rule, rows in analyzers.items():
                for row in rows_of(rows):
                    if made := _row(names, texts, rule, row):
                        found[made] = None
    return list(found)


def _row(names: Mapping[str, str], texts: Mapping[str, Text], rule: str, row: Mapping[str, Any]) -> Row | None:
    path, line, column = str(row["posn"]).rsplit(":", 2)
    name = names.get(posixpath.basename(path.replace("\\", "/")))
    if name is None:  # another file of the package
        return None
    span = span_between(texts[name], (int(line), int(column)), None, PositionEncoding.UTF8)
    return Row(file=name, span=span, rule=rule, message=str(row["message"]))


def _objects(output: str) -> list[dict[str, dict[str, Any]]]:
    """The JSON objects among lines of comments, whichever stream a version of Go writes them to."""
    text = "\n".join(line for line in output.splitlines() if not line.startswith("#")).strip()
    found: list[dict[str, dict[str, Any]]] = []
    while text:
        value, end = _DECODER.raw_decode(text)
        if not isinstance(value, dict) or not all(isinstance(each, dict) for each in cast("Any", value).values()):
            raise TypeError("no object of packages")
        found.append(cast("dict[str, dict[str, Any]]", value))
        text = text[end:].strip()
    return found


GOVET = Linter(
    name="govet",
    program_name="go",
    suffixes=frozenset({".go"}),
    way=Way.WORKSPACE,
    arguments=_arguments,
    reader=_read,
    codes=frozenset({0, 1, 2}),
    variables=_variables,
)
