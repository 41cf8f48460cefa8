"""What vitest and jest have in common: node runs what the workspace has installed, and the report is jest's JSON.

Tests are named by texts, not by definitions: of a file all run. Without a sandbox, installed packages are links to the
user's own, and so is what they link to in a workspace of many packages.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessGreed, ProcessTimeout, System
from sightline.checks.isolation import FILES, WORKSPACE, Job, Room
from sightline.checks.linters.linter import rows_of
from sightline.checks.policy import CheckPolicy
from sightline.checks.programs import ProgramUnavailable, complaint, find_program
from sightline.checks.runners.runner import Answer, Frame, Selection, TestResult, Tool, last_part, one_line
from sightline.checks.runners.script_project import project_of, runner_of
from sightline.workspace.files import WorkspaceView

NODE = "node"
_REPORT = "report.json"
_GUARD = "lent.cjs"
#: Packages are lent read-only, or are links to the user's own: a tool that would write among them gets the answer upon
#: which vite writes its temporary files elsewhere. Of a folder that is only mounted so, the system answers otherwise.
_GUARDED = b"""const fs = require("node:fs");
const { mkdir } = fs.promises;
fs.promises.mkdir = async (path, ...more) => {
  if (/[\\\\/]node_modules[\\\\/]/.test(String(path))) {
    throw Object.assign(new Error(`EACCES: packages are lent, mkdir '${path}'`), { code: "EACCES", syscall: "mkdir" });
  }
  return mkdir(path, ...more);
};
"""
#: Exit codes: all passed, some failed.
_DONE = frozenset({0, 1})
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_CALL = re.compile(r"^\s+at (?:.*\()?(?:file://)?(/[^\s()]+?):(\d+):\d+\)?$")
_ELSEWHERE = re.compile(r"^\s+at (?:.*/node_modules/|.*\(?node:|.*\(<anonymous>\)$)")
_STACK = re.compile(r"^\s+at ", re.MULTILINE)
_MODULES = re.compile(r"experimental-vm-modules")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRunner:
    """A runner of tests on node. ``arguments`` are those beside the files; in them :data:`FILES` may stand."""

    name: str
    arguments: Sequence[str]
    program: str = NODE

    def holds_tests(self, path: WorkspacePath, view: WorkspaceView) -> bool:
        return runner_of(view, path) == self.name

    def test_of(self, name: str) -> str | None:
        del name  # a definition of a test file is a helper
        return None

    def tool(self, system: System, policy: CheckPolicy, view: WorkspaceView, root: str) -> Tool:
        program = find_program(system, NODE, policy, view.roots, root)
        prefix = posixpath.dirname(posixpath.dirname(system.files.real_path(program)))
        return Tool(program=program, lent=(prefix,) if prefix not in ("", "/") else ())

    async def run(self, room: Room, tool: Tool, view: WorkspaceView, selection: Selection, seconds: float) -> Answer:
        projects: dict[str, list[WorkspacePath]] = {}
        for path in sorted(selection):
            if view.exists(path):
                projects.setdefault(project_of(view, path), []).append(path)
        left = seconds
        results: list[TestResult] = []
        problems: list[str] = []
        for folder, paths in projects.items():
            began = room.system.clock.monotonic()
            answer = await self._run(room, tool, folder, paths, left)
            results += answer.results
            problems += [answer.problem] * bool(answer.problem)
            left -= room.system.clock.monotonic() - began
        return Answer(results=tuple(results), problem="; ".join(problems))

    async def _run(self, room: Room, tool: Tool, folder: str, paths: list[WorkspacePath], seconds: float) -> Answer:
        script = _installed(room, folder, self.name)
        room.system.files.write(f"{room.files}/{_GUARD}", _GUARDED)
        room.system.files.write(f"{room.files}/{_REPORT}", b"")
        names = [posixpath.relpath(path.relative, folder or ".") for path in paths]
        job = Job(
            name=self.name,
            command=[
                tool.program, "--require", f"{FILES}/{_GUARD}", *_flags(room, folder), f"{WORKSPACE}/{script}",
                *self.arguments, f"--outputFile={FILES}/{_REPORT}", *names,
            ],
            below=folder,
            lent=tool.lent,
            variables={"NO_COLOR": "1", "NODE_ENV": "test"},
        )  # fmt: skip
        try:
            done = await room.run(job, seconds)
        except ProcessGreed as error:
            return Answer(problem=f"{self.name} was ended: {error}")
        except ProcessTimeout:
            return Answer(problem=f"{self.name} was ended after {seconds:.0f} s")
        files = _report(room)
        if files is None:
            said = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace")
            if done.code < 0:
                raise complaint(self.name, done)
            return Answer(problem=f"{self.name} failed: {_reason(said) or f'exit code {done.code}'}")
        wanted = {path.relative for path in paths}
        results = [result for file in files for result in _results(room, file) if result.path in wanted]
        problem = "" if done.code in _DONE else f"{self.name} ended with exit code {done.code}"
        return Answer(results=tuple(results), problem=problem)


def _installed(room: Room, folder: str, name: str) -> str:
    """The program of a package as the workspace has installed it, relative to the root, from ``folder`` upwards."""
    files = room.system.files
    while True:
        package = posixpath.join(folder, "node_modules", name)
        try:
            told = json.loads(files.read(f"{room.root.rstrip('/')}/{package}/package.json", 1 << 20))
            programs = told["bin"]
            script = str(programs if isinstance(programs, str) else programs[name])
        except (OSError, ValueError, KeyError, TypeError):
            if not folder:
                raise ProgramUnavailable(f"{name} is not installed in node_modules") from None
            folder = posixpath.dirname(folder)
            continue
        inside = posixpath.normpath(posixpath.join(package, script))
        if not inside.startswith(f"{package}/"):
            raise ProgramUnavailable(f"the program of the installed {name} lies outside of its package")
        return inside


def _flags(room: Room, folder: str) -> list[str]:
    """What a project's own scripts switch on in node so that tests may be modules."""
    try:
        manifest = room.system.files.read(posixpath.join(room.work, folder, "package.json"), 1 << 20)
    except OSError:
        return []
    return ["--experimental-vm-modules"] if _MODULES.search(manifest.decode("utf-8", "replace")) else []


