#!/usr/bin/env python3
"""Which lines of real code bases are hidden as secrets: each is one that a model cannot read.

    python tests/bench/bench_redaction.py DIR [DIR ...] [--show]

``--show`` prints every line that is hidden, as it is and as it is shown. Text files of up to 2 MB are read.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

from sightline.base.redact import redact


def hidden_in(root: Path) -> tuple[int, float, list[str]]:
    """Characters read, seconds of CPU, and each hidden line."""
    size, seconds, found = 0, 0.0, list[str]()
    for path in sorted(root.rglob("*")):
        if ".git" in path.parts or path.is_symlink() or not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        began = process_time()
        shown = redact(text)
        seconds += process_time() - began
        size += len(text)
        for number, (line, now) in enumerate(zip(text.split("\n"), shown.split("\n"), strict=True), 1):
            if line != now:
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()[:150]}  ->  {now.strip()[:150]}")
    return size, seconds, found


def main() -> None:
    """Prints a line a code base."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    for folder in given.folders:
        size, seconds, found = hidden_in(folder)
        print(f"{folder.name}: {len(found)} lines hidden of {size / 1e6:.1f} million characters, {seconds:.1f} s")
        if given.show:
            print("\n".join(found))


if __name__ == "__main__":
    main()
