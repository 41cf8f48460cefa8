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
    (\b[\w.-]*(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key)
        [\w.-]*["']?\s*(?:=|:|=>)\s*)
    (["'])([^"'\n]{8,})\2
    """
)
_BEARER = re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{12,}")
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]+:)[^\s/@]+(@)", re.IGNORECASE)


def redact(text: str) -> str:
    """``text`` with every recognised secret replaced by ``[redacted]``; line count is kept."""
    text = _TOKENS.sub(lambda match: REDACTED + "\n" * match.group().count("\n"), text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    text = _URL_PASSWORD.sub(rf"\1{REDACTED}\2", text)
    return _ASSIGNED.sub(rf"\1\2{REDACTED}\2", text)
