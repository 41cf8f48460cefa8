"""Every command on a small workspace: what it prints, its JSON, its exit code."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from xml.dom import minidom

import pytest

from cli.conftest import Sightline
from sightline.cli import reports
from support.shop import CART, HARMLESS, INVOICE, RENAME_DEFINITION, RENAME_USES, script


def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *replies: str) -> None:
    (tmp_path / "replies.txt").write_text(script(*replies), "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")


def test_index_counts_what_is_there_and_is_warm_the_second_time(sightline: Sightline, work: Path) -> None:
    for file in work.rglob("*.py"):
        os.utime(file, (1_700_000_000, 1_700_000_000))  # younger files are read again: their stamps prove nothing
    first = reports.IndexJson.model_validate(sightline("index", "--json").json)
    assert (first.cold, first.files, first.edges) == (True, 3, 1)
    assert first.languages == {"python": 3}
    assert set(first.seconds.model_dump()) == {"scan", "parse", "resolve", "store", "total"}
    second = reports.IndexJson.model_validate(sightline("index", "--json").json)
    assert not second.cold
    assert second.model_copy(update={"cold": True, "seconds": first.seconds}) == first


def test_context_keeps_to_its_budget_and_gives_reasons(sightline: Sightline) -> None:
    data = sightline("context", "change the tax rate in total", "--budget", "300", "--json").json
    assert data["tokens"] <= 300
    assert data["ranking"][0] == "shop/cart.py"
    symbol = data["files"][0]["symbols"][0]
    assert set(symbol) >= {"name", "kind", "start_line", "end_line", "form", "tokens", "reasons"}
    assert symbol["form"] in ("full", "signature", "outline")
    assert "def total(prices, rate):" in data["text"]


def test_prompt_has_messages_and_a_manifest(sightline: Sightline) -> None:
    data = sightline("prompt", "fix the rounding in total", "--json").json
    assert [message["role"] for message in data["messages"]] == ["system", "user"]
    assert data["task_type"] == "fix"
    assert data["manifest"][0]["path"] == "shop/cart.py"
    assert data["tokens"] > 0


def test_the_same_prompt_twice_is_the_same_to_the_byte(sightline: Sightline) -> None:
    assert sightline("prompt", "fix total").out == sightline("prompt", "fix total").out


@pytest.mark.parametrize("relation", ["callers", "callees", "implementers", "twins", "tests"])
def test_graph_relations_of_a_symbol(sightline: Sightline, relation: str) -> None:
    ran = sightline("graph", relation, "shop/cart.py::total", "--json")
    shape = reports.RelationJson.model_validate(ran.json)
    assert (ran.code, shape.relation, shape.symbols[0].path) == (0, relation, "shop/cart.py")
    told = sightline("graph", relation, "shop/cart.py::total").out
    assert all(f"{each.path}:{each.line}: {each.name}" in told for each in shape.related if each.name)
    assert "coverage:" in told


def test_graph_neighbourhood_holds_every_relation(sightline: Sightline) -> None:
    shape = reports.NeighbourhoodJson.model_validate(sightline("graph", "neighbourhood", "total", "--json").json)
    assert set(shape.relations) == {"callers", "callees", "implementers", "twins", "tests"}
    assert shape.relations["callers"]


def test_graph_walks_over_files(sightline: Sightline) -> None:
    near = reports.FileEdgesJson.model_validate(sightline("graph", "importers", "shop/cart.py", "--json").json)
    far = reports.FileEdgesJson.model_validate(
        sightline("graph", "importers", "shop/cart.py", "--depth", "9", "--json").json
    )
    assert far.edges[: len(near.edges)] == near.edges
    assert reports.CyclesJson.model_validate(sightline("graph", "cycles", "--json").json).coverage.complete
    entries = reports.EntryPointsJson.model_validate(sightline("graph", "entry-points", "--json").json)
    assert "shop/cart.py" not in entries.files


def test_graph_export_for_other_programs(sightline: Sightline) -> None:
    shape = reports.GraphExportJson.model_validate(sightline("graph", "export", "--format", "json").json)
    document = minidom.parseString(sightline("graph", "export", "--format", "graphml").out)
    assert len(document.getElementsByTagName("edge")) == len(shape.edges)
    assert len(document.getElementsByTagName("node")) == len(shape.files)
    arrows = [line for line in sightline("graph", "export", "--format", "dot").out.splitlines() if " -> " in line]
    assert len(arrows) == len(shape.edges)
    assert '"shop/cart.py"' in "".join(arrows)
    assert sightline("graph", "export", "--format", "mermaid").out.startswith("graph LR\n")


def test_graph_answers_carry_coverage(sightline: Sightline) -> None:
    exported = reports.GraphExportJson.model_validate(sightline("graph", "export", "--json").json)
    assert [(edge.source, edge.target, edge.line) for edge in exported.edges] == [
        ("shop/invoice.py", "shop/cart.py", 3)
    ]
    importers = reports.FileEdgesJson.model_validate(sightline("graph", "importers", "shop/cart.py", "--json").json)
    assert [edge.source for edge in importers.edges] == ["shop/invoice.py"]
    dependencies = reports.FileEdgesJson.model_validate(
        sightline("graph", "dependencies", "shop/invoice.py", "--json").json
    )
    assert [edge.target for edge in dependencies.edges] == ["shop/cart.py"]
    uses = reports.ReferencesJson.model_validate(sightline("graph", "references", "total", "--json").json)
    assert [(place.line, place.enclosing) for place in uses.symbols[0].places] == [(3, ""), (8, "print_invoice")]
    assert uses.coverage.complete
    impact = reports.ImpactJson.model_validate(sightline("graph", "impact", "shop/cart.py::total", "--json").json)
    assert {item.name for item in impact.impacted} == {"", "print_invoice"}


def test_symbol_edges_are_streamed_one_a_line(sightline: Sightline) -> None:
    lines = sightline("graph", "export", "--symbols", "--json").out.splitlines()
    edges = [reports.SymbolEdgeJson.model_validate_json(line) for line in lines]
    assert ("shop/invoice.py::print_invoice", "shop/cart.py::total", "call") in {
        (edge.source, edge.target, edge.kind) for edge in edges
    }


BREAKING = """\
--- a/shop/cart.py
+++ b/shop/cart.py
@@ -3,3 +3,3 @@

