"""Pyright's language server, on open documents. It runs the interpreter it is told of, to ask where packages are."""

from __future__ import annotations

from typing import Any

from sightline.checks.checkers.checker import PYTHON, CheckerSession, Start, TypeChecker
from sightline.checks.checkers.language_server import start_server


async def _start(start: Start) -> CheckerSession:
    def configuration(section: str) -> Any:
        if section == "python":
            return {"pythonPath": start.python} if start.python else {}
        if section == "python.analysis":
            return {"diagnosticMode": "openFilesOnly"}
        return {}

    return await start_server(PYRIGHT.name, ("--stdio",), start, configuration)


PYRIGHT = TypeChecker(
    name="pyright",
    program="pyright-langserver",
    suffixes=PYTHON,
    start=_start,
    configuration=("pyrightconfig.json", "pyproject.toml", "pyvenv.cfg"),
    elsewhere=frozenset({"reportMissingImports", "reportMissingModuleSource", "reportMissingTypeStubs"}),
)
