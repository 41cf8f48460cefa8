"""docs/reference/protocol.md must name what the server really has, and nothing else."""

import re
from pathlib import Path

from sightline.features.registry import FEATURES
from sightline.lsp.commands import commands_of
from sightline.lsp.messages import TYPES, RunArguments

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text("utf-8")


def test_every_command_and_message_is_documented() -> None:
    own = {name for name in commands_of(()) if name not in {f"sightline.{feature}" for feature in FEATURES}}
    own |= {"sightline.undo"}
    assert own == set(re.findall(r"^\| `(sightline\.[a-z]+)`", PAGE, re.MULTILINE))
    assert set(TYPES) == set(re.findall(r"^### `(sightline/\w+)`", PAGE, re.MULTILINE))


def test_every_argument_of_run_is_documented() -> None:
    (listed,) = re.findall(r"^\*\*Run\*\*: `\{([^}]*)\}`", PAGE, re.MULTILINE)
    assert {name.strip(" ?") for name in listed.split(",")} == set(RunArguments.model_fields)
