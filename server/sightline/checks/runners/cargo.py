"""``cargo test``, by package: cargo builds the tests, then each program that it built runs by itself.

What is built is kept in a folder of ours, for workspaces that are isolated: there they always have the same name.
Packages of the workspace are built anew each time, since cargo tells texts apart by their times, and a copy of what
stood there before is younger than what was built of the edit. Examples in documentation are not run.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.system import ProcessGreed, ProcessResult, ProcessTimeout, System
from sightline.checks.cargo import cargo_folders, cargo_variables
from sightline.checks.isolation import FILES, WORKSPACE, Job, Room
from sightline.checks.linters.linter import rows_of
from sightline.checks.policy import CheckPolicy
from sightline.checks.programs import find_program
from sightline.checks.runners.runner import Answer, Frame, Selection, TestResult, Tool, last_part, one_line
from sightline.workspace.files import WorkspaceView

_MANIFEST = "Cargo.toml"
_MARK = re.compile(rb"#\[(?:\w+::)*test\b|#\[cfg\(test\)\]|#\[(?:rstest|test_case|quickcheck)\b")
_TEST = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)$", re.MULTILINE)
_PRINTED = re.compile(
    r"^---- (\S+) stdout ----\n(.*?)(?=^---- \S+ stdout ----$|^failures:$|\Z)", re.MULTILINE | re.DOTALL
)
_PANIC = re.compile(r"panicked at (\S+?\.rs):(\d+):\d+:\n(.*?)(?=\nstack backtrace:|\nnote: |\Z)", re.DOTALL)
_OLD_PANIC = re.compile(r"panicked at '(.*?)', (\S+?\.rs):(\d+):\d+", re.DOTALL)
_CALL = re.compile(r"^\s+at (?:\./)?(\S+\.rs):(\d+)", re.MULTILINE)
_BACKTRACE = re.compile(r"^stack backtrace:\n(?:\s+\S.*\n?)*|^note: .*`RUST_BACKTRACE=.*\n?", re.MULTILINE)
_MODULES = frozenset(("test", "tests"))


class _Cargo:
    """See the module."""

    name = "cargo"
    program = "cargo"

    def holds_tests(self, path: WorkspacePath, view: WorkspaceView) -> bool:
        if path.suffix != ".rs":
            return False
        try:
            return _MARK.search(view.read(path).text.data) is not None
        except SightlineError:
            return False

    def test_of(self, name: str) -> str | None:
        *modules, last = re.split(r"::|\.", name)
        return last if not _MODULES.isdisjoint(modules) else None

    def tool(self, system: System, policy: CheckPolicy, view: WorkspaceView, root: str) -> Tool:
        program = find_program(system, self.name, policy, view.roots, root)
        return Tool(program=program, lent=tuple(cargo_folders(system)))

    async def run(self, room: Room, tool: Tool, view: WorkspaceView, selection: Selection, seconds: float) -> Answer:
        packages: dict[str, dict[WorkspacePath, frozenset[str] | None]] = {}
        for path, names in sorted(selection.items()):
            if view.exists(path):
                packages.setdefault(_package_of(view, path), {})[path] = names
        clock = room.system.clock
        end = clock.monotonic() + seconds
        results: list[TestResult] = []
        problems: list[str] = []
        target, release = _target(room)
        try:
            for folder, chosen in packages.items():
                _forget(room, view, target)
                run = _Run(room, tool, view, folder, chosen, target, lambda: max(end - clock.monotonic(), 0.1))
                answer = await run.answer()
                results += answer.results
                problems += [answer.problem] * bool(answer.problem)
        finally:
            release()
        return Answer(results=tuple(results), problem="; ".join(problems))


@dataclass(frozen=True, slots=True)
class _Built:
    """A program of tests: ``source`` is the first file of it, ``name`` what cargo calls it."""

    program: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class _Run:
    """The tests of one package, in ``folder``."""

    room: Room
    tool: Tool
    view: WorkspaceView
    folder: str
    chosen: Selection
    target: str
    left: Callable[[], float]

    async def answer(self) -> Answer:
        """Builds and runs. Raises :class:`ProgramUnavailable`."""
        command = [self.tool.program, "test", "--offline", "--no-run", "--message-format=json", *self._targets()]
        done = await self._done(command)
        if isinstance(done, str):
            return Answer(problem=done)
        told: list[Mapping[str, Any]] = []
        for line in done.stdout.decode(errors="replace").splitlines():
            with suppress(ValueError, TypeError):  # whatever a build script printed
                told += rows_of([json.loads(line)])
        if done.code != 0:
            broken = self._broken(told)
            lines = done.stderr.decode(errors="replace").splitlines()
            reason = next((line for line in lines if line.startswith("error")), "".join(lines[:1]))
            problem = f"cargo test failed: {one_line(reason)}"
            return Answer(results=(broken,)) if broken is not None else Answer(problem=problem)
        results: list[TestResult] = []
        for built in self._programs(told):
            filters = self._filters(built)
            if filters is None:
                continue
            done = await self._done([built.program, *filters])
            if isinstance(done, str):
                return Answer(results=tuple(results), problem=done)
            results += self._results(built, done.stdout.decode("utf-8", "replace"))
        return Answer(results=tuple(results))

    async def _done(self, command: list[str]) -> ProcessResult | str:
        """What a run gave, or why it was ended."""
        kept = self.room.policy.executing.cache
        job = Job(
            name="cargo test",
            command=command,
            below=self.folder,
            lent=self.tool.lent,
            kept=kept if kept and self.target.startswith(kept) else "",
            variables={
                **cargo_variables(self.room.system, self.target),
                "RUST_BACKTRACE": "1",
                "CARGO_MANIFEST_DIR": posixpath.join(WORKSPACE, self.folder).rstrip("/"),
            },
        )
        seconds = self.left()
        try:
            return await self.room.run(job, seconds)
        except ProcessGreed as error:
            return f"cargo test was ended: {error}"
        except ProcessTimeout:
            return f"cargo test was ended after {seconds:.0f} s"

    def _targets(self) -> list[str]:
        """What has to be built for the chosen files."""
        wanted: dict[str, None] = {}
        for path in self.chosen:
            below = posixpath.relpath(path.relative, self.folder or ".")
            first, _, rest = below.partition("/")
            if first == "tests" and rest:
                wanted[f"--test={rest.partition('/')[0].removesuffix('.rs')}"] = None
            elif first == "src":
                wanted["--lib" if self._there("src/lib.rs") else "--bins"] = None
                if self._there("src/main.rs") or rest.startswith("bin/"):
                    wanted["--bins"] = None
            else:
                return ["--tests"]
        return list(wanted)

    def _there(self, file: str) -> bool:
        return self.view.exists(WorkspacePath(self.room.root, posixpath.join(self.folder, file)))

    def _programs(self, told: list[Mapping[str, Any]]) -> list[_Built]:
        found: list[_Built] = []
        for row in told:
            if row.get("reason") == "compiler-artifact" and row["profile"]["test"] and row.get("executable"):
                source = self._relative(str(row["target"]["src_path"]))
                found.append(_Built(str(row["executable"]), str(row["target"]["name"]), source))
        return found

    def _filters(self, built: _Built) -> list[str] | None:
        """Words that names of the chosen tests of a program hold; ``None`` if none is of it, empty for all."""
        filters: list[str] = []
        mine = False
        for path, names in self.chosen.items():
            module = _module(path.relative, built.source)
            if module is None:
                continue
            mine = True
            if names is None and not module:
                return []
            filters += [f"{module}::"] if names is None else sorted(names)
        return filters if mine else None

    def _results(self, built: _Built, text: str) -> list[TestResult]:
        printed = dict(_PRINTED.findall(text))
        return [
            self._result(built, name, printed.get(name, ""), failed=word == "FAILED")
            for name, word in _TEST.findall(text)
        ]

    def _result(self, built: _Built, name: str, printed: str, *, failed: bool) -> TestResult:
        path = self._file_of(built, name)
        identity = f"{self.folder or '.'}: {built.name}::{name}"
        if not failed:
            return TestResult(id=identity, path=path, name=name.rpartition("::")[2], failed=False)
        message, place = "it fails", ("", 1)
        if told := _PANIC.search(printed):
            message, place = " ".join(told.group(3).split()), (self._place(told.group(1)), int(told.group(2)))
        elif old := _OLD_PANIC.search(printed):
            message, place = " ".join(old.group(1).split()), (self._place(old.group(2)), int(old.group(3)))
        elif said := one_line(printed):
            message = said
        calls = [Frame(path=where, line=int(line)) for at, line in _CALL.findall(printed) if (where := self._place(at))]
        frames = [Frame(path=place[0], line=place[1]), *calls] if place[0] else calls
        return TestResult(
            id=identity,
            path=path,
            name=name.rpartition("::")[2],
            failed=True,
            line=next((frame.line for frame in frames if frame.path == path), 1),
            message=one_line(message),
            output=last_part(_BACKTRACE.sub("", printed)),
            frames=tuple(reversed(dict.fromkeys(frames))),
        )

    def _file_of(self, built: _Built, name: str) -> str:
        """The chosen file in whose module a test lies: the innermost."""
        inside = {
            path.relative: module
            for path in self.chosen
            if (module := _module(path.relative, built.source)) is not None
            and (not module or name.startswith(f"{module}::"))
        }
        return max(inside, key=lambda path: len(inside[path]), default=built.source)

    def _broken(self, told: list[Mapping[str, Any]]) -> TestResult | None:
        """What does not compile: its first error. What is not of a chosen file is a place on the way."""
        for row in told:
            if row.get("reason") != "compiler-message" or row["message"]["level"] != "error":
                continue
            message = row["message"]
            first = next((span for span in rows_of(message["spans"]) if span["is_primary"]), None)
            place = self._place(str(first["file_name"])) if first else ""
            line = int(first["line_start"]) if first else 1
            chosen = place in {path.relative for path in self.chosen}
            return TestResult(
                id=f"{self.folder or '.'}: build",
                path=place if chosen else "",
                name="",
                failed=True,
                line=line if chosen else 1,
                message=one_line(str(message["message"]) if chosen else f"{place}:{line}: {message['message']}"),
                output=last_part(str(message.get("rendered") or "")),
                frames=(Frame(path=place, line=line),) if place else (),
            )
        return None

    def _place(self, file: str) -> str:
        """A file as the compiler names it, from the folder of a package or of one above it; "" for others."""
        relative = self._relative(file)
        if relative or posixpath.isabs(file):
            return relative
        folder = self.folder
        while True:
            named = posixpath.normpath(posixpath.join(folder, file))
            if not named.startswith("..") and self.view.exists(WorkspacePath(self.room.root, named)):
                return named
            if not folder:
                return ""
            folder = posixpath.dirname(folder)

    def _relative(self, file: str) -> str:
        inside = f"{self.room.place}/"
        real = f"{self.room.system.files.real_path(self.room.place)}/"
        return next((file.removeprefix(start) for start in (inside, real) if file.startswith(start)), "")


def _package_of(view: WorkspaceView, path: WorkspacePath) -> str:
    folder = posixpath.dirname(path.relative)
    while folder and not view.exists(WorkspacePath(path.root, f"{folder}/{_MANIFEST}")):
        folder = posixpath.dirname(folder)
    return folder


def _module(path: str, source: str) -> str | None:
    """The module of a file in a program that begins with ``source``: "" for all of it, ``None`` if it is not of it."""
    if path == source:
        return ""
    below = posixpath.dirname(source)
    stem = posixpath.basename(source)
    if stem not in ("lib.rs", "main.rs", "mod.rs") or not path.startswith(f"{below}/") or "/bin/" in path:
        return None
    parts = path.removeprefix(f"{below}/").removesuffix(".rs").split("/")
    return "::".join(parts[:-1] if parts[-1] == "mod" else parts)


def _target(room: Room) -> tuple[str, Callable[[], None]]:
    """The folder to build in, for this run alone, and what gives it back."""
    kept = room.policy.executing.cache
    if kept and room.isolation.program:
        folder = f"{kept}/cargo-test-{sha256(room.root.encode()).hexdigest()[:16]}"
        with suppress(OSError):
            release = room.system.files.try_lock(f"{folder}/lock")
            if release is not None:
                return f"{folder}/target", release
    return f"{FILES}/target", lambda: None


def _forget(room: Room, view: WorkspaceView, target: str) -> None:
    """Lets cargo build the packages of the workspace anew."""
    names: set[str] = set()
    for path in view.known:
        if path.name == _MANIFEST and path.root == room.root:
            with suppress(SightlineError, ValueError, KeyError, TypeError):
                names.add(str(tomllib.loads(str(view.read(path).text))["package"]["name"]))
    marks = f"{target.replace(FILES, room.files)}/debug/.fingerprint"
    with suppress(OSError):
        for entry in room.system.files.list(marks):
            if entry.name.rpartition("-")[0] in names:
                room.system.files.remove_tree(f"{marks}/{entry.name}")


CARGO = _Cargo()
