"""File edges of Rust code bases against the module trees of their targets.

    python tests/bench/bench_edges_rust.py --repositories DIR [--output FILE]

Measures every folder of DIR with a ``Cargo.toml``.

Truth: the targets of all packages by ``cargo metadata --no-deps``, and for each the files that rustc says it reads
(``--emit=dep-info``). An edge leads from a file that declares a module to the file of that module; and from a file with
a path (``use``, or a path of two names or more anywhere in the code, macros included) to the file of the last module
that the path names, and to those of modules whose ``use`` it goes through on its way there. Types and their members are
no modules: a path ends where they begin. cargo and rustc do not tell where paths lead without all crates of others at
hand, so paths are resolved by code of this bench that shares nothing with the product (``edges/rust_truth.py``). Only
files that rustc reads on this machine count, on either side. Needs ``cargo`` and ``rustc``; nothing is downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edges.comparison import compared, is_skipped, options, our_edges, report, version_of
from edges.rust_truth import rust_truth

RESULT = Path(__file__).parent / "results" / "edges_rust.json"


def measure(repository: Path) -> dict[str, Any]:
    """Truth and ours for one repository."""
    truth = rust_truth(repository)
    ours = {edge for edge in our_edges(repository) if {*edge} <= truth.compiled}
    return compared(repository, truth.edges, ours, files=len(truth.compiled), unread=truth.unread)


def main() -> None:
    """Prints one line a repository, and writes all of it."""
    arguments = options(__doc__, RESULT).parse_args()
    if is_skipped(arguments.repositories, "cargo", "rustc"):
        return
    chosen = sorted(each.parent.resolve() for each in arguments.repositories.glob("*/Cargo.toml"))
    report([measure(each) for each in chosen], arguments.output, f"{version_of('cargo', '--version')}; module trees")


if __name__ == "__main__":
    main()
