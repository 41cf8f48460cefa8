"""Takes secrets out of text before it reaches a prompt, a log or the disk.

Recognises the published token shapes of large providers, private key blocks, and values assigned to names that say
they are secret. It errs towards hiding: a hidden placeholder costs a re-read, a leaked key costs a rotation.
"""

from __future__ import annotations

import re

REDACTED = "[redacted]"

_TOKENS = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}                 # OpenAI, Anthropic, OpenRouter
    | \b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}        # Stripe
    | \bgh[pousr]_[A-Za-z0-9]{30,} | \bgithub_pat_[A-Za-z0-9_]{30,}
    | \bglpat-[A-Za-z0-9_-]{16,}
    | \bxox[abeoprs]-[A-Za-z0-9-]{10,}                  # Slack
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                     # AWS access key identifiers
    | \bAIza[A-Za-z0-9_-]{30,}                          # Google
    | \bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[A-Za-z0-9_-]{30,}
    | \beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}   # JSON web tokens
    """,
    re.VERBOSE | re.DOTALL,
)
_ASSIGNED = re.compile(
    r"""(?ix)
    ((?<!\w)[\w.-]{0,64}?(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token
        |private[_-]?key)[\w.-]{0,64}["']?\s*(?:=|:|=>)\s*)
    (["'])([^"'\n]{8,})\2
    """
)
# Unquoted, as in shells and Dockerfiles; a digit tells a credential from the name of another variable.
_EXPORTED = re.compile(
    r"(?<![\w.])([A-Z0-9_]{0,64}?(?:PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|TOKEN)[A-Z0-9_]{0,64}=)"
    r"(?=[A-Za-z+/_.~=-]{0,256}[0-9])[A-Za-z0-9+/_.~=-]{12,512}+(?!\S)"
)
# What follows "basic" in prose and code is a word ("basic functionality"); a credential has a digit, a padding sign or
# changes case again and again.
_BEARER = re.compile(
    r"(\b(?i:bearer|basic)[ \t]+)(?=[A-Za-z._~+/-]{0,256}[0-9=]|(?:[A-Z._~+/-]*[a-z]+[A-Z]){3})[A-Za-z0-9._~+/=-]{12,}"
)
_URL_PASSWORD = re.compile(r"((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,31}://[^\s/:@]{1,256}:)[^\s/@]+(@)", re.IGNORECASE)


#: What a text must hold for a pattern to match at all. To look for these first makes clean code, which nearly all code
#: is, 7 times cheaper to pass (Django). Those of ``_ASSIGNED`` are sought in folded text.
_TOKEN_MARKS = (
    "-----BEGIN ", "sk-", "pk-", "rk-", "k_live_", "k_test_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
    "glpat-", "xox", "AKIA", "ASIA", "AIza", "hf_", "npm_", "pypi-", "eyJ",
)  # fmt: skip
_EXPORTED_MARKS = ("PASSW", "SECRET", "KEY", "TOKEN")
_ASSIGNED_MARKS = (
    "passw", "secret", "apikey", "api_key", "api-key", "accesskey", "access_key", "access-key", "authtoken",
    "auth_token", "auth-token", "accesstoken", "access_token", "access-token", "privatekey", "private_key",
    "private-key",
)  # fmt: skip


def redact(text: str) -> str:
    """``text`` with every recognised secret replaced by ``[redacted]``; line count is kept."""
    # Under IGNORECASE the letters i and s also match a dotless i and a long s, which folding maps only in part.
    folded = text.casefold().replace("ı", "i")
    if _holds(text, _TOKEN_MARKS):
        text = _TOKENS.sub(lambda match: REDACTED + "\n" * match.group().count("\n"), text)
    if _holds(folded, ("bearer", "basic")):
        text = _BEARER.sub(rf"\1{REDACTED}", text)
    if _holds(text, _EXPORTED_MARKS):
        text = _EXPORTED.sub(rf"\1{REDACTED}", text)
    if "://" in text and "@" in text:
        text = _URL_PASSWORD.sub(rf"\1{REDACTED}\2", text)
    if _holds(folded, _ASSIGNED_MARKS):
        text = _ASSIGNED.sub(rf"\1\2{REDACTED}\2", text)
    return text


def _holds(text: str, marks: tuple[str, ...]) -> bool:
    return any(mark in text for mark in marks)
