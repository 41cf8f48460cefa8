"""What prompts have besides task and code: only what the user trusts, and stable while files are edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.config.locations import Locations
from sightline.config.settings import PromptSettings
from sightline.engine.additions import PromptAdditions, looks_first
from sightline.prompts.build import Additions
from sightline.workspace.ignore import IgnoreChain, IgnoreRules, Level
from sightline.workspace.patterns import parse_patterns
from support.contexts import anything
from support.graphs import ROOT, fresh_graph, graph_of, workspace_of

WHERE = Locations(user_settings="/home/config/sightline.toml", cache="/home/cache", state="/home/state")
FILES = {f"shop/part_{number}.py": f"def make_part_{number}(a_b):\n    return a_b\n" for number in range(12)}


@pytest.mark.parametrize(
    ("setting", "kind", "model", "reasons", "looks"),
    [
        ("auto", "implement", "", False, True),
        ("auto", "refactor", "qwen2.5-coder:32b", False, True),
        ("auto", "implement", "qwen2.5-coder:1.5b", False, False),
        ("auto", "implement", "Llama-3B-Instruct", False, False),
        ("auto", "implement", "o3", True, False),
        ("auto", "fix", "gpt-4.1", False, False),
        ("always", "fix", "qwen:1b", True, True),
        ("never", "implement", "gpt-4.1", False, False),
    ],
)
def test_who_is_asked_to_look_first(
    setting: Literal["auto", "always", "never"], kind: str, model: str, reasons: bool, looks: bool
) -> None:
    assert looks_first(setting, kind, model, reasons=reasons) is looks


def made(
    additions: PromptAdditions, files: dict[str, str], kind: str = "implement", *, trusted: bool = True
) -> Additions:
    return additions.of(graph_of(files), ROOT, kind, anything, trusted=trusted, looks=False)


def test_templates_of_a_workspace_need_trust_and_those_of_the_user_do_not() -> None:
    system = memory_system({f"{ROOT}/.sightline/prompts/fix.md": "OWN", "/home/config/prompts/test.md": "MINE"})
    additions = PromptAdditions(system, PromptSettings(), WHERE)
    assert additions.templates(ROOT, trusted=True).text("fix") == "OWN"
    untrusted = additions.templates(ROOT, trusted=False)
    assert untrusted.text("fix") != "OWN"
    assert untrusted.text("test") == "MINE"


def test_what_was_measured_stands_until_the_workspace_is_another() -> None:
    additions = PromptAdditions(memory_system({}), PromptSettings(), WHERE)
    first = made(additions, FILES).conventions
    assert "of 12" in first[0]
    assert made(additions, FILES | {"shop/more.py": "def make_more_of_it():\n    return 1\n"}).conventions == first
    more = {f"shop/new_{number}.py": f"def make_new_{number}():\n    return 1\n" for number in range(9)}
    assert made(additions, FILES | more).conventions != first


def test_conventions_are_left_out_where_they_are_not_wanted() -> None:
    assert made(PromptAdditions(memory_system({}), PromptSettings(), WHERE), FILES, "explain").conventions == ()
    off = PromptAdditions(memory_system({}), PromptSettings(conventions=False), WHERE)
    assert made(off, FILES).conventions == ()


def test_an_overview_stands_until_other_files_are_ignored() -> None:
    additions = PromptAdditions(memory_system({}), PromptSettings(), WHERE)
    uses = {f"shop/use_{number}.py": "from shop.private import PRICE\n" for number in range(3)}
    workspace = workspace_of({"shop/__init__.py": "", "shop/private.py": "PRICE = 1\n", **uses})
    first = additions.overview(fresh_graph(workspace), ROOT, "explain", anything, 8_000)
    assert "shop/private.py" in first
    edited = workspace_of({"shop/__init__.py": "", "shop/private.py": "PRICE = 1\n", **uses, "shop/use_0.py": ""})
    assert additions.overview(fresh_graph(edited), ROOT, "explain", anything, 8_000) == first

    rules = IgnoreRules(chains={(ROOT, ""): IgnoreChain(own=(Level(patterns=parse_patterns(b"private.py\n")),))})

    def permitted(path: WorkspacePath) -> str | None:
        return "ignored" if rules.is_ignored(path) else None

    ignoring = fresh_graph(replace(workspace, rules=rules))
    assert "private" not in additions.overview(ignoring, ROOT, "explain", permitted, 8_000)
