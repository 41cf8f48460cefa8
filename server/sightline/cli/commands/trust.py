"""``sightline trust``: says, gives or takes back trust in a workspace."""

from __future__ import annotations

import click

from sightline.base.system import real_system
from sightline.cli import setup_reports
from sightline.cli.output import print_json, say
from sightline.cli.workspace import json_option, resolve_root, root_option
from sightline.config.consent import (
    allow_cloud,
    allow_tests,
    forget_cloud,
    forget_tests,
    may_run_tests,
    may_use_cloud,
)
from sightline.config.locations import locations
from sightline.config.trust import is_trusted, revoke_trust, set_trust


@click.command("trust")
@root_option
@click.option("--revoke", "action", flag_value="revoke", help="Trust it no longer.")
@click.option("--tests", "action", flag_value="tests", help="Trust it, and let its tests run on edits.")
@click.option("--no-tests", "action", flag_value="no_tests", help="Let its tests run no longer; trust stays.")
@click.option(
    "--cloud", "action", flag_value="cloud", help="Let what private models would answer go to clouds too; trust stays."
)
@click.option("--no-cloud", "action", flag_value="no_cloud", help="Let it go there no longer; trust stays.")
@click.option("--show", "action", flag_value="show", help="Only say whether it is trusted.")
@json_option
def command(root: str, *, action: str | None, as_json: bool) -> int:
    """Trust a workspace: lets git be asked and the workspace's own linter settings be used.

    Linters and type checkers that your settings name (checks.linters, checks.types) run only in workspaces you trust.
    Nothing of an untrusted workspace runs. Keys and endpoints never come from a workspace, trusted or not.

    Tests (checks.tests) execute what a model wrote before you accept it, and so does clippy (checks.linters), which
    runs build scripts. That takes a word of its own, for this root alone: --tests. They run in bubblewrap, without
    network, unless your settings say otherwise.

    --cloud gives leave, for this root alone, that a request which a model of your own network would answer goes to a
    cloud service instead: by a rule, a role, a switch or a fallback (privacy.cloud). It is no trust.
    """
    system = real_system()
    real = resolve_root(system, root)
    where = locations(system)
    if action == "revoke":
        revoke_trust(system, where, real)
        forget_tests(system, where, real)
        forget_cloud(system, where, real)
    elif action in ("cloud", "no_cloud"):
        allow_cloud(system, where, real, allowed=action == "cloud")
    elif action == "no_tests":
        allow_tests(system, where, real, allowed=False)
    elif action != "show":
        set_trust(system, where, real)
    if action == "tests":
        allow_tests(system, where, real, allowed=True)
    trusted = is_trusted(system, where, real)
    shape = setup_reports.TrustJson(
        root=real,
        trusted=trusted,
        tests=trusted and bool(may_run_tests(system, where, real)),
        cloud=bool(may_use_cloud(system, where, real)),
    )
    if as_json:
        print_json(shape.model_dump())
    else:
        may = "" if not trusted else f"; its tests {'may' if shape.tests else 'do not'} run on edits"
        leave = "; its requests may go from private models to clouds" if shape.cloud else ""
        say(f"{real} is {'trusted' if shape.trusted else 'not trusted'}{may}{leave}.")
    return 0
