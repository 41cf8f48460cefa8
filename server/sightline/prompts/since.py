"""What changed of the code that a conversation shows: the new text, and which lines above it takes the place of.

Stale code must never count as current. What there is no room to show again is said to be superseded all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.context.access import qualified_name
from sightline.context.candidates import Gate
from sightline.context.known import ChangedFile, Known, catch_up, unshown
from sightline.context.ranges import Lines, lines_named
from sightline.context.render import Form, Shown, render_block, shown_text
from sightline.context.slices import Slice
from sightline.context.source import SourceLines
from sightline.graph.view import GraphView

_REASON = "changed since it was shown above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Changes told in ``text`` ("" for none), the pieces of code in it, and what the reader then knows.

    ``tokens`` counts the code; ``untold`` are files of which there was no room for the new text.
    """

    text: str
    slices: tuple[Slice, ...]
    known: Known
    tokens: int
    untold: tuple[WorkspacePath, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How code is shown: what counts its tokens, the most of them, and how a path is written."""

    count: Callable[[str], int]
    most: int
    name: Callable[[WorkspacePath], str]


def since(view: GraphView, known: Known, gate: Gate, showing: Showing) -> Since:
    """What became of the ``known`` lines in ``view``. Long only for files that changed; runs in any thread."""
    changed, now = catch_up(view, known, gate)
    told: list[str] = []
    blocks: list[str] = []
    slices: list[Slice] = []
    untold: list[WorkspacePath] = []
    tokens = 0
    for change in changed:
        block = _block(change, showing)
        cost = showing.count(block)
        shows = tokens + cost <= showing.most
        if block and not shows:
            now = unshown(now, change.path, change.again)
            untold.append(change.path)
        elif block:
            tokens += cost
            blocks.append(block)
            slices += _slices(change, showing)
        told.append(_sentences(change, showing.name(change.path), shows=shows))
    text = "\n\n".join([*told, *(block.strip("\n") for block in blocks)])
    return Since(text=text, slices=tuple(slices), known=now, tokens=tokens, untold=tuple(untold))


def _sentences(change: ChangedFile, name: str, *, shows: bool) -> str:
    if change.source is None:
        return redact(f"`{name}`: {change.gone}. Nothing that is shown of it above holds any more.")
    lines = [f"`{name}` has changed. Of its lines above, by their last numbers:"]
    for old, new in change.superseded:
        by = f"by {lines_named([new])} below" if shows else "and not shown again for want of room"
        lines.append(f"- {lines_named([old])} {_verb(old)} superseded {by}")
    lines += [f"- {lines_named([old])} {_verb(old)} now {lines_named([new])}" for old, new in change.moved]
    return "\n".join(lines)


def _verb(lines: Lines) -> str:
    return "is" if lines[0] == lines[1] else "are"


def _block(change: ChangedFile, showing: Showing) -> str:
    if change.source is None or not change.again:
        return ""
    shown = [Shown(first=first, last=last) for first, last in change.again]
    return render_block(change.source, showing.name(change.path), shown, exact=True)


def _slices(change: ChangedFile, showing: Showing) -> list[Slice]:
    source = change.source
    assert source is not None
    slices: list[Slice] = []
    for first, last in change.again:
        name, kind = _definition_at(source, first, last)
        tokens = showing.count(shown_text(source, Shown(first=first, last=last)))
        piece = Slice(
            path=source.path,
            name=name,
            kind=kind,
            first=first,
            last=last,
            form=Form.FULL,
            tokens=tokens,
            reasons=(_REASON,),
            digest=source.text.digest,
            version=source.version,
        )
        slices.append(piece)
    return slices


def _definition_at(source: SourceLines, first: int, last: int) -> tuple[str, str]:
    """Qualified name and kind of the outermost definition that lies in these lines, else of one around them."""
    spans = [(*source.lines_of(index), index) for index in range(len(source.definitions))]
    inside = [(start - end, index) for start, end, index in spans if first <= start and end <= last]
    around = [(end - start, index) for start, end, index in spans if start <= first and last <= end]
    found = min(inside or around, default=None)
    if found is None:
        return "", "module"
    return qualified_name(source.definitions, found[1]), source.definitions[found[1]].kind
