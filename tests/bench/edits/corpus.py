"""The code bases that replay and mutants run on, by language: the same for both."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class CodeBaseChoice:
    """One repository: ``glob`` are the sources whose commits are replayed, ``product`` the files that mutants change.

    ``commits`` and ``mutants`` say how many are drawn: fewer mutants where the oracle is slow. ``project``: the
    ``tsconfig.json`` of TypeScript code bases.
    """

    name: str
    language: str
    glob: str
    product: re.Pattern[str]
    commits: int = 110
    mutants: int = 0
    project: str = "tsconfig.json"


def _python(name: str, glob: str, product: str, mutants: int = 0) -> CodeBaseChoice:
    return CodeBaseChoice(name=name, language="python", glob=glob, product=re.compile(product), mutants=mutants)


def _script(name: str, glob: str, product: str, mutants: int = 0, project: str = "tsconfig.json") -> CodeBaseChoice:
    pattern = re.compile(product)
    return CodeBaseChoice(
        name=name, language="typescript", glob=glob, product=pattern, mutants=mutants, project=project
    )


def _go(name: str, mutants: int = 0, commits: int = 110) -> CodeBaseChoice:
    pattern = re.compile(r"(?!.*_test\.go$).*\.go$")
    return CodeBaseChoice(name=name, language="go", glob="**/*.go", product=pattern, mutants=mutants, commits=commits)


_VITE = "packages/vite/src/node"

CODE_BASES = (
    _go("cobra", mutants=170),
    _go("gin", mutants=170),
    _go("cli", mutants=170, commits=0),
    _go("hugo"),
    _go("echo", mutants=80, commits=0),
    _python("flask", "src/**/*.py", r"src/.*\.py$", mutants=90),
    _python("httpx", "httpx/**/*.py", r"httpx/.*\.py$", mutants=90),
    _python("click", "src/**/*.py", r"src/.*\.py$", mutants=80),
    _python("werkzeug", "src/**/*.py", r"src/.*\.py$", mutants=80),
    _python("starlette", "starlette/**/*.py", r"starlette/.*\.py$", mutants=80),
    _python("rich", "rich/**/*.py", r"rich/.*\.py$", mutants=80),
    _python("pip", "src/pip/_internal/**/*.py", r"src/pip/_internal/.*\.py$"),
    _python("pytest", "src/**/*.py", r"src/.*\.py$"),
    _python("requests", "**/requests/*.py", r"src/requests/.*\.py$", mutants=60),
    _python("attrs", "src/**/*.py", r"src/attrs?/.*\.py$", mutants=60),
    _script("vue-core", "packages/**/*.ts", r"packages/[\w-]+/src/.*\.ts$", mutants=110),
    _script("vite", f"{_VITE}/**/*.ts", _VITE + r"/(?!.*__tests__).*\.ts$", 100, f"{_VITE}/tsconfig.json"),
    _script("zod", "**/src/**/*.ts", r"packages/zod/src/v4/(?!.*(tests|benchmarks|locales)/).*\.ts$", mutants=100),
    _script("trpc", "packages/**/*.ts", r"packages/(server|client)/src/(?!.*(__tests__|vendor)/).*\.ts$", mutants=100),
    _script("hono", "src/**/*.ts", r"src/(?!.*\.test\.).*\.ts$", 100, "tsconfig.spec.json"),
    _script("date-fns", "src/**/*.ts", r"src/(?!.*(test|locale)).*\.ts$", 60, "src/tsconfig.json"),
    _script(
        "vueuse", "packages/**/*.ts", r"packages/(core|shared|math)/(?!.*(test|demo|browser)\.).*\.ts$", mutants=100
    ),
)


def chosen(only: list[str] | None) -> tuple[CodeBaseChoice, ...]:
    """All of them, or those named by repository or by language."""
    return tuple(each for each in CODE_BASES if not only or each.name in only or each.language in only)


def present(choices: Iterable[CodeBaseChoice], repositories: Path) -> Iterator[CodeBaseChoice]:
    """Those with a clone in the folder; the others are named on the error output."""
    for choice in choices:
        if (repositories / choice.name / ".git").exists():
            yield choice
        else:
            print(f"{repositories / choice.name} has no history: left out", file=sys.stderr)


def options(description: str | None, drawn: str) -> argparse.ArgumentParser:
    """The options that replay and mutants share; ``drawn`` says what is drawn from a code base."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ", ".join(each.name for each in CODE_BASES)
    parser.add_argument("--repositories", type=Path, help=f"folder that holds clones of {names}")
    parser.add_argument("--only", action="append", help="this repository or language alone; see --record")
    parser.add_argument("--count", type=int, help=f"{drawn} of each (default: see corpus.py); see --record")
    parser.add_argument("--record", action="store_true", help="writes results in spite of --only and --count")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--keep", type=Path, help="folder for clones, graphs, truths and tools, kept for the next run")
    parser.add_argument("--details", type=Path, help="writes every row to this file")
    return parser
