#!/usr/bin/env python3
"""Symbol edges of Python against pyright: who is meant by a use, who uses a definition, and is a "none" complete?

    python tests/bench/bench_symbols_python.py --repositories DIR [--truth DIR] [--only flask]

Draws 1,000 uses (half of them calls of attributes) with a target in the code base and 300 definitions of each code base
by a seed, asks pyright as a language server (``textDocument/definition``, ``textDocument/references``), and Sightline's
graph. Pyright sees the third-party packages a code base needs, which the bench installs into ``--truth``; its answers
are kept there too. The first run takes tens of minutes, since pyright reads every file that mentions a name.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from installed import installed
from symbols.asked import Asked
from symbols.pyright_truth import PyrightTruth
from symbols.python_source import PythonSource
from symbols.remembered import RememberedTruth
from symbols.report import arguments_of, measure, write
from symbols.sampling import draw_definitions, draw_uses
from symbols.scoring import Figures

RESULT = Path(__file__).parent / "results" / "symbols_python.json"


@dataclass(frozen=True, kw_only=True)
class CodeBase:
    """What pyright needs for a code base: third-party packages, and folders that hold its own packages."""

    packages: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


CODE_BASES = {
    "django": CodeBase(packages=("asgiref", "sqlparse"), roots=("tests",)),
    "flask": CodeBase(
        packages=("werkzeug", "click", "jinja2", "itsdangerous", "blinker", "markupsafe", "pytest"), roots=("src",)
    ),
    "pip": CodeBase(roots=("src",)),
}


def main() -> int:
    """Measures each code base that is there."""
    arguments = arguments_of(__doc__, CODE_BASES)
    if arguments.repositories is None:
        print("skipped: needs --repositories")
        return 0
    figures: Figures = {}
    for name in arguments.only or CODE_BASES:
        root: Path = arguments.repositories / name
        if root.is_dir():
            print(f"{name}, seed {arguments.seed}", flush=True)
            figures[name] = _measured(root, CODE_BASES[name], arguments)
        else:
            print(f"{root} is missing: left out")
    if figures and not arguments.only:
        missed = write(RESULT, arguments.seed, f"pyright {version('pyright')}", figures)
        print("\n".join(("below the bar:", *missed)) if missed else "every figure meets its bar")
    return 0


def _measured(root: Path, needs: CodeBase, arguments: argparse.Namespace) -> Figures:
    source = PythonSource(root)
    wanted = arguments.truth / "packages" / root.name
    packages = [installed(wanted, needs.packages)] if needs.packages else []
    truth = PyrightTruth(source, arguments.truth / "scratch", packages, needs.roots)
    remembered = RememberedTruth(truth, arguments.truth / f"symbols-{root.name}.json", truth.key)
    try:
        uses = draw_uses(source, remembered, arguments.seed, arguments.uses)
        definitions = draw_definitions(source, remembered, arguments.seed, arguments.definitions)
        asked = Asked(root, source.identity)
        return measure(asked, uses, definitions, arguments.truth / f"errors-{root.name}.txt", remembered)
    finally:
        remembered.save()
        truth.close()


if __name__ == "__main__":
    sys.exit(main())
