"""What people see of the symbol benchmark: figures, examples of each kind of error, and the file of results."""

from __future__ import annotations

import argparse
import json
import platform
import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from importlib.metadata import version
from pathlib import Path

from symbols.asked import Asked
from symbols.sampling import DrawnUses
from symbols.scoring import (
    BARS,
    Example,
    Figures,
    JudgedDefinition,
    JudgedUse,
    below_the_bar,
    score_definitions,
    score_uses,
    settled,
)
from symbols.sites import KINDS, DefinitionSite, Spot, Truth

#: Examples printed of each kind of error.
_SHOWN = 5


def arguments_of(description: str | None, code_bases: Collection[str]) -> argparse.Namespace:
    """What a symbol benchmark was started with; ``truth`` is set whenever ``repositories`` is."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, help="folder of code bases")
    parser.add_argument("--truth", type=Path, help="folder that keeps the answers (default: beside the code bases)")
    parser.add_argument("--only", action="append", choices=sorted(code_bases), help="this one alone; writes no results")
    parser.add_argument("--uses", type=int, default=1_000)
    parser.add_argument("--definitions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=31)
    arguments = parser.parse_args()
    if arguments.truth is None and arguments.repositories is not None:
        arguments.truth = arguments.repositories / ".sightline-symbols"
    return arguments


def measure(
    asked: Asked,
    uses: DrawnUses,
    definitions: Sequence[tuple[DefinitionSite, frozenset[Spot]]],
    examples: Path | None = None,
    confirm: Truth | None = None,
    confirmed_kinds: Collection[str] = KINDS,
) -> Figures:
    """All figures of one code base, printed as well; ``examples``: a file for all the errors.

    ``confirm`` is asked where the places lead that only one side lists, see ``scoring.JudgedDefinition``; for
    definitions of ``confirmed_kinds`` alone.
    """
    use_figures, errors = score_uses([JudgedUse(site, true, asked.use(site, true)) for site, true in uses.known])
    judged = [JudgedDefinition(site, true, asked.references(site)) for site, true in definitions]
    if confirm is not None:
        judged = [settled(confirm, each) if each.site.identity.kind in confirmed_kinds else each for each in judged]
    definition_figures, more = score_definitions(judged)
    figures: Figures = {
        "uses": {**use_figures, "the truth is silent on": uses.silent},
        "definitions": definition_figures,
    }
    for part, values in figures.items():
        _show(part, values)
    _show_examples([*errors, *more])
    if examples is not None:
        examples.write_text("\n".join(f"{each.error}\t{each.text}" for each in (*errors, *more)) + "\n", "utf-8")
    return figures


def write(path: Path, seed: int, truth: str, code_bases: Figures) -> list[str]:
    """Writes the results with the machine and the versions. Answers what is below the bar."""
    missed = [
        f"{name}, {part}: {text}"
        for name, figures in code_bases.items()
        for part in ("uses", "definitions")
        for text in below_the_bar(figures[part])
    ]
    content = {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "versions": {"sightline": version("sightline"), "truth": truth},
        "seed": seed,
        "bars": BARS,
        "below the bar": missed,
        "code_bases": code_bases,
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return missed


def _show(part: str, figures: Figures) -> None:
    print(f"  {part}")
    for name, value in figures.items():
        if name == "by kind":
            for group, counts in value.items():
                print(f"    {group:<16}" + "  ".join(f"{key} {count}" for key, count in counts.items()))
        else:
            print(f"    {name}: {value}")


def _show_examples(errors: Sequence[Example]) -> None:
    by_error: dict[str, list[str]] = defaultdict(list)
    for each in errors:
        by_error[each.error].append(each.text)
    for error, texts in sorted(by_error.items()):
        print(f"  {error}: {len(texts)}")
        for text in random.Random(1).sample(texts, min(_SHOWN, len(texts))):
            print(f"    {text}")
