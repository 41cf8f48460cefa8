"""gofmt, by standard input: whether Go's own parser takes the text (``-e``: with all its errors)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sightline.base.system import ProcessResult
from sightline.base.text import PositionEncoding, Text
from sightline.checks.check import Severity
from sightline.checks.linters.linter import Linter, Row, Way, only, span_between

_COMPLAINT = re.compile(r"^<standard input>:(\d+):(\d+): (.+)$", re.MULTILINE)
_FAILED = 2


def _arguments(files: Sequence[str]) -> Sequence[str]:
    del files
    return ("-e", "-l")


def _read(done: ProcessResult, texts: Mapping[str, Text]) -> list[Row]:
    name, text = only(texts)
    rows = [
        Row(
            file=name,
            span=span_between(text, (int(line), int(column)), None, PositionEncoding.UTF8),
            rule="syntax",
            message=message.strip(),
            severity=Severity.ERROR,
            fatal=True,
        )
        for line, column, message in _COMPLAINT.findall(done.stderr.decode(errors="replace"))
    ]
    if done.code == _FAILED and not rows:
        raise ValueError("a failure without a place")
    return rows


GOFMT = Linter(
    name="gofmt",
    suffixes=frozenset({".go"}),
    way=Way.STANDARD_INPUT,
    arguments=_arguments,
    reader=_read,
    codes=frozenset({0, _FAILED}),
)
