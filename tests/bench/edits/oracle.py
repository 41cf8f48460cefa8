"""What a compiler or type checker says of an edit: new errors and their places. Nothing here is Sightline's.

Python: pyright. TypeScript: its language service (``oracles/script_truth.mjs``). Go: go/types
(``oracles/go_truth.go``). An error is new when there are more of its message on lines of the same text than before; of
messages that TypeScript words otherwise each time (unions), of its code.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from corpus import CodeBaseChoice
from node_tools import TYPESCRIPT, install_packages
from pyright_server import PyrightServer

SOURCES = Path(__file__).resolve().parent / "oracles"
#: Declarations that most types of the TypeScript code bases flow through; what else they import is unknown.
DECLARATIONS = (
    "@types/node@22.20.5", "@tsconfig/node20@20.1.10", "reflect-metadata@0.2.2", "@types/mocha@10.0.9",
    "@types/chai@4.3.9", "vitest@3.0.1", "@babel/types@7.29.14", "@babel/parser@7.29.14",
)  # fmt: skip
#: Edited text by path; ``None`` for a file that goes.
Edited = Mapping[str, "bytes | None"]


@dataclass(frozen=True, kw_only=True)
class Error:
    """One new error; ``line`` is one-based, in the text after the edit."""

    path: str
    line: int
    message: str


class Oracle(Protocol):
    """Errors of one folder. The folder may be changed between questions, as :meth:`reload` is told."""

    @property
    def name(self) -> str: ...

    def new_errors(self, files: Edited, paths: Sequence[str]) -> list[Error]:
        """Errors in ``paths`` after the edit that were not there before it."""
        ...

    def reload(self) -> None:
        """Forgets what it knows of the folder."""
        ...

    def close(self) -> None:
        """Ends what was started."""
        ...


class LineOracle:
    """A program that answers a line of JSON with a line of JSON, see the files of ``oracles``."""

    def __init__(self, name: str, command: Sequence[str], folder: Path) -> None:
        self.name = name
        self._command, self._folder = tuple(command), folder
        self._process: subprocess.Popen[str] | None = None

    def new_errors(self, files: Edited, paths: Sequence[str]) -> list[Error]:
        texts = {path: None if data is None else data.decode("utf-8", "replace") for path, data in files.items()}
        answer = self._ask({"ask": "errors", "files": texts, "paths": list(paths)})
        return list(_new(self._folder, files, answer["before"], answer["after"]))

    def reload(self) -> None:
        if self._process is not None:
            self._ask({"ask": "reload"})

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait()
            self._process = None

    def _ask(self, question: Mapping[str, Any]) -> Any:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process = None
            raise RuntimeError(f"{self.name} ended")
        return json.loads(line)


class PyrightOracle:
    """pyright as a language server. Files that edits create are laid on disk, empty, while it is asked."""

    name = "pyright"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PyrightServer | None = None
        self._known: dict[str, list[dict[str, Any]]] = {}

    def new_errors(self, files: Edited, paths: Sequence[str]) -> list[Error]:
        created = [path for path, data in files.items() if data is not None and not (self._folder / path).exists()]
        gone = [path for path, data in files.items() if data is None]
        if created or gone:
            return self._on_disk(files, paths, created)
        server = self._server = self._server or PyrightServer(self._folder)
        fresh = [path for path in paths if path not in self._known and (self._folder / path).exists()]
        self._known |= {path: [] for path in fresh}
        for row in self._rows(server, fresh):
            self._known[row["path"]].append(row)
        before = [row for path in paths for row in self._known.get(path, ())]
        for path, data in files.items():
            server.write(path, data or b"")
        after = self._rows(server, [path for path in paths if (self._folder / path).exists()])
        for path in files:
            server.write(path, (self._folder / path).read_bytes())
        return list(_new(self._folder, files, before, after))

    def _on_disk(self, files: Edited, paths: Sequence[str], created: Iterable[str]) -> list[Error]:
        """A running server notices files that come and go too late: the command line is asked instead."""
        there = [path for path in paths if (self._folder / path).exists()]
        before = self._command_line(there)
        kept = {path: (self._folder / path).read_bytes() for path in files if (self._folder / path).exists()}
        try:
            for path, data in files.items():
                target = self._folder / path
                if data is None:
                    target.unlink(missing_ok=True)
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
            after = self._command_line([path for path in paths if (self._folder / path).exists()])
        finally:
            for path in created:
                (self._folder / path).unlink(missing_ok=True)
            for path, data in kept.items():
                (self._folder / path).write_bytes(data)
        return list(_new(self._folder, files, before, after))

    def reload(self) -> None:
        self.close()
        self._known.clear()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _rows(self, server: PyrightServer, paths: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {"path": path, "line": row.range.start.line + 1, "message": f"{row.code} {row.message}"}
            for path, row in server.errors(paths)
        ]

    def _command_line(self, paths: Sequence[str]) -> list[dict[str, Any]]:
        if not paths:
            return []
        command = (sys.executable, "-m", "pyright", "--outputjson", *paths)
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        rows: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
        return [
            {
                "path": Path(row["file"]).relative_to(self._folder).as_posix(),
                "line": row["range"]["start"]["line"] + 1,
                "message": f"{row.get('rule')} {row['message']}",
            }
            for row in rows
            if row["severity"] == "error"
        ]


def open_oracle(choice: CodeBaseChoice, folder: Path, scratch: Path) -> Oracle | None:
    """The oracle of a code base in ``folder``; ``None`` where its tools are not there."""
    if choice.language == "python":
        return PyrightOracle(folder.resolve())
    if choice.language == "go":
        if shutil.which("go") is None:
            return None
        program = scratch / "go_truth"
        subprocess.run(("go", "build", "-o", str(program), str(SOURCES / "go_truth.go")), check=True)
        return LineOracle("go/types", (str(program), str(folder)), folder)
    if shutil.which("npm") is None:
        return None
    tools = scratch / "script-tools"
    install_packages(tools, [TYPESCRIPT])
    install_packages(folder.parent, DECLARATIONS)
    shutil.copy(SOURCES / "script_truth.mjs", tools)
    command = ("node", "--max-old-space-size=4096", str(tools / "script_truth.mjs"), str(folder), choice.project)
    return LineOracle(TYPESCRIPT, command, folder)


def write_settings(choice: CodeBaseChoice, folder: Path, packages: Sequence[Path]) -> None:
    """pyright's settings for a code base: the same for all, whatever it says itself.

    The first folder of ``packages`` becomes the code base's environment too, as on the machine of whoever works on it:
    what pyright knows of them Sightline can read as well.
    """
    if choice.language == "python":
        library = folder / ".venv" / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        if packages and not (library / "site-packages").exists():
            library.mkdir(parents=True, exist_ok=True)
            (library / "site-packages").symlink_to(packages[0].resolve())
        settings = {
            "typeCheckingMode": "standard",
            "pythonVersion": "3.11",
            "extraPaths": [str(folder / "src"), *(str(path.resolve()) for path in packages)],
        }
        (folder / "pyrightconfig.json").write_text(json.dumps(settings))


def _new(
    folder: Path, files: Edited, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterable[Error]:
    texts: dict[tuple[str, bool], list[bytes]] = {}

    def key(row: Mapping[str, Any], *, new: bool) -> tuple[str, str, bytes]:
        path = str(row["path"])
        if (path, new) not in texts:
            data = files[path] if new and path in files else _read(folder / path)
            texts[path, new] = (data or b"").split(b"\n")
        lines, line = texts[path, new], int(row["line"])
        return path, str(row.get("key", row["message"])), lines[line - 1].strip() if line <= len(lines) else b""

    left = Counter(key(row, new=False) for row in before)
    for row in after:
        own = key(row, new=True)
        if left[own] > 0:
            left[own] -= 1
        else:
            yield Error(path=row["path"], line=row["line"], message=row["message"])


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
