"""mypy, by ``--shadow-file``: it reads our copy of a text wherever it would read the file. A run for each side.

It stays for no second question, but what it knows of files that did not change is kept in a folder of ours. Plugins
that its configuration names are executed.
"""

from __future__ import annotations

import asyncio
import configparser
import json
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, cast

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import System
from sightline.base.text import PositionEncoding, Text
from sightline.checks.check import Severity
from sightline.checks.checkers.checker import PYTHON, Found, Problem, Shown, Start, TypeChecker, path_in, span_of
from sightline.checks.checkers.conversation import MISREAD
from sightline.checks.programs import Invocation, ProgramUnavailable, complaint, run_program
from sightline.graph.view import GraphView

_OPTIONS: Final = ("--output", "json", "--no-error-summary", "--no-color-output", "--no-pretty", "--show-error-codes")
_CONFIGURATION: Final = ("mypy.ini", ".mypy.ini", "setup.cfg", "pyproject.toml", "pyvenv.cfg")
#: 1: it found errors.
_DONE: Final = (0, 1)


class MypyRuns:
    """A :class:`~sightline.checks.checkers.checker.CheckerSession` of runs that share a cache."""

    def __init__(self, start: Start, folder: str) -> None:
        self._start = start
        self._folder = folder
        self._runs = 0
        self._stopped = False

    @property
    def alive(self) -> bool:
        return not self._stopped

    async def problems(self, shown: Shown, found: Found) -> None:
        start = self._start
        await asyncio.to_thread(start.system.files.remove_tree, f"{self._folder}/{self._runs}")
        self._runs += 1
        arguments = await asyncio.to_thread(self._written, f"{self._folder}/{self._runs}", shown)
        invocation = Invocation(name=MYPY.name, program=start.program, arguments=arguments, directory=start.root)
        done = await run_program(start.system, invocation, start.policy)
        if done.code not in _DONE:
            printed = done.stdout.decode(errors="replace").strip().splitlines()
            raise (
                complaint(MYPY.name, done)
                if done.stderr.strip() or not printed
                else ProgramUnavailable(f"mypy failed: {printed[0][:200]}")
            )
        try:
            rows = await asyncio.to_thread(self._read, done.stdout, shown.texts)
        except MISREAD as error:
            raise ProgramUnavailable("mypy gave an answer that is not understood") from error
        found.update((path, rows.get(path, ())) for path in shown.judged)

    async def disk_changed(self, paths: Collection[WorkspacePath]) -> None:
        """Every run looks at the disk."""

    async def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            with suppress(OSError):
                await asyncio.to_thread(self._start.system.files.remove_tree, self._folder)

    def _written(self, folder: str, shown: Shown) -> Sequence[str]:
        """The arguments of a run, its texts being written to ``folder``."""
        options = [*_OPTIONS, "--cache-dir", f"{self._folder}/cache"]
        if self._start.python:
            options += ["--python-executable", self._start.python]
        try:
            for number, (path, text) in enumerate(shown.texts.items()):
                copy = f"{folder}/{number}{path.suffix}"
                self._start.system.files.write_new(copy, text.data, mode=0o600)
                options += ["--shadow-file", path.absolute, copy]
        except OSError as error:
            raise ProgramUnavailable(f"no copy could be made for mypy: {error.strerror}") from error
        return [*options, "--", *(path.absolute for path in shown.judged)]

    def _read(self, output: bytes, texts: Mapping[WorkspacePath, Text]) -> Found:
        found: dict[WorkspacePath, list[Problem]] = {}
        for line in output.decode("utf-8", "replace").splitlines():
            if not line.startswith("{"):
                continue  # plugins and sitecustomize may print
            row = cast("dict[str, Any]", json.loads(line))
            file = str(row["file"]).replace("\\", "/")
            path = path_in(self._start.root, file) if file.startswith("/") else WorkspacePath(self._start.root, file)
            text = texts.get(path) if path is not None else None
            if path is None or text is None or row["severity"] != "error":
                continue
            at = (int(row["line"]) - 1, int(row["column"]))
            problem = Problem(
                span=span_of(text, at, (at[0], 1 << 30), PositionEncoding.UTF32),
                rule=str(row.get("code") or ""),
                message=str(row["message"]),
                severity=Severity.ERROR,
            )
            found.setdefault(path, []).append(problem)
        return {path: tuple(rows) for path, rows in found.items()}


async def _start(start: Start) -> MypyRuns:
    try:
        return MypyRuns(start, await _new_folder(start.system))
    except OSError as error:
        raise ProgramUnavailable(f"no folder could be made for mypy: {error.strerror}") from error


async def _new_folder(system: System) -> str:
    """A temporary folder; cancelled meanwhile, none is left."""
    making = asyncio.ensure_future(asyncio.to_thread(system.files.temporary_folder))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        with suppress(OSError):
            await asyncio.to_thread(system.files.remove_tree, await making)
        raise


def _executed(view: GraphView, root: str) -> Iterable[WorkspacePath]:
    """The plugins that configurations name and the workspace holds, however mypy would find them."""
    named: set[str] = set()
    for file in _CONFIGURATION:
        for path in (path for path in view.workspace.paths() if path.root == root and path.name == file):
            with suppress(SightlineError):
                named |= set(_plugins(file, str(view.workspace.read(path).text)))
    if not named:
        return
    ends = tuple(end for name in named for end in _files_of(name))
    for path in view.paths():
        if path.root == root and f"/{path.relative}".endswith(ends):
            yield path


def _plugins(file: str, text: str) -> list[str]:
    """``plugins`` of a configuration: files or modules, with an entry point after a colon perhaps."""
    value: object = ""
    if file.endswith(".toml"):
        with suppress(ValueError, RecursionError, AttributeError):
            value = tomllib.loads(text).get("tool", {}).get("mypy", {}).get("plugins", "")
    else:
        parser = configparser.RawConfigParser(strict=False)
        with suppress(configparser.Error):
            parser.read_string(text)
            value = parser.get("mypy", "plugins", fallback="")
    rows = cast("list[object]", value) if isinstance(value, list) else str(value).replace("\n", ",").split(",")
    return [name for row in rows if (name := str(row).strip())]


def _files_of(name: str) -> tuple[str, ...]:
    if name.rpartition(":")[0].endswith(".py") or name.endswith(".py"):
        path = name if name.endswith(".py") else name.rpartition(":")[0]
        return (f"/{path.replace(chr(92), '/').lstrip('./').rpartition('/')[2]}",)
    module = name.partition(":")[0].replace(".", "/")
    return (f"/{module}.py", f"/{module}/__init__.py")


MYPY = TypeChecker(
    name="mypy",
    program="mypy",
    opens_new=False,
    suffixes=PYTHON,
    start=_start,
    configuration=_CONFIGURATION,
    executes=_executed,
    elsewhere=frozenset({"import", "import-not-found", "import-untyped"}),
)
