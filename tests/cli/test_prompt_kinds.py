"""What a prompt holds by the kind of its task: an overview, an example, the sites of a pattern, frames and callers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.conftest import Sightline

KEY = "ghp_" + "a1" * 18

_EXPORTER = '''\
class {0}Exporter:
    """Writes rows as {0}."""

    def export(self, rows):
        token = "{1}"
        return [str(row) + token for row in rows]
'''


def write(work: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)


def prompt(sightline: Sightline, task: str, *options: str) -> dict[str, Any]:
    return sightline("prompt", task, "--explain", "--json", *options).json


def test_an_explanation_begins_with_what_the_workspace_is_made_of(sightline: Sightline, tmp_path: Path) -> None:
    first, second = (prompt(sightline, task) for task in ("Explain how the total is made", "Why is there a tax?"))
    content = first["messages"][1]["content"]
    assert content.startswith("# Overview\n\n**Files**: python")
    head = content.partition("# Workspace")[0]
    assert second["messages"][1]["content"].startswith(head), "it stays the same from task to task"
    assert "Habits" not in head
    assert "# Overview" not in prompt(sightline, "Round the total")["messages"][1]["content"]
    (tmp_path / "sightline.toml").write_text('[prompts]\noverview = "never"\n')
    assert "# Overview" not in prompt(sightline, "Explain how the total is made")["messages"][1]["content"]
    (tmp_path / "sightline.toml").write_text('[prompts]\noverview = "always"\n')
    assert "# Overview" in prompt(sightline, "Round the total")["messages"][1]["content"]


def test_the_overview_takes_its_tokens_from_the_code(sightline: Sightline, tmp_path: Path) -> None:
    small = prompt(sightline, "Explain how the total is made", "--budget", "400")
    assert small["budget"] < 400
    assert small["budget"] >= 400 * 0.9
    (tmp_path / "sightline.toml").write_text('[prompts]\noverview = "never"\n')
    assert prompt(sightline, "Explain how the total is made", "--budget", "400")["budget"] == 400


def test_an_example_says_where_such_things_go_and_keeps_no_secret(sightline: Sightline, work: Path) -> None:
    names = ("Csv", "Xml")
    write(work, {f"shop/exporters/{name.lower()}_rows.py": _EXPORTER.format(name, KEY) for name in names})
    write(work, {"shop/exporters/secret.env": "EXPORTER=1\n", ".gitignore": "shop/exporters/pdf_rows.py\n"})
    write(work, {"shop/exporters/pdf_rows.py": _EXPORTER.format("Pdf", KEY)})
    asked = prompt(sightline, "Add a JSON exporter")
    content = asked["messages"][-1]["content"]
    code, _, task = content.partition("# Task")
    assert "# Example\n\nThe nearest to what is asked for is `CsvExporter`" in task
    assert "Such code lives in `shop/exporters/`." in task
    assert "class CsvExporter:" in code
    assert asked["example"]["count"] == 2, "what git ignores is no example"
    assert "Pdf" not in content
    assert KEY not in content
    assert any("an example of what is asked for" in why for entry in asked["manifest"] for why in entry["reasons"])
    assert asked["context_tokens"] <= asked["budget"]
    assert prompt(sightline, "Add a bank account")["example"] is None
    assert "The nearest to what is asked for" in sightline("prompt", "Add a JSON exporter", "--explain").out


def test_a_pattern_task_says_how_many_of_its_places_are_shown(sightline: Sightline) -> None:
    ran = sightline("prompt", "Replace `total` by `grand_total` everywhere", "--explain")
    assert ran.code == 0
    assert "lines with `total` were found in the workspace; all of them are shown." in ran.out
    assert "uses `total`, sought by the task" in ran.out
    data = prompt(sightline, "Replace `total` by `grand_total` everywhere")
    assert data["sites"]["total"] == data["sites"]["shown"] > 1
    assert "all of them are shown." in data["messages"][-1]["content"]
    assert prompt(sightline, "Explain `total`")["sites"] is None


def test_what_is_written_in_ignored_and_protected_files_is_no_site(sightline: Sightline, work: Path) -> None:
    line = "import numpy\nnumpy.float_(1)\n"
    write(work, {"shop/a.py": line, "shop/b.py": line, ".env": "X=numpy.float_\n", ".gitignore": "shop/b.py\n"})
    found = prompt(sightline, "Use `numpy.float64` instead of `numpy.float_`")
    assert (found["sites"]["total"], found["sites"]["left_out"]) == (1, {})


def test_an_explanation_has_definition_and_callers_and_a_fix_the_frames_and_what_they_call(
    sightline: Sightline, work: Path
) -> None:
    files = {
        "shop/rates.py": "def rate_of(country):\n    table = load_table()\n    return table[country]\n\n\n"
        "def load_table():\n    return {'de': 0.19}\n",
        "shop/order.py": "from shop.rates import rate_of\n\n\n"
        "def price(order):\n    return 1 + rate_of(order.country)\n",
    }
    write(work, files)
    told = prompt(sightline, "Explain what `rate_of` does")["manifest"]
    reasons = {entry["name"]: " ".join(entry["reasons"]) for entry in told}
    assert "named in the task" in reasons["rate_of"]
    assert "calls `rate_of`" in reasons["price"]
    trace = (
        "It crashes\n\nTraceback (most recent call last):\n"
        f'  File "{work}/shop/order.py", line 5, in price\n    return 1 + rate_of(order.country)\n'
        f'  File "{work}/shop/rates.py", line 3, in rate_of\n    return table[country]\nKeyError: None\n'
    )
    fix = prompt(sightline, trace)
    assert fix["task_type"] == "fix"
    reasons = {entry["name"]: " ".join(entry["reasons"]) for entry in fix["manifest"]}
    assert "stands in the task" in reasons["price"]
    assert "stands in the task" in reasons["rate_of"]
    assert "called by `rate_of`" in reasons["load_table"]