def _report(room: Room) -> Sequence[Mapping[str, Any]] | None:
    """What is told of each file, ``None`` if the run did not come to its end."""
    try:
        told = json.loads(room.system.files.read(f"{room.files}/{_REPORT}", 64 << 20))
        return rows_of(told["testResults"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _reason(said: str) -> str:
    """The line with an error, else the first that says something."""
    lines = [line.strip() for line in _COLOURS.sub("", said).splitlines()]
    return one_line(next((line for line in lines if "Error" in line and "⎯" not in line), "") or "\n".join(lines))


def _results(room: Room, file: Mapping[str, Any]) -> list[TestResult]:
    """The tests of one file, or the file itself where it could not be run."""
    path = _relative(room, str(file.get("name", "")))
    found: list[TestResult] = []
    with suppress(KeyError, TypeError, ValueError):  # a test could have written the report: what is none is passed over
        rows = rows_of(file["assertionResults"])
        found += [_result(room, path, row) for row in rows if row["status"] in ("passed", "failed")]
    if file.get("status") == "failed" and not any(result.failed for result in found):
        text = _COLOURS.sub("", str(file.get("message") or file.get("failureMessage") or ""))
        found.append(_failure(room, path, path, text, 1))
    return found


def _result(room: Room, path: str, row: Mapping[str, Any]) -> TestResult:
    titles = [*map(str, cast("list[object]", row.get("ancestorTitles") or [])), str(row["title"])]
    name = f"{path} > {' > '.join(title for title in titles if title)}"
    location: object = row.get("location")
    line = int(cast("Mapping[str, Any]", location).get("line") or 1) if isinstance(location, Mapping) else 1
    if row["status"] == "passed":
        return TestResult(id=name, path=path, name="", failed=False, line=line)
    messages = cast("list[object]", row.get("failureMessages") or [])
    return _failure(room, path, name, _COLOURS.sub("", "\n".join(map(str, messages))), line)


def _failure(room: Room, path: str, name: str, text: str, line: int) -> TestResult:
    """``line`` holds unless the stack tells where in the file it was."""
    calls = [found for found in map(_CALL.match, text.splitlines()) if found]
    frames = [
        Frame(path=where, line=int(found.group(2)))
        for found in calls
        if (where := _relative(room, found.group(1))) and "node_modules/" not in where
    ]
    own = next((frame.line for frame in frames if frame.path == path), line)
    told = text[: first.start()] if (first := _STACK.search(text)) else text
    kept = [row for row in text.splitlines() if not _ELSEWHERE.search(row)]
    return TestResult(
        id=name,
        path=path,
        name="",
        failed=True,
        line=own,
        message=one_line(" ".join(told.split())) or "it fails",
        output=last_part("\n".join(kept)),
        frames=tuple(reversed(frames)),
    )


def _relative(room: Room, path: str) -> str:
    """A path of the workspace relative to its root, "" for others."""
    for place in dict.fromkeys((room.place, room.system.files.real_path(room.place))):
        if path.startswith(f"{place}/"):
            with suppress(SightlineError):
                return WorkspacePath(room.root, path.removeprefix(f"{place}/")).relative
    return ""
