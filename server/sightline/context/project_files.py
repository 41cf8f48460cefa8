"""What the files of a project's own tools say of it: which formatter, how long a line, what runs its tests.

Only files at the top of a root are read, at most once a question and by name. Damaged ones count as absent.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.graph.view import GraphView

#: Files that are looked at.
NAMES = (
    "pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini", "ruff.toml", ".flake8", "package.json",
    ".prettierrc", ".prettierrc.json", "biome.json", ".editorconfig", "rustfmt.toml", ".rustfmt.toml", "Cargo.toml",
    "go.mod", "eslint.config.js", "eslint.config.mjs", ".eslintrc.json", "pom.xml", "build.gradle",
    "build.gradle.kts", "Gemfile", "composer.json", "Makefile", "CMakeLists.txt",
)  # fmt: skip
#: Largest of them that is read, in bytes.
MOST_BYTES = 400_000

#: Files of builds, and what runs the tests of such a project.
_BUILDS = (
    ("go.mod", "go test"),
    ("Cargo.toml", "cargo test"),
    ("pom.xml", "Maven"),
    ("build.gradle", "Gradle"),
    ("build.gradle.kts", "Gradle"),
)

Table = dict[str, Any]


def project_texts(view: GraphView, root: str) -> dict[str, str]:
    """The texts of those of :data:`NAMES` that are there, by name."""
    found: dict[str, str] = {}
    for name in NAMES:
        path = WorkspacePath(root, name)
        if not view.workspace.exists(path) or view.workspace.is_ignored(path):
            continue
        try:
            data = view.workspace.read(path).text.data
        except SightlineError:
            continue
        if len(data) <= MOST_BYTES:
            found[name] = data.decode("utf-8", "replace")
    return found


def toml_table(text: str) -> Table:
    """A TOML text; empty for one that is none."""
    try:
        return tomllib.loads(text)
    except ValueError:
        return {}


def json_table(text: str) -> Table:
    """The object of a JSON text; empty for anything else."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("Table", value) if isinstance(value, dict) else {}


def at(table: object, *keys: str) -> Any:
    """The value at ``keys`` in nested tables; ``None`` where one is missing."""
    for key in keys:
        if not isinstance(table, dict):
            return None
        table = cast("Table", table).get(key)
    return table


def runners_of_tests(texts: Mapping[str, str]) -> list[str]:
    """What runs the tests, by the files of the project."""
    found: list[str] = []
    project = texts.get("pyproject.toml", "")
    said = at(toml_table(project), "tool", "pytest") is not None or "[tool:pytest]" in texts.get("setup.cfg", "")
    if said or "pytest.ini" in texts or re.search(r"\bpytest\b", project + texts.get("tox.ini", "")):
        found.append("pytest")
    package = json_table(texts.get("package.json", ""))
    needs = {**_strings(at(package, "devDependencies")), **_strings(at(package, "dependencies"))}
    found += [name for name in ("vitest", "jest", "mocha", "ava", "playwright") if name in needs]
    if "node --test" in str(at(package, "scripts", "test") or ""):
        found.append("node --test")
    for name, runner in _BUILDS:
        if name in texts:
            found.append(runner)
    if "rspec" in texts.get("Gemfile", ""):
        found.append("RSpec")
    if "phpunit" in texts.get("composer.json", ""):
        found.append("PHPUnit")
    return found


def written_by_tools(texts: Mapping[str, str]) -> list[str]:
    """A sentence on the formatters and linters that are configured, and how long a line may be."""
    project = toml_table(texts.get("pyproject.toml", ""))
    package = json_table(texts.get("package.json", ""))
    needs = {**_strings(at(package, "devDependencies")), **_strings(at(package, "dependencies"))}
    tools = [name for name in ("ruff", "black", "isort", "mypy", "pyright") if at(project, "tool", name) is not None]
    tools += ["ruff"] if "ruff.toml" in texts and "ruff" not in tools else []
    tools += ["flake8"] if ".flake8" in texts or "[flake8]" in texts.get("setup.cfg", "") else []
    if ".prettierrc" in texts or ".prettierrc.json" in texts or "prettier" in needs:
        tools.append("prettier")
    tools += [
        name
        for name, sign in (("biome", "@biomejs/biome"), ("eslint", "eslint"), ("oxlint", "oxlint"))
        if sign in needs
    ]
    tools += ["gofmt"] if "go.mod" in texts else []
    tools += ["rustfmt"] if "Cargo.toml" in texts else []
    length = _line_length(texts, project)
    if not tools and not length:
        return []
    said = [f"formatted and checked by {', '.join(tools)}"] if tools else []
    return ["; ".join([*said, *([f"lines of at most {length} characters"] if length else [])]) + "."]


def _line_length(texts: Mapping[str, str], project: Table) -> int:
    """The longest line that the project's own tools allow; 0 if none says."""
    prettier = json_table(texts.get(".prettierrc", "") or texts.get(".prettierrc.json", ""))
    rust = toml_table(texts.get("rustfmt.toml", "") or texts.get(".rustfmt.toml", ""))
    flake = re.search(r"max[-_]line[-_]length\s*=\s*(\d{2,3})", texts.get(".flake8", "") + texts.get("setup.cfg", ""))
    editor = re.search(r"max_line_length\s*=\s*(\d{2,3})", texts.get(".editorconfig", ""))
    said = (
        at(project, "tool", "ruff", "line-length"),
        at(project, "tool", "black", "line-length"),
        at(toml_table(texts.get("ruff.toml", "")), "line-length"),
        prettier.get("printWidth"),
        rust.get("max_width"),
        int(flake[1]) if flake else None,
        int(editor[1]) if editor else None,
    )
    return next((each for each in said if isinstance(each, int) and 20 <= each <= 400), 0)


def _strings(value: object) -> dict[str, str]:
    table = cast("Table", value) if isinstance(value, dict) else {}
    return {key: each for key, each in table.items() if isinstance(each, str)}
