"""Properties: parsing is total; a block is applied where it was made, or refused; never anywhere else."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from hypothesis import assume, example, given
from hypothesis import strategies as st

from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.edits.apply import apply_proposal
from sightline.edits.apply_blocks import TextOutcome, apply_blocks
from sightline.edits.diff import parse_diff
from sightline.edits.line_diff import line_hunks, minimal_edits
from sightline.edits.parse import AUTO, parse_reply
from sightline.edits.proposal import ReplaceBlock
from sightline.edits.registry import format_names
from support.edit_cases import ROOT, workspace_of
from support.edit_texts import FRESH, Edited, edited_files

_PIECES = st.sampled_from(
    (
        "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", ">>>>>>>", "<<<<< ORIGINAL a.py", "```", "```python", "````md",
        "~~~", "a.py", "`b/c.ts`:", "### d.md", "<think>", "</think>", "--- a/x", "+++ b/x", "+++ /dev/null",
        "@@ -1,2 +1,2 @@", "@@ @@", "@@@ -1 -1 +1 @@@", " a", "-a", "+b", "\\ No newline at end of file", "", " ", "\r",
        "diff --git a/x b/x", 'diff --git "a/\\303\\251" "b/\\777"', "rename from x", "rename to y",
        "new file mode 100644", "GIT binary patch",
        "DELETE FILE: a.py", "RENAME FILE: a -> b", "RENAME FILE:", ":start_line:5", "-------",
        "*** Begin Patch", "*** End Patch", "*** Update File: a.py", "*** Add File: n.py", "*** Delete File: a.py",
        "*** Move to: m.py", "*** End of File", "@@ class C", "@@", "a.py::f", "INSERT AFTER: a.py::C.m",
        "INSERT BEFORE: a.py::f", "DELETE SYMBOL: a.py::f", "------- SEARCH", "+++++++ REPLACE", "12 | x = 1",
        "def f():", "    return 1", "-x = 1", "\u201cx\u201d", "&lt;", "...",
        "# ... existing code ...", "x = 1", "\x0c", "\u2028", "é",
    )
)  # fmt: skip
_REPLIES = st.one_of(
    st.text(),
    st.lists(_PIECES, max_size=30).map("\n".join),
    st.lists(st.one_of(_PIECES, st.text(max_size=10)), max_size=20).map("\r\n".join),
)


@given(_REPLIES, st.sampled_from((AUTO, *format_names())))
@example("\ud800", AUTO)
@example("<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\ud800", AUTO)
def test_parsing_is_total(reply: str, name: str) -> None:
    proposal = parse_reply(reply, name)
    count = reply.count("\n") + reply.count("\r") + 1
    assert all(1 <= item.line <= count for item in (*proposal.edits, *proposal.problems))
    assert [edit.line for edit in proposal.edits] == sorted(edit.line for edit in proposal.edits)
    assert bool(proposal.format) or not proposal.edits or all(not isinstance(e, ReplaceBlock) for e in proposal.edits)


_FILES = {
    "a.py": b"x = 1\n\n\n@d\ndef f():\n    return 1\n\n\nclass C:\n    def m(self):\n        return 2\n",
    "b/c.ts": b"export function f() {\r\n\treturn 1;\r\n}\r\n",
    "d.md": b"# d\n\n```\nx = 1\n```",
}


@given(_REPLIES, st.sampled_from((AUTO, *format_names())))
@example("a.py::f\n```\ndef f():\n    return 2\n```\nDELETE SYMBOL: a.py::C.m\n", AUTO)
def test_applying_is_total_and_can_be_taken_back(reply: str, name: str) -> None:
    view = workspace_of(_FILES)
    applied = apply_proposal(parse_reply(reply, name), view, ROOT, lambda _: None)
    after = view.fork(applied.changes)
    back = after.fork(applied.changes.inverse(lambda path: view.read(path).text))
    assert {path.relative: back.read(path).bytes_on_disk for path in back.paths()} == _FILES
    assert all(0 <= place.score <= 1 and place.line >= 1 for place in applied.located)


@given(edited_files())
def test_a_hunk_without_numbers_makes_that_edit_or_is_refused(edited: Edited) -> None:
    assume(any(line.strip() for line in edited.shown) and edited.shown != edited.replacement)
    text = "".join(
        ("*** Begin Patch\n*** Update File: a.py\n@@\n", *_marked(edited.shown, edited.replacement), "*** End Patch\n")
    )
    view = workspace_of({"a.py": edited.text(edited.lines).encode()})
    proposal = parse_reply(text)
    applied = apply_proposal(proposal, view, ROOT, lambda _: None)
    if applied.unmatched or proposal.problems:
        assert _count(edited, edited.shown) > 1 or not edited.replacement or not _is_plain(edited)
        return
    found = view.fork(applied.changes).read(WorkspacePath(ROOT, "a.py")).bytes_on_disk.decode()
    others = _count(edited, edited.shown) > 1 or (not applied.changes.edits and _is_there(edited, edited.replacement))
    assert others or _lines(found) == _lines(edited.text(edited.after))


@given(st.lists(st.sampled_from(("", "    ", "\t")), min_size=4, max_size=20), st.data())
def test_a_stale_line_that_stays_is_the_files_or_the_block_is_refused(indents: list[str], data: st.DataObject) -> None:
    lines = tuple(f"{indent}name_{number} = {number * number}" for number, indent in enumerate(indents))
    first = data.draw(st.integers(0, len(lines) - 3))
    shown = lines[first : first + data.draw(st.integers(3, 8))]
    stale, changed = data.draw(st.permutations(range(len(shown))))[:2]
    edited = Edited(
        lines=lines,
        shown=shown,
        replacement=(*shown[:changed], *data.draw(st.lists(FRESH, max_size=3)), *shown[changed + 1 :]),
        first=first,
        newline="\n",
        final=True,
    )
    old = shown[stale]
    quoted, replacement = (
        tuple(line.replace(old, f"{old} + stale") if line == old else line for line in side)
        for side in (edited.shown, edited.replacement)
    )
    outcome = _apply(edited, quoted, replacement)
    assert outcome.unmatched or _result(edited, outcome) == edited.text(edited.after)


@given(_REPLIES)
def test_reading_a_diff_is_total(text: str) -> None:
    proposal = parse_diff(text)
    assert proposal.edits or proposal.problems or not text.removeprefix("\ufeff").strip()


@given(edited_files())
@example(
    Edited(
        lines=("a = 0", "b = 12"), shown=("a = 0",), replacement=("a = 0", "b = 12"), first=0, newline="\n", final=False
    )
)
def test_a_block_made_from_an_edit_makes_that_edit(edited: Edited) -> None:
    assume(any(line.strip() for line in edited.shown))
    outcome = _apply(edited, edited.shown, edited.replacement)
    if _count(edited, edited.shown) > 1 and edited.shown != edited.replacement:
        assert "more than once" in outcome.unmatched[0].reason
    else:
        assert not outcome.unmatched
        made = _lines(_result(edited, outcome)) == _lines(edited.text(edited.after))
        assert made or (not outcome.edits and _is_there(edited, edited.replacement))


@given(edited_files(), st.sampled_from(("    ", "\t", "  ", "        ")), st.integers(0, 2))
def test_a_shifted_block_is_applied_right_or_refused(edited: Edited, indent: str, mode: int) -> None:
    assume(any(line.strip() for line in edited.shown))
    if mode == 0:
        shown, replacement = _indented(edited.shown, indent), _indented(edited.replacement, indent)
    elif mode == 1:
        assume(all(line.startswith(indent) for line in (*edited.shown, *edited.replacement) if line.strip()))
        shown, replacement = _dedented(edited.shown, indent), _dedented(edited.replacement, indent)
    else:
        # Only an editor that turned all of a file's tabs into spaces can be undone.
        assume(not any(line.startswith(" ") for line in (*edited.shown, *edited.replacement)))
        assume(any(line.startswith("\t") for line in edited.shown))
        shown, replacement = _spaced(edited.shown), _spaced(edited.replacement)
    _assert_right_or_refused(edited, shown, replacement)


@given(edited_files(), st.lists(st.sampled_from(("", " ", "\t", "  ")), min_size=40, max_size=40))
def test_a_block_with_trailing_whitespace_is_applied_right_or_refused(edited: Edited, trail: list[str]) -> None:
    assume(any(line.strip() for line in edited.shown))
    shown = tuple(line + end for line, end in zip(edited.shown, trail, strict=False))
    replacement = tuple(line + end for line, end in zip(edited.replacement, reversed(trail), strict=False))
    assume(any(end for end in trail[: len(edited.shown)]))
    _assert_right_or_refused(edited, shown, replacement, stripped=True)


@given(edited_files())
def test_a_duplicated_place_is_refused(edited: Edited) -> None:
    assume(any(line.strip() for line in edited.shown) and edited.shown != edited.replacement)
    twice = Edited(
        lines=(*edited.lines, "# between", *edited.shown, "# end"),
        shown=edited.shown,
        replacement=edited.replacement,
        first=edited.first,
        newline=edited.newline,
        final=edited.final,
    )
    outcome = _apply(twice, twice.shown, twice.replacement)
    assert outcome.unmatched and not outcome.edits


@given(edited_files())
def test_line_ends_of_untouched_lines_never_change(edited: Edited) -> None:
    assume(any(line.strip() for line in edited.shown))
    mixed = "".join(line + ("\r\n" if index % 3 else "\n") for index, line in enumerate(edited.lines))
    block = _block(edited.shown, edited.replacement)
    outcome = apply_blocks(Text.of(mixed), [block])
    assume(not outcome.unmatched)
    result = str(Text.of(mixed).apply(outcome.edits))
    before = mixed.splitlines(keepends=True)[: edited.first]
    assert result.startswith("".join(before))
    rest = mixed.splitlines(keepends=True)[edited.first + len(edited.shown) :]
    assert result.endswith("".join(rest))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_minimal_edits_make_the_other_text(left: bytes, right: bytes) -> None:
    before, after = Text(left), Text(right)
    assert before.apply(minimal_edits(before, after)) == after


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.lists(st.sampled_from("abcde"), max_size=40))
def test_hunks_leave_only_equal_lines_between_them(left: list[str], right: list[str]) -> None:
    old, new = [letter.encode() for letter in left], [letter.encode() for letter in right]
    at_old = at_new = 0
    for hunk in line_hunks(old, new):
        assert old[at_old : hunk.old_start] == new[at_new : hunk.new_start]
        assert hunk.old_start < hunk.old_end or hunk.new_start < hunk.new_end
        at_old, at_new = hunk.old_end, hunk.new_end
    assert old[at_old:] == new[at_new:]


def _marked(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    """The lines of a hunk."""
    lines: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        marks = ((" ", old[a:b]),) if tag == "equal" else (("-", old[a:b]), ("+", new[c:d]))
        lines += [f"{mark}{line}\n" for mark, side in marks for line in side]
    return lines


def _is_plain(edited: Edited) -> bool:
    """Whether nothing in the file looks like a mark of a format or like code left out."""
    return all(re.fullmatch(r"[\w \t=()]*", line) for line in (*edited.lines, *edited.replacement))


def _apply(edited: Edited, shown: tuple[str, ...], replacement: tuple[str, ...]) -> TextOutcome:
    return apply_blocks(Text.of(edited.text(edited.lines)), [_block(shown, replacement)])


def _block(shown: tuple[str, ...], replacement: tuple[str, ...]) -> ReplaceBlock:
    search = "".join(line + "\n" for line in shown)
    return ReplaceBlock(path="a.py", search=search, replace="".join(line + "\n" for line in replacement), line=1)


def _result(edited: Edited, outcome: TextOutcome) -> str:
    return str(Text.of(edited.text(edited.lines)).apply(outcome.edits))


def _assert_right_or_refused(
    edited: Edited, shown: tuple[str, ...], replacement: tuple[str, ...], *, stripped: bool = False
) -> None:
    """Unless the damaged block happens to be the exact text of another place, which nobody could tell."""
    bare = tuple(line.rstrip() for line in shown)
    others = [at for at in _places(edited, bare) if at != edited.first]
    assume(not others)
    outcome = _apply(edited, shown, replacement)
    if outcome.unmatched:
        assert not outcome.edits
        return
    result, wanted = _result(edited, outcome), edited.text(edited.after)
    if stripped:
        result, wanted = _stripped(result), _stripped(wanted)
    if outcome.edits or edited.shown != edited.replacement:
        assert _lines(result) == _lines(wanted) or (not outcome.edits and _is_there(edited, replacement))


def _is_there(edited: Edited, replacement: tuple[str, ...]) -> bool:
    """Whether the file holds the replacement already, so that "already so" is a true answer."""
    size = len(replacement)
    return any(edited.lines[at : at + size] == replacement for at in range(len(edited.lines) - size + 1))


def _places(edited: Edited, bare: tuple[str, ...]) -> list[int]:
    lines = tuple(line.rstrip() for line in edited.lines)
    return [at for at in range(len(lines) - len(bare) + 1) if lines[at : at + len(bare)] == bare]


def _count(edited: Edited, shown: tuple[str, ...]) -> int:
    return sum(1 for at in range(len(edited.lines)) if edited.lines[at : at + len(shown)] == shown)


def _indented(lines: tuple[str, ...], indent: str) -> tuple[str, ...]:
    return tuple(indent + line if line.strip() else line for line in lines)


def _dedented(lines: tuple[str, ...], indent: str) -> tuple[str, ...]:
    return tuple(line.removeprefix(indent) for line in lines)


def _spaced(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line.replace("\t", "    ") for line in lines)


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _lines(text: str) -> list[str]:
    """Lines without the final newline, which a block at the end of a file cannot speak of."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")
