"""File edges of PHP code bases against nikic/php-parser.

    python tests/bench/bench_edges_php.py --repositories DIR [--output FILE]

Measures every folder of DIR with a ``composer.json``: the PHP files below ``src``, ``lib`` and ``tests``.

Truth: ``oracles/php_names.php`` lets the parser resolve every name of a class, a function and a constant as PHP does,
``use`` declarations included, and looks up which file declares it; with it, files that are required by a path spelled
out. Where a name is declared in several files, only running tells which is meant: such pairs are counted and left out
of both sides. What only documentation names is surplus. Needs ``php`` and Debian's ``php-parser``; nothing is
downloaded.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from edges.comparison import compared, options, our_edges, report, run, version_of

RESULT = Path(__file__).parent / "results" / "edges_php.json"
_ORACLE = Path(__file__).parent / "oracles" / "php_names.php"
_PARSER = Path("/usr/share/php/PhpParser/autoload.php")
_FOLDERS = ("src", "lib", "tests")


def measure(repository: Path) -> dict[str, Any]:
    """Truth and ours for one repository."""
    folders = [str(repository / each) for each in _FOLDERS if (repository / each).is_dir()]
    command = ["php", "-d", "memory_limit=2G", str(_ORACLE), str(repository), *folders]
    said = json.loads(run(command, repository).stdout)
    files = set(said["files"])
    truth, undecided = ({(source, target) for source, target in said[key]} for key in ("pairs", "undecided"))
    ours = {edge for edge in our_edges(repository) if {*edge} <= files} - undecided
    more = {"broken": len(said["broken"]), "undecided": len(undecided)}
    return compared(repository, truth, ours, files=len(files), **more)


def main() -> None:
    """Prints one line a repository, and writes all of it."""
    arguments = options(__doc__, RESULT).parse_args()
    if arguments.repositories is None or shutil.which("php") is None or not _PARSER.exists():
        print("skipped: needs --repositories, the command php and Debian's php-parser")
        return
    chosen = sorted(each.parent for each in arguments.repositories.glob("*/composer.json"))
    rows = [measure(each.resolve()) for each in chosen]
    packaged = version_of("dpkg-query", "-W", "-f=${Version}", "php-parser")
    report(rows, arguments.output, f"nikic/php-parser {packaged}; {version_of('php', '--version')}")


if __name__ == "__main__":
    main()
