"""``cargo clippy`` executes build scripts, so it needs what tests need. The rest is in ``test_external_lint.py``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sightline.checks.check import Certainty
from sightline.checks.external_lint import ExternalLintCheck
from sightline.checks.isolation import isolation_for
from sightline.checks.policy import CheckPolicy, RunPolicy
from sightline.checks.programs import ProgramUnavailable
from support.linters import fake, runs
from support.programs import Programs

MANIFEST = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'


async def allowed(root: str, isolation: str) -> bool:
    del root, isolation
    return True


async def test_without_the_users_word_nothing_runs_and_that_is_said(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    async def refused(root: str, isolation: str) -> bool:
        asked.append((root, isolation))
        return False

    programs = fake(tmp_path, "clippy")
    policy = CheckPolicy(linters=("clippy",), executing=RunPolicy(consent=refused, isolated=False))
    outcome = await ExternalLintCheck().run(programs.given({"a.rs": "x\n"}, {"a.rs": "BAD\n"}, policy))
    (skipped,) = outcome.skipped
    assert skipped.reason.startswith("clippy executes build scripts, and you have not allowed")
    ((root, isolation),) = asked
    assert (root, isolation.partition(",")[0]) == (programs.root, "not isolated")
    assert (outcome.findings, runs(tmp_path), programs.files.made) == ((), [], [])


async def test_without_a_sandbox_nothing_runs_where_the_settings_demand_one(tmp_path: Path) -> None:
    programs = fake(tmp_path, "clippy")
    policy = CheckPolicy(linters=("clippy",), executing=RunPolicy(consent=allowed, isolated=True))
    outcome = await ExternalLintCheck().run(programs.given({"a.rs": "x\n"}, {"a.rs": "BAD\n"}, policy))
    assert [row.reason.partition(",")[0] for row in outcome.skipped] == [
        "what executes the edit runs in a sandbox only"
    ]
    assert runs(tmp_path) == []


async def test_it_runs_once_a_package_offline_and_builds_in_a_folder_of_ours(tmp_path: Path) -> None:
    programs = fake(tmp_path, "clippy")
    built = str(tmp_path / "built")
    policy = CheckPolicy(linters=("clippy",), executing=RunPolicy(consent=allowed, isolated=False, cache=built))
    before = {"one/Cargo.toml": "", "one/src/a.rs": "x\n", "one/src/deep/b.rs": "x\n", "two/Cargo.toml": "",
              "two/src/a.rs": "x\n"}  # fmt: skip
    after = {"one/src/a.rs": "BAD\n", "one/src/deep/b.rs": "BAD\n", "two/src/a.rs": "BROKEN\n"}
    outcome = await ExternalLintCheck().run(programs.given(before, after, policy))
    assert [str(finding.path) for finding in outcome.findings] == ["one/src/a.rs", "one/src/deep/b.rs"]
    assert [row.reason for row in outcome.skipped] == ["clippy cannot judge two with this edit: src/a.rs:1: bad"]
    assert [note.partition(",")[0] for note in outcome.notes] == ["linters: clippy ran not isolated"]
    ran = runs(tmp_path)
    assert sorted(directory.rpartition("/")[2] for _, directory, _ in ran) == ["one", "one", "two", "two"]
    for arguments, _, environment in ran:
        assert arguments[:2] == ["clippy", "--offline"]
        assert environment["CARGO_TARGET_DIR"].startswith(f"{built}/clippy-")
        assert environment["RUSTUP_AUTO_INSTALL"] == "0"


async def test_while_another_edit_builds_there_it_builds_elsewhere(tmp_path: Path) -> None:
    programs = fake(tmp_path, "clippy")
    policy = CheckPolicy(
        linters=("clippy",), executing=RunPolicy(consent=allowed, isolated=False, cache=str(tmp_path / "built"))
    )
    given = programs.given({"a.rs": "x\n"}, {"a.rs": "BAD\n"}, policy)
    await ExternalLintCheck().run(given)
    (kept,) = (tmp_path / "built").glob("clippy-*")
    release = programs.files.try_lock(str(kept / "lock"))
    assert release is not None
    outcome = await ExternalLintCheck().run(given)
    release()
    assert len(outcome.findings) == 1
    folders = [environment["CARGO_TARGET_DIR"] for _, _, environment in runs(tmp_path)]
    assert [folder == f"{kept}/target" for folder in folders] == [True, True, False, False]


@pytest.mark.skipif(
    shutil.which("cargo-clippy") is None or shutil.which("bwrap") is None, reason="clippy or bwrap is not installed"
)
async def test_the_real_clippy_in_its_sandbox_tells_only_what_is_new_and_again_after_another_edit(
    tmp_path: Path,
) -> None:
    programs = Programs(tmp_path, path=os.environ["PATH"], environment={"HOME": os.environ["HOME"]})
    executing = RunPolicy(consent=allowed, isolated=True, cache=str(tmp_path / "built"))
    policy = CheckPolicy(linters=("clippy",), executing=executing)
    try:
        await isolation_for(programs.system(), policy, (programs.root,), programs.root)
    except ProgramUnavailable as error:
        pytest.skip(str(error))
    old = "pub fn old(v: &str) -> bool {\n    v.len() == 0\n}\n"
    before = {
        "Cargo.toml": MANIFEST.format("top") + '[dependencies]\nmember = {path = "member"}\n[workspace]\n',
        "src/lib.rs": "pub use member::*;\n",
        "member/Cargo.toml": MANIFEST.format("member"),
        "member/build.rs": f'fn main() {{ let _ = std::fs::write("{tmp_path}/escaped", ""); }}\n',
        "member/src/lib.rs": old,
    }
    bad = 'pub fn new(ž: &str) -> bool {\n    let _ = "ž"; return ž.is_empty();\n}\n'
    for after, expected in (
        (old + bad, [(5, 18, "needless_return")]),
        (old, []),
        ("#![deny(clippy::all)]\n// Moved.\n" + old + bad, [(7, 18, "needless_return")]),
    ):
        changed = {"member/src/lib.rs": after, "src/lib.rs": "pub use member::*;\n// changed\n"}
        outcome = await ExternalLintCheck().run(programs.given(before, changed, policy))
        assert outcome.skipped == ()
        found = [(row.line, row.column, row.message.rpartition(" ")[2][:-1]) for row in outcome.findings]
        assert found == expected
        assert {row.certainty for row in outcome.findings} <= {Certainty.POSSIBLE}
        assert [note.partition(",")[0] for note in outcome.notes] == ["linters: clippy ran isolated by bubblewrap"]
    broken = await ExternalLintCheck().run(programs.given(before, {"member/src/lib.rs": "fn x() { y }\n"}, policy))
    assert (broken.findings, len(broken.skipped)) == ((), 1)
    assert broken.skipped[0].reason.startswith("clippy cannot judge member with this edit: member/src/lib.rs:1: ")
    assert not (tmp_path / "work" / "target").exists()
    assert not (tmp_path / "escaped").exists()
