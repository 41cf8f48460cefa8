"""``sightline trust``: says, gives or takes back trust in a workspace."""

from __future__ import annotations

import click

from sightline.base.system import real_system
from sightline.cli import setup_reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, resolve_root, root_option
from sightline.config.consent import allow_tests, forget_tests, may_run_tests
from sightline.config.locations import locations
from sightline.config.trust import is_trusted, revoke_trust, set_trust


@click.command("trust")
@root_option
@click.option("--revoke", "action", flag_value="revoke", help="Trust it no longer.")
@click.option("--tests", "action", flag_value="tests", help="Trust it, and let its tests run on edits.")
@click.option("--no-tests", "action", flag_value="no_tests", help="Let its tests run no longer; trust stays.")
@click.option("--show", "action", flag_value="show", help="Only say whether it is trusted.")
@json_option
def command(root: str, *, action: str | None, as_json: bool) -> int:
    """Trust a workspace: lets git be asked and the workspace's own linter settings be used.

    Linters and type checkers that your settings name (checks.linters, checks.types) run only in workspaces you trust.
    Nothing of an untrusted workspace runs. Keys and endpoints never come from a workspace, trusted or not.

    Tests (checks.tests) execute what a model wrote before you accept it, and so does clippy (checks.linters), which
    runs build scripts. That takes a word of its own, for this root alone: --tests. They run in bubblewrap, without
    network, unless your settings say otherwise.
    """
    system = real_system()
    real = resolve_root(system, root)
    where = locations(system)
    if action == "revoke":
        revoke_trust(system, where, real)
        forget_tests(system, where, real)
    elif action == "no_tests":
        allow_tests(system, where, real, allowed=False)
    elif action != "show":
        set_trust(system, where, real)
    if action == "tests":
        allow_tests(system, where, real, allowed=True)
    trusted = is_trusted(system, where, real)
    shape = setup_reports.TrustJson(
        root=real, trusted=trusted, tests=trusted and bool(may_run_tests(system, where, real))
    )
    if as_json:
        print_json(shape.model_dump())
    else:
        may = "" if not trusted else f"; its tests {'may' if shape.tests else 'do not'} run on edits"
        say(f"{real} is {'trusted' if shape.trusted else 'not trusted'}{may}.")
    return 0
