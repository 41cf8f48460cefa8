"""What is taken for a secret, what is not, and that looking takes no time to speak of."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.redact import REDACTED, redact

BODY = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"


@pytest.mark.parametrize(
    "secret",
    [
        f"sk-{BODY}",
        f"sk-ant-api03-{BODY}",
        f"ghp_{BODY}aB3dE6",
        f"github_pat_{BODY}aB3_dE6",
        f"glpat-{BODY}",
        f"xoxb-12345-{BODY}",
        "AKIAIOSFODNN7EXAMPLE",
        f"AIza{BODY}aB3dE6",
        f"hf_{BODY}",
        f"npm_{BODY}aB3dE6",
        f"pypi-{BODY}aB3dE6",
        f"eyJ{BODY}.eyJ{BODY}.{BODY}",
    ],
)
@pytest.mark.parametrize("around", ["{}", "key = '{}'", "curl -H x:{} y", '"{}",\n', "({})"])
def test_tokens_of_providers(secret: str, around: str) -> None:
    assert redact(around.format(secret)) == around.format(REDACTED)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("password = 'hunter2hunter2'", f"password = '{REDACTED}'"),
        ('{"api_key": "abcdefgh"}', f'{{"api_key": "{REDACTED}"}}'),
        ("DATABASE_PASSWORD: 'abcdefgh'", f"DATABASE_PASSWORD: '{REDACTED}'"),
        ("config.secretKey => \"abcdefgh\"", f"config.secretKey => \"{REDACTED}\""),
        ("export API_KEY=abcdefgh12345", f"export API_KEY={REDACTED}"),
        ("ENV DB_PASSWORD=hunter2hunter2 X=1", f"ENV DB_PASSWORD={REDACTED} X=1"),
        ("Authorization: Bearer abc123def456ghi", f"Authorization: Bearer {REDACTED}"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", f"authorization: basic {REDACTED}"),
        ("postgres://user:s3cret@host/db", f"postgres://user:{REDACTED}@host/db"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx\ny\n-----END RSA PRIVATE KEY-----\nz", f"{REDACTED}\n\n\n\nz"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", f"{REDACTED}\n"),
    ],
)  # fmt: skip
def test_values_that_say_they_are_secret(text: str, hidden: str) -> None:
    assert redact(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "password = get_password()",
        "password = ''",
        "secret = 'short'",
        "def check_password(password: str) -> bool:",
        "# Basic functionality, bearer authentication and basic configuration",
        "SECRET_KEY = os.environ['SECRET_KEY']",
        "TOKEN=DEFAULT_TOKEN_NAME",
        "https://example.org:8080/path?mail=a@b",
        "git@host:owner/name.git",
        "task-management-and-scheduling",
        "digest = 'd41d8cd98f00b204e9800998ecf8427e'",
        "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
    ],
)
def test_code_stays_code(text: str) -> None:
    assert redact(text) == text


PIECES = ["password", "=", "'", '"', "secret_key", ": ", "\n", "sk-", BODY, "://u:", "@", "Bearer ", "eyJ", ".",
          "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "TOKEN=", REDACTED, " ", "é"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_lines_stay_and_a_second_time_changes_nothing(text: str) -> None:
    hidden = redact(text)
    assert hidden.count("\n") == text.count("\n")
    assert redact(hidden) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "a.b-" * 50_000,
        "eyJ" * 50_000,
        "http://" * 30_000,
        "TOKEN=" * 30_000,
        "A_" * 50_000 + "TOKEN",
        "secret.secret-" * 20_000,
        "-----BEGIN PRIVATE KEY-----" * 3_000,
        "basic a" * 30_000,
        "Bearer " + "aB" * 100_000,
        "x:y@" * 40_000,
        "password" * 20_000,
        "password='" * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_quadratic_time(text: str) -> None:
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 2.5
