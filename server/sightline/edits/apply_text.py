"""All edits that a reply proposes for the text of one file: which of them go together, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sightline.base.text import Text
from sightline.edits.apply_blocks import Found, TextOutcome, apply_blocks
from sightline.edits.apply_diff import apply_hunks, text_of_hunks
from sightline.edits.apply_symbols import place_symbols
from sightline.edits.elision import elided_lines
from sightline.edits.file_lines import FileLines, split_lines
from sightline.edits.indentation import TabChange
from sightline.edits.proposal import DiffKind, FileDiff, Located, ReplaceBlock, SymbolEdit, Unmatched, WholeFile
from sightline.workspace.files import SourceFile

TextEditing = ReplaceBlock | WholeFile | FileDiff | SymbolEdit


def text_edits(file: SourceFile, edits: Sequence[TextEditing], tabs: TabChange | None = None) -> TextOutcome:
    """What ``edits`` come to in the existing ``file``; ``tabs`` as for :func:`apply_blocks`."""
    blocks = [edit for edit in edits if isinstance(edit, ReplaceBlock)]
    wholes = [edit for edit in edits if isinstance(edit, WholeFile)]
    diffs = [edit for edit in edits if isinstance(edit, FileDiff)]
    symbols = [edit for edit in edits if isinstance(edit, SymbolEdit)]
    if [bool(blocks or symbols), bool(wholes), bool(diffs)].count(True) > 1:
        return _refused(edits, f"{file.path} is edited in several formats in one reply.")
    if diffs:
        return _apply_diffs(file, diffs, tabs)
    if wholes:
        return _apply_wholes(file, wholes)
    fillings = [block for block in blocks if not block.search.strip()]
    if symbols and fillings:
        return _refused(fillings, f"{file.path} exists and is not empty: the SEARCH part must hold lines of it.")
    if not fillings:
        placed, unmatched = place_symbols(file, symbols) if symbols else ([], [])
        outcome = apply_blocks(file.text, blocks, placed, tabs)
        return replace(outcome, unmatched=(*unmatched, *outcome.unmatched))
    return _fill(file, blocks, fillings)


def new_text(edits: Sequence[TextEditing], source: SourceFile | None) -> Text | TextOutcome | None:
    """The text of a file that does not exist yet; ``source`` is the file of which a diff makes a copy.

    The first edit makes the file; search/replace blocks after it edit what it made. Answers what is unmatched
    otherwise, and ``None`` when the first edit makes no file.
    """
    first, *rest = edits
    made = _first_text(first, source)
    if made is None:
        return None
    if not isinstance(first, FileDiff) and (elided := elided_lines(made, path=first.path)):
        return _refused([first], f"The new file leaves code out ({elided[0].strip()!r}): write all lines.")
    text = Text.of(made)
    blocks = [edit for edit in rest if isinstance(edit, ReplaceBlock) and edit.search.strip()]
    others = [edit for edit in rest if edit not in blocks and not _same_text(edit, made)]
    if others:
        return _refused(others, f"{first.path} is created twice, with different texts.")
    outcome = apply_blocks(text, blocks)
    return outcome if outcome.unmatched else text.apply(outcome.edits)


def _first_text(edit: TextEditing, source: SourceFile | None) -> str | None:
    if isinstance(edit, WholeFile):
        return edit.text.lstrip("\n") if edit.marker else edit.text
    if isinstance(edit, ReplaceBlock):
        return None if edit.search.strip() else edit.replace
    if isinstance(edit, SymbolEdit):
        return None
    if edit.kind is DiffKind.COPY and source is not None:
        outcome = apply_hunks(source, edit)
        return None if outcome.unmatched else str(source.text.apply(outcome.edits))
    return text_of_hunks(edit.hunks) if edit.kind is DiffKind.CREATE else None


def _same_text(edit: TextEditing, text: str) -> bool:
    return _first_text(edit, None) == text


def _apply_diffs(file: SourceFile, diffs: Sequence[FileDiff], tabs: TabChange | None) -> TextOutcome:
    first = diffs[0]
    if first.kind in (DiffKind.CREATE, DiffKind.COPY):
        made = text_of_hunks(first.hunks) or ""
        if Text.of(made) == file.text and len(diffs) == 1:
            return TextOutcome()
        if first.tolerant and len(diffs) == 1 and first.kind is DiffKind.CREATE and made.strip():
            return _anew(file, made)
        return _refused(diffs, f"{file.path} exists already.")
    if len(diffs) > 1 and not all(diff.tolerant and diff.kind is first.kind for diff in diffs):
        return _refused(diffs[1:], f"{file.path} is in the diff more than once.")
    return apply_hunks(file, replace(first, hunks=tuple(hunk for diff in diffs for hunk in diff.hunks)), tabs)


def _apply_wholes(file: SourceFile, wholes: Sequence[WholeFile]) -> TextOutcome:
    first = wholes[0]
    if any(other.text != first.text for other in wholes[1:]):
        return _refused(wholes, f"{file.path} is given more than once, with different texts.")
    lines = FileLines(file.text)
    present = {line.strip() for line in lines.stripped}
    left_out = [line for line in first.elided if Text.of(line.strip()).data not in present]
    if left_out:
        return _refused(wholes, f"The whole file leaves code out ({left_out[0].strip()!r}): write all lines.")
    wanted = split_lines(first.text)
    if first.marker:
        kept = lines.contents[:1] == split_lines(first.marker)
        wanted = [lines.contents[0], *wanted] if kept else split_lines(first.text.lstrip("\n"))
        if 2 * len({*wanted} & {*lines.contents}) < len({*lines.contents}):
            reason = (
                f"The text may be a part of {file.path} only: put its path above the fence if it is the whole file."
            )
            return _refused(wholes, reason)
    if lines.contents and not any(line.strip() for line in wanted):
        return _refused(wholes, f"The whole file would empty {file.path}: delete it with DELETE FILE instead.")
    if _is_excerpt(lines.contents, wanted):
        return _refused(wholes, f"The text is an excerpt from the middle of {file.path}, not the whole file.")
    return TextOutcome(edits=lines.edits_to(wanted), found=(Found(how=Located.WHOLE),))


def _is_excerpt(contents: list[bytes], wanted: list[bytes]) -> bool:
    """Whether the text is less than half of the file, word for word from its middle: that is a quotation.

    Of 352 real commits to Flask, two delete at both ends of a file; both keep more than half of it.
    """
    size = len(wanted)
    return 2 * size < len(contents) and any(
        contents[at : at + size] == wanted
        and any(line.strip() for line in contents[:at])
        and any(line.strip() for line in contents[at + size :])
        for at in range(1, len(contents) - size)
        if contents[at] == wanted[0]
    )


def _fill(file: SourceFile, blocks: Sequence[ReplaceBlock], fillings: Sequence[ReplaceBlock]) -> TextOutcome:
    """Blocks with an empty search: they make a file, or fill an empty one."""
    if all(Text.of(block.replace) == file.text for block in blocks):
        return TextOutcome()
    made = new_text(blocks, None)
    if not isinstance(made, Text):
        return made or _refused(blocks, f"{file.path}: the first block must have an empty SEARCH part.")
    if file.text.data.strip():
        if not made.data.strip() or any(block.search for block in fillings):
            return _refused(fillings, f"{file.path} exists and is not empty: the SEARCH part must hold lines of it.")
        return _anew(file, str(made))
    lines = FileLines(file.text)
    return TextOutcome(edits=lines.edits_to(split_lines(str(made))), found=(Found(how=Located.WHOLE),))


def _anew(file: SourceFile, made: str) -> TextOutcome:
    """A new file in place of the one that is there: whoever applies it asks first."""
    edits = FileLines(file.text).edits_to(split_lines(made))
    return TextOutcome(edits=edits, found=(Found(how=Located.WHOLE),), anew=True)


def _refused(edits: Sequence[TextEditing], reason: str) -> TextOutcome:
    return TextOutcome(unmatched=tuple(Unmatched(path=edit.path, reason=reason, line=edit.line) for edit in edits))
