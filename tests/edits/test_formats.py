"""Conformance of every registered format, and the instructions made from them."""

from __future__ import annotations

import pytest

from sightline.base.errors import UsageError
from sightline.edits.formats import patch, search_replace, symbol, unified_diff, whole_file
from sightline.edits.instructions import instructions
from sightline.edits.parse import parse_reply
from sightline.edits.proposal import DeleteFile, FileDiff, RenameFile, ReplaceBlock, SymbolEdit, WholeFile
from sightline.edits.registry import FORMATS, format_named, format_names
from sightline.edits.reply import EditFormat, read_reply

_EACH = pytest.mark.parametrize("edit_format", [pytest.param(item, id=item.name) for item in FORMATS])
_KINDS: dict[str, list[type]] = {
    "search_replace": [ReplaceBlock],
    "whole_file": [WholeFile],
    "diff": [FileDiff],
    "patch": [FileDiff, FileDiff, DeleteFile],
    "symbol": [SymbolEdit, SymbolEdit, ReplaceBlock],
}


@_EACH
def test_the_example_of_the_instructions_is_read_in_its_format(edit_format: EditFormat) -> None:
    proposal = parse_reply(instructions(edit_format.name))
    assert proposal.format == edit_format.name
    assert proposal.problems == ()
    kinds = [type(edit) for edit in proposal.edits]
    assert kinds == [*_KINDS[edit_format.name], DeleteFile, RenameFile]


@_EACH
def test_instructions_are_short_and_stable(edit_format: EditFormat) -> None:
    text = instructions(edit_format.name)
    assert text == instructions(edit_format.name)
    assert len(text) < 1600
    assert not text.endswith("\n") and text.isascii()
    assert edit_format.instructions in text


@_EACH
def test_nothing_is_read_into_prose(edit_format: EditFormat) -> None:
    reply, problems = read_reply("Nothing to do: `a.py` is right.\n\n```python\nx = 1\n```\n\n- one\n- two\n")
    assert problems == ()
    assert edit_format.parse(reply) == type(edit_format.parse(reply))()


@_EACH
def test_used_lines_lie_in_the_reply_and_hold_the_edits(edit_format: EditFormat) -> None:
    reply, _ = read_reply(f"Hello.\n\n{instructions(edit_format.name)}\n\nGoodbye.\n")
    parsed = edit_format.parse(reply)
    assert parsed.used <= set(range(len(reply.lines)))
    assert {edit.line - 1 for edit in parsed.edits} <= parsed.used
    assert edit_format.parse(reply.without(parsed.used)).edits == ()


def test_registry() -> None:
    assert format_names() == ("search_replace", "patch", "diff", "symbol", "whole_file")
    assert format_named("diff") is unified_diff.FORMAT
    modules = (search_replace, patch, unified_diff, symbol, whole_file)
    assert [item.parse for item in FORMATS] == [module.parse for module in modules]


def test_an_unknown_format_is_a_usage_error() -> None:
    for call in (format_named, instructions):
        with pytest.raises(UsageError, match="no edit format 'xml'") as error:
            call("xml")
        assert "search_replace" in error.value.hint
    with pytest.raises(UsageError):
        parse_reply("x", "xml")


def test_the_outer_format_wins_in_auto() -> None:
    diff_in_file = "docs/howto.md\n````markdown\n```diff\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n```\n````\n"
    assert parse_reply(diff_in_file).format == "whole_file"
    assert [type(edit) for edit in parse_reply(diff_in_file).edits] == [WholeFile]
    block_in_diff = "--- a/t.py\n+++ b/t.py\n@@ -1,5 +1,5 @@\n <<<<<<< SEARCH\n-a\n+A\n =======\n b\n >>>>>>> REPLACE\n"
    assert [type(edit) for edit in parse_reply(block_in_diff).edits] == [FileDiff]
    diff_in_block = "t.py\n<<<<<<< SEARCH\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n=======\n>>>>>>> REPLACE\n"
    assert [type(edit) for edit in parse_reply(diff_in_block).edits] == [ReplaceBlock]


def test_formats_mix_in_one_reply_in_order() -> None:
    proposal = parse_reply(
        "a.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n\nDELETE FILE: c.py\n\nb.py\n```python\nB = 1\n```\n"
        "```diff\n--- a/d.py\n+++ b/d.py\n@@ -1 +1 @@\n-a\n+b\n```\n"
    )
    assert proposal.problems == ()
    assert [type(edit) for edit in proposal.edits] == [ReplaceBlock, DeleteFile, WholeFile, FileDiff]
    assert [edit.line for edit in proposal.edits] == [2, 8, 11, 15]


def test_line_numbers_hold_after_reasoning() -> None:
    proposal = parse_reply("<think>\nhm\n</think>\na.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n")
    assert [edit.line for edit in proposal.edits] == [5]
