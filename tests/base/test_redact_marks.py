"""Looking for marks first hides exactly what the shapes alone would hide."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sightline.base import redact as module
from sightline.base.redact import redact


def _always(_text: str, _marks: tuple[str, ...]) -> bool:
    return True


def without_marks(text: str) -> str:
    """What is hidden where every text is taken to hold every mark."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_holds", _always)
        return redact(text)


VALUE = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2"
BEGINNINGS = [
    *("-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"),
    *("sk-", "pk-", "rk-", "sk_live_", "rk_test_", "whsec_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "glrt-", "xoxa-", "xoxb-", "xoxp-", "xapp-1-", "AKIA", "ASIA", "AIza", "GOCSPX-", "ya29.", "hf_"),
    *("npm_", "pypi-", "dckr_pat_", "gsk_", "xai-", f"eyJ{VALUE}.eyJ{VALUE}.", "hvs.", "lin_api_", "12345678:AA"),
    *("Bearer ", "basic ", "BASIC ", "Authorization: token ", "ftp://user:", "https://u:", "https://"),
    *("password = '", "Passwd: '", "secret='", "API-KEY => '", "apiKey: '", "access_key='", "authToken='", "pwd := `"),
    *("accesstoken='", "private-key='", "PrivateKey: ", "aPIKEY='", "token: ", "credentials = ", "passphrase('"),
    *("DB_PASSWORD=", "PASSWD=", "SECRET=", "APIKEY=", "API_KEY=", "ACCESSKEY=", "PRIVATE_KEY=", "X_TOKEN="),
    *("--password ", "--api-key=", "-u me:", "?token=", ";AccountKey=", "identified by '", "<secret>"),
]
PIECES = ["'", '"', " ", "\n", "@", "a", "İ", "K", "</", "-----END PRIVATE KEY-----"]
UPPER = "ABCDEFGH12345678"


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("value", [VALUE, UPPER, f"{VALUE}'", f"{UPPER}@host", f"{VALUE}@host"])
def test_marks_miss_no_shape(beginning: str, value: str) -> None:
    text = f"x = 1\n{beginning}{value}\ny = 2\n"
    assert redact(text) == without_marks(text)


@settings(max_examples=300)
@example(["pwd := `", "access_key='", "sk-", "password = '", "pwd := `"])
@given(st.lists(st.sampled_from([*BEGINNINGS, VALUE, UPPER, *PIECES])))
def test_marks_hide_what_the_shapes_hide(pieces: list[str]) -> None:
    text = "".join(pieces)
    hidden = redact(text)
    assert hidden == without_marks(text)
    assert hidden.count("\n") == text.count("\n")
    assert redact(hidden) == hidden
