"""A key shows itself nowhere but where it is asked for by name."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict

import pytest

from sightline.models.messages import Message, Sampling
from sightline.models.policy import ModelPolicy, Secret, request_for

KEY = "sk-test-0123456789abcdef"
POLICY = ModelPolicy(
    kind="openai", name="m", api_key=Secret(f" {KEY}\n"), max_output_tokens=100, sampling=Sampling(temperature=0.5)
)


def test_the_key_is_there_for_the_header() -> None:
    assert POLICY.api_key.reveal() == KEY
    assert POLICY.api_key
    assert not Secret("  ")


def test_the_key_is_in_nothing_that_is_printed_or_written() -> None:
    shown = [
        repr(POLICY),
        str(POLICY),
        f"{POLICY.api_key}",
        f"{POLICY.api_key!r:>40}",
        "%s" % POLICY.api_key,  # noqa: UP031  one more way to print
        repr(asdict(POLICY)),
        repr([POLICY.api_key, {"key": POLICY.api_key}]),
        json.dumps(asdict(POLICY), default=str),
        repr(copy.deepcopy(POLICY)),
    ]
    assert not any(KEY in text for text in shown)
    for _ in range(2):
        with pytest.raises(TypeError, match="secret"):
            pickle.dumps(POLICY.api_key)


def test_secrets_are_values() -> None:
    assert Secret("a") == Secret("a ") != Secret("b")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != "a"
    assert copy.copy(POLICY.api_key) == POLICY.api_key


def test_a_request_carries_the_policy() -> None:
    request = request_for(POLICY, (Message(role="user", content="hi"),), prompt_tokens=7)
    assert (request.model, request.max_output_tokens, request.prompt_tokens) == ("m", 100, 7)
    assert request.sampling == Sampling(temperature=0.5)


def test_all_of_a_request_is_marked_for_what_goes_on_from_it() -> None:
    """A repair, a follow-up: the next request begins with this one, so a prompt cache may keep all of it."""
    messages = (Message(role="system", content="rules"), Message(role="user", content="hi"))
    assert request_for(POLICY, messages).stable_messages == 2
