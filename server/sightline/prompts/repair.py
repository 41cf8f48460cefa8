"""The next message after an edit was refused: what is wrong, and the code one needs to put it right.

It is appended to the prompt before it, so that everything a server has read stays valid. It holds only the findings of
this attempt, each with the definition around it and the definition it conflicts with, as the draft has them now.
Nothing in it is executed or obeyed: findings are data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.checks.check import Certainty, Finding
from sightline.context.candidates import Permission
from sightline.context.pack import ContextPack
from sightline.context.ripple import RipplePlace, build_ripple
from sightline.context.source import fence_for
from sightline.edits.proposal import Located, Placement, Unmatched
from sightline.graph.view import GraphView
from sightline.models.messages import Message
from sightline.models.tokens import count_messages, count_tokens
from sightline.prompts.build import Prompt, manifest_of, one_line, template

#: Tokens of code in one repair message.
RIPPLE_BUDGET = 3000

#: Findings listed; a model that stranded a hundred callers learns nothing new from the ninetieth.
MOST_FINDINGS = 25

#: Ways to place an edit whose text is not that of the file.
_UNSURE = (Located.CLOSEST, Located.CHARACTERS)

#: Findings of which it is shown what the program that found them said, and lines and characters of that: the end, where
#: test runners tell what was expected. The first few failures usually have the cause of the others.
MOST_DETAILS = 5
DETAIL_LINES = 25
DETAIL_CHARACTERS = 1500

#: Lines of the nearest text shown for an edit that could not be placed.
MOST_NEAREST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a reply was not accepted. ``problems`` are sentences about parts of it that could not be read.

    ``mended`` are sentences on what was put right in the draft without the model, ``located`` says how the edits that
    could be placed were found.
    """

    reply: str
    findings: tuple[Finding, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    located: tuple[Placement, ...] = ()
    problems: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()


def build_repair(
    previous: Prompt, refusal: Refusal, view: GraphView, permitted: Permission, *, keeps_draft: bool = True
) -> Prompt:
    """``previous`` with the reply and the reasons for its refusal appended.

    ``view`` is the draft: the snapshot with everything of the reply that could be placed. ``findings`` have their
    places in it. Without ``keeps_draft`` all edits are asked for once more. No path that ``permitted`` refuses is
    shown. The reply comes back without the secrets in it: the next model to read it need not be the one that wrote it.
    """
    findings = tuple(
        finding if permitted(finding.path) is None else replace(finding, detail="")
        for finding in _most_telling(refusal.findings)
    )
    pack = build_ripple(view, _places(findings), RIPPLE_BUDGET, count_tokens, permitted)
    messages = (
        *previous.messages,
        Message(role="assistant", content=redact(refusal.reply)),
        Message(role="user", content=_repair_text(refusal, findings, pack, keeps_draft=keeps_draft)),
    )
    return replace(
        previous,
        messages=messages,
        stable_prefix="".join(message.content for message in previous.messages),
        manifest=(*previous.manifest, *manifest_of(pack.slices, len(messages) - 1)),
        tokens=count_messages(messages),
    )


def _most_telling(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Certain findings first, in a stable order, without repetition."""
    unique = {(f.path, f.line, f.column, f.check, f.message): f for f in findings}
    ordered = sorted(unique.items(), key=lambda item: (item[1].certainty is not Certainty.CERTAIN, item[0]))
    return tuple(finding for _, finding in ordered)


def _places(findings: tuple[Finding, ...]) -> tuple[RipplePlace, ...]:
    places: list[RipplePlace] = []
    for finding in findings[:MOST_FINDINGS]:
        places.append(RipplePlace(path=finding.path, line=finding.line, reason=f"holds a {finding.check} finding"))
        places += [
            RipplePlace(path=related.path, line=related.line, reason=related.message or "belongs to a finding")
            for related in finding.related
        ]
    return tuple(places)


def _repair_text(refusal: Refusal, findings: tuple[Finding, ...], pack: ContextPack, *, keeps_draft: bool) -> str:
    parts = [template("repair" if keeps_draft else "repair_anew")]
    if findings:
        parts.append("## Findings\n\n" + "\n".join(_finding_lines(findings)))
    if refusal.unmatched:
        parts.append("## Edits that could not be placed\n\n" + "\n".join(map(_unmatched_text, refusal.unmatched)))
    if unsure := [place for place in refusal.located if place.how in _UNSURE]:
        lines = (f"- `{_path(place.path)}` line {place.line}: {place}" for place in unsure[:MOST_FINDINGS])
        parts.append("## Edits placed although the file does not hold the text they quote\n\n" + "\n".join(lines))
    if refusal.problems:
        lines = (f"- {redact(one_line(problem))}" for problem in refusal.problems)
        parts.append("## Parts of the reply that could not be read\n\n" + "\n".join(lines))
    if refusal.mended:
        lines = (f"- {redact(one_line(each))}" for each in refusal.mended)
        parts.append("## Mended in the draft already\n\n" + "\n".join(lines))
    if pack.text:
        parts.append("## Code of the draft\n\n" + pack.text.strip())
    return "\n\n".join(parts) + "\n"


def _finding_lines(findings: tuple[Finding, ...]) -> list[str]:
    lines: list[str] = []
    told: set[str] = set()
    for finding in findings[:MOST_FINDINGS]:
        sentence = redact(one_line(finding.message))
        lines.append(
            f"- `{_path(finding.path)}` line {finding.line} ({finding.check}, {finding.certainty}): {sentence}"
        )
        for related in finding.related:
            note = f": {redact(one_line(related.message))}" if related.message else ""
            lines.append(f"  - see `{_path(related.path)}` line {related.line}{note}")
        if finding.detail not in told and len(told) < MOST_DETAILS and (shown := _detail_lines(finding.detail)):
            told.add(finding.detail)
            lines += shown
    if len(findings) > MOST_FINDINGS:
        lines.append(f"- and {len(findings) - MOST_FINDINGS} more")
    return lines


def _detail_lines(detail: str) -> list[str]:
    """What a program said of a finding, as a quotation; none where it said nothing."""
    text = redact(detail.strip())
    cut = text[-DETAIL_CHARACTERS:]
    if len(cut) < len(text):
        cut = cut.partition("\n")[2] or cut
    lines = cut.splitlines()
    if not lines:
        return []
    left_out = ["…"] * (len(cut) < len(text) or len(lines) > DETAIL_LINES)
    lines = [*left_out, *lines[-DETAIL_LINES:]]
    fence = fence_for(tuple(lines))
    return [f"  {line}".rstrip() for line in ("what was printed:", fence, *lines, fence)]


def _unmatched_text(unmatched: Unmatched) -> str:
    text = f"- `{redact(one_line(unmatched.path))}`: {redact(one_line(unmatched.reason))}"
    nearest = redact(unmatched.nearest.rstrip("\n"))
    if not nearest.strip():
        return text
    lines = nearest.split("\n")[:MOST_NEAREST]
    fence = fence_for(tuple(lines))
    return "\n".join((f"{text} The nearest lines are:", fence, *lines, fence))


def _path(path: WorkspacePath) -> str:
    return redact(one_line(path.relative))
