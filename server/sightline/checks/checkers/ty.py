"""ty's language server, on open documents. It executes nothing: what is installed it finds by looking."""

from __future__ import annotations

from typing import Any

from sightline.checks.checkers.checker import PYTHON, CheckerSession, Start, TypeChecker
from sightline.checks.checkers.language_server import start_server


async def _start(start: Start) -> CheckerSession:
    def configuration(section: str) -> Any:
        del section
        if not start.python:
            return {}
        return {"configuration": {"environment": {"python": start.python}}}

    return await start_server(TY.name, ("server",), start, configuration)


TY = TypeChecker(
    name="ty",
    program="ty",
    suffixes=PYTHON,
    start=_start,
    configuration=("ty.toml", "pyproject.toml", "pyvenv.cfg"),
    elsewhere=frozenset({"import-not-found", "unresolved-import"}),
)
