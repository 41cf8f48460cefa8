"""``go test`` on real modules: what fails since an edit, what no longer compiles, and what panics or hangs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from checks.test_tests import can_isolate, judged, policy
from sightline.checks.check import Certainty, Finding
from sightline.checks.policy import CheckPolicy
from sightline.checks.runners.go import GO
from sightline.checks.runners.runner import TestResult
from support.programs import Programs

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")

SHOP = {
    "go.mod": "module example.org/shop\n\ngo 1.19\n",
    "prices/prices.go": "package prices\n\nfunc Total(a, b int) int {\n\treturn a + b\n}\n\n"
    'func Must(ok bool) {\n\tif !ok {\n\t\tpanic("no")\n\t}\n}\n',
    "prices/prices_test.go": 'package prices\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n'
    '\tt.Run("small", func(t *testing.T) {\n\t\tif got := Total(1, 2); got != 3 {\n'
    '\t\t\tt.Errorf("got %d", got)\n\t\t}\n\t})\n}\n\nfunc TestMust(t *testing.T) {\n\tMust(true)\n}\n',
    "bills/bills.go": 'package bills\n\nimport "example.org/shop/prices"\n\n'
    "func Bill() int {\n\treturn prices.Total(1, 1)\n}\n",
    "bills/bills_test.go": 'package bills\n\nimport "testing"\n\nfunc TestBill(t *testing.T) {\n'
    '\tif Bill() != 2 {\n\t\tt.Fatal("wrong bill")\n\t}\n}\n',
}


async def found(folder: Path, name: str, old: str, new: str) -> list[Finding]:
    go = shutil.which("go")
    assert go is not None
    programs = Programs(folder, path="/usr/bin:/bin", environment={"HOME": str(Path.home())})
    isolated = await can_isolate(folder)
    executing = replace(policy(isolated=isolated).executing, cache=str(folder / "built"))
    chosen = CheckPolicy(tests=True, programs={"go": go}, executing=executing)
    outcome = await judged(folder, SHOP, {name: SHOP[name].replace(old, new)}, chosen, programs=programs)
    assert outcome.skipped == (), outcome.skipped
    return sorted(outcome.findings, key=lambda finding: str(finding.path))


async def test_failures_are_told_by_their_parts_at_their_lines_also_in_other_packages(tmp_path: Path) -> None:
    bill, part = await found(tmp_path, "prices/prices.go", "a + b", "a - b")
    assert (str(bill.path), bill.line, bill.certainty) == ("bills/bills_test.go", 7, Certainty.CERTAIN)
    assert "bills: TestBill" in bill.message and "wrong bill" in bill.message
    assert (str(part.path), part.line) == ("prices/prices_test.go", 8)
    assert "TestTotal/small" in part.message and "got -1" in part.message


async def test_what_no_longer_compiles_or_panics_is_found(tmp_path: Path) -> None:
    (broken,) = await found(tmp_path / "a", "prices/prices_test.go", "Must(true)", "Must(1)")
    assert (str(broken.path), broken.line) == ("prices/prices_test.go", 14)
    assert "bool" in broken.message
    (panic,) = await found(tmp_path / "b", "prices/prices.go", "if !ok", "if ok")
    assert (str(panic.path), panic.line) == ("prices/prices_test.go", 14)
    assert "panic: no" in panic.message


def test_which_definitions_are_tests() -> None:
    names = ["TestA", "Test", "Testing", "helper", "ExampleA", "FuzzA", "T.TestA"]
    assert [GO.test_of(name) for name in names] == ["TestA", "Test", None, None, "ExampleA", "FuzzA", None]
    assert TestResult(id="a", path="", name="", failed=False).line == 1
