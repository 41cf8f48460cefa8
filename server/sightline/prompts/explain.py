"""Why a prompt is what it is, for people: each piece with its reasons and way, what was left out, the templates."""

from __future__ import annotations

from sightline.context.pack import ContextPack
from sightline.context.pattern_task import pattern_of
from sightline.context.report import reranking_said
from sightline.models.tokens import count_messages
from sightline.prompts.build import ManifestEntry, Prompt, one_line

#: Pieces that were dropped and are listed one by one.
MOST_DROPPED = 15


def explained(prompt: Prompt, pack: ContextPack, task: str) -> list[str]:
    """Lines on everything that is in a prompt and why. ``pack`` is the context it was built from."""
    system = count_messages(prompt.messages[:1])
    rest = max(prompt.tokens - system - pack.tokens, 0)
    parts = f"{system:,} of rules, {pack.tokens:,} of code (budget {pack.budget:,}), {rest:,} of task and headings"
    lines = [
        f"{prompt.task_type} task, {prompt.complexity}; {prompt.tokens:,} tokens: {parts}",
        *_pattern(task),
        *(line for line in pack.told.splitlines() if line),
        *filter(None, [reranking_said(pack.reranking)]),
        "",
        "Rules:",
        *(f"  {used.name}: {used.origin}" for used in prompt.templates),
        "",
        "Code:" if prompt.manifest else "Code: none was found.",
    ]
    scores = {str(file.path): file.score for file in pack.ranking}
    shown = ""
    for entry in prompt.manifest:
        if entry.path != shown:
            shown = entry.path
            score = f" (score {scores[shown]:.2f})" if shown in scores else ""
            lines.append(f"  {shown}{score}")
        lines += _entry(entry)
    if pack.refused:
        lines += ["", "Refused:", *(f"  {path}: {reason}" for path, reason in pack.refused)]
    if pack.dropped:
        lines += ["", f"Left out ({len(pack.dropped)}):"]
        lines += [
            f"  {piece.path}:{piece.first}-{piece.last} {piece.name}: {piece.reason}".replace(" : ", ": ")
            for piece in pack.dropped[:MOST_DROPPED]
        ]
        if len(pack.dropped) > MOST_DROPPED:
            lines.append(f"  and {len(pack.dropped) - MOST_DROPPED} more (all with --json)")
    return lines


def _pattern(task: str) -> list[str]:
    found = pattern_of(task)
    if found is None:
        return []
    old = ", ".join(f"`{each.text}`" for each in found.old)
    new = ", ".join(f"`{each.text}`" for each in found.new)
    return [f"pattern: {found.kind} {old}" + (f" by {new}" if new else "")]


def _entry(entry: ManifestEntry) -> list[str]:
    name = f" {entry.name}" if entry.name else ""
    where = f"{entry.start_line}-{entry.end_line}"
    said = "; ".join(map(one_line, entry.reasons))
    lines = [f"    {where}{name} ({entry.form}, {entry.tokens} tokens): {said}"]
    way = (f"        ← {step.path}:{step.line} {step.name}: {one_line(step.reason)}" for step in entry.chain[1:])
    return [*lines, *way]
