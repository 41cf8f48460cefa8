"""The crash benchmark: real ``kill -9`` while a change of many files is written, and while it is recovered from.

    python tests/bench/edits/bench_crash.py [--points 1000] [--seed 20]

Children are killed at random calls into the interpreter's C code until so many died between the first file that was
moved and the end of the journal; what they leave is recovered, in a child that may be killed too, then for good (see
``tests/support/kill_points.py``). Every tree must then be exactly before or exactly after. Writes
``tests/bench/results/crash.json``.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
RESULTS = TESTS / "bench/results/crash.json"


def main() -> int:
    """Answers 1 if a tree was torn or something was left behind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="not used: the tree is made for the bench")
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, str(TESTS / "support/kill_points.py"), work, str(options.seed), str(options.points)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    _, *points = map(json.loads, output.splitlines())
    states = Counter(str(point["state"]) for point in points)
    left_behind, between = (sum(bool(point[key]) for point in points) for key in ("left", "between"))
    summary = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "seed": options.seed,
        "killed": sum(point["killed"] for point in points),
        "between_first_rename_and_journal_close": between,
        "tree_torn_by_the_kill": sum(point["torn"] for point in points),
        "after_recovery": dict(states),
        "left_behind": left_behind,
    }
    RESULTS.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary, indent=2))
    sound = set(states) <= {"before", "after"} and not left_behind and between >= options.points
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
