"""Search/replace blocks, in the variants that models really emit.

    src/shop/cart.py
    <<<<<<< SEARCH
    old lines
    =======
    new lines
    >>>>>>> REPLACE

With or without a fence; the path before the fence, in its info string, inside it, after the marker, or inherited from
the block before; 5 to 9 marker characters; ORIGINAL/UPDATED for SEARCH/REPLACE. A block that does not end is a problem.
How a block is cut at its markers is decided in ``blocks.py``; where it belongs in a file, in ``locate.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sightline.edits.elision import elided_lines
from sightline.edits.formats.blocks import Block, is_block_start, read_block
from sightline.edits.path_lines import path_in_prose, path_of_info, path_of_line, paths_in_prose
from sightline.edits.proposal import ProposalProblem, ReplaceBlock
from sightline.edits.reply import EditFormat, Fence, Parsed, Reply, fence_of

INSTRUCTIONS = """\
Write every edit as a search/replace block: the path of the file on a line of its own, then the block.

src/shop/cart.py
<<<<<<< SEARCH
def total(items):
    return sum(items)
=======
def total(items, rate):
    return sum(items) * (1 + rate)
>>>>>>> REPLACE

- The SEARCH part is copied from the file line by line, with its exact indentation and blank lines.
- Take enough lines that the place is the only one in the file. Several small blocks are better than a large one.
- Never leave lines out of a block, and never write "..." for code that stays.
- All blocks of a reply refer to the file as it was shown.
- To create a file, leave the SEARCH part empty."""

#: Lines of a fence that may stand between its opening and a block without being the start of a file.
_LEAD_IN = 2


def parse(reply: Reply) -> Parsed:
    """All search/replace blocks of a reply."""
    scan = _Scan()
    number = 0
    while number < len(reply.lines):
        line = reply.lines[number]
        if is_block_start(line):
            number = _take_block(scan, reply.lines, number)
            continue
        if scan.fence is None:
            scan.fence = fence_of(line, number)
        elif scan.fence.closed_by(line):
            if scan.fence_has_block:
                scan.used.add(number)
            scan.fence, scan.fence_has_block = None, False
        number += 1
    return Parsed(edits=tuple(scan.edits), problems=tuple(scan.problems), used=frozenset(scan.used))


FORMAT = EditFormat(name="search_replace", parse=parse, instructions=INSTRUCTIONS)


@dataclass(slots=True)
class _Scan:
    """Where the scan is: the open fence, the path of the block before, and the line after it."""

    fence: Fence | None = None
    fence_has_block: bool = False
    path: str = ""
    after: int = 0
    edits: list[ReplaceBlock] = field(default_factory=list[ReplaceBlock])
    problems: list[ProposalProblem] = field(default_factory=list[ProposalProblem])
    used: set[int] = field(default_factory=set[int])


def _take_block(scan: _Scan, lines: tuple[str, ...], number: int) -> int:
    """Reads the block that begins at ``number``; answers the line after it."""
    path, used = _path_before(scan, lines, number)
    block = read_block(lines, number)
    path = block.path or path
    scan.used |= used | set(range(number, block.end))
    if scan.fence is not None:
        scan.used.add(scan.fence.line)
        scan.fence_has_block = True
    problem = block.problem or _problem(path, block)
    if problem:
        scan.problems.append(ProposalProblem(line=number + 1, message=problem))
    else:
        (search, replace), *others = block.readings(path)
        scan.edits.append(
            ReplaceBlock(
                path=path,
                search=search,
                replace=replace,
                line=number + 1,
                alternatives=tuple(others),
                near=block.near,
            )
        )
    scan.path = path or scan.path
    scan.after = block.end
    return block.end


def _problem(path: str, block: Block) -> str:
    if not path:
        return "A search/replace block does not say which file it is for: put its path above it, in backticks."
    readings = block.readings(path)
    if not readings:
        return "The replacement holds a line of marker characters; use nine of them for the markers of this block."
    for search, replace in readings:
        if elided := elided_lines(replace, path=path, known=search):
            return f"The replacement leaves code out ({elided[0].strip()!r}): write all lines."
    return ""


def _path_before(scan: _Scan, lines: tuple[str, ...], number: int) -> tuple[str, set[int]]:
    """The path that stands before the block at ``number``, and the lines that say it."""
    inside = number - 1
    first = max(scan.after, 0 if scan.fence is None else scan.fence.line + 1)
    seen = 0
    while inside >= first and seen <= _LEAD_IN:
        text = lines[inside]
        if text.strip():
            if (path := path_of_line(text)) is not None:
                return path, {inside}
            if scan.fence is None:
                break
            seen += 1
        inside -= 1
    at_fence = scan.fence is not None and scan.fence.line >= scan.after and seen <= _LEAD_IN
    if at_fence and scan.fence is not None:
        if (path := path_of_info(scan.fence.info)) is not None:
            return path, {scan.fence.line}
        found = _path_above(lines, scan.fence.line, scan.after)
    else:
        found = _path_above(lines, number, scan.after) if scan.fence is None else None
    if found is not None:
        return found[0], {found[1]}
    named = {name for line in lines[scan.after : number] for name in paths_in_prose(line)}
    if scan.path and not named - {scan.path}:
        return scan.path, set()
    return "", set()


def _path_above(lines: tuple[str, ...], number: int, first: int) -> tuple[str, int] | None:
    """The path on the nearest line above ``number`` that is not blank."""
    above = number - 1
    while above >= first and not lines[above].strip():
        above -= 1
    if above < first:
        return None
    path = path_of_line(lines[above]) or path_in_prose(lines[above])
    return None if path is None else (path, above)
