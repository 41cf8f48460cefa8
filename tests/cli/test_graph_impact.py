"""``sightline graph impact`` of a symbol, a diff, a revision and what is staged; and what answers say they lack."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.conftest import Sightline
from sightline.cli import reports

DIFF = """--- a/shop/cart.py
+++ b/shop/cart.py
@@ -6,1 +6,1 @@
-    return sum(prices) * (1 + rate)
+    return sum(prices) * (1 + 2 * rate)
"""


def git(work: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=work, check=True, capture_output=True)


def names(shape: reports.DiffImpactJson) -> tuple[list[str], list[str]]:
    """What changes, and who is affected."""
    return [f"{each.kind} {each.name}" for each in shape.changed], [each.name for each in shape.impacted]


def test_the_impact_of_a_diff(sightline: Sightline) -> None:
    ran = sightline("graph", "impact", "--diff", "-", "--json", stdin=DIFF)
    shape = reports.DiffImpactJson.model_validate(ran.json)
    assert names(shape) == (["changed total"], ["", "print_invoice"])
    assert {each.of for each in shape.impacted} == {"shop/cart.py::total"}
    assert shape.coverage.complete
    told = sightline("graph", "impact", "--diff", "-", stdin=DIFF).out
    assert told.splitlines()[0] == "shop/cart.py:4: changed: total"
    assert told.splitlines()[-1] == "coverage: complete"


def test_parts_of_a_diff_that_do_not_fit_are_told_and_leave_the_answer_incomplete(sightline: Sightline) -> None:
    ran = sightline("graph", "impact", "--diff", "-", "--json", stdin=DIFF.replace("sum(prices) * (1 + rate)", "0"))
    shape = reports.DiffImpactJson.model_validate(ran.json)
    assert ([item.path for item in shape.unmatched], shape.coverage.complete) == (["shop/cart.py"], False)


def test_the_impact_of_what_git_knows_to_have_changed(sightline: Sightline, work: Path) -> None:
    git(work, "init")
    git(work, "add", ".")
    git(work, "commit", "-m", "all")
    assert sightline("graph", "impact", "--staged", "--json").json["error"]["kind"] == "untrusted"
    sightline("trust")
    cart = work / "shop/cart.py"
    cart.write_text(cart.read_text("utf-8").replace("def total(prices", "def totals(prices"), "utf-8")
    for option, wanted in ((("--base", "HEAD"), True), (("--staged",), False)):
        shape = reports.DiffImpactJson.model_validate(sightline("graph", "impact", *option, "--json").json)
        assert names(shape) == ((["removed total", "added totals"], ["", "print_invoice"]) if wanted else ([], []))
    git(work, "add", ".")
    cart.write_text("# the working tree has moved on\n", "utf-8")
    staged = reports.DiffImpactJson.model_validate(sightline("graph", "impact", "--staged", "--json").json)
    assert names(staged)[0] == ["removed total", "added totals"]


@pytest.mark.parametrize("arguments", [(), ("total", "--staged"), ("--diff", "-", "--base", "HEAD")])
def test_exactly_one_thing_changes(sightline: Sightline, arguments: tuple[str, ...]) -> None:
    ran = sightline("graph", "impact", *arguments, stdin=DIFF)
    assert ran.code == 2


@pytest.mark.parametrize(
    ("file", "gap"),
    [
        ({"shop/broken.py": "lonely\0"}, "1 file could not be read in whole (shop/broken.py)"),
        (
            {"shop/plugin.py": "from shop import cart\ngetattr(cart, 'lonely')\n"},
            "1 place where a string or a computed",
        ),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("query", ["references", "callers", "impact", "tests"])
def test_that_nothing_uses_it_is_only_said_where_nothing_could_hide_a_use(
    sightline: Sightline, work: Path, query: str, file: dict[str, str], gap: str
) -> None:
    (work / "shop/lonely.py").write_text("def lonely():\n    return 1\n", "utf-8")
    for name, text in file.items():
        (work / name).write_text(text, "utf-8")
    told = sightline("graph", query, "lonely").out
    answer = sightline("graph", query, "lonely", "--json").json
    last = told.splitlines()[-1]
    if gap:
        assert last.startswith("coverage: incomplete: ")
        assert gap in last
        assert "complete: nothing found, and nothing could hide it" not in told
        assert answer["coverage"]["complete"] is False
    else:
        assert last == "coverage: complete: nothing found, and nothing could hide it"
        assert answer["coverage"]["complete"] is True
