"""What a text shows of the sites of a pattern task, and of an example for a thing that is to be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from sightline.base.paths import WorkspacePath
from sightline.context.candidates import Example, Site, SiteSearch
from sightline.context.render import Form
from sightline.context.slices import ExampleShown, ShownFile, SitesShown, Slice


def sites_shown(
    search: SiteSearch, shown: Iterable[ShownFile], name: Callable[[WorkspacePath], str]
) -> SitesShown | None:
    """What of a search stands in a text, ``None`` where nothing was found; ``name`` writes a path as the text does."""
    if not search.sites:
        return None
    ranges = {file.path: file.ranges for file in shown}
    missing = [
        site
        for site in search.sites
        if not any(first <= site.line <= last for first, last in ranges.get(site.path, ()))
    ]
    return SitesShown(
        sought=search.sought,
        total=len(search.sites),
        shown=len(search.sites) - len(missing),
        left_out=tuple((name(path), count) for path, count in Counter(site.path for site in missing).items()),
        complete=search.complete,
    )


def example_shown(
    example: Example | None, shown: Iterable[ShownFile], name: Callable[[WorkspacePath], str]
) -> ExampleShown | None:
    """An example that stands in a text; ``None`` where there is none, or no room for it."""
    if example is None:
        return None
    path, chunk = example.piece.path, example.piece.chunk
    ranges = next((file.ranges for file in shown if file.path == path), ())
    if not any(first <= chunk.first and chunk.last <= last for first, last in ranges):
        return None
    place = example.place if isinstance(example.place, str) else name(example.place)
    return ExampleShown(
        kind=example.kind,
        name=example.name,
        path=name(path),
        first=chunk.first,
        last=chunk.last,
        others=tuple((name(other), called) for other, called in example.others),
        count=example.count,
        place=place,
    )


def with_reasons(piece: Slice, sites: Iterable[Site]) -> Slice:
    """A piece with the reasons of those ``sites`` of its file that are in it, whatever else brought it in."""
    if piece.form is not Form.FULL:
        return piece
    reasons = (site.reason for site in sites if piece.first <= site.line <= piece.last)
    return replace(piece, reasons=tuple(dict.fromkeys((*piece.reasons, *reasons))))
