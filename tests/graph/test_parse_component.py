"""Components that are being typed: the facts are always those of the bytes, whatever the edit opens or closes."""

from __future__ import annotations

import pytest

from sightline.base.text import Span
from sightline.graph.parse import TreeEdit, parse_rows, parse_tree
from sightline.graph.raw_facts import RawFacts, facts_of
from sightline.languages.registry import language_of

_SOURCE = b"""<template><p @click="go">{{ name }}</p></template>
<script setup lang="ts">
import Card from './Card.vue'
const name = 'a'
function go(): void {}
</script>
<style>p {}</style>
"""


def _edited(path: str, old: bytes, new: bytes) -> tuple[RawFacts, RawFacts]:
    """Facts after an edit there and those after it was undone, both read from the tree before."""
    language = language_of(path)
    assert language is not None
    at = _SOURCE.index(old)
    changed = _SOURCE.replace(old, new, 1)
    tree, rows = parse_tree(_SOURCE, language)
    tree, after = parse_tree(changed, language, tree, TreeEdit(old=Span(at, at + len(old)), length=len(new)), rows)
    _, back = parse_tree(_SOURCE, language, tree, TreeEdit(old=Span(at, at + len(new)), length=len(old)), after)
    assert after == parse_rows(changed, language)
    assert back == rows == parse_rows(_SOURCE, language)
    return rows, after


@pytest.mark.parametrize("path", ["a.vue", "a.svelte"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<p @", b"<p  @"),
        (b"{{ name }}", b"{{ name.x }}"),
        (b"{{ name", b"<!-- {{ name"),
        (b"</script>", b"</scrip>"),
        (b"<script setup", b"<scrip setup"),
        (b"<script", b"<script>let more = 1</script>\n<script"),
        (b' lang="ts"', b""),
        (b"p {}", b"p {}</style><script>const late = 1</script><style>"),
        (b"<template>", b""),
        (b"'a'", b"'\xc3\xa9</script>'"),
    ],
)
def test_an_edit_anywhere_gives_what_reading_the_whole_text_gives(path: str, old: bytes, new: bytes) -> None:
    _edited(path, old, new)


def test_an_edit_of_the_template_moves_its_uses_alone() -> None:
    before, after = _edited("a.vue", b"{{ name }}", b"{{ go() }}")
    assert before.definitions == after.definitions
    assert [each.name for each in facts_of(before).references if each.span.start < 50] == ["go", "name"]
    assert [each.name for each in facts_of(after).references if each.span.start < 50] == ["go", "go"]


def test_a_block_that_opens_later_is_code_from_then_on() -> None:
    before, after = _edited("a.vue", b"<script setup", b"<scrip setup")
    assert [row.name for row in before.definitions] == ["default", "name", "go"]
    assert [row.name for row in after.definitions] == ["default"]
    assert before.imports and not after.imports
    assert before.export_digest != after.export_digest


def test_an_edit_in_a_template_changes_nothing_that_others_see() -> None:
    before, after = _edited("a.vue", b"<p @", b"<p class='b' @")
    assert before.export_digest == after.export_digest
