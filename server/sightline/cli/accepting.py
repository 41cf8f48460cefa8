"""``--accept ID=REASON``: findings that whoever calls takes upon themselves."""

from __future__ import annotations

import click

from sightline.base.errors import UsageError
from sightline.checks.acceptance import Acceptance
from sightline.checks.check import Finding


class _Reasons(click.ParamType[tuple[str, str]]):
    name = "ID=REASON"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        found, _, reason = value.partition("=")
        if not found.strip() or not reason.strip():
            self.fail(f"{value!r} is no ID=REASON: a finding is accepted for a reason.", param, ctx)
        return found.strip(), reason.strip()


accept_option = click.option(
    "--accept",
    "accepted",
    type=_Reasons(),
    multiple=True,
    metavar="ID=REASON",
    help="Accept one finding, by its id (--json), for a reason that is kept; repeatable.",
)


def acceptance_of(accepted: tuple[tuple[str, str], ...], findings: tuple[Finding, ...]) -> Acceptance:
    """The word of whoever calls. Raises :class:`UsageError` for an id that names no finding: it may be of yesterday."""
    word = Acceptance(reasons=dict(accepted))
    if unknown := word.unknown(findings):
        raise UsageError(
            f"No finding has the id {unknown[0]}.",
            hint="Look at the ids once more with --json: another edit has other findings.",
            kind="no_such_finding",
        )
    return word
