"""``go test``, by module and package. A package that no longer compiles is a failure of all its tests: it is told once.

What it builds is kept in a folder of ours, not in the user's build cache: what a proposal compiles must not lie where
the user's own builds look for it. Modules come from the user's module cache, which it reads; none is downloaded.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessGreed, ProcessTimeout, System
from sightline.checks.isolation import FILES, Job, Room
from sightline.checks.linters.linter import rows_of
from sightline.checks.policy import CheckPolicy
from sightline.checks.programs import complaint, find_program
from sightline.checks.runners.runner import Answer, Frame, Selection, TestResult, Tool, last_part, one_line
from sightline.workspace.files import WorkspaceView

_TEST = re.compile(r"^(?:Test|Fuzz|Example)(?![a-z])")
_MODULE = re.compile(r"^module\s+\"?([^\s\"]+)", re.MULTILINE)
_PLACE = re.compile(r"^\s+(?:\S*/)?([^\s/:]+\.go):(\d+): ?(.*)$", re.MULTILINE)
_STACK = re.compile(r"^\t(/\S+\.go):(\d+)", re.MULTILINE)
_ERROR = re.compile(r"^(?:vet: )?(?:\./)?(\S+\.go):(\d+)(?::\d+)?: (.*)$", re.MULTILINE)
_PACKAGE = re.compile(r"^# (\S+)(?: \[\S+\])?$", re.MULTILINE)
#: Seconds that the tests of one package may take, so that one that hangs does not cost the results of the others.
_EACH = 30.0
_FAILED = frozenset({0, 1})


class _Go:
    """See the module."""

    name = "go"
    program = "go"

    def holds_tests(self, path: WorkspacePath, view: WorkspaceView) -> bool:
        del view
        return path.relative.endswith("_test.go")

    def test_of(self, name: str) -> str | None:
        first = name.partition(".")[0]
        return first if _TEST.match(first) else None

    def tool(self, system: System, policy: CheckPolicy, view: WorkspaceView, root: str) -> Tool:
        program = find_program(system, self.name, policy, view.roots, root)
        real = system.files.real_path(program)
        return Tool(program=program, lent=(posixpath.dirname(posixpath.dirname(real)), module_cache(system)))

    async def run(self, room: Room, tool: Tool, view: WorkspaceView, selection: Selection, seconds: float) -> Answer:
        left = seconds
        results: list[TestResult] = []
        problems: list[str] = []
        for module, chosen in _by_module(view, selection).items():
            began = room.system.clock.monotonic()
            answer = await _run_module(room, tool, view, (module, chosen), left)
            results += answer.results
            problems += [answer.problem] * bool(answer.problem)
            left -= room.system.clock.monotonic() - began
        return Answer(results=tuple(results), problem="; ".join(problems))


async def _run_module(
    room: Room, tool: Tool, view: WorkspaceView, chosen: tuple[str, Selection], seconds: float
) -> Answer:
    module, selection = chosen
    packages = _packages(view, module, selection)
    done_by = ""
    try:
        done = await room.run(_job(room, tool, module, selection, min(_EACH, seconds / 2)), seconds)
    except ProcessGreed as error:
        done_by, output, errors, code = f"go test was ended: {error}", error.stdout, "", 1
    except ProcessTimeout as error:
        done_by, output, errors, code = f"go test was ended after {seconds:.0f} s", error.stdout, "", 1
    else:
        output, errors, code = done.stdout, done.stderr.decode(errors="replace"), done.code
        if code not in _FAILED and not output:
            raise complaint("go test", done)
    events = _events(output)
    results = _Reader(room, packages, events).results()
    results += _broken(packages, errors + "".join(_build_output(events)), module)
    if code != 0 and not any(result.failed for result in results) and not done_by:
        first = one_line(errors) or one_line("".join(_build_output(events))) or f"exit code {code}"
        done_by = f"go test failed: {first}"
    return Answer(results=tuple(results), problem=done_by)


def module_cache(system: System) -> str:
    """The folder of downloaded modules, by the variables that Go itself reads."""
    environment = system.environment
    first = environment.get("GOPATH", "").split(":")[0] or f"{environment.get('HOME', '')}/go"
    return environment.get("GOMODCACHE") or f"{first}/pkg/mod"


def module_folder(view: WorkspaceView, path: WorkspacePath) -> str:
    """The nearest folder above a file that holds ``go.mod``, relative to the root; "" for the root itself."""
    folder = posixpath.dirname(path.relative)
    while folder and not view.exists(WorkspacePath(path.root, f"{folder}/go.mod")):
        folder = posixpath.dirname(folder)
    return folder


def offline_variables(cache: str, modules: str) -> dict[str, str]:
    """What keeps Go from the network, from other versions of itself, and from the user's build cache."""
    return {
        "GOCACHE": cache, "GOMODCACHE": modules, "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off", "GOFLAGS": "",
    }  # fmt: skip


def _by_module(view: WorkspaceView, selection: Selection) -> dict[str, dict[WorkspacePath, frozenset[str] | None]]:
    found: dict[str, dict[WorkspacePath, frozenset[str] | None]] = {}
    for path, names in sorted(selection.items()):
        if view.exists(path):
            found.setdefault(module_folder(view, path), {})[path] = names
    return found


