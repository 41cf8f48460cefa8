"""``sightline check``: what is judged when the tree has a diff, a part of it, or none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.checks.check import Verdict
from sightline.engine.gate import CheckedDiff, DiffSource
from support.shop import FILES, shop_engine, write_workspace

RENAMED = """\
diff --git a/shop/cart.py b/shop/cart.py
--- a/shop/cart.py
+++ b/shop/cart.py
@@ -1,6 +1,6 @@
 \"\"\"Carts.\"\"\"


-def total(prices, rate):
+def sum_of(prices, rate):
     \"\"\"Sum of prices with tax.\"\"\"
     return sum(prices) * (1 + rate)
"""
MOVED = """\
diff --git a/shop/cart.py b/shop/basket.py
similarity index 100%
rename from shop/cart.py
rename to shop/basket.py
"""
DELETED = """\
diff --git a/shop/cart.py b/shop/cart.py
deleted file mode 100644
--- a/shop/cart.py
+++ /dev/null
@@ -1,6 +0,0 @@
-\"\"\"Carts.\"\"\"
-
-
-def total(prices, rate):
-    \"\"\"Sum of prices with tax.\"\"\"
-    return sum(prices) * (1 + rate)
"""
CREATED = """\
diff --git a/shop/returns.py b/shop/returns.py
new file mode 100644
--- /dev/null
+++ b/shop/returns.py
@@ -0,0 +1 @@
+RETURNS = 1
"""
CART = FILES["shop/cart.py"]


def told(checked: CheckedDiff) -> list[tuple[str, int, str]]:
    return [(found.path.relative, found.line, found.message) for found in checked.report.findings]


@pytest.mark.parametrize(
    ("diff", "after"),
    [
        pytest.param(RENAMED, {"shop/cart.py": CART.replace("def total", "def sum_of")}, id="edited"),
        pytest.param(MOVED, {"shop/basket.py": CART}, id="moved"),
        pytest.param(DELETED, {}, id="deleted"),
        pytest.param(
            RENAMED + CREATED,
            {"shop/cart.py": CART.replace("def total", "def sum_of"), "shop/returns.py": "RETURNS = 1\n"},
            id="edited and created",
        ),
    ],
)
async def test_a_diff_is_judged_alike_before_and_after_it_is_applied(
    tmp_path: Path, diff: str, after: dict[str, str]
) -> None:
    write_workspace(tmp_path / "one/work")
    kept = {name: content for name, content in FILES.items() if name != "shop/cart.py"}
    write_workspace(tmp_path / "two/work", kept | after)
    async with shop_engine(tmp_path / "one") as engine:
        before = await engine.check(DiffSource(diff=diff))
    async with shop_engine(tmp_path / "two") as engine:
        applied = await engine.check(DiffSource(diff=diff))
    assert before.report.verdict is Verdict.REJECT
    assert (before.applied, applied.applied) == (False, True)
    assert applied.unmatched == ()
    assert told(applied) == told(before)


async def test_a_file_of_the_diff_that_the_tree_has_already_is_told(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", FILES | {"shop/cart.py": CART.replace("def total", "def sum_of")})
    other = '--- a/shop/invoice.py\n+++ b/shop/invoice.py\n@@ -1 +1 @@\n-"""Invoices."""\n+"""Bills."""\n'
    async with shop_engine(tmp_path) as engine:
        checked = await engine.check(DiffSource(diff=RENAMED + other))
    assert not checked.applied
    assert [str(path) for path in checked.already] == ["shop/cart.py"]


async def test_a_diff_that_fits_neither_way_is_unmatched(tmp_path: Path) -> None:
    write_workspace(tmp_path / "work", FILES | {"shop/cart.py": "def other(): ...\n"})
    async with shop_engine(tmp_path) as engine:
        checked = await engine.check(DiffSource(diff=RENAMED))
    assert not checked.applied
    assert [item.path for item in checked.unmatched] == ["shop/cart.py"]
