"""The line of a setting, for messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.config.lines import line_of

TEXT = '''\
# [model] in a comment
[model]
name = "openai:a = b"   # = c
"base_url" = """
[context]
budget = 3
"""
headers.x-team = "core"

[ catalogue.models."ollama:qwen3:8b" ]  # mine
window = 5
advice = { temperature = 1.0 }

[tasks]
temperature = { fix = 0.1 }

[context]
budget = 7
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("model",), 2),
        (("model", "name"), 3),
        (("model", "base_url"), 4),
        (("model", "headers", "x-team"), 8),
        (("catalogue", "models", "ollama:qwen3:8b"), 10),
        (("catalogue", "models", "ollama:qwen3:8b", "window"), 11),
        (("catalogue", "models", "ollama:qwen3:8b", "advice", "temperature"), 12),
        (("tasks", "temperature", "fix"), 15),
        (("context", "budget"), 18),
        (("model", "nothing"), 2),
        (("nothing",), 0),
        ((), 0),
    ],
)
def test_a_setting_has_its_line(place: tuple[str, ...], line: int) -> None:
    assert line_of(TEXT, place) == line


@given(st.text(alphabet="[]=\"#\n.'ab{ \\", max_size=60), st.lists(st.sampled_from(["a", "b"]), max_size=3))
def test_any_text_has_a_line_or_none(text: str, place: list[str]) -> None:
    assert 0 <= line_of(text, place) <= len(text.splitlines())
