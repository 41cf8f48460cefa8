"""Which programs the checks may run, from the settings, and the user's word on what would execute an edit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sightline.base.system import System
from sightline.checks.policy import CheckPolicy, Consent, Refusing, RunPolicy, no_consent
from sightline.config.consent import allow_tests, may_run_tests
from sightline.config.locations import Locations
from sightline.config.settings import Settings


class ConsentWord(StrEnum):
    """What a person answers when they are asked."""

    ALLOW = "allow"
    NOT_NOW = "not_now"
    NEVER = "never"


#: Asks the user whether the tests of a root (absolute) may run, isolated as the second word says.
AskConsent = Callable[[str, str], Awaitable[ConsentWord]]


@dataclass(slots=True, kw_only=True)
class Permission:
    """The user's word on the tests of workspaces: what is kept of it, else what they answer to ``ask``.

    They are asked once for as long as this lives.
    """

    system: System
    where: Locations
    ask: AskConsent | None = None
    _not_now: set[str] = field(default_factory=set[str])

    async def given(self, root: str, isolation: str) -> bool:
        """Whether tests of ``root`` may run."""
        known = await asyncio.to_thread(may_run_tests, self.system, self.where, root)
        if known is not None or self.ask is None or root in self._not_now:
            return bool(known)
        word = await self.ask(root, isolation)
        if word is ConsentWord.NOT_NOW:
            self._not_now.add(root)
            return False
        allowed = word is ConsentWord.ALLOW
        await asyncio.to_thread(allow_tests, self.system, self.where, root, allowed=allowed)
        return allowed

    async def take_back(self, root: str) -> None:
        """The tests of ``root`` run no longer, and nobody is asked again: ``sightline trust --tests`` allows them."""
        await asyncio.to_thread(allow_tests, self.system, self.where, root, allowed=False)


def check_policy(settings: Settings, where: Locations | None = None, consent: Consent = no_consent) -> CheckPolicy:
    """The policy of the checks room. Without ``where`` nothing of what programs leave is kept."""
    checks = settings.checks
    return CheckPolicy(
        linters=checks.linters,
        types=checks.types,
        types_refuse=Refusing(checks.types_refuse),
        programs=checks.programs,
        seconds=checks.seconds,
        tests=checks.tests,
        executing=RunPolicy(
            consent=consent,
            seconds=checks.test_seconds,
            most=checks.most_tests,
            isolated=checks.isolation == "required",
            cache=where.built if where is not None else "",
        ),
        copies=where.copies if where is not None else "",
        cache=where.linted if where is not None else "",
    )