-def total(prices, rate):
+def total(prices, rate, currency):
     \"\"\"Sum of prices with tax.\"\"\"
"""


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


def git(work: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=work, check=True, capture_output=True)


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


def test_apply_writes_an_accepted_reply_and_nothing_else(sightline: Sightline, work: Path) -> None:
    dry = sightline("apply", "-", "--dry-run", "--json", stdin=HARMLESS)
    assert (dry.code, dry.json["applied"]) == (0, False)
    assert (work / "shop/invoice.py").read_text("utf-8") == INVOICE
    wet = sightline("apply", "-", "--json", stdin=HARMLESS)
    assert reports.ApplyJson.model_validate(wet.json).applied
    assert wet.json["diff"] == dry.json["diff"]
    assert wet.json["changes"] == [{"path": "shop/invoice.py", "kind": "edit", "hunks": 1}]
    assert "INVOICE" in (work / "shop/invoice.py").read_text("utf-8")
    again = sightline("apply", "-", "--json", stdin=HARMLESS)
    assert (again.code, again.json["applied"], again.json["changes"]) == (0, False, [])


def test_apply_refuses_and_writes_nothing(sightline: Sightline, work: Path) -> None:
    ran = sightline("apply", "-", "--json", stdin=RENAME_DEFINITION)
    assert (ran.code, ran.json["verdict"], ran.json["applied"]) == (1, "reject", False)
    assert "def total(" in (work / "shop/cart.py").read_text("utf-8")
    both = sightline("apply", "-", "--json", stdin=RENAME_DEFINITION + RENAME_USES)
    assert (both.code, both.json["applied"]) == (0, True)
    assert "grand_total" in (work / "shop/invoice.py").read_text("utf-8")


@pytest.mark.parametrize("text", ["", "no edit here", "\x00\x01garbage", "```\n<<<<<<< SEARCH\n"])
def test_apply_of_a_text_without_edits_is_refused(sightline: Sightline, text: str) -> None:
    ran = sightline("apply", "-", "--json", stdin=text)
    assert (ran.code, ran.json["verdict"]) == (1, "reject")


def test_ask_repairs_and_applies(
    sightline: Sightline, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path, monkeypatch, RENAME_DEFINITION, RENAME_USES)
    ran = sightline("ask", "rename total to grand_total", "--apply", "--json")
    report = reports.AskJson.model_validate(ran.json)
    assert (ran.code, report.verdict, report.applied, len(report.attempts)) == (0, "accepted", True, 2)
    assert report.usage.output_tokens
    assert "grand_total" in (work / "shop/cart.py").read_text("utf-8")


def test_ask_without_a_terminal_writes_nothing_by_itself(
    sightline: Sightline, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path, monkeypatch, HARMLESS)
    ran = sightline("ask", "shout")
    assert ran.code == 0
    assert '+    print("INVOICE")' in ran.out
    assert (work / "shop/invoice.py").read_text("utf-8") == INVOICE


def test_ask_tells_a_refusal_by_its_exit_code(
    sightline: Sightline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path, monkeypatch, *[RENAME_DEFINITION] * 4)
    ran = sightline("ask", "rename total", "--apply", "--json")
    assert (ran.code, ran.json["verdict"], ran.json["applied"]) == (1, "rejected", False)


def test_status_and_models_and_trust_and_config(sightline: Sightline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_API_KEY", "sk-very-secret-key-0123456789")
    status = reports.StatusJson.model_validate(sightline("status", "--json").json)
    assert (status.trusted, status.key_present, status.model) == (False, True, "")
    for arguments in (["status"], ["status", "--json"], ["config", "show"], ["config", "show", "--json"]):
        assert "very-secret" not in sightline(*arguments).out
    assert sightline("trust", "--json").json["trusted"]
    assert sightline("trust", "--show", "--json").json["trusted"]
    assert not sightline("trust", "--revoke", "--json").json["trusted"]
    assert sightline("config", "check").code == 0
    assert sightline("config", "schema", root=False).json["title"] == "Settings"
    listed = reports.ModelsJson.model_validate(sightline("models", "--json").json)
    assert listed.configured == ""


def test_help_and_version_of_everything(sightline: Sightline) -> None:
    assert sightline("--version", root=False).code == 0
    assert "Commands" in sightline("--help", root=False).out
    for name in ("index", "context", "prompt", "ask", "apply", "check", "graph", "models", "status", "trust", "serve"):
        ran = sightline(name, "--help", root=False)
        assert ran.code == 0
        assert "Usage" in ran.out


def test_a_question_from_within_a_repository_is_about_all_of_it(
    sightline: Sightline, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(work, "init")
    monkeypatch.chdir(work / "shop")
    assert sightline("index", "--json", root=False).json["root"] == str(work)
    importers = [
        sightline("graph", "importers", path, "--json", root=False).json["edges"]
        for path in ("cart.py", "./cart.py", "shop/cart.py", str(work / "shop/cart.py"))
    ]
    assert [edge["source"] for edge in importers[0]] == ["shop/invoice.py"]
    assert importers[1:] == importers[:1] * 3
    assert sightline("check", "--diff", "-", root=False, stdin=BREAKING.replace("\n\n-def", "\n \n-def")).code == 1
    assert sightline("index", "--root", ".", "--json", root=False).json["root"] == str(work / "shop")


def test_a_repository_that_is_the_home_folder_is_not_meant(
    sightline: Sightline, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(work))
    git(work, "init")
    monkeypatch.chdir(work / "shop")
    assert sightline("index", "--json", root=False).json["root"] == str(work / "shop")


def test_a_budget_that_the_setting_would_refuse_is_wrong_usage(sightline: Sightline) -> None:
    for command in ("context", "prompt", "ask"):
        ran = sightline(command, "x", "--budget", "255", "--json")
        assert (ran.code, ran.json["error"]["kind"]) == (2, "usage")
    assert sightline("context", "x", "--budget", "256").code == 0


def test_a_task_that_is_missing_is_asked_for_in_the_words_of_the_command(sightline: Sightline) -> None:
    assert "sightline ask " in sightline("ask").err


def test_a_model_that_dies_in_the_middle_of_a_line_leaves_the_error_on_its_own(
    sightline: Sightline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "replies.txt").write_text("%%% reply\nfail: server\nfail_after: 1\npieces: 2\n\nOne two.\n", "utf-8")
    monkeypatch.setenv("SIGHTLINE_MODEL", f"scripted:{tmp_path / 'replies.txt'}")
    ran = sightline("ask", "x")
    assert ran.code == 2
    assert ran.out.endswith("\n")
    assert ran.out.strip()


def test_nothing_heavy_is_imported_before_a_command_is_named() -> None:
    """Ctrl-C while it is imported would show a traceback; and help, usage errors and completion wait for it."""
    program = "import sys, sightline.cli.main; print([n for n in sys.modules if n.startswith('sightline.')])"
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert "sightline.cli.output" in told
    assert not {"sightline.engine", "sightline.graph", "sightline.checks"} & set(ast.literal_eval(told))