def _packages(view: WorkspaceView, module: str, selection: Selection) -> dict[str, str]:
    """Import path → folder relative to the root, of the packages whose tests are run."""
    root = next(iter(selection)).root
    try:
        text = str(view.read(WorkspacePath(root, posixpath.join(module, "go.mod"))).text)
    except SightlineError:
        text = ""
    named = _MODULE.search(text)
    prefix = named.group(1) if named else "command-line-arguments"
    found: dict[str, str] = {}
    for path in selection:
        folder = posixpath.dirname(path.relative)
        below = posixpath.relpath(folder or ".", module or ".")
        found[prefix if below == "." else f"{prefix}/{below}"] = folder
    return found


def _job(room: Room, tool: Tool, module: str, selection: Selection, each: float) -> Job:
    folders = {posixpath.relpath(posixpath.dirname(path.relative) or ".", module or ".") for path in selection}
    wanted = (
        []
        if any(names is None for names in selection.values())
        else sorted({n for s in selection.values() for n in s or ()})
    )
    pattern = ["-run", f"^({'|'.join(map(re.escape, wanted))})$"] if wanted else []
    kept = room.policy.executing.cache
    cache = f"{kept}/go-build" if kept else f"{FILES}/go-build"
    return Job(
        name="go test",
        command=[
            tool.program, "test", "-json", "-count=1", "-vet=off", f"-timeout={max(each, 1):.0f}s", *pattern,
            *sorted("." if folder == "." else f"./{folder}" for folder in folders),
        ],
        below=module,
        lent=tool.lent,
        kept=kept,
        variables=offline_variables(cache, tool.lent[1]),
    )  # fmt: skip


def _events(output: bytes) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for line in output.decode("utf-8", "replace").splitlines():
        with suppress(ValueError, TypeError):  # whatever a test printed between them
            found += rows_of([json.loads(line)])
    return found


def _build_output(events: list[Mapping[str, Any]]) -> list[str]:
    return [str(event.get("Output", "")) for event in events if event.get("Action") == "build-output"]


class _Reader:
    """Results from the events of ``go test -json``."""

    def __init__(self, room: Room, packages: Mapping[str, str], events: list[Mapping[str, Any]]) -> None:
        self._room, self._packages = room, packages
        self._printed: dict[tuple[str, str], str] = {}
        self._ended: dict[tuple[str, str], str] = {}
        for event in events:
            key = (str(event.get("Package", "")), str(event.get("Test", "")))
            match event.get("Action"):
                case "output":
                    self._printed[key] = self._printed.get(key, "") + str(event.get("Output", ""))
                case "run":
                    self._ended[key] = ""  # until it ends
                case "pass" | "fail" | "skip" as action if key[1]:
                    self._ended[key] = action
                case _:
                    pass

    def results(self) -> list[TestResult]:
        """One for each test; of a failed one whose parts failed, only the parts."""
        failed = {key for key, action in self._ended.items() if action not in ("pass", "skip")}
        parts = {(package, name.rpartition("/")[0]) for package, name in failed if "/" in name}
        return [
            self._result(key, failed=key in failed)
            for key in self._ended
            if key[0] in self._packages and not (key in failed and key in parts)
        ]

    def _result(self, key: tuple[str, str], *, failed: bool) -> TestResult:
        folder, name = self._packages[key[0]], key[1]
        text = self._printed.get(key, "")
        path, line, message, frames = self._place(folder, text)
        if not message:
            panic = re.search(r"^(panic: .*)$", text + self._printed.get((key[0], ""), ""), re.MULTILINE)
            message = panic.group(1) if panic else "it did not end" if not self._ended[key] else "it fails"
        return TestResult(
            id=f"{folder or '.'}: {name}",
            path=path,
            name=name.partition("/")[0],
            failed=failed,
            line=line,
            message=one_line(message),
            output=last_part(text),
            frames=frames,
        )

    def _place(self, folder: str, text: str) -> tuple[str, int, str, tuple[Frame, ...]]:
        """Where it failed: the first place that it tells itself, else the last call of a test in the stack."""
        inside = f"{self._room.place}/"
        frames = tuple(
            Frame(path=path.removeprefix(inside), line=int(line))
            for path, line in reversed(_STACK.findall(text))
            if path.startswith(inside)
        )
        if told := _PLACE.search(text):
            return posixpath.join(folder, told.group(1)), int(told.group(2)), told.group(3), frames
        for frame in frames:
            if frame.path.endswith("_test.go"):
                return frame.path, frame.line, "", frames
        return "", 1, "", frames


def _broken(packages: Mapping[str, str], errors: str, module: str) -> list[TestResult]:
    """Packages that do not compile: the first error of each."""
    found: dict[str, TestResult] = {}
    package = ""
    for line in errors.splitlines():
        if named := _PACKAGE.match(line):
            package = named.group(1)
        elif (told := _ERROR.match(line)) and package and package not in found:
            path = posixpath.normpath(posixpath.join(module, told.group(1)))
            found[package] = TestResult(
                id=f"{packages.get(package, package) or '.'}: build",
                path=path,
                name="",
                failed=True,
                line=int(told.group(2)),
                message=one_line(told.group(3)),
                output=last_part(errors),
            )
    return list(found.values())


GO = _Go()
