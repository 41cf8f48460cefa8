"""``cargo test``: which tests of which programs run, what refuses an edit, and what is built anew.

The workspaces need no registry; where cargo is not installed, only what needs none is tried.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from sightline.checks.check import Certainty, CheckOutcome
from sightline.checks.isolation import isolation_for
from sightline.checks.policy import CheckPolicy, RunPolicy
from sightline.checks.programs import ProgramUnavailable
from sightline.checks.runners.cargo import CARGO
from sightline.checks.tests import TestsCheck
from support.graphs import graph_of, path
from support.programs import Programs

CARGO_PROGRAM = shutil.which("cargo")
needs_cargo = pytest.mark.skipif(CARGO_PROGRAM is None, reason="cargo is not installed")

MANIFEST = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
PRICES = """pub fn total(prices: &[u32]) -> u32 {
    prices.iter().sum::<u32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(total(&[1, 2]), 3, "wrong");
    }

    #[test]
    #[should_panic]
    fn panics() {
        assert!(total(&[]) > 9);
    }
}
"""
WHOLE = """use shop::prices::total;

#[test]
fn none() {
    assert_eq!(total(&[]), 0);
}
"""
OTHER = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn other() {}\n}\n"
SHOP = {
    "Cargo.toml": MANIFEST,
    "src/lib.rs": "pub mod other;\npub mod prices;\n",
    "src/prices.rs": PRICES,
    "src/other.rs": OTHER,
    "tests/whole.rs": WHOLE,
}
WRONG = {"src/prices.rs": PRICES.replace("sum::<u32>()", "sum::<u32>() + 1")}


async def yes(root: str, isolation: str) -> bool:
    del root, isolation
    return True


def programs_in(folder: Path, *, isolated: bool = False) -> Programs:
    names = {name: os.environ[name] for name in ("HOME", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
    path = f"{os.path.dirname(CARGO_PROGRAM or '/none')}:/usr/bin:/bin"
    # Without the folder of bubblewrap nothing is isolated; the linker is found all the same, by its full name.
    return Programs(folder, path=path if isolated else str(_without_bubblewrap(folder)), environment=names)


def _without_bubblewrap(folder: Path) -> Path:
    """A folder of links to what building needs."""
    made = folder / "bin"
    made.mkdir(parents=True, exist_ok=True)
    for name in ("cargo", "rustc", "rustup", "cc", "ld", "as", "sh", "env"):
        found = shutil.which(name)
        if found is not None and not (made / name).exists():
            (made / name).symlink_to(found)
    return made


def policy(*, isolated: bool = False, cache: str = "") -> CheckPolicy:
    return CheckPolicy(tests=True, executing=RunPolicy(consent=yes, isolated=isolated, seconds=300, cache=cache))


async def judged(folder: Path, after: Mapping[str, str | None], before: Mapping[str, str] = SHOP) -> CheckOutcome:
    return await TestsCheck().run(programs_in(folder).given(before, after, policy()))


def test_files_with_tests_in_them_and_the_names_of_those() -> None:
    view = graph_of(SHOP | {"src/tokio.rs": "#[tokio::test]\nasync fn a() {}\n", "build.py": "#[test]\n"}).workspace
    held = [name for name in (*SHOP, "src/tokio.rs", "build.py") if CARGO.holds_tests(path(name), view)]
    assert held == ["src/prices.rs", "src/other.rs", "tests/whole.rs", "src/tokio.rs"]
    assert [CARGO.test_of(name) for name in ("tests.adds", "tests::adds", "total", "Cart.total")] == [
        "adds", "adds", None, None
    ]  # fmt: skip


@needs_cargo
async def test_tests_beside_the_code_and_of_the_package_refuse_an_edit_at_their_lines(tmp_path: Path) -> None:
    outcome = await judged(tmp_path, WRONG)
    assert outcome.skipped == ()
    found = sorted((str(each.path), each.line, each.certainty) for each in outcome.findings)
    assert found == [("src/prices.rs", 11, Certainty.CERTAIN), ("tests/whole.rs", 5, Certainty.CERTAIN)]
    first = next(each for each in outcome.findings if str(each.path) == "src/prices.rs")
    assert "`.: shop::prices::tests::adds` fails since this edit" in first.message
    assert "left: 4 right: 3" in first.message
    assert "left: 4" in first.detail and "BACKTRACE" not in first.detail and "rust_begin" not in first.detail
    assert outcome.notes[0].startswith("tests: 3 ran with cargo"), "those of the other module do not reach it"


@needs_cargo
async def test_what_does_not_compile_is_told_once_with_its_place(tmp_path: Path) -> None:
    (finding,) = (
        await judged(tmp_path, {"src/prices.rs": PRICES.replace("-> u32 {", "-> u32 {\n    missing();", 1)})
    ).findings
    assert (str(finding.path), finding.line, finding.certainty) == ("src/prices.rs", 2, Certainty.CERTAIN)
    assert "cannot find function `missing`" in finding.message


@needs_cargo
async def test_what_failed_before_and_an_edit_that_breaks_nothing(tmp_path: Path) -> None:
    harmless = {"src/prices.rs": PRICES.replace("prices.iter()", "prices.into_iter()")}
    outcome = await judged(tmp_path / "a", harmless)
    assert (outcome.findings, outcome.skipped) == ((), ())
    broken = SHOP | WRONG
    still = {"src/prices.rs": broken["src/prices.rs"].replace("+ 1", "+ 2")}
    outcome = await judged(tmp_path / "b", still, broken)
    assert (outcome.findings, outcome.skipped) == ((), ())


@needs_cargo
async def test_a_package_that_needs_what_is_not_there_is_skipped_with_its_reason(tmp_path: Path) -> None:
    before = SHOP | {"Cargo.toml": MANIFEST + '[dependencies]\nno-such-package-anywhere = "1"\n'}
    outcome = await judged(tmp_path, WRONG, before)
    assert outcome.findings == ()
    assert "no matching package named `no-such-package-anywhere` found" in outcome.skipped[0].reason


@needs_cargo
async def test_isolated_it_builds_in_a_folder_of_ours_and_the_edit_anew_each_time(tmp_path: Path) -> None:
    cache = str(tmp_path / "built")
    programs = programs_in(tmp_path, isolated=True)
    try:
        await isolation_for(programs.system(), policy(isolated=True), (), str(tmp_path))
    except ProgramUnavailable:
        pytest.skip("bubblewrap does not work here")
    given = programs.given(SHOP, WRONG, policy(isolated=True, cache=cache))
    for _ in range(2):  # what was built of the text before lies there, and is younger than the copies
        outcome = await TestsCheck().run(given)
        assert sorted(str(each.path) for each in outcome.findings) == ["src/prices.rs", "tests/whole.rs"]
        assert "isolated by bubblewrap" in outcome.notes[0]
    assert len([name for name in os.listdir(cache) if name.startswith("cargo-test-")]) == 1
    assert not (tmp_path / "work/target").exists()
