#!/usr/bin/env python3
"""Symbol edges of TypeScript against its language service: who is meant by a use, who uses a definition.

    python tests/bench/bench_symbols_script.py --repositories DIR [--truth DIR] [--only typeorm]

As ``bench_symbols_python.py``: 1,000 uses (half of them calls of attributes) with a target in the code base and 300
definitions, drawn by a seed. Truth: TypeScript's language service over the project at the root of the code base, by
``script_truth/service.mjs`` (``getDefinitionAtPosition``, ``findReferences``). Only files of that project count, on
either side. It works on a copy into which the bench
installs, by npm, the declarations of those packages through which most types flow; others are unknown to it. Needs
Node.js and npm. The answers are kept in ``--truth``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from node_tools import TYPESCRIPT, install_packages, install_tools
from symbols.asked import Asked
from symbols.remembered import RememberedTruth
from symbols.report import arguments_of, measure, write
from symbols.sampling import draw_definitions, draw_uses
from symbols.scoring import Figures
from symbols.script_source import ScriptSource
from symbols.typescript_truth import TypeScriptTruth

RESULT = Path(__file__).parent / "results" / "symbols_script.json"

#: Code bases, and the packages their types flow through. Sightline's rules were made on the misses of the first two;
#: those that tell types from values, after zod's; on those of trpc only what its one wrong "none" showed was mended.
#: Without superjson and konn the parameters of its routers and the values of its tests are of any type.
CODE_BASES = {
    "typeorm": (
        "@tsconfig/node20@20.1.10",
        "@types/node@20.9.5",
        "@types/mocha@10.0.9",
        "@types/chai@4.3.9",
        "reflect-metadata@0.2.2",
    ),
    "vue-core": ("@types/node@22.20.5", "vitest@3.0.1", "@babel/types@7.29.14", "@babel/parser@7.29.14"),
    "zod": ("@types/node@22.20.5", "vitest@3.0.1", "@types/benchmark@2.1.5"),
    "trpc": (
        "@types/node@22.20.5",
        "vitest@3.0.1",
        "zod@4.6.7",
        "superjson@1.12.4",
        "konn@0.7.0",
        "@types/react@19.3.0",
        "@tanstack/react-query@5.108.0",
    ),
}
#: Of a member of several types of a union the language service lists no uses through the union, and yet says of such a
#: use that it leads to each of them. Of types and values it takes those of one name for one definition.
MEMBERS = ("attribute", "method")


def main() -> int:
    """Measures each code base that is there."""
    arguments = arguments_of(__doc__, CODE_BASES)
    if arguments.repositories is None or shutil.which("npm") is None:
        print("skipped: needs --repositories, Node.js and npm")
        return 0
    figures: Figures = {}
    for name in arguments.only or CODE_BASES:
        root: Path = arguments.repositories / name
        if root.is_dir():
            print(f"{name}, seed {arguments.seed}", flush=True)
            figures[name] = _measured(root, arguments)
        else:
            print(f"{root} is missing: left out")
    if figures and not arguments.only:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        missed = write(RESULT, arguments.seed, f"{TYPESCRIPT}, Node.js {node}", figures)
        print("\n".join(("below the bar:", *missed)) if missed else "every figure meets its bar")
    return 0


def _measured(root: Path, arguments: argparse.Namespace) -> Figures:
    tools = install_tools(arguments.truth / "tools", [TYPESCRIPT])
    packages = CODE_BASES[root.name]
    copy = _copy_of(root, arguments.truth / "scratch", packages, tools)
    source = ScriptSource(root, tools)
    truth = TypeScriptTruth(source, copy, tools, " ".join((TYPESCRIPT, *packages)))
    remembered = RememberedTruth(truth, arguments.truth / f"symbols-{root.name}.json", truth.key)
    try:
        uses = draw_uses(source, remembered, arguments.seed, arguments.uses)
        definitions = draw_definitions(source, remembered, arguments.seed, arguments.definitions)
        asked = Asked(root, source.identity, source.paths, types_apart=True)
        errors = arguments.truth / f"errors-{root.name}.txt"
        return measure(asked, uses, definitions, errors, remembered, MEMBERS)
    finally:
        remembered.save()
        truth.close()


def _copy_of(root: Path, scratch: Path, packages: tuple[str, ...], tools: Path) -> Path:
    """The code base, with its packages in the folder above: no ``package.json`` of its own is installed from.

    The packages of its workspace are linked where they are asked for, as its package manager does.
    """
    install_packages(scratch / f"{root.name}-packages", packages)
    copy = scratch / f"{root.name}-packages" / root.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
    subprocess.run(["node", str(tools / "link.mjs"), str(copy)], check=True)
    return copy


if __name__ == "__main__":
    sys.exit(main())
