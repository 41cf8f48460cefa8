"""The JSON of ``sightline context``: exactly the fields that others rely on."""

from __future__ import annotations

import json

from sightline.context.report import context_report
from support.contexts import context_of
from support.graphs import graph_of

VIEW = graph_of(
    {
        "shop/tax.py": "import os\n\n\ndef rate(country):\n    return 0\n",
        "shop/cart.py": "def total():\n    return rate('de')\n",
        ".env": "X=1\n",
    }
)


def test_the_shape_of_the_report() -> None:
    pack = context_of(VIEW, "Change the tax `rate`, see .env", budget=300)
    report = context_report(pack)
    assert json.loads(json.dumps(report)) == report
    assert set(report) == {
        "revision",
        "budget",
        "tokens",
        "text",
        "ranking",
        "files",
        "dropped",
        "sites",
        "example",
        "reranking",
    }
    assert (report["sites"], report["example"], report["reranking"]) == (None, None, None)
    assert report["ranking"][0] == "shop/tax.py"
    first = report["files"][0]
    assert (first["path"], set(first)) == ("shop/tax.py", {"path", "score", "reasons", "symbols"})
    assert first["score"] > 0
    symbol = first["symbols"][0]
    assert set(symbol) == {"name", "kind", "start_line", "end_line", "form", "tokens", "reasons", "chain"}
    assert (symbol["name"], symbol["kind"], symbol["form"]) == ("rate", "function", "full")
    assert (symbol["start_line"], symbol["end_line"]) == (4, 5)
    assert symbol["tokens"] > 0
    assert symbol["reasons"][0] == "defines `rate`, named in the task"
    assert report["tokens"] <= report["budget"]


def test_what_was_refused_and_what_did_not_fit_is_in_dropped() -> None:
    pack = context_of(VIEW, "Change the tax `rate` and total, see @.env", budget=22)
    dropped = context_report(pack)["dropped"]
    assert (dropped[0]["path"], dropped[0]["reason"]) == (".env", "it may hold environment secrets")
    assert all(each["reason"] == "does not fit the budget" for each in dropped[1:])
    assert dropped[1:]
