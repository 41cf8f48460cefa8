"""The results of benches that judge code bases one by one: those judged now replace their rows, the others stay.

So one language, or one code base, can be measured again alone. Each row says of which run it is; the sums of a language
and of all are made anew from the rows that are there.
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus import CODE_BASES

Row = dict[str, Any]


def run_of(seed: int, packages: Sequence[str]) -> Row:
    """What a row says of the run it comes from: the seed, the commit that judged, versions and the machine."""
    commit = subprocess.run(
        ("git", "describe", "--always", "--dirty"),
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        "seed": seed,
        "commit": commit.stdout.strip(),
        "versions": {name: version(name) for name in packages},
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
    }


def put_together(path: Path, report: Mapping[str, Any], sums: Callable[[Sequence[Row]], Row]) -> Row:
    """``report`` with the rows of the results in ``path`` that it lacks, and its sums.

    ``report["languages"]`` maps languages to ``{"code_bases": {name: row}}`` and whatever else holds for the language.
    """
    kept: dict[str, Row] = json.loads(path.read_text())["languages"] if path.exists() else {}
    judged: dict[str, Row] = report["languages"]
    languages: dict[str, Row] = {}
    for choice in CODE_BASES:
        for source in (kept, judged):
            language = source.get(choice.language, Row())
            row = language.get("code_bases", Row()).get(choice.name)
            if row is not None:
                own = languages.setdefault(choice.language, {"code_bases": {}})
                own |= {key: value for key, value in language.items() if key not in ("code_bases", "all")}
                own["code_bases"][choice.name] = row
    for language in languages.values():
        language["all"] = sums(list(language["code_bases"].values()))
    return {**report, "languages": languages, "all": sums([language["all"] for language in languages.values()])}


def added(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> Row:
    """Sums of some counts, and of counts by name; a row that lacks one counts as none."""
    found: Row = {}
    for key in keys:
        values = [row[key] for row in rows if key in row]
        if any(isinstance(value, dict) for value in values):
            found[key] = added(values, list(dict.fromkeys(name for value in values for name in value)))
        else:
            found[key] = sum(values)
    return found
