"""How complete an answer is, in one place for every door: the coverage of several answers, and the words for it.

"Nothing uses it" is a strong sentence. It is said by :func:`coverage_words` alone, and only for a complete answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.base.words import counted
from sightline.graph.answers import Coverage

#: Unparsed files that are named; the others are counted.
MOST_NAMED = 5


def joint_coverage(parts: Iterable[Coverage], *, cut: bool = False) -> Coverage:
    """The coverage of several answers together; ``cut`` if the whole was cut short besides."""
    parts = tuple(parts)
    files = dict.fromkeys(file for part in parts for file in part.unparsed_files)
    return Coverage(
        complete=all(part.complete for part in parts) and not cut,
        unparsed=max((part.unparsed for part in parts), default=0),
        dynamic=sum(part.dynamic for part in parts),
        ambiguous=sum(part.ambiguous for part in parts),
        cut=cut or any(part.cut for part in parts),
        unparsed_files=tuple(files)[:MOST_NAMED],
        unread=max((part.unread for part in parts), default=0),
        unvisited=max((part.unvisited for part in parts), default=0),
    )


def coverage_words(coverage: Coverage, *, nothing_found: bool) -> str:
    """One sentence without a full stop, for people: what could be missing from the answer, or that nothing could."""
    if coverage.complete:
        return "complete: nothing found, and nothing could hide it" if nothing_found else "complete"
    gaps = ", ".join(_gaps(coverage)) or "the answer is not the whole one"
    return f"incomplete: {'nothing found, but ' if nothing_found else ''}{gaps}"


def _gaps(coverage: Coverage) -> Iterable[str]:
    if coverage.unread:
        yield f"the definitions of {counted(coverage.unread, 'file')} are not read yet"
    elif coverage.unparsed:
        named = [str(file) for file in coverage.unparsed_files[:MOST_NAMED]]
        more = [f"{coverage.unparsed - len(named)} more"] if named and coverage.unparsed > len(named) else []
        names = f" ({', '.join([*named, *more])})" if named else ""
        yield f"{counted(coverage.unparsed, 'file')} could not be read in whole{names}"
    if coverage.dynamic:
        yield f"{counted(coverage.dynamic, 'place')} where a string or a computed name may stand for it"
    if coverage.ambiguous:
        yield f"{counted(coverage.ambiguous, 'use')} known by name alone"
    if coverage.cut and coverage.unvisited:
        files = counted(coverage.unvisited, "file")
        yield f"this is a part: {files} that may hold more were not looked at"
    elif coverage.cut:
        yield "there is more than is shown"
