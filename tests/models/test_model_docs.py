"""The reference pages say what the code does: every key, failure and provider is there, and examples are scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sightline.models.messages import ModelFailure
from sightline.models.registry import PROVIDERS
from sightline.models.script import REPLY_KEYS, parse_script
from sightline.transport.policy import Limits, RetryPolicy

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCRIPTED = (REFERENCE / "scripted-model.md").read_text(encoding="utf-8")
MODELS = (REFERENCE / "models.md").read_text(encoding="utf-8")
EXAMPLES = [match[2] for match in re.finditer(r"^(```+)text\n(.*?)^\1$", SCRIPTED, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_scripts(example: str) -> None:
    assert parse_script(example).replies


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 4
    assert parse_script(EXAMPLES[0]).replies[0].when == ("rename total",)


def test_every_key_and_failure_of_a_script_is_described() -> None:
    for key in ("when", *REPLY_KEYS):
        assert f"| `{key}: " in SCRIPTED, key
    for failure in ModelFailure:
        assert f"`{failure.value.removeprefix('model_')}`" in SCRIPTED


def test_every_provider_failure_and_limit_is_described() -> None:
    for kind in PROVIDERS.values():
        assert f"| `{kind.name}" in MODELS
        assert kind.base_url in MODELS
    for failure in ModelFailure:
        assert f"| `{failure.value}` |" in MODELS
    limits = Limits()
    for name, seconds in (
        ("connect", limits.connect), ("first byte", limits.first_byte), ("between bytes", limits.between_bytes),
    ):  # fmt: skip
        assert f"| {name} | {seconds:g} |" in MODELS
    assert f"at most {RetryPolicy().longest_wait:g} s" in MODELS
