"""An overview as Markdown within a budget of tokens, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from sightline.context.overview import Layer, Overview


class EntryReport(TypedDict):
    """Where something starts, and who says so."""

    name: str
    target: str
    by: str


class LayerReport(TypedDict):
    """A folder, how many files it holds, its rank from below, and how often it imports which others."""

    folder: str
    files: int
    rank: int
    uses: dict[str, int]


class OverviewReport(TypedDict):
    """``sightline overview --json``."""

    root: str
    languages: dict[str, int]
    tests: int
    entries: list[EntryReport]
    layers: list[LayerReport]
    cycles: list[list[str]]
    modules: dict[str, int]
    conventions: list[str]
    recent: list[str]
    unread: int


def overview_report(found: Overview) -> OverviewReport:
    """An overview as JSON."""
    return OverviewReport(
        root=found.root,
        languages=dict(found.languages),
        tests=found.tests,
        entries=[EntryReport(name=each.name, target=each.target, by=each.by) for each in found.entries],
        layers=[
            LayerReport(folder=each.folder, files=each.files, rank=each.rank, uses=dict(each.uses))
            for each in found.layers
        ],
        cycles=[list(cycle) for cycle in found.cycles],
        modules=dict(found.modules),
        conventions=list(found.conventions),
        recent=list(found.recent),
        unread=found.unread,
    )


def overview_text(found: Overview, budget: int, count_tokens: Callable[[str], int]) -> str:
    """The overview in at most ``budget`` tokens: lists grow shorter alike, down to their first lines."""
    for most in (20, 12, 8, 5, 3, 2, 1):
        text = _text(found, most)
        if count_tokens(text) <= budget:
            return text
    return _fitting(_text(found, 1), budget, count_tokens)


def _fitting(text: str, budget: int, count_tokens: Callable[[str], int]) -> str:
    lines = text.split("\n")
    while lines and count_tokens("\n".join(lines)) > budget:
        lines.pop()
    return "\n".join(lines)


def _text(found: Overview, most: int) -> str:
    languages = ", ".join(f"{name} {count:,}" for name, count in found.languages[:most])
    parts = [f"**Files**: {languages or 'none of a known language'}; {found.tests:,} of them tests."]
    if found.unread:
        parts.append(f"The imports of {found.unread:,} files were not followed: the tree is too large.")
    if found.entries:
        rows = (
            f"- `{each.name}`" + (f" → `{each.target}`" if each.target != each.name else "") + f" ({each.by})"
            for each in found.entries[:most]
        )
        parts.append("**Starts at**\n" + "\n".join(rows) + _more(len(found.entries), most))
    if len(found.layers) > 1:
        rows = (_layer(each) for each in found.layers[:most])
        parts.append("**Layers**, each above what it imports\n" + "\n".join(rows) + _more(len(found.layers), most))
    if found.cycles:
        rows = (f"- {', '.join(f'`{name}`' for name in cycle)}" for cycle in found.cycles[:most])
        parts.append("**Import one another**\n" + "\n".join(rows))
    if found.modules:
        rows = (f"- `{name}`: imported by {count:,} files" for name, count in found.modules[:most])
        parts.append("**Most depended on**\n" + "\n".join(rows))
    if found.conventions:
        parts.append("**Habits**\n" + "\n".join(f"- {sentence}" for sentence in found.conventions))
    if found.recent:
        parts.append("**Last changes**\n" + "\n".join(f"- {subject}" for subject in found.recent[:most]))
    return "\n\n".join(parts)


def _layer(layer: Layer) -> str:
    uses = ", ".join(f"`{name}` ({count:,})" for name, count in layer.uses)
    return f"- `{layer.folder}` ({layer.files:,} files)" + (f" → {uses}" if uses else "")


def _more(count: int, most: int) -> str:
    return f"\n- and {count - most} more" if count > most else ""
