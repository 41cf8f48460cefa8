"""From a reply to an ``EditProposal``. Total: any text gives a proposal, at worst an empty one with problems."""

from __future__ import annotations

from sightline.edits.directives import parse_directives
from sightline.edits.proposal import EditProposal, ProposalProblem, ProposedEdit, WholeFile
from sightline.edits.registry import FORMATS, format_named
from sightline.edits.reply import EditFormat, Parsed, Reply, read_reply

AUTO = "auto"


def parse_reply(text: str, format: str = AUTO) -> EditProposal:  # noqa: A002  the word of the command line and settings
    """All edits that ``text`` proposes, in order.

    ``format`` names the format to read first; ``auto`` takes the one whose edit comes first in the reply, which is
    the outer one when formats are nested. What one format leaves is offered to the others, so that no edit of a mixed
    reply is lost. Never raises for any ``text``; raises :class:`UsageError` for an unknown ``format``.
    """
    asked = None if format == AUTO else format_named(format)
    reply, reasoning = read_reply(text)
    edits: list[ProposedEdit] = []
    problems: list[ProposalProblem] = list(reasoning)
    name = ""
    remaining = list(FORMATS)
    chosen = _named(asked, reply) or _first(remaining, reply)
    while chosen is not None:
        edit_format, parsed = chosen
        remaining.remove(edit_format)
        reply = reply.without(parsed.used)
        edits += parsed.edits
        problems += parsed.problems
        name = name or (edit_format.name if parsed.used else "")
        chosen = _first(remaining, reply)
    directives = parse_directives(reply)
    edits += directives.edits
    problems += directives.problems
    if not all(isinstance(edit, WholeFile) for edit in edits):
        # Beside real edits, code that begins with a comment on its path is an example.
        edits = [edit for edit in edits if not (isinstance(edit, WholeFile) and edit.marker)]
    if asked is not None and edits:
        name = asked.name
    return EditProposal(
        format=name,
        edits=tuple(sorted(edits, key=lambda edit: edit.line)),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
    )


def _named(asked: EditFormat | None, reply: Reply) -> tuple[EditFormat, Parsed] | None:
    return None if asked is None else (asked, asked.parse(reply))


def _first(formats: list[EditFormat], reply: Reply) -> tuple[EditFormat, Parsed] | None:
    """The format that found something at the earliest line."""
    found = [(edit_format, edit_format.parse(reply)) for edit_format in formats]
    found = [(edit_format, parsed) for edit_format, parsed in found if parsed.used]
    return min(found, key=lambda pair: min(pair[1].used), default=None)
