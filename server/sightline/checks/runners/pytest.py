"""pytest, with the workspace's own interpreter: consent to its tests is consent to what they run on."""

from __future__ import annotations

import json
import os
import posixpath
import re
from contextlib import suppress
from importlib.resources import files
from typing import Any

from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessGreed, ProcessResult, ProcessTimeout, System
from sightline.checks.isolation import FILES, WORKSPACE, Job, Room
from sightline.checks.linters.linter import rows_of
from sightline.checks.policy import CheckPolicy
from sightline.checks.programs import ProgramUnavailable, find_program
from sightline.checks.runners.runner import Answer, Frame, Selection, TestResult, Tool, last_part, one_line
from sightline.workspace.files import WorkspaceView

_PLUGIN = "pytest_report"
#: Where projects keep their virtual environment, in the order in which it is looked for.
_ENVIRONMENTS = (".venv", "venv", "env")
#: Seconds that a single test may take; one that hangs must not cost the results of the others.
_EACH = 20.0
#: Exit codes: all passed, some failed, no tests.
_DONE = frozenset({0, 1, 5})
_MISSING = "No module named pytest"
_CONFTEST = re.compile(r"while loading conftest '([^']+)'")
_WHY = re.compile(r"^E\s+(\S.*)$", re.MULTILINE)
#: After so many failures nothing more is learnt about an edit.
_MOST_FAILED = 100
#: So many files that end pytest at its start are passed over, each with the tests below it.
_MOST_BROKEN = 8


class _Pytest:
    """See the module."""

    name = "pytest"
    program = "pytest"

    def holds_tests(self, path: WorkspacePath, view: WorkspaceView) -> bool:
        del view
        stem = path.name.removesuffix(".py")
        return path.suffix == ".py" and (stem.startswith("test_") or stem.endswith("_test") or stem == "tests")

    def test_of(self, name: str) -> str | None:
        parts = name.split(".")
        for number, part in enumerate(parts):
            if part.startswith("test"):
                return "::".join(parts[: number + 1])
        return parts[0] if parts[0].startswith("Test") else None

    def tool(self, system: System, policy: CheckPolicy, view: WorkspaceView, root: str) -> Tool:
        """A Python: the one of the setting, of the workspace's or the active environment, of the ``PATH``."""
        del view
        for named in (self.name, "python"):
            if policy.programs.get(named):
                return _tool(system, find_program(system, named, policy, (), root))
        active = system.environment.get("VIRTUAL_ENV", "")
        folders = [f"{root.rstrip('/')}/{name}" for name in _ENVIRONMENTS] + [active.rstrip("/")] * bool(active)
        for folder in folders:
            program = f"{folder}/bin/python"
            if _is_file(system, f"{folder}/pyvenv.cfg") and _is_file(system, program):
                return _tool(system, program)
        return _tool(system, find_program(system, "python3", policy, (root,), root))

    async def run(self, room: Room, tool: Tool, view: WorkspaceView, selection: Selection, seconds: float) -> Answer:
        chosen: dict[str, list[str] | None] = {
            path.relative: None if names is None else sorted(names)
            for path, names in sorted(selection.items())
            if view.exists(path)
        }
        results: list[TestResult] = []
        problem, left = "", seconds
        for _ in range(_MOST_BROKEN):
            if not chosen:
                break
            began = room.system.clock.monotonic()
            found, problem = await self._run(room, tool, chosen, left)
            left -= room.system.clock.monotonic() - began
            results += found
            broken = _broken_conftest(problem, room.place) if not found else None
            if broken is None:
                break
            results.append(broken)
            folder = f"{posixpath.dirname(broken.path)}/".removeprefix("/")
            chosen = {path: names for path, names in chosen.items() if not path.startswith(folder)}
            problem = ""
        return Answer(results=tuple(results), problem=one_line(problem))

    async def _run(
        self, room: Room, tool: Tool, chosen: dict[str, list[str] | None], seconds: float
    ) -> tuple[list[TestResult], str]:
        """Results, and what pytest said if it did not come to its end."""
        plugin = files("sightline.checks.runners").joinpath(f"{_PLUGIN}.py").read_bytes()
        room.system.files.write(f"{room.files}/sightline_{_PLUGIN}.py", plugin)
        room.system.files.write(f"{room.files}/chosen.json", json.dumps(chosen).encode())
        room.system.files.write(f"{room.files}/report.jsonl", b"")
        problem = ""
        try:
            done = await room.run(_job(tool, list(chosen), room, min(_EACH, seconds / 2)), seconds)
        except ProcessGreed as error:
            problem = f"pytest was ended: {error}"
        except ProcessTimeout:
            problem = f"pytest was ended after {seconds:.0f} s"
        else:
            rows = _rows(room)
            results = _results(rows)
            if sum(result.failed for result in results) >= _MOST_FAILED:
                return results, f"pytest was ended after {_MOST_FAILED} failures"
            if done.code not in _DONE or not any(row.get("kind") == "end" for row in rows):
                problem = _problem(done)
            return results, problem
        rows = _rows(room)
        results = _results(rows)
        return results + _unfinished(rows, results, problem), problem


