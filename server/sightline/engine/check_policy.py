"""Which programs the checks may run, from the settings."""

from __future__ import annotations

from sightline.checks.policy import CheckPolicy
from sightline.config.settings import Settings


def check_policy(settings: Settings) -> CheckPolicy:
    """The policy of the checks room."""
    checks = settings.checks
    return CheckPolicy(linters=checks.linters, programs=checks.programs, seconds=checks.seconds)
