"""Whether Python itself can still import what an edit moved: what runs at import, no type checker sees.

The modules that the edit changes or adds are imported from a copy of the code base, each in a process of its own, as
the first of them. What could not be imported before the edit says nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutations import Mutation
from sources import CodeBase

#: Kinds of harmless edits that change what is imported when.
KINDS = frozenset({"move_with_reexport"})
_SECONDS = 60


class Importer:
    """A copy of a code base that modules are imported from. ``packages``: folders of third-party packages."""

    def __init__(self, code: CodeBase, scratch: Path, packages: Sequence[Path]) -> None:
        self._folder, self._texts = scratch / f"{code.name}-imported", code.texts
        self._packages = [str(path.resolve()) for path in packages]
        self._before: dict[str, bool] = {}
        shutil.rmtree(self._folder, ignore_errors=True)
        for path, data in code.texts.items():
            self._write(path, data)

    def breaks(self, mutation: Mutation) -> bool:
        """Whether some module that could be imported cannot be any more."""
        modules = [module for path in mutation.files if (module := _module(path))]
        old = [path for path in mutation.files if path in self._texts]
        for path in old:
            module = _module(path)
            if module not in self._before:
                self._before[module] = self._is_imported(module)
        if not all(self._before[_module(path)] for path in old):
            return False
        try:
            self._lay(mutation.files)
            return not all(map(self._is_imported, modules))
        finally:
            self._lay({path: self._texts.get(path) for path in mutation.files})

    def _lay(self, files: Mapping[str, bytes | None]) -> None:
        for path, data in files.items():
            if data is None:
                (self._folder / path).unlink(missing_ok=True)
            else:
                self._write(path, data)

    def _write(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def _is_imported(self, module: str) -> bool:
        folders = [str(self._folder / "src"), str(self._folder), *self._packages]
        environment = {"PYTHONPATH": ":".join(folders), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
        command = (sys.executable, "-c", f"import {module}")
        try:
            done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
