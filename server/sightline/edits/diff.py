"""Unified diffs of change sets, and change sets from unified diffs.

What ``unified_diff`` prints, ``changes_from_diff`` reads back to the same texts, and ``git apply`` takes it too. How a
diff is read is in ``formats/unified_diff.py``, how its hunks are placed in ``apply_diff.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sightline.base.changes import ChangeSet
from sightline.base.paths import WorkspacePath
from sightline.edits.apply import apply_proposal
from sightline.edits.diff_encoding import in_its_encoding, plain
from sightline.edits.formats.diff_names import quoted
from sightline.edits.formats.unified_diff import read_diff
from sightline.edits.line_diff import LineHunk, line_hunks, raw_lines
from sightline.edits.proposal import AppliedProposal, EditProposal, FileDiff, ProposalProblem, Unmatched
from sightline.edits.reply import Reply
from sightline.edits.targets import Permitted, label
from sightline.workspace.files import WorkspaceView

#: Equal lines shown around each change, as git does.
_CONTEXT = 3
_BOM = b"\xef\xbb\xbf"


def unified_diff(changes: ChangeSet, view: WorkspaceView) -> str:
    """``changes`` as ``git diff`` would print them, files by path; ``view`` holds the texts before the change.

    Line ends are those of the files (a ``\\r`` stays in its line). A byte order mark is shown where the first line is.
    Raises :class:`SourceUnavailable` when a file of the change cannot be read.
    """
    pieces: dict[WorkspacePath, str] = {}
    moved = {rename.old: rename.new for rename in changes.renames}
    edited = {edit.path: edit.edits for edit in changes.edits}
    for path in changes.paths_before:
        file = view.read(path)
        mark = _BOM if file.bom else b""
        before = mark + file.text.data
        names = label(view, path), label(view, moved.get(path, path))
        if path in changes.deletes:
            pieces[path] = _deleted(names[0], before)
        else:
            after = mark + file.text.apply(edited.get(path, ())).data
            pieces[path] = _changed(names, before, after)
    for create in changes.creates:
        pieces[create.path] = pieces.get(create.path, "") + _created(_new_label(view, create.path), create.text.data)
    return "".join(pieces[path] for path in sorted(pieces))


def parse_diff(text: str) -> EditProposal:
    """The files of a unified diff, taken at their word: nothing is looked for but diffs. Never raises."""
    raw = tuple(text.removeprefix("\ufeff").split("\n"))
    parsed = read_diff(Reply(tuple(line.removesuffix("\r") for line in raw), raw))
    problems = parsed.problems
    if not parsed.edits and not problems and text.strip():
        problems = (ProposalProblem(line=1, message="No unified diff was found in the text."),)
    return EditProposal(format="diff" if parsed.edits else "", edits=parsed.edits, problems=problems)


def changes_from_diff(text: str, view: WorkspaceView, root: str, permitted: Permitted | None = None) -> AppliedProposal:
    """The change set of a diff against ``view``. What cannot be read or placed is ``unmatched``.

    Bytes of the diff that are no UTF-8 are surrogates in ``text`` (``surrogateescape``): see ``diff_encoding.py``.

    Without ``permitted`` every file inside the roots may be touched (a diff that a person hands in).
    """
    return _applied(parse_diff(text), view, root, permitted)


def changes_from_reversed_diff(text: str, view: WorkspaceView, root: str) -> AppliedProposal:
    """The change set that takes a diff back, where ``view`` has it already. Otherwise as :func:`changes_from_diff`."""
    proposal = parse_diff(text)
    backward = (edit.reversed() if isinstance(edit, FileDiff) else edit for edit in proposal.edits)
    return _applied(replace(proposal, edits=tuple(backward)), view, root, None)


def _applied(proposal: EditProposal, view: WorkspaceView, root: str, permitted: Permitted | None) -> AppliedProposal:
    allowed = permitted or _anything
    read = [in_its_encoding(edit, view, root, allowed) for edit in proposal.edits if isinstance(edit, FileDiff)]
    unread = [each for each in read if isinstance(each, Unmatched)]
    edits = tuple(each for each in read if isinstance(each, FileDiff))
    applied = apply_proposal(replace(proposal, edits=edits), view, root, allowed)
    problems = (Unmatched(path="", reason=plain(problem.message), line=problem.line) for problem in proposal.problems)
    return replace(applied, unmatched=(*problems, *unread, *applied.unmatched))


def _anything(_: WorkspacePath) -> str | None:
    return None


def _new_label(view: WorkspaceView, path: WorkspacePath) -> str:
    """A new file outside the first root needs the name of its root, or it would be made in the first."""
    name = label(view, path)
    foreign = bool(view.roots) and path.root != view.roots[0] and name == path.relative
    return f"{path.root.rpartition('/')[2]}/{name}" if foreign else name


def _changed(names: tuple[str, str], before: bytes, after: bytes) -> str:
    old, new = names
    lines = [f"diff --git {quoted('a/' + old)} {quoted('b/' + new)}\n"]
    if old != new:
        lines += [f"rename from {quoted(old)}\n", f"rename to {quoted(new)}\n"]
    elif before == after:
        return ""
    if before != after:
        lines += [_side("---", "a/" + old), _side("+++", "b/" + new), *_hunks(before, after)]
    return "".join(lines)


def _created(name: str, text: bytes) -> str:
    lines = [f"diff --git {quoted('a/' + name)} {quoted('b/' + name)}\n", "new file mode 100644\n"]
    if text:
        lines += ["--- /dev/null\n", _side("+++", "b/" + name), *_hunks(b"", text)]
    else:
        lines.append("index 0000000..e69de29\n")
    return "".join(lines)


def _deleted(name: str, text: bytes) -> str:
    lines = [f"diff --git {quoted('a/' + name)} {quoted('b/' + name)}\n", "deleted file mode 100644\n"]
    if text:
        lines += [_side("---", "a/" + name), "+++ /dev/null\n", *_hunks(text, b"")]
    else:
        lines.append("index e69de29..0000000\n")
    return "".join(lines)


def _side(mark: str, name: str) -> str:
    """git ends a name that holds a space with a tab, so that it is not taken for a time stamp."""
    return f"{mark} {quoted(name)}{chr(9) if ' ' in name else ''}\n"


def _hunks(before: bytes, after: bytes) -> Iterator[str]:
    old, new = raw_lines(before), raw_lines(after)
    for group in _groups(line_hunks(old, new)):
        first, last = group[0], group[-1]
        old_start, new_start = max(first.old_start - _CONTEXT, 0), max(first.new_start - _CONTEXT, 0)
        old_end, new_end = min(last.old_end + _CONTEXT, len(old)), min(last.new_end + _CONTEXT, len(new))
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
        at = old_start
        for hunk in group:
            yield from _lines(" ", old[at : hunk.old_start])
            yield from _lines("-", old[hunk.old_start : hunk.old_end])
            yield from _lines("+", new[hunk.new_start : hunk.new_end])
            at = hunk.old_end
        yield from _lines(" ", old[at:old_end])


def _groups(hunks: Sequence[LineHunk]) -> list[list[LineHunk]]:
    groups: list[list[LineHunk]] = []
    for hunk in hunks:
        if groups and hunk.old_start - groups[-1][-1].old_end <= 2 * _CONTEXT:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return groups


def _range(start: int, end: int) -> str:
    """A range of a hunk header: one-based, the length left out if it is 1; an empty one names the line before it."""
    size = end - start
    if size == 1:
        return str(start + 1)
    return f"{start + 1 if size else start},{size}"


def _lines(mark: str, lines: Sequence[bytes]) -> Iterator[str]:
    for line in lines:
        text = line.decode("utf-8", "replace")
        yield mark + text if text.endswith("\n") else f"{mark}{text}\n\\ No newline at end of file\n"
