"""Imports of scripts in a workspace whose ignore rules say what a build makes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sightline.checks.check import Certainty
from sightline.checks.recall import facts_of
from sightline.checks.script_imports import certainty_of_missing_script
from sightline.workspace.ignore import IgnoreRules
from support.graphs import ROOT, fresh_graph, path, workspace_of


@pytest.mark.parametrize(
    ("specifier", "certainty"),
    [
        ("./generated/table", Certainty.POSSIBLE),
        ("./generated/table.js", Certainty.POSSIBLE),
        ("./other/table", Certainty.CERTAIN),
        ("./other/table.js", Certainty.CERTAIN),
    ],
)
def test_what_git_ignores_may_be_made_by_a_build(specifier: str, certainty: Certainty) -> None:
    workspace = workspace_of({"main.ts": f'import table from "{specifier}"\n'})
    rules = IgnoreRules(pruned=frozenset({(ROOT, "generated")}))
    view = fresh_graph(replace(workspace, rules=rules))
    facts = facts_of(view, path("main.ts"))
    assert facts is not None
    assert certainty_of_missing_script(view, path("main.ts"), facts.imports[0]) is certainty
