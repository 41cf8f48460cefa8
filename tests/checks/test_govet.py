"""``go vet``: packages judged in a copy of the workspace. What all linters must do is in ``test_external_lint.py``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sightline.checks.check import Certainty
from sightline.checks.external_lint import ExternalLintCheck
from sightline.checks.policy import CheckPolicy
from support.linters import fake, runs
from support.programs import Programs

GO_MODULE = {"go.mod": "module example.com/m\n\ngo 1.19\n", "lib/lib.go": "package lib\n\nconst Known = 1\n"}


def go_file(statement: str, package: str = "x") -> str:
    return f'package {package}\n\nimport "fmt"\n\nfunc F() {{ {statement} }}\n'


@pytest.mark.parametrize(
    ("before", "after", "side"),
    [("BAD\n", "BROKEN\n", "with this edit: a.go:1:1"), ("BROKEN\n", "\nBAD\n", "without this edit: a.go:1:1")],
)
async def test_govet_says_which_package_it_cannot_judge_and_judges_the_others(
    before: str, after: str, side: str, tmp_path: Path
) -> None:
    programs = fake(tmp_path, "govet")
    given = programs.given(
        {"p/a.go": before, "p/b.go": "good\n", "q/c.go": "good\n"},
        {"p/a.go": after, "p/b.go": "BAD\n", "q/c.go": "BAD\n"},
        CheckPolicy(linters=("govet",)),
    )
    outcome = await ExternalLintCheck().run(given)
    assert [str(finding.path) for finding in outcome.findings] == ["q/c.go"]
    assert [row.reason for row in outcome.skipped] == [f"govet cannot judge p {side}: undefined: BROKEN"]
    assert outcome.fixed == ()


async def test_govet_has_no_network_no_cgo_and_a_cache_of_ours_that_stays(tmp_path: Path) -> None:
    programs = fake(tmp_path, "govet")
    programs.environment = {"GOFLAGS": "-toolexec=/bin/evil", "CGO_CFLAGS": "-x", "HOME": str(tmp_path / "home")}
    policy = CheckPolicy(linters=("govet",), cache=str(tmp_path / "linted"), copies=str(tmp_path))
    await ExternalLintCheck().run(programs.given({"p/a.go": "x\n"}, {"p/a.go": "BAD\n"}, policy))
    for arguments, directory, environment in runs(tmp_path):
        assert arguments == ["vet", "-json", "-trimpath", "."]
        assert directory.startswith(f"{tmp_path}/") and directory.endswith("/p")
        wanted = {
            "GOCACHE": f"{tmp_path}/linted/go-vet",
            "GOPROXY": "off",
            "GOENV": "off",
            "GOFLAGS": "",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
            "GOMODCACHE": f"{tmp_path}/home/go/pkg/mod",
        }
        assert {name: environment[name] for name in wanted} == wanted
        assert "CGO_CFLAGS" not in environment
    assert len(runs(tmp_path)) == 2


@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
async def test_the_real_go_vet_sees_types_new_files_and_what_it_cannot_judge(tmp_path: Path) -> None:
    programs = Programs(tmp_path, path=os.environ["PATH"])
    policy = CheckPolicy(linters=("govet",), seconds=120.0, cache=str(tmp_path / "linted"))
    before = GO_MODULE | {
        "x/a.go": go_file('fmt.Printf("%d\\n", "old")'),
        "y/a.go": go_file('fmt.Println("y")', "y"),
        "z/a.go": go_file('fmt.Println("z")', "z"),
    }
    new = 'package x\n\nimport (\n\t"fmt"\n\n\t"example.com/m/lib"\n)\n\n'
    after = {
        "x/a.go": "// Moved.\n" + go_file('fmt.Printf("%d\\n", "old")'),
        "x/new.go": new + 'func G() { fmt.Printf("%s\\n", lib.Known+lib.Added) }\n',
        "lib/lib.go": "package lib\n\nconst Known = 1\n\nconst Added = 2\n",
        "y/a.go": go_file("fmt.Println(unknown)", "y"),
        "z/a.go": go_file('for i := 0; i < 3; i++ { defer func() { fmt.Println("%d", i) }() }', "z"),
    }
    outcome = await ExternalLintCheck().run(programs.given(before, after, policy))
    found = {(str(row.path), row.line, row.message.rpartition("(")[2]) for row in outcome.findings}
    assert found == {
        ("x/new.go", 9, "govet printf)"),
        ("z/a.go", 5, "govet printf)"),
        ("z/a.go", 5, "govet loopclosure)"),
    }
    assert {row.certainty for row in outcome.findings} == {Certainty.POSSIBLE}
    (skipped,) = outcome.skipped
    assert skipped.reason.startswith("govet cannot judge y with this edit: a.go:5:")
    assert skipped.reason.endswith(": unknown")
    assert (tmp_path / "linted" / "go-vet").is_dir()
