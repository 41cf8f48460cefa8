"""Which programs the checks may run, from the settings."""

from __future__ import annotations

from sightline.checks.checkers.warm import WarmCheckers
from sightline.checks.policy import CheckPolicy, Refusing
from sightline.config.settings import Settings


def check_policy(settings: Settings, warm: WarmCheckers) -> CheckPolicy:
    """The policy of the checks room."""
    checks = settings.checks
    return CheckPolicy(
        linters=checks.linters,
        types=checks.types,
        types_refuse=Refusing(checks.types_refuse),
        programs=checks.programs,
        seconds=checks.seconds,
        warm=warm,
    )
