"""The real type checkers, each where it is installed: an edit that breaks a type where the graph sees nothing wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sightline.checks.check import Certainty
from sightline.checks.checkers.registry import CHECKERS
from sightline.checks.checkers.warm import WarmCheckers
from sightline.checks.run import run_checks
from sightline.checks.type_check import TypesCheck
from support.checkers import named
from support.programs import Programs

PYTHON = (
    {
        "p/__init__.py": "from .a import f as f\n",
        "p/a.py": "def f() -> int:\n    return 1\n",
        "b.py": "from p import f\n\nx: int = f() + 1\n",
    },
    {"p/a.py": 'def f() -> str:\n    return "one"\n'},
    ("b.py", 3),
)
SCRIPT = (
    {
        "tsconfig.json": '{"compilerOptions": {"strict": true, "noEmit": true, "types": []}}\n',
        "p/index.ts": 'export { f } from "./a";\n',
        "p/a.ts": "export function f(): number {\n  return 1;\n}\n",
        "b.ts": 'import { f } from "./p";\n\nexport const x: number = f() * 2;\n',
    },
    {"p/a.ts": 'export function f(): string {\n  return "one";\n}\n'},
    ("b.ts", 3),
)
REAL = {"mypy": PYTHON, "pyright": PYTHON, "ty": PYTHON, "tsserver": SCRIPT}
_BESIDE = os.path.dirname(sys.executable)
_CLIENT = Path(__file__).parents[2] / "client-vscode" / "node_modules" / ".bin"
#: Folders in which they are looked for; the first is the environment of the tests.
PATH = os.pathsep.join((_BESIDE, str(_CLIENT), os.environ.get("PATH", "")))
EVERY = [pytest.param(checker.name, id=checker.name) for checker in CHECKERS]


def installed(name: str) -> str:
    """The program of a checker. Skips the test where it is not installed, or Node.js for those who need it."""
    (checker,) = (checker for checker in CHECKERS if checker.name == name)
    program = shutil.which(checker.program, path=PATH)
    if program is None or (name in ("pyright", "tsserver") and shutil.which("node", path=PATH) is None):
        pytest.skip(f"{checker.program} is not installed")
    return program


@pytest.mark.parametrize("name", EVERY)
async def test_a_type_broken_in_an_importer_is_found(name: str, tmp_path: Path) -> None:
    program = installed(name)
    (checker,) = (checker for checker in CHECKERS if checker.name == name)
    before, after, place = REAL[name]
    programs = Programs(tmp_path, path=PATH, environment={"HOME": str(tmp_path)})
    warm = WarmCheckers(programs.system())
    policy = named(checker, programs={name: program}, seconds=300.0, warm=warm)
    given = programs.given(before, after, policy)
    try:
        report = await run_checks(given)
        assert [skipped for skipped in report.skipped if skipped.check == "types"] == []
        assert [(str(f.path), f.line, f.check, f.certainty) for f in report.findings] == [
            (*place, "types", Certainty.CERTAIN)
        ]
        (edited,) = after
        mended = programs.given(before, {edited: "\n" + before[edited]}, policy)
        outcome = await TypesCheck().run(mended)
        assert (outcome.findings, outcome.skipped) == ((), ())
    finally:
        await warm.close()
    files = {path.relative_to(programs.root).as_posix() for path in Path(programs.root).rglob("*") if path.is_file()}
    assert files == before.keys(), "a checker wrote into the workspace"


_KEEPING = """
import asyncio, os, sys
from sightline.base.system import real_system
from sightline.checks.checkers.checker import Shown, Start
from sightline.checks.checkers.registry import checker_named
from sightline.checks.policy import CheckPolicy

async def main():
    system = real_system()
    start = Start(system=system, root=sys.argv[1], program=sys.argv[3], python="", policy=CheckPolicy())
    session = await checker_named(sys.argv[2]).start(start)
    await session.problems(Shown(texts={}, judged=()), {})
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("name", [name for name in REAL if name != "mypy"])
def test_a_server_ends_when_we_are_killed(name: str, tmp_path: Path) -> None:
    program = installed(name)
    environment = {**os.environ, "PATH": PATH, "HOME": str(tmp_path)}
    arguments = (sys.executable, "-c", _KEEPING, str(tmp_path), name, program)
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"ready\n"
        children = psutil.Process(keeper.pid).children(recursive=True)
        assert children
        keeper.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=60)
        for process in alive:
            process.kill()
        assert alive == []
