#!/usr/bin/env python3
"""``make bench``: runs every bench below this folder, one after the other.

A bench is a file ``bench_*.py`` that takes ``--repositories DIR``, a folder of code bases (``django``, ``flask``,
``typeorm`` are looked for), prints what it measured, and writes a summary into ``tests/bench/results``. Without a
folder a bench measures what it can on Sightline's own code.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Runs the benches; answers 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder of code bases to measure on")
    parser.add_argument("--only", default="", help="runs the benches whose name holds this")
    options = parser.parse_args()
    failed: list[str] = []
    for bench in sorted(HERE.rglob("bench_*.py")):
        if options.only not in bench.name:
            continue
        print(f"=== {bench.relative_to(HERE)}", flush=True)
        arguments = ["--repositories", str(options.repositories.resolve())] if options.repositories else []
        if subprocess.run([sys.executable, str(bench), *arguments], cwd=HERE.parent.parent, check=False).returncode:
            failed.append(bench.name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
