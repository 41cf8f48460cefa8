"""An in-memory ``System`` for tests: files in a dictionary, a clock moved by hand, processes answered by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sightline.base.system import ChildProcess, DirectoryEntry, FileStat, KeptProgram, ProcessResult, System

Answer = Callable[[Sequence[str], str, bytes], ProcessResult]

_FIRST_TICK = 1_000_000_000_000


@dataclass
class MemoryFiles:
    """Files by absolute path. Folders exist while something lies in them. There are no links."""

    contents: dict[str, bytes] = field(default_factory=dict[str, bytes])
    modified: dict[str, int] = field(default_factory=dict[str, int])
    modes: dict[str, int] = field(default_factory=dict[str, int])
    locked: set[str] = field(default_factory=set[str])
    tick: int = _FIRST_TICK
    temporary: int = 0

    def read(self, path: str, limit: int | None = None) -> bytes:
        if path not in self.contents:
            raise FileNotFoundError(2, "No such file", path)
        return self.contents[path][:limit]

    def stat(self, path: str, *, follow: bool = True) -> FileStat:  # noqa: ARG002  the port's signature
        is_file = path in self.contents
        if not is_file and not self._is_folder(path):
            raise FileNotFoundError(2, "No such file", path)
        return FileStat(
            size=len(self.contents.get(path, b"")),
            mtime_ns=self.modified.get(path, _FIRST_TICK),
            is_file=is_file,
            is_directory=not is_file,
            is_link=False,
            mode=self.modes.get(path, 0o644),
            identity=(1, hash(path)),
        )

    def list(self, path: str) -> Sequence[DirectoryEntry]:
        prefix = path.rstrip("/") + "/"
        if not self._is_folder(path):
            raise NotADirectoryError(20, "Not a directory", path)
        names: dict[str, bool] = {}
        for name in self.contents:
            if name.startswith(prefix):
                first, separator, _ = name[len(prefix) :].partition("/")
                names[first] = not separator
        return [
            DirectoryEntry(name=name, is_file=is_file, is_directory=not is_file, is_link=False)
            for name, is_file in names.items()
        ]

    def real_path(self, path: str) -> str:
        return path

    def write(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        self.tick += 1
        self.contents[path] = data
        self.modified[path] = self.tick
        if mode is not None:
            self.modes[path] = mode

    def write_new(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        if path in self.contents:
            raise FileExistsError(17, "File exists", path)
        self.write(path, data, mode=mode)

    def remove(self, path: str) -> None:
        if self.contents.pop(path, None) is None:
            raise FileNotFoundError(2, "No such file", path)
        self.modified.pop(path, None)
        self.modes.pop(path, None)

    def remove_folder(self, path: str) -> None:
        if path in self.contents:
            raise NotADirectoryError(20, "Not a directory", path)
        if self._is_folder(path):
            raise OSError(39, "Directory not empty", path)

    def temporary_folder(self, parent: str = "") -> str:
        self.temporary += 1
        return f"{parent or '/temporary'}/{self.temporary}"

    def link(self, path: str, target: str) -> None:  # noqa: ARG002  the port's signature
        raise PermissionError(1, "There are no links here", path)

    def copy(self, source: str, target: str) -> None:
        self.write_new(target, self.read(source), mode=self.modes.get(source))

    def remove_tree(self, path: str) -> None:
        for name in [name for name in self.contents if name.startswith(path.rstrip("/") + "/")]:
            self.remove(name)

    def rename(self, old: str, new: str) -> None:
        data, mode = self.read(old), self.modes.get(old)
        self.remove(old)
        self.write(new, data, mode=mode)

    def try_lock(self, path: str) -> Callable[[], None] | None:
        if path in self.locked:
            return None
        self.locked.add(path)
        return lambda: self.locked.discard(path)

    def _is_folder(self, path: str) -> bool:
        prefix = path.rstrip("/") + "/"
        return any(name.startswith(prefix) for name in self.contents)


@dataclass
class ManualClock:
    """A clock that stands still until ``seconds`` is changed."""

    seconds: float = 1_700_000_000.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class ScriptedProcesses:
    """Answers every process by ``answer``; without one, no program can be started."""

    answer: Answer | None = None
    started: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    async def run(  # noqa: PLR0913  the port's signature
        self,
        arguments: Sequence[str],
        *,
        directory: str,
        stdin: bytes = b"",
        seconds: float = 30.0,  # noqa: ARG002  the port's signature
        limit: int = 16 << 20,  # noqa: ARG002  the port's signature
        memory: int | None = None,  # noqa: ARG002  the port's signature
        most: int | None = None,  # noqa: ARG002  the port's signature
        variables: Mapping[str, str] | None = None,  # noqa: ARG002  the port's signature
    ) -> ProcessResult:
        self.started.append(tuple(arguments))
        if self.answer is None:
            raise FileNotFoundError(2, "No such program", arguments[0])
        return self.answer(arguments, directory, stdin)

    async def start(self, arguments: Sequence[str], *, directory: str) -> ChildProcess:  # noqa: ARG002  the port's signature
        raise FileNotFoundError(2, "No such program", arguments[0])

    async def keep(self, arguments: Sequence[str], *, directory: str, memory: int | None = None) -> KeptProgram:  # noqa: ARG002  the port's signature
        raise FileNotFoundError(2, "No such program", arguments[0])

    def on_path(self, path: str) -> ScriptedProcesses:  # noqa: ARG002  the port's signature
        return self


def memory_system(
    files: Mapping[str, str | bytes] | None = None,
    *,
    answer: Answer | None = None,
    environment: Mapping[str, str] | None = None,
) -> System:
    """A system that holds ``files`` (absolute path → content) and nothing else."""
    contents = {path: data.encode("utf-8") if isinstance(data, str) else data for path, data in (files or {}).items()}
    return System(
        files=MemoryFiles(contents),
        clock=ManualClock(),
        processes=ScriptedProcesses(answer),
        environment=dict(environment or {}),
    )
