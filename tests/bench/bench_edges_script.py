"""File edges of TypeScript, JavaScript, Vue and Svelte code bases against TypeScript and dependency-cruiser.

    python tests/bench/bench_edges_script.py --repositories DIR [--only NAME] [--output FILE]

Measures those folders of DIR that are named in ``CODE_BASES``.

Truth: for every specifier in a file what dependency-cruiser says, unless TypeScript's own ``ts.resolveModuleName``
leads to another file of the repository: then that (``script_truth/edges.mjs``; of components the script blocks, by the
compilers of Vue and Svelte). Both work on a copy in which the packages of the workspace are linked as a package
manager would. Where a package is not built, a project above may say where its source lies (``paths``). Where neither
tool says anything of an import of such a package and we do, the import is executed, from its own build of the same
version as npm has it: if the module that runs has exactly the exports of the source that we name, our edge is true
(``script_truth/executed.mjs``). Ours: the edges of ``sightline graph export`` of the repository as it is. A pair of
files counts once.
Needs Node.js and npm, which installs the tools into a scratch folder.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from edges.comparison import options, our_edges
from node_tools import TYPESCRIPT, install_packages, install_tools

RESULT = Path(__file__).parent / "results" / "edges_script.json"

#: Folders looked for, and what they are written in.
CODE_BASES = {
    "typeorm": "typescript",
    "vue-core": "typescript",
    "trpc": "typescript",
    "zod": "typescript",
    "vite": "typescript",
    "vueuse": "vue",
    "vue-element-admin": "vue",
    "create-vue": "vue",
    "shadcn-svelte": "svelte",
    "carbon-svelte": "svelte",
    "svelte-realworld": "svelte",
    "svelte-hackernews": "svelte",
}
PACKAGES = (TYPESCRIPT, "dependency-cruiser@17.4.3", "svelte@5.57.3", "@vue/compiler-sfc@3.5.45")
_CODE = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")
_LISTED = 40


def copy_of(repository: Path, scratch: Path) -> tuple[Path, list[str]]:
    """A copy that may be written to, and its code files."""
    copy = scratch / repository.name
    shutil.copytree(repository, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
    found = [path for path in copy.rglob("*") if path.name.endswith(_CODE) and path.is_file() and not path.is_symlink()]
    return copy, sorted(path.relative_to(copy).as_posix() for path in found)


def measure(repository: Path, tools: Path, scratch: Path) -> dict[str, Any]:
    """Truth and ours for one code base, as counts of pairs of files."""
    copy, files = copy_of(repository, scratch)
    listed = scratch / "files.json"
    command = ["node", "--max-old-space-size=4096", str(tools / "edges.mjs"), str(copy), str(listed)]
    listed.write_text(json.dumps(files), encoding="utf-8")
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    resolved: dict[str, dict[str, dict[str, str | None]]] = json.loads(answer)["files"]
    code = set(files)
    truth: set[tuple[str, str]] = set()
    cruiser: set[tuple[str, str]] = set()
    for file, specifiers in resolved.items():
        for each in specifiers.values():
            target = each["typescript"] or each["cruiser"]
            truth |= {(file, target)} if target in code and target != file else set()
            cruiser |= {(file, each["cruiser"])} if each["cruiser"] in code and each["cruiser"] != file else set()
    ours = {(source, target) for source, target in our_edges(repository) if source in code and target in code}
    executed = _executed(copy, ours - truth, resolved, tools, scratch)
    truth |= executed
    shutil.rmtree(copy)
    return {
        "repository": repository.name,
        "kind": CODE_BASES[repository.name],
        "files": len(files),
        **_figures(truth, ours),
        "true because executed": len(executed),
        "dependency-cruiser alone": _figures(cruiser, ours),
        "missed": sorted(truth - ours)[:_LISTED],
        "surplus": sorted(ours - truth)[:_LISTED],
    }


def _executed(
    copy: Path, edges: set[tuple[str, str]], resolved: dict[str, Any], tools: Path, scratch: Path
) -> set[tuple[str, str]]:
    """Those of ``edges`` that an import of a package which is not built runs, once it is built."""
    suspects: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for source, target in edges:
        for specifier, answer in resolved[source].items():
            if not answer["typescript"] and not answer["cruiser"] and _is_of_package(copy, target, specifier):
                suspects.setdefault((specifier, target), set()).add((source, target))
    found: set[tuple[str, str]] = set()
    for package in sorted({_name(specifier) for specifier, _ in suspects}):
        rows = sorted(each for each in suspects if _name(each[0]) == package)
        manifest = _manifest(copy, rows[0][1])
        published, listed = scratch / "published" / package.replace("/", "+"), scratch / "rows.json"
        try:
            install_packages(published, [f"{package}@{manifest['version']}"])
        except subprocess.CalledProcessError:
            continue  # it was never published so
        listed.write_text(json.dumps(rows), encoding="utf-8")
        command = ["node", str(tools / "executed.mjs"), str(copy), str(published), str(listed)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        found.update(edge for specifier, target in json.loads(answer) for edge in suspects[specifier, target])
    return found


def _name(specifier: str) -> str:
    return "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])


def _is_of_package(copy: Path, target: str, specifier: str) -> bool:
    manifest = _manifest(copy, target)
    return specifier[:1] not in "./#" and manifest.get("name") == _name(specifier) and "version" in manifest


def _manifest(copy: Path, file: str) -> dict[str, Any]:
    """The nearest package file above a file that says a name."""
    for folder in (copy / file).parents:
        if (folder / "package.json").is_file():
            table = json.loads((folder / "package.json").read_text("utf-8"))
            if table.get("name"):
                return table
        if folder == copy:
            break
    return {}


def _figures(truth: set[tuple[str, str]], ours: set[tuple[str, str]]) -> dict[str, Any]:
    found = len(truth & ours)
    return {
        "truth": len(truth),
        "found": found,
        "extra": len(ours - truth),
        "precision": round(found / len(ours), 4) if ours else None,
        "recall": round(found / len(truth), 4) if truth else None,
    }


def machine() -> dict[str, Any]:
    """What the figures were taken with."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "node": node,
        "tools": list(PACKAGES),
    }


def main() -> None:
    """Prints one line a code base, and writes all of it."""
    parser = options(__doc__, RESULT)
    parser.add_argument("--only", default="", help="measures these alone and keeps the other rows of the results")
    arguments = parser.parse_args()
    if arguments.repositories is None or shutil.which("npm") is None:
        print("skipped: needs --repositories, Node.js and npm")
        return
    chosen = [arguments.repositories.resolve() / name for name in CODE_BASES if arguments.only in name]
    chosen = [each for each in chosen if each.is_dir()]
    if not chosen:
        print("skipped: none of the code bases is there")
        return
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        tools = install_tools(scratch / "tools", PACKAGES)
        os.environ["SIGHTLINE_CACHE_DIR"] = str(scratch / "cache")
        rows: list[dict[str, Any]] = []
        for each in chosen:
            row = measure(each, tools, scratch)
            rows.append(row)
            print(
                f"{row['repository']}: {row['found']} of {row['truth']} found ({row['recall']:.2%}), "
                f"{row['extra']} extra (precision {row['precision']:.2%})",
                flush=True,
            )
    if arguments.only and arguments.output.exists():
        kept = json.loads(arguments.output.read_text("utf-8"))["rows"]
        new = {row["repository"]: row for row in rows}
        rows = [new.pop(row["repository"], row) for row in kept] + list(new.values())
    arguments.output.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
