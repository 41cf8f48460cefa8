"""Counts follow what servers report, model by model, and survive a restart and a damaged file."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.memory_system import memory_system
from sightline.models.calibration import Calibration
from sightline.models.messages import Message
from sightline.models.policy import ModelPolicy
from sightline.models.tokens import EXACT_MARGIN, LEARNED_MARGIN, UNKNOWN_MARGIN, TokenCounter

PATH = "/cache/tokens.json"
LOCAL = ModelPolicy(kind="vllm", name="coder", base_url="http://127.0.0.1:8000/v1")
OPENAI = ModelPolicy(kind="openai", name="gpt-4.1", base_url="https://api.openai.com/v1")
MESSAGES = (Message(role="user", content="def total(orders): return sum(orders)\n" * 50),)


def told(calibration: Calibration, policy: ModelPolicy, ratio: float, times: int) -> None:
    for _ in range(times):
        tokens, _ = calibration.count(policy, MESSAGES)
        true, _ = Calibration(memory_system().files, PATH).count(LOCAL, MESSAGES)
        calibration.observe(policy, estimated=tokens, reported=round(true * ratio))


def test_a_count_comes_to_what_the_server_reports_and_its_margin_shrinks() -> None:
    calibration = Calibration(memory_system().files, PATH)
    before, margin = calibration.count(LOCAL, MESSAGES)
    assert margin == UNKNOWN_MARGIN
    told(calibration, LOCAL, 1.3, 20)
    after, margin = calibration.count(LOCAL, MESSAGES)
    assert after == pytest.approx(before * 1.3, rel=0.03)
    assert margin == LEARNED_MARGIN


def test_a_server_that_reports_now_this_and_now_that_keeps_the_wide_margin() -> None:
    calibration = Calibration(memory_system().files, PATH)
    for number in range(12):
        told(calibration, LOCAL, 0.7 if number % 2 else 1.4, 1)
    assert calibration.count(LOCAL, MESSAGES)[1] == UNKNOWN_MARGIN


def test_each_model_has_its_own_count_and_it_survives_a_restart() -> None:
    files = memory_system().files
    calibration = Calibration(files, PATH)
    told(calibration, LOCAL, 1.4, 12)
    other = ModelPolicy(kind="vllm", name="other", base_url=LOCAL.base_url)
    assert calibration.count(other, MESSAGES) == Calibration(memory_system().files, PATH).count(other, MESSAGES)
    again = Calibration(files, PATH)
    assert again.count(LOCAL, MESSAGES)[0] == pytest.approx(calibration.count(LOCAL, MESSAGES)[0], rel=0.001)
    assert set(json.loads(files.read(PATH))["vllm:coder@127.0.0.1"]) == {"factor", "error", "reports"}


@pytest.mark.parametrize("reported", [None, 0, 3, 10**9])
def test_what_is_no_report_of_a_whole_prompt_teaches_nothing(reported: int | None) -> None:
    files = memory_system().files
    calibration = Calibration(files, PATH)
    tokens, _ = calibration.count(LOCAL, MESSAGES)
    calibration.observe(LOCAL, estimated=tokens, reported=reported)
    assert calibration.count(LOCAL, MESSAGES)[0] == tokens
    with pytest.raises(FileNotFoundError):
        files.read(PATH)


def test_a_script_teaches_nothing() -> None:
    files = memory_system().files
    Calibration(files, PATH).observe(ModelPolicy(kind="scripted", name="f"), estimated=100, reported=120)
    with pytest.raises(FileNotFoundError):
        files.read(PATH)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="rs-bpe has no wheel for this Python")
def test_a_model_whose_vocabulary_is_at_hand_is_counted_by_it() -> None:
    files = memory_system().files
    calibration = Calibration(files, PATH)
    tokens, margin = calibration.count(OPENAI, (Message(role="user", content="hello world"),))
    assert (tokens, margin) == (2 + 4, EXACT_MARGIN)
    calibration.observe(OPENAI, estimated=tokens, reported=9)
    assert calibration.count(OPENAI, (Message(role="user", content="hello world"),))[0] == tokens


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"vllm:coder@127.0.0.1": 5}',
        '{"vllm:coder@127.0.0.1": {"factor": 1e9, "error": 0, "reports": 9}}',
        '{"vllm:coder@127.0.0.1": {"factor": NaN, "error": 0, "reports": 9}}',
    ],
)
def test_a_damaged_file_is_as_good_as_none(damaged: str) -> None:
    files = memory_system({PATH: damaged}).files
    calibration = Calibration(files, PATH)
    assert calibration.count(LOCAL, MESSAGES)[1] == UNKNOWN_MARGIN
    told(calibration, LOCAL, 1.2, 1)
    assert json.loads(files.read(PATH))["vllm:coder@127.0.0.1"]["reports"] == 1


def test_models_that_were_not_heard_of_for_long_are_forgotten() -> None:
    files = memory_system().files
    calibration = Calibration(files, PATH)
    for number in range(230):
        told(calibration, ModelPolicy(kind="vllm", name=f"m{number}", base_url=LOCAL.base_url), 1.1, 1)
        told(calibration, LOCAL, 1.1, 1)
    kept = json.loads(files.read(PATH))
    assert len(kept) == 200
    assert {"vllm:coder@127.0.0.1", "vllm:m229@127.0.0.1"} <= set(kept)
    assert "vllm:m0@127.0.0.1" not in kept


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=30))
def test_whatever_is_reported_counts_stay_within_bounds(reports: list[tuple[int, int]]) -> None:
    counter = TokenCounter()
    for estimated, reported in reports:
        counter = counter.learned(estimated=estimated, reported=reported)
    assert 0.6 <= counter.factor <= 1.7
    assert LEARNED_MARGIN <= counter.margin <= UNKNOWN_MARGIN
    assert counter.count("x") >= 1
