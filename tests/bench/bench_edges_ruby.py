"""File edges of Ruby code bases against what Ruby does when it loads them.

    python tests/bench/bench_edges_ruby.py --repositories DIR [--output FILE]

Measures the library code (``lib``, its own or one of its folders') of every folder of DIR with a gemspec. This runs
the code of these repositories.

Truth: ``oracles/ruby_names.rb`` loads every file and notes which file requires, loads or autoloads which other; then
it looks every constant that a file names up in the loaded program, by the modules it stands in, and asks Ruby where it
was defined. A module that several files open belongs to none of them alone: such pairs are left out of both sides.
Libraries that are not on the machine are taken for empty ones. Needs ``ruby`` 3.1 and what the repositories load
(Debian: ``jekyll``, ``ruby-rack``, ``ruby-mustermann``, ``ruby-tilt``); nothing is downloaded.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edges.comparison import compared, is_skipped, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_ruby.json"
_ORACLES = Path(__file__).parent / "oracles"


def measure(repository: Path) -> dict[str, Any] | None:
    """Truth and ours for one repository; ``None`` where loading ends the program."""
    found = [repository / "lib", *(each.parent / "lib" for each in sorted(repository.glob("*/*.gemspec")))]
    folders = [str(each) for each in found if each.is_dir()]
    command = ["timeout", "300", "ruby", "-W0", str(_ORACLES / "ruby_names.rb"), str(repository), *folders]
    answer = run(command, repository, RUBYLIB=str(_ORACLES / "ruby_stubs"), APP_ENV="test")
    said = next((line for line in answer.stdout.splitlines() if line.startswith('{"files"')), None)
    if said is None:
        return None
    told = json.loads(said)
    truth, undecided = ({(source, target) for source, target in told[key]} for key in ("pairs", "undecided"))
    files = set(told["files"])
    ours = {edge for edge in our_edges(repository) if {*edge} <= files} - undecided
    more = {"undecided": len(undecided), "failed": told["failed"], "absent": told["absent"]}
    return compared(repository, truth, ours, files=len(files), **more)


def main() -> None:
    """Prints one line a repository, and writes all of it."""
    arguments = options(__doc__, RESULT).parse_args()
    if is_skipped(arguments.repositories, "ruby"):
        return
    rows: list[dict[str, Any]] = []
    for chosen in sorted({each.parent for each in arguments.repositories.glob("*/*.gemspec")}):
        row = measure(chosen.resolve())
        if row is None:
            print(f"{chosen.name}: cannot be loaded here")
        else:
            rows.append(row)
    report(rows, arguments.output, version_of("ruby", "--version"))


if __name__ == "__main__":
    main()
