"""Looking for marks first hides exactly what the patterns alone would hide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.base import redact as module
from sightline.base.redact import REDACTED, redact

CONTENTS: dict[str, Any] = dict(vars(module))
PATTERNS: dict[str, re.Pattern[str]] = {name: each for name, each in CONTENTS.items() if isinstance(each, re.Pattern)}


def without_marks(text: str) -> str:
    text = PATTERNS["_TOKENS"].sub(lambda match: REDACTED + "\n" * match.group().count("\n"), text)
    text = PATTERNS["_BEARER"].sub(rf"\1{REDACTED}", text)
    text = PATTERNS["_EXPORTED"].sub(rf"\1{REDACTED}", text)
    text = PATTERNS["_URL_PASSWORD"].sub(rf"\1{REDACTED}\2", text)
    return PATTERNS["_ASSIGNED"].sub(rf"\1\2{REDACTED}\2", text)


def test_every_pattern_is_known_here() -> None:
    assert set(PATTERNS) == {"_TOKENS", "_BEARER", "_EXPORTED", "_URL_PASSWORD", "_ASSIGNED"}


VALUE = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2"
BEGINNINGS = [
    *("-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----"),
    *("sk-", "pk-", "rk-", "sk_live_", "rk_test_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"),
    *("xoxa-", "xoxb-", "xoxp-", "AKIA", "ASIA", "AIza", "hf_", "npm_", "pypi-", f"eyJ{VALUE}.eyJ{VALUE}."),
    *("Bearer ", "basic ", "BASIC ", "ftp://user:", "https://u:"),
    *(
        "password = '",
        "Passwd: '",
        "secret='",
        "API-KEY => '",
        "apiKey: '",
        "access_key='",
        "authToken='",
        "auth-token='",
    ),
    *(
        "accesstoken='",
        "private-key='",
        "privateKey='",
        "aPIKEY='",
        "ſecret='",
        "prıvate_key='",
        "passKEY='",
        "paſſword='",
    ),
    *("DB_PASSWORD=", "PASSWD=", "SECRET=", "APIKEY=", "API_KEY=", "ACCESSKEY=", "PRIVATE_KEY=", "X_TOKEN="),
]
PIECES = ["'", '"', " ", "\n", "@", "a", "İ", "K", "-----END PRIVATE KEY-----"]
UPPER = "ABCDEFGH12345678"


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("value", [VALUE, UPPER, f"{VALUE}'", f"{UPPER}@host", f"{VALUE}@host"])
def test_marks_miss_no_shape(beginning: str, value: str) -> None:
    text = f"x = 1\n{beginning}{value}\ny = 2\n"
    assert redact(text) == without_marks(text)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [*BEGINNINGS, VALUE, UPPER, "'", '"', " ", "\n", "@", "a", "İ", "K", "-----END PRIVATE KEY-----"]
        )
    )
)
def test_marks_hide_what_the_patterns_hide(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert redact(text) == without_marks(text)
    assert redact(text).count("\n") == text.count("\n")
