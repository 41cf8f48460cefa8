"""Sizes by name, and the user's limits for local models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.models.local_limits import LocalLimits, assumed_window, billions, memory_need, weight


@pytest.mark.parametrize(
    ("name", "size", "window"),
    [
        ("qwen2.5-coder:7b", 7, 4_096),
        ("qwen2.5-coder:1.5b-instruct-q4_K_M", 1.5, 4_096),
        ("Qwen/Qwen2.5-Coder-14B-Instruct", 14, 8_192),
        ("codellama:34b", 34, 16_384),
        ("qwen/qwen3-coder-30b", 30, 16_384),
        ("Qwen3-30B-A3B", 30, 16_384),
        ("llama3.3:70b", 70, 32_768),
        ("qwen2.5:72b", 72, 32_768),
        ("mixtral-8x7b", 56, 16_384),
        ("gpt-oss:120b", 120, 32_768),
        ("llama3.2", None, 4_096),
        ("phi-4", None, 4_096),
        ("bge-m3b2", None, 4_096),
        ("", None, 4_096),
    ],
)
def test_a_size_is_read_from_a_name(name: str, size: float | None, window: int) -> None:
    assert billions(name) == size
    assert assumed_window(name) == window


@given(st.text())
def test_any_name_has_a_window(name: str) -> None:
    assert assumed_window(name) in (4_096, 8_192, 16_384, 32_768)


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_larger_model_is_never_given_a_smaller_window(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert assumed_window(f"m-{small}b") <= assumed_window(f"m-{large}b")


@given(st.none() | st.integers(1), st.none() | st.integers(1))
def test_a_limit_only_lowers(own: int | None, told: int | None) -> None:
    window = LocalLimits(token_limit=own).window(told=told)
    assert (window is None) == (own is None and told is None)
    assert window is None or all(window <= tokens for tokens in (own, told) if tokens is not None)


@pytest.mark.parametrize(
    ("name", "window", "least", "most"),
    [("llama3:8b", 8_192, 4.9, 5.4), ("qwen2.5:32b", 32_768, 23, 26), ("llama3:70b-fp16", 4_096, 280 / 2, 143)],
)
def test_what_a_model_takes_is_its_weights_and_the_cache_of_its_window(
    name: str, window: int, least: float, most: float
) -> None:
    """Against the published shapes of these models: layers, heads of the cache and their width."""
    need = memory_need(name, window)
    assert need is not None
    assert least <= need <= most


@given(st.text(), st.integers(1, 1_000_000), st.integers(1, 1_000_000))
def test_a_larger_window_never_takes_less(name: str, one: int, other: int) -> None:
    small, large = (memory_need(name, window) for window in sorted((one, other)))
    assert (small is None) == (weight(name) is None)
    assert small is None or large is None or (weight(name) or 0) <= small <= large
