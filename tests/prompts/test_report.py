"""The JSON of ``sightline prompt``: exactly the fields that others rely on."""

from __future__ import annotations

import json

from sightline.base.text import digest_of
from sightline.prompts.build import build_prompt
from sightline.prompts.report import prompt_report
from support.contexts import context_of
from support.graphs import graph_of

VIEW = graph_of({"shop/tax.py": "def rate(country):\n    return 0\n"})


def test_the_shape_of_the_report() -> None:
    prompt = build_prompt("fix", "Mend `rate`", context_of(VIEW, "Mend `rate`"), "FORMAT")
    report = prompt_report(prompt)
    assert json.loads(json.dumps(report)) == report
    assert set(report) == {"messages", "manifest", "tokens", "task_type", "complexity", "templates"}
    assert [set(message) for message in report["messages"]] == [{"role", "content"}] * 2
    assert report["manifest"][0] == {
        "path": "shop/tax.py",
        "name": "rate",
        "start_line": 1,
        "end_line": 2,
        "form": "full",
        "tokens": report["manifest"][0]["tokens"],
        "reasons": ["defines `rate`, named in the task", *report["manifest"][0]["reasons"][1:]],
        "chain": [],
        "digest": digest_of(b"def rate(country):\n    return 0\n"),
        "version": None,
        "message": 1,
    }
    assert (report["tokens"], report["task_type"], report["complexity"]) == (prompt.tokens, "fix", "simple")
