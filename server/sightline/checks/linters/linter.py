"""What is known of a linter: how it is called, which files it executes, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from sightline.base.system import ProcessResult, System
from sightline.base.text import Position, PositionEncoding, Span, Text
from sightline.checks.check import Severity


class Way(StrEnum):
    """How a program gets the texts to judge."""

    STANDARD_INPUT = "standard input"  # one text a run, in the workspace; nothing is copied
    COPY = "copy"  # all touched files and the linter's own configuration, in a folder of ours
    WORKSPACE = "workspace"  # one package a run, in a copy of the whole workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One problem in the program's own words. ``fatal``: the program could not read the text.

    On the way of a workspace: it judged nothing of ``package``, a folder, for the reason that the message gives.
    """

    file: str
    span: Span
    rule: str
    message: str
    severity: Severity = Severity.WARNING
    fatal: bool = False
    package: str = ""


#: Reads the answer of one run on texts by relative path. Raises ``ValueError``, ``KeyError`` or ``TypeError``, each
#: with any message, when it is no answer of the version this was written for.
Reader = Callable[[ProcessResult, Mapping[str, Text]], list[Row]]


def _allowed(texts: Mapping[str, str]) -> str:
    del texts
    return ""


def _nothing_lent(system: System) -> Sequence[str]:
    del system
    return ()


def _no_variables(system: System, cache: str) -> Mapping[str, str]:
    del system, cache
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linter:
    """One linter. ``name`` is also the name of its program, unless ``program_name`` is given.

    ``arguments`` gets the files of a run by relative path: one on the way of standard input, none on that of a
    workspace, where ``variables`` answers, for a folder of ours, the variables a run gets beside those passed on to
    every program. There the texts that ``reader`` gets have absolute names, and a run is of the nearest folder that
    holds ``manifest``, else of a file's own. One that ``executes`` what the workspace holds is isolated like tests,
    where ``lent`` are the absolute folders it reads.

    ``codes`` are the exit
    codes of a run that did its work. ``configuration`` names the files that rule it, in the file's folder or above: an
    edit that touches one is not judged by it, because the program may execute them or what they name. ``follows``:
    they are programs, and what they import is executed too. On the way of a copy they are copied. ``refusal`` may
    answer from their texts by name why the program must not run ("" if it may).
    """

    name: str
    suffixes: frozenset[str]
    way: Way
    arguments: Callable[[Sequence[str]], Sequence[str]]
    reader: Reader
    codes: frozenset[int] = frozenset({0, 1})
    configuration: tuple[str, ...] = ()
    follows: bool = False
    refusal: Callable[[Mapping[str, str]], str] = _allowed
    program_name: str = ""
    variables: Callable[[System, str], Mapping[str, str]] = _no_variables
    manifest: str = ""
    executes: bool = False
    lent: Callable[[System], Sequence[str]] = _nothing_lent

    @property
    def program(self) -> str:
        """What its program is called on the ``PATH`` and in the setting ``checks.programs``."""
        return self.program_name or self.name


SCRIPTS = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"})


def span_between(
    text: Text,
    first: tuple[int, int],
    last: tuple[int, int] | None,
    encoding: PositionEncoding = PositionEncoding.UTF16,
) -> Span:
    """Span between two places (line, column), both counted from one; the rest of the line without a second one."""
    start = text.offset(Position(first[0] - 1, first[1] - 1), encoding)
    if last is None:
        return Span(start, max(start, text.line_span(text.line_of(start)).end))
    return Span(start, max(start, text.offset(Position(last[0] - 1, last[1] - 1), encoding)))


def rows_of(value: object) -> list[dict[str, Any]]:
    """A list of JSON objects. Raises ``TypeError`` for anything else."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in cast("list[object]", value)):
        raise TypeError("no list of objects")
    return cast("list[dict[str, Any]]", value)


def only(texts: Mapping[str, Text]) -> tuple[str, Text]:
    """The one file of a run by standard input."""
    ((name, text),) = texts.items()
    return name, text
