"""Words of a task that only order it are told from what it is about, and the thing that it adds is read from it."""

from __future__ import annotations

import pytest

from sightline.context.task_wording import asked_thing, without_order
from support.contexts import context_of
from support.graphs import graph_of


@pytest.mark.parametrize(
    ("task", "thing"),
    [
        ("Add a JSON exporter for rows", ("JSON", "exporter")),
        ("Please implement support for the Postgres backend.", ("Postgres", "backend")),
        ("feat(cli): add another `refund` command that pays back", ("refund", "command")),
        ("Fix the exporter", ()),
        ("", ()),
    ],
)
def test_the_thing_that_is_asked_for_is_read_from_the_title(task: str, thing: tuple[str, ...]) -> None:
    assert asked_thing(task) == thing


@pytest.mark.parametrize(
    ("task", "rest"),
    [
        ("Explain how a blueprint is registered", " how a blueprint is registered"),
        ("Could you please describe the session?", " the session?"),
        ("Document the `route` decorator", " the `route` decorator"),
        ("Test client loses cookies", "Test client loses cookies"),
        ("Document root is wrong", "Document root is wrong"),
        ("Explain", "Explain"),
        ("Fix the explain helper", "Fix the explain helper"),
    ],
)
def test_words_that_only_order_are_taken_from_the_beginning(task: str, rest: str) -> None:
    assert without_order(task) == rest


def test_the_order_is_no_word_that_is_looked_for() -> None:
    files = {
        "app/debug.py": "def explain_loading(how):\n    explain = how\n    return explain\n",
        "app/plan.py": "def register_plan(plan):\n    return plan\n",
    }
    pack = context_of(graph_of(files), "Explain how a plan is registered", task_type="explain")
    assert str(pack.ranking[0].path) == "app/plan.py"
    assert "app/debug.py" not in [str(file.path) for file in pack.ranking]
