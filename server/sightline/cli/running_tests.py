"""``--tests``: tests that reach a change are run, where the user has allowed it."""

from __future__ import annotations

from typing import Any

import click

from sightline.base.errors import UsageError
from sightline.base.system import real_system
from sightline.cli.workspace import resolve_root
from sightline.config.consent import may_run_tests
from sightline.config.locations import locations
from sightline.config.trust import is_trusted

tests_option = click.option(
    "--tests", is_flag=True, help="Run the tests that reach the change (needs sightline trust --tests)."
)


def with_tests(root: str) -> dict[str, Any]:
    """The settings of a command that was told to run tests.

    Raises :class:`UsageError` (kind ``untrusted`` or ``no_consent``) where they may not run: who asks for them by name
    must not take their absence for a pass.
    """
    system = real_system()
    real = resolve_root(system, root)
    where = locations(system)
    hint = f"Run sightline trust --tests --root {real}: tests execute what the change says."
    if not is_trusted(system, where, real):
        raise UsageError("Tests run only in workspaces you trust.", hint=hint, kind="untrusted")
    if not may_run_tests(system, where, real):
        raise UsageError(
            "You have not allowed the tests of this workspace to run on changes.", hint=hint, kind="no_consent"
        )
    return {"checks": {"tests": True}}