def _tool(system: System, program: str) -> Tool:
    """A program in ``bin`` of an installation: that and the one it was made from are lent to a sandbox."""
    prefixes = {posixpath.dirname(posixpath.dirname(place)) for place in (program, system.files.real_path(program))}
    for prefix in sorted(prefixes):
        try:
            configured = system.files.read(f"{prefix}/pyvenv.cfg", 1 << 16).decode("utf-8", "replace")
        except OSError:
            continue
        for line in configured.splitlines():
            key, _, value = line.partition("=")
            if key.strip() == "home" and value.strip():
                home = value.strip()
                prefixes |= {posixpath.dirname(home), posixpath.dirname(system.files.real_path(home))}
    return Tool(program=program, lent=tuple(sorted(prefix for prefix in prefixes if prefix not in ("", "/"))))


def _job(tool: Tool, paths: list[str], room: Room, each: float) -> Job:
    program = (
        [tool.program] if posixpath.basename(tool.program).startswith("pytest") else [tool.program, "-m", "pytest"]
    )
    options = (
        "-p", f"sightline_{_PLUGIN}", "-p", "no:cacheprovider", "-q", "--tb=short", f"--maxfail={_MOST_FAILED}",
        "--continue-on-collection-errors", "--color=no",
    )  # fmt: skip
    search = [FILES]
    if not room.isolation.program:
        # An editable installation leads to the user's files; what comes first here is found before it.
        search += [WORKSPACE, f"{WORKSPACE}/src"]
    folder, path = posixpath.dirname(tool.program), room.system.environment.get("PATH", "")
    if folder not in path.split(os.pathsep):  # tests start what is installed beside their interpreter, by name
        path = os.pathsep.join(filter(None, (folder, path)))
    return Job(
        name="pytest",
        command=[*program, *options, "--", *paths],
        lent=tool.lent,
        variables={
            "PATH": path,
            "PYTHONPATH": ":".join(search),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "SIGHTLINE_TESTS": FILES,
            "SIGHTLINE_ROOT": WORKSPACE,
            "SIGHTLINE_SECONDS": f"{each:g}",
        },
    )


def _rows(room: Room) -> list[dict[str, Any]]:
    """What the plugin told. A test could have written there too: what is no row of it is passed over."""
    try:
        data = room.system.files.read(f"{room.files}/report.jsonl", 64 << 20)
    except OSError:
        return []
    rows: list[dict[str, Any]] = []
    for line in data.decode("utf-8", "replace").splitlines():
        with suppress(ValueError, TypeError):
            rows += rows_of([json.loads(line)])
    return [row for row in rows if isinstance(row.get("path", ""), str)]


def _results(rows: list[dict[str, Any]]) -> list[TestResult]:
    """The last word on each test, but a failure of its end is one of the test."""
    found: dict[str, TestResult] = {}
    for row in rows:
        if row.get("kind") != "result":
            continue
        result = _result(row)
        if result.id not in found or not found[result.id].failed:
            found[result.id] = result
    return list(found.values())


def _result(row: dict[str, Any]) -> TestResult:
    path, name = str(row["path"]), str(row.get("name", ""))
    frames = [
        Frame(path=str(place), line=int(line))
        for place, line in row.get("frames", ())
        if not str(place).startswith("../")
    ]
    own = [frame.line for frame in frames if frame.path == path]
    return TestResult(
        id=f"{path}::{name}" if name else path,
        path=path,
        name=name.partition("[")[0],
        failed=bool(row.get("failed")),
        line=own[-1] if own else int(row.get("line") or 1),
        message=one_line(str(row.get("message", ""))),
        output=last_part(str(row.get("output", ""))),
        frames=tuple(frames),
    )


def _unfinished(rows: list[dict[str, Any]], results: list[TestResult], problem: str) -> list[TestResult]:
    """The tests that were at work when the run was ended: usually one, and the reason."""
    ended = {result.id for result in results}
    begun = [
        _result({**row, "failed": True, "message": f"it did not end: {problem}"})
        for row in rows
        if row.get("kind") == "start"
    ]
    return [result for result in begun[-1:] if result.id not in ended]


def _problem(done: ProcessResult) -> str:
    text = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    if _MISSING in text:
        raise ProgramUnavailable("pytest is not installed in the environment of the workspace")
    if done.code < 0:
        return f"pytest was killed by signal {-done.code}"
    return text.strip() or f"pytest ended with exit code {done.code}"


def _broken_conftest(problem: str, place: str) -> TestResult | None:
    """A ``conftest.py`` that cannot be loaded, which ends pytest before it looks for any test."""
    named = _CONFTEST.search(problem)
    if named is None or not named.group(1).startswith(f"{place}/"):
        return None
    path = named.group(1).removeprefix(f"{place}/")
    why = _WHY.findall(problem)
    own = re.findall(rf"^(?:\S*/)?{re.escape(path)}:(\d+):", problem, re.MULTILINE)
    return TestResult(
        id=path,
        path=path,
        name="",
        failed=True,
        line=int(own[0]) if own else 1,
        message=one_line(why[-1] if why else "it cannot be loaded"),
        output=last_part(problem),
    )


def _is_file(system: System, path: str) -> bool:
    try:
        return system.files.stat(path).is_file
    except (OSError, ValueError):
        return False


PYTEST = _Pytest()
