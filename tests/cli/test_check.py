"""``sightline check``: diffs, what is staged, revisions and commits, for people, programs and code hosts."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import pytest

from cli.conftest import BREAKING, Sightline, git
from sightline.checks.checkers.ty import TY
from sightline.checks.registry import CHECKS
from sightline.cli import edit_reports, reports
from sightline.cli.sarif import RULES
from support.checkers import fake
from support.shop import CART, RENAME_DEFINITION, block, script


def test_check_refuses_a_diff_that_strands_a_caller(sightline: Sightline) -> None:
    ran = sightline("check", "--diff", "-", "--json", stdin=BREAKING.replace("\n\n-def", "\n \n-def"))
    report = reports.CheckJson.model_validate(ran.json)
    assert ran.code == 1
    assert report.verdict == "reject"
    (finding,) = [finding for finding in report.findings if finding.check == "breakage"]
    assert (finding.path, finding.line, finding.certainty) == ("shop/invoice.py", 8, "certain")
    assert [(place.path, place.line) for place in finding.related] == [("shop/cart.py", 4)]


def test_check_refuses_a_diff_that_does_not_apply(sightline: Sightline) -> None:
    ran = sightline(
        "check", "--diff", "-", "--json", stdin=BREAKING.replace("def total(prices, rate):", "def nothing():")
    )
    assert ran.code == 1
    assert reports.CheckJson.model_validate(ran.json).unmatched[0].path == "shop/cart.py"


def test_a_diff_that_the_tree_has_already_is_judged_all_the_same(sightline: Sightline, work: Path) -> None:
    (work / "shop/cart.py").write_text(CART.replace("def total", "def sum_of"), "utf-8")
    diff = (
        "--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -4 +4 @@\n-def total(prices, rate):\n+def sum_of(prices, rate):\n"
    )
    told = sightline("check", "--diff", "-", stdin=diff)
    assert told.code == 1
    assert "shop/invoice.py:3" in told.out
    assert "already" in told.err
    assert sightline("check", "--diff", "-", "--json", stdin=diff).json["applied"] is True


def test_git_is_asked_in_a_repository_only(sightline: Sightline) -> None:
    sightline("trust")
    for arguments in (("--staged",), ("--base", "HEAD")):
        ran = sightline("check", *arguments, "--json")
        assert (ran.code, ran.json["error"]["kind"]) == (2, "no_repository")


def test_check_judges_what_is_staged_and_what_changed_since_a_revision(sightline: Sightline, work: Path) -> None:
    git(work, "init")
    git(work, "add", ".")
    git(work, "commit", "-m", "all")
    assert sightline("check", "--staged", "--json").json["error"]["kind"] == "untrusted"
    sightline("trust")
    assert sightline("check", "--staged", "--json").json["verdict"] == "accept"
    cart = work / "shop/cart.py"
    cart.write_text(cart.read_text("utf-8").replace("def total(prices", "def totals(prices"), "utf-8")
    since = sightline("check", "--base", "HEAD", "--json")
    assert since.code == 1
    assert {finding["path"] for finding in since.json["findings"]} == {"shop/invoice.py"}
    assert sightline("check", "--staged", "--json").json["verdict"] == "accept", "nothing is staged yet"
    git(work, "add", ".")
    (work / "shop/cart.py").write_text("# the working tree has moved on\n", "utf-8")
    staged = sightline("check", "--staged", "--json")
    assert staged.code == 1
    assert {finding["path"] for finding in staged.json["findings"]} == {"shop/invoice.py"}
    assert sightline("check", "--base", "nonsense", "--json").json["error"]["kind"] == "git"


def test_check_judges_commits_that_are_not_checked_out(sightline: Sightline, work: Path) -> None:
    git(work, "init")
    git(work, "add", ".")
    git(work, "commit", "-m", "all")
    git(work, "checkout", "-b", "topic")
    cart = work / "shop/cart.py"
    cart.write_text(CART.replace("def total(prices", "def totals(prices"), "utf-8")
    git(work, "commit", "-am", "rename")
    git(work, "checkout", "main")
    (work / "shop/tax.py").write_text("RATE = 2\n", "utf-8")
    git(work, "add", ".")
    git(work, "commit", "-m", "goes on")
    sightline("trust")
    for commits in ("main..topic", "main...topic", "..topic"):
        told = sightline("check", "--commits", commits, "--json")
        assert (told.code, {finding["path"] for finding in told.json["findings"]}) == (1, {"shop/invoice.py"}), commits
    assert sightline("check", "--commits", "topic...main", "--json").json["verdict"] == "accept"
    assert sightline("check", "--commits", "topic..", "--json").json["verdict"] == "accept", "the way back"
    assert sightline("graph", "impact", "--commits", "main...topic", "--json").json["changed"][0]["name"] == "total"
    for wrong in ("main", "main...", "a..b", "--output=x..main", "...--output=x"):
        ran = sightline("check", "--commits", wrong, "--json")
        if wrong == "main...":
            assert ran.json["verdict"] == "accept", "from main to HEAD, which is main"
        else:
            assert (ran.code, list(ran.json)) == (2, ["error"]), wrong
    assert not (work / "x").exists()


def test_check_prints_sarif(sightline: Sightline, work: Path) -> None:
    (work / "shop/größe 1.py").write_text("from shop.cart import total\n\ntotal([], 1)\n", "utf-8")
    ran = sightline("check", "--diff", "-", "--sarif", stdin=BREAKING.replace("\n\n-def", "\n \n-def"))
    assert ran.code == 1
    log = ran.json
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    assert [rule["id"] for rule in only["tool"]["driver"]["rules"]] == ["breakage"]
    assert only["invocations"][0]["executionSuccessful"] is True
    places = [result["locations"][0]["physicalLocation"] for result in only["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("shop/gr%C3%B6%C3%9Fe%201.py", 3),
        ("shop/invoice.py", 8),
    ]
    assert {(result["ruleId"], result["ruleIndex"], result["level"]) for result in only["results"]} == {
        ("breakage", 0, "error")
    }
    related = only["results"][0]["relatedLocations"][0]["physicalLocation"]
    assert (related["artifactLocation"]["uri"], related["region"]["startLine"]) == ("shop/cart.py", 4)
    misfit = sightline(
        "check", "--diff", "-", "--sarif", stdin=BREAKING.replace("def total(prices, rate):", "def no():")
    )
    assert misfit.code == 1
    assert misfit.json["runs"][0]["results"][0]["ruleId"] == "unmatched"
    fine = sightline("check", "--diff", "-", "--sarif", stdin="")
    assert (fine.code, fine.json["runs"][0]["results"]) == (0, [])
    assert sightline("check", "--diff", "-", "--sarif", "--json").code == 2


def test_a_change_with_files_that_are_no_text_is_judged_by_the_others(sightline: Sightline, work: Path) -> None:
    (work / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (work / "link.py").symlink_to("shop/cart.py")
    git(work, "init")
    git(work, "add", ".")
    git(work, "commit", "-m", "all")
    sightline("trust")
    (work / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\1")
    (work / "more.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\2")
    (work / "link.py").unlink()
    (work / "link.py").symlink_to("shop/invoice.py")
    git(work, "add", "more.png")
    cart = work / "shop/cart.py"
    cart.write_text(cart.read_text("utf-8") + "\n\n# Binary files a and b differ\n", "utf-8")
    for option in (("--base", "HEAD"), ("--staged",)):
        answer = sightline("check", *option, "--json").json
        assert (answer["verdict"], answer["unmatched"]) == ("accept", [])
    cart.write_text(cart.read_text("utf-8").replace("def total(prices", "def totals(prices"), "utf-8")
    assert sightline("check", "--base", "HEAD", "--json").json["verdict"] == "reject"


def test_a_repository_that_names_programs_runs_none(sightline: Sightline, work: Path, tmp_path: Path) -> None:
    git(work, "init")
    git(work, "add", ".")
    git(work, "commit", "-m", "all")
    trap = tmp_path / "trap"
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {trap}\n", "utf-8")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "core.editor", "core.sshCommand"):
        git(work, "config", key, str(program))
    git(work, "config", "core.hooksPath", str(tmp_path))
    git(work, "config", "filter.evil.clean", str(program))
    git(work, "config", "diff.evil.textconv", str(program))
    git(work, "config", "diff.evil.command", str(program))
    (work / ".gitattributes").write_text("*.py filter=evil diff=evil\n", "utf-8")
    trap.unlink(missing_ok=True)
    cart = work / "shop/cart.py"
    cart.write_text(cart.read_text("utf-8") + "\n", "utf-8")
    for arguments in (["index"], ["context", "x"], ["graph", "export"], ["status"]):
        assert sightline(*arguments).code == 0
    assert not trap.exists(), "an untrusted workspace: no git at all"
    sightline("trust")
    sightline("check", "--base", "HEAD")
    sightline("check", "--staged")
    assert not trap.exists()


def test_every_check_is_a_rule_of_sarif() -> None:
    assert set(RULES) == {check.name for check in CHECKS} | {"unmatched"}


def test_a_finding_is_accepted_by_its_id_for_a_reason(sightline: Sightline, work: Path) -> None:
    (work / "shop/more.py").write_text("from shop.cart import total\n\ntotal([], 1)\n", "utf-8")
    diff = BREAKING.replace("\n\n-def", "\n \n-def")
    found = sightline("check", "--diff", "-", "--json", stdin=diff).json["findings"]
    assert [finding["path"] for finding in found] == ["shop/invoice.py", "shop/more.py"]
    ids = [finding["id"] for finding in found]
    moved = (work / "shop/more.py").read_text("utf-8").replace("\n\n", "\n\n\n\n")
    (work / "shop/more.py").write_text(moved, "utf-8")
    one = sightline("check", "--diff", "-", "--json", "--accept", f"{ids[0]}=rewritten next", stdin=diff)
    assert (one.code, one.json["verdict"]) == (1, "reject")
    assert [(each["id"], each["reason"]) for each in one.json["accepted"]] == [(ids[0], "rewritten next")]
    both = [word for each in ids for word in ("--accept", f"{each}=known")]
    assert sightline("check", "--diff", "-", *both, stdin=diff).code == 0
    log = sightline("check", "--diff", "-", "--sarif", *both, stdin=diff).json
    assert [result["suppressions"] for result in log["runs"][0]["results"]] == [
        [{"kind": "external", "justification": "known"}]
    ] * 2
    for wrong in ("0123456789ab=x", "nothing", f"{ids[0]}=", "=reason"):
        assert sightline("check", "--diff", "-", "--accept", wrong, stdin=diff).code == 2, wrong


def test_a_refused_edit_is_applied_in_spite_of_accepted_findings_and_the_reason_is_kept(
    sightline: Sightline, work: Path
) -> None:
    refused = sightline("apply", "-", "--json", stdin=RENAME_DEFINITION)
    assert refused.code == 1
    words = [word for each in refused.json["findings"] for word in ("--accept", f"{each['id']}=I know")]
    assert words
    applied = sightline("apply", "-", "--json", *words, stdin=RENAME_DEFINITION)
    assert (applied.code, applied.json["applied"]) == (0, True)
    assert "grand_total" in (work / "shop/cart.py").read_text("utf-8")
    (entry,) = sightline("history", "--json").json["edits"]
    assert {each["reason"] for each in entry["accepted"]} == {"I know"}
    assert "in spite of shop/invoice.py:3" in sightline("history").out
    lost = block("shop/invoice.py", "no such line", "x") + RENAME_DEFINITION
    sightline("undo")
    assert sightline("apply", "-", *words, stdin=lost).code == 1, "what could not be placed cannot be accepted"


def test_a_linter_that_the_user_names_judges_a_diff_once_the_workspace_is_trusted(
    work: Path, tmp_path: Path, sightline: Sightline
) -> None:
    fake = tmp_path / "bin/gofmt"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\ngrep -q BAD && { echo '<standard input>:1:1: bad' >&2; exit 2; }\nexit 0\n")
    fake.chmod(0o755)
    (tmp_path / "sightline.toml").write_text(
        f'[checks]\nlinters = ["gofmt"]\nprograms = {{gofmt = "{fake}"}}\n', encoding="utf-8"
    )
    (work / "a.go").write_text("package a\n", encoding="utf-8")
    diff = "--- a/a.go\n+++ b/a.go\n@@ -1 +1 @@\n-package a\n+package BAD\n"
    ran = sightline("check", "--diff", "-", stdin=diff)
    assert ran.code == 0
    assert "not checked: linters (gofmt runs only in workspaces you trust" in ran.out
    sightline("trust")
    ran = sightline("check", "--diff", "-", "--json", stdin=diff)
    assert ran.code == 1
    assert [(row["check"], row["certainty"], row["line"]) for row in ran.json["findings"]] == [
        ("linters", "certain", 1)
    ]


def test_a_type_checker_that_the_user_names_judges_importers_and_is_gone_afterwards(
    work: Path, tmp_path: Path, sightline: Sightline
) -> None:
    made = fake(tmp_path, TY)
    settings = f'[checks]\ntypes = ["ty"]\nprograms = {{ty = "{tmp_path / "bin/ty"}"}}\n'
    (tmp_path / "sightline.toml").write_text(settings, encoding="utf-8")
    (work / "shop/more.py").write_text("from shop.cart import total\n\n# needs tax in shop/cart.py\n", "utf-8")
    cart = (work / "shop/cart.py").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(cart) if "tax" in text)
    diff = f'--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -{line + 1} +{line + 1} @@\n-{cart[line]}\n+    """Sum."""\n'
    ran = sightline("check", "--diff", "-", stdin=diff)
    assert (ran.code, made.starts) == (0, [])
    assert "not checked: types (ty runs only in workspaces you trust" in ran.out
    sightline("trust")
    ran = sightline("check", "--diff", "-", stdin=diff)
    assert (ran.code, ran.out.splitlines()[0]) == (
        1,
        "shop/more.py:3: shop/cart.py has no tax (ty lacks) (certain, types)",
    )
    (found,) = sightline("check", "--diff", "-", "--json", stdin=diff).json["findings"]
    assert (found["check"], found["certainty"], found["path"], found["line"]) == ("types", "certain", "shop/more.py", 3)
    (only,) = sightline("check", "--diff", "-", "--sarif", stdin=diff).json["runs"]
    assert [(result["ruleId"], result["level"]) for result in only["results"]] == [("types", "error")]
    assert len(made.starts) == 3
    assert not any(Path(f"/proc/{start[-1]}").exists() for start in made.starts)


def test_tests_run_by_name_once_they_were_allowed_and_no_longer_when_that_is_taken_back(
    work: Path, tmp_path: Path, sightline: Sightline, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "shop/test_cart.py").write_text(
        "from shop.cart import total\n\n\ndef test_total():\n    assert total([100], 0) == 100\n", encoding="utf-8"
    )
    (tmp_path / "sightline.toml").write_text(
        f'[checks]\nisolation = "preferred"\nprograms = {{pytest = "{sys.executable}"}}\n', encoding="utf-8"
    )
    line = next(line for line in CART.splitlines() if line.strip().startswith("return"))
    diff = unified(CART, CART.replace(line, "    return 1"))
    ran = sightline("check", "--tests", "--diff", "-", "--json", stdin=diff)
    assert (ran.code, ran.json["error"]["kind"]) == (2, "untrusted")
    sightline("trust")
    ran = sightline("check", "--tests", "--diff", "-", "--json", stdin=diff)
    assert (ran.code, ran.json["error"]["kind"]) == (2, "no_consent")
    assert "sightline trust --tests" in ran.json["error"]["hint"]
    assert sightline("check", "--diff", "-", stdin=diff).code == 0, "nobody asked for tests"
    assert sightline("trust", "--tests", "--json").json["tests"] is True
    ran = sightline("check", "--tests", "--diff", "-", "--json", stdin=diff)
    assert ran.code == 1
    report = reports.CheckJson.model_validate(ran.json)
    (finding,) = [finding for finding in report.findings if finding.check == "tests"]
    assert (finding.path, finding.line) == ("shop/test_cart.py", 5)
    assert "assert 1 == 100" in finding.detail
    assert "isolated" in report.notes[0]
    reply = block("shop/cart.py", line, "    return 1")
    (work / "reply.txt").write_text(reply, encoding="utf-8")
    tried = edit_reports.ApplyJson.model_validate(sightline("apply", "-", "--tests", "--json", stdin=reply).json)
    assert (tried.verdict, tried.applied, [each.check for each in tried.findings]) == ("reject", False, ["tests"])
    assert "isolated" in tried.notes[0]
    told = sightline("apply", "-", "--tests", "--dry-run", stdin=reply).err
    assert "    | " in told and "assert 1 == 100" in told and "isolated" in told
    (tmp_path / "replies.txt").write_text(script(reply, reply), "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")
    asked = edit_reports.AskJson.model_validate(sightline("ask", "one", "--tests", "--apply", "--json").json)
    assert (asked.verdict, asked.applied, [each.check for each in asked.findings]) == ("rejected", False, ["tests"])
    assert (work / "shop/cart.py").read_text("utf-8") == CART
    assert sightline("trust", "--no-tests", "--json").json == {
        "root": str(work), "trusted": True, "tests": False, "cloud": False
    }  # fmt: skip
    assert sightline("check", "--tests", "--diff", "-", stdin=diff).code == 2
    assert sightline("apply", "-", "--tests", stdin=reply).code == 2
    assert sightline("ask", "one", "--tests").code == 2


def test_a_check_that_did_not_come_to_its_end_is_told_with_the_verdict(
    work: Path, tmp_path: Path, sightline: Sightline, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "shop/test_cart.py").write_text(
        "from shop.cart import total\n\n\ndef test_total():\n    total([], 0)\n", encoding="utf-8"
    )
    (tmp_path / "sightline.toml").write_text(
        f'[checks]\ntest_seconds = 1\nisolation = "preferred"\nprograms = {{pytest = "{sys.executable}"}}\n',
        encoding="utf-8",
    )
    sightline("trust", "--tests")
    line = next(line for line in CART.splitlines() if line.strip().startswith("return"))
    diff = unified(CART, CART.replace(line, line + "  # all"))
    told = sightline("check", "--tests", "--diff", "-", stdin=diff)
    assert told.code == 0
    assert told.out.splitlines()[-1].endswith("; not judged in full by: tests")
    assert "not judged" not in sightline("check", "--diff", "-", stdin=diff).out
    reply = block("shop/cart.py", line, line + "  # all of it")
    assert "; not judged in full by: tests" in sightline("apply", "-", "--tests", stdin=reply).err
    (tmp_path / "replies.txt").write_text(script(block("shop/cart.py", line + "  # all of it", line)), "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")
    assert "**It was not judged in full by: tests.**" in sightline("ask", "one", "--tests").out


def unified(before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "a/shop/cart.py", "b/shop/cart.py", lineterm=""
    )
    return "\n".join(lines) + "\n"
