"""Type checkers of the user's in an engine: named by the settings, kept between checks, told of the disk, and ended."""

from __future__ import annotations

from pathlib import Path

from sightline.checks.check import Verdict
from sightline.checks.checkers.ty import TY
from sightline.engine.gate import DiffSource
from sightline.features.feature import FeatureRequest
from sightline.tasks.result import TurnVerdict
from support.checkers import Fake, fake
from support.shop import FILES, at, block, script, shop_engine, write_workspace

#: The shop with a use that the graph cannot know of: the invoice needs a word of the cart's.
NEEDY = FILES | {"shop/invoice.py": FILES["shop/invoice.py"] + "# needs tax in shop/cart.py\n"}
#: Takes the word away. Nothing else is wrong with it.
DIFF = '''\
--- a/shop/cart.py
+++ b/shop/cart.py
@@ -4,3 +4,3 @@
 def total(prices, rate):
-    """Sum of prices with tax."""
+    """Sum of prices."""
     return sum(prices) * (1 + rate)
'''
BREAKING = block("shop/cart.py", '    """Sum of prices with tax."""', '    """Sum of prices."""')
MENDING = block("shop/cart.py", '    """Sum of prices."""', '    """Sum of prices and tax."""')


def named(folder: Path) -> Fake:
    made = fake(folder, TY)
    write_workspace(folder / "work", NEEDY)
    settings = f'[checks]\ntypes = ["ty"]\nprograms = {{ty = "{folder / "bin/ty"}"}}\n'
    (folder / "sightline.toml").write_text(settings, "utf-8")
    return made


async def test_a_checker_is_kept_between_checks_told_of_the_disk_and_ended(tmp_path: Path) -> None:
    made = named(tmp_path)
    async with shop_engine(tmp_path, trusted=True) as engine:
        for _ in range(2):
            report = (await engine.check(DiffSource(diff=DIFF))).report
            assert report.verdict is Verdict.REJECT
            (finding,) = report.findings
            assert (finding.check, str(finding.path), finding.line) == ("types", "shop/invoice.py", 9)
        (tmp_path / "work/shop/invoice.py").write_text(FILES["shop/invoice.py"], "utf-8")
        await engine.files_changed((at(engine, "shop/invoice.py"),))
        assert (await engine.check(DiffSource(diff=DIFF))).report.verdict is Verdict.ACCEPT
        assert len(made.heard("workspace/didChangeWatchedFiles")) == 1
    (start,) = made.starts
    assert not Path(f"/proc/{start[-1]}").exists()


async def test_what_a_checker_finds_is_repaired_like_the_rest(tmp_path: Path) -> None:
    made = named(tmp_path)
    async with shop_engine(tmp_path, script(BREAKING, MENDING), trusted=True) as engine:
        request = FeatureRequest(command="fix", turn="t1", text="shorter words", root=engine.roots[0])
        result = await engine.run(request, lambda event: None)
    assert result.turn is not None
    assert result.turn.verdict is TurnVerdict.ACCEPTED
    assert len(result.turn.attempts) == 2
    first = result.turn.attempts[0].report
    assert first is not None
    assert [finding.check for finding in first.findings] == ["types"]
    assert len(made.starts) == 1


async def test_files_that_an_edit_made_are_seen_once_it_is_written(tmp_path: Path) -> None:
    made = named(tmp_path)
    new, user = "WORD = 1\n", "from shop.new import WORD\n\n# needs WORD in shop/new.py\n# needs tax in shop/new.py\n"
    diff = "".join(
        f"--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{text.count(chr(10))} @@\n"
        + "".join(f"+{line}\n" for line in text.splitlines())
        for name, text in (("shop/new.py", new), ("shop/user.py", user))
    )
    async with shop_engine(tmp_path, trusted=True) as engine:
        report = (await engine.check(DiffSource(diff=diff))).report
    (skipped,) = report.skipped
    assert skipped.reason.endswith(
        "cannot be shown which files the edit makes, moves or deletes; not judged: shop/user.py"
    )
    write_workspace(tmp_path / "work", {"shop/new.py": new, "shop/user.py": user})
    async with shop_engine(tmp_path, trusted=True) as engine:
        checked = await engine.check(DiffSource(diff=diff))
    assert (checked.applied, checked.report.skipped) == (True, ())
    found = [finding for finding in checked.report.findings if finding.check == "types"]
    assert [(str(finding.path), finding.line) for finding in found] == [("shop/user.py", 4)]
    assert len(made.starts) == 2
