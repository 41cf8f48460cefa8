"""Sentences on what a text shows: which sites of a pattern task, and what is like a thing that is to be added.

They stand after the code, with the task, and count as a part of the code's budget.
"""

from __future__ import annotations

from collections.abc import Callable

from sightline.base.redact import redact
from sightline.context.slices import ExampleShown, SitesShown

#: Files with sites that are not shown, told by name; fewer where there is no room.
MOST_FILES_TOLD = (12, 6, 3, 1)


def told(sites: SitesShown | None, example: ExampleShown | None, room: int, count_tokens: Callable[[str], int]) -> str:
    """The sentences in at most ``room`` tokens; "" where there is nothing to tell, or no room for it."""
    for most in MOST_FILES_TOLD:
        parts = [example_text(example)] if example is not None else []
        parts += [sites_text(sites, most)] if sites is not None else []
        text = redact("\n\n".join(parts))
        if count_tokens(text) <= room:
            return text
    return ""


def sites_text(sites: SitesShown, most: int = MOST_FILES_TOLD[0]) -> str:
    """Whether all places that a pattern task wants changed are shown, and where those are that are not."""
    sought = " and ".join(f"`{' '.join(each.split())}`" for each in sites.sought)
    found = f"{sites.total:,} {'lines' if sites.complete else 'first lines'} with {sought} were found in the workspace"
    if not sites.left_out:
        return f"{found}; all of them are shown."
    files = ", ".join(f"{path} ({count:,})" for path, count in sites.left_out[:most])
    more = len(sites.left_out) - most
    return f"{found}; {sites.shown:,} are shown. Not shown: {files}" + (f" and {more} more files." if more > 0 else ".")


def example_text(example: ExampleShown) -> str:
    """What is like the thing that is to be added, and where such things go."""
    shown = f"`{example.name}` ({example.path}, lines {example.first}-{example.last})"
    others = ", ".join(f"`{name}` ({path})" for path, name in example.others)
    place = f" Such code lives in `{example.place}`." if example.place else ""
    return f"# Example\n\nThe nearest to what is asked for is {shown}, shown above; others are {others}.{place}"
