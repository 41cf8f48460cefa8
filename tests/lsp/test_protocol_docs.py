"""docs/reference/protocol.md must name what the server really has, and nothing else."""

import re
from pathlib import Path

from sightline.features.registry import FEATURES
from sightline.graph.queries import QUERIES
from sightline.lsp.commands import commands_of
from sightline.lsp.messages import TYPES, GraphArguments, RunArguments

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text("utf-8")


def test_every_command_and_message_is_documented() -> None:
    own = {name for name in commands_of(()) if name not in {f"sightline.{feature}" for feature in FEATURES}}
    own |= {"sightline.undo", "sightline.redo"}
    assert own == set(re.findall(r"^\| `(sightline\.[a-z][a-zA-Z]*)`", PAGE, re.MULTILINE))
    assert set(TYPES) == set(re.findall(r"^### `(sightline/\w+)`", PAGE, re.MULTILINE))


def test_every_argument_of_run_is_documented() -> None:
    assert listed("Run") == set(RunArguments.model_fields)


def test_every_argument_and_query_of_graph_is_documented() -> None:
    assert listed("Graph") == set(GraphArguments.model_fields) - {
        *("mentions", "diagnostics", "turn", "budget", "model", "conversation", "answers"),
    }
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| (?:a symbol|a file|nothing)", PAGE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == QUERIES


def listed(name: str) -> set[str]:
    """The keys of an object of the page."""
    (found,) = re.findall(rf"^\*\*{name}\*\*: `\{{([^}}]*)\}}`", PAGE, re.MULTILINE)
    return {key.strip(" ?") for key in found.split(",")}
