"""Reads the cases of ``tests/cases/checks`` and judges them with the real checks on graphs held in memory.

A case file holds several cases, in the manner of txtar:

    === name of a case             begins a case; lines up to the first file say what it is about
    -- a.py --                     a file before the edit
    ++ a.py ++                     its text after the edit (or a new file)
    xx a.py xx                     the edit deletes the file
    >> a.py -> b.py >>             the edit moves the file

Files below ``.venv`` are installed packages, which are there but no part of the workspace; so are those below ``.go``,
which is what ``GOROOT`` names.

Expected findings stand on the lines they point at, in the text after the edit: ``#! certain breakage words`` (``//!``
in TypeScript and JavaScript), where the words must occur in the message. A line may carry several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sightline.base.changes import ChangeSet, FileCreate, FileEdit, FileRename
from sightline.base.memory_system import ManualClock, memory_system
from sightline.base.real_processes import RealProcesses
from sightline.base.system import System, real_system
from sightline.base.text import Span, Text, TextEdit, minimal_edit
from sightline.checks.check import Check, CheckInput, CheckReport
from sightline.checks.registry import CHECKS
from sightline.checks.run import run_checks
from sightline.graph.view import GraphView
from sightline.workspace.files import WorkspaceView
from support.graphs import ROOT, fresh_graph, path

CASES = Path(__file__).parent.parent / "cases" / "checks"

_HEADER = re.compile(r"(--|\+\+|xx|>>) (.+?)(?: -> (.+?))? \1$")
_MARKER = re.compile(r"(?:#|//)! (certain|possible) (\w+) ?(.*?)(?=(?:#|//)! |$)")


@dataclass(frozen=True)
class Expected:
    """A finding that a marker asks for."""

    path: str
    line: int
    certainty: str
    check: str
    words: str


@dataclass
class CheckCase:
    """One case; texts by relative path."""

    name: str
    before: dict[str, str] = field(default_factory=dict[str, str])
    after: dict[str, str] = field(default_factory=dict[str, str])
    deleted: list[str] = field(default_factory=list[str])
    moved: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def expected(self) -> list[Expected]:
        """What the markers ask for, by path and line."""
        left = {name: text for name, text in self.before.items() if name not in (*self.deleted, *self.moved)}
        left |= {new: self.before[old] for old, new in self.moved.items()}
        found: list[Expected] = []
        for name, text in sorted((left | self.after).items()):
            for number, line in enumerate(text.split("\n"), start=1):
                marks = _MARKER.finditer(line)
                found += (Expected(name, number, mark[1], mark[2], mark[3].strip()) for mark in marks)
        return found

    def given(self, *, whole: bool = False, trusted: bool = False) -> CheckInput:
        """The edit as the checks get it; with ``whole``, every changed file replaced from end to end."""
        before = fresh_graph(_workspace(self.before))
        changes = self._changes(before, whole=whole)
        system = before.workspace.system
        return CheckInput(before=before, after=before.fork(changes), changes=changes, system=system, trusted=trusted)

    def _changes(self, view: GraphView, *, whole: bool) -> ChangeSet:
        base = {path(name): view.workspace.read(path(name)).digest for name in self.before if _is_own(name)}
        back = {new: old for old, new in self.moved.items()}
        edits: list[FileEdit] = []
        creates: list[FileCreate] = []
        for name, text in self.after.items():
            old = back.get(name, name)
            if old not in self.before:
                creates.append(FileCreate(path=path(name), text=Text.of(text)))
                continue
            data = self.before[old].encode()
            edit = TextEdit(Span(0, len(data)), text.encode()) if whole else minimal_edit(data, text.encode())
            if edit is not None:
                edits.append(FileEdit(path=path(old), edits=(edit,)))
        return ChangeSet(
            base=base,
            edits=tuple(edits),
            creates=tuple(creates),
            deletes=tuple(path(name) for name in self.deleted),
            renames=tuple(FileRename(old=path(old), new=path(new)) for old, new in self.moved.items()),
        )


def read_check_cases(name: str) -> list[CheckCase]:
    """The cases of one case file."""
    cases: list[CheckCase] = []
    target: list[str] | None = None
    texts: list[tuple[CheckCase, str, str, list[str]]] = []
    for line in (CASES / name).read_text(encoding="utf-8").split("\n"):
        header = _HEADER.match(line)
        if line.startswith("=== "):
            cases.append(CheckCase(name=line[4:].strip()))
            target = None
        elif header and header[1] == "xx":
            cases[-1].deleted.append(header[2])
            target = None
        elif header and header[1] == ">>":
            cases[-1].moved[header[2]] = header[3]
            target = None
        elif header:
            target = []
            texts.append((cases[-1], header[1], header[2], target))
        elif target is not None:
            target.append(line)
    for case, mark, file, lines in texts:
        text = "\n".join(lines).strip("\n") + "\n"
        (case.before if mark == "--" else case.after)[file] = text
    return cases


async def report_on(case: CheckCase, checks: Sequence[Check] = CHECKS, *, whole: bool = False) -> CheckReport:
    """The report on a case."""
    return await run_checks(case.given(whole=whole), checks)


def processes() -> RealProcesses:
    """Real processes, for the programs that checks start."""
    return RealProcesses(real_system().environment)


def _workspace(files: dict[str, str]) -> WorkspaceView:
    memory = memory_system({f"{ROOT}/{name}": text for name, text in files.items()})
    environment = {"GOROOT": f"{ROOT}/.go"}
    system = System(files=memory.files, clock=ManualClock(), processes=processes(), environment=environment)
    return WorkspaceView(
        revision=1,
        roots=(ROOT,),
        system=system,
        known=frozenset(path(name) for name in files if _is_own(name)),
        overlay={},
    )


def _is_own(name: str) -> bool:
    return not name.startswith((".venv/", ".go/"))
