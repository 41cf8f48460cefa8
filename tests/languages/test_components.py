"""What of a component is code, and what its template uses: texts of the same length, blank where there is neither."""

from __future__ import annotations

import time

import pytest

from sightline.languages.prepared import Prepared
from sightline.languages.svelte import prepare_svelte
from sightline.languages.typescript import TSX, TYPESCRIPT
from sightline.languages.vue import prepare_vue


def _used(prepared: Prepared) -> list[str]:
    return [part.strip() for part in prepared.uses.decode().split(";") if part.strip()]


@pytest.mark.parametrize("prepare", [prepare_vue, prepare_svelte])
def test_code_stays_where_it_is(prepare: object) -> None:
    data = "<p>é</p>\r\n<script lang='ts'>\nconst a = 'é';\n</script>\n<style>b {}</style>\n".encode()
    code = prepare_of(prepare, data).code
    assert len(code) == len(data)
    assert code.index(b"const a") == data.index(b"const a")
    assert code.split() == [b"const", b"a", b"=", "'é';".encode()]
    assert code.count(b"\r\n") == 1


def prepare_of(prepare: object, data: bytes) -> Prepared:
    """The prepared text."""
    assert callable(prepare)
    found = prepare(data)
    assert isinstance(found, Prepared)
    return found


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ("<script>", TSX),
        ("<script lang='ts'>", TYPESCRIPT),
        ('<script setup lang="tsx">', TSX),
        ("<script lang=jsx>", TSX),
        ("<script></script><script setup lang='ts'>", TYPESCRIPT),
        ("<template/>", TSX),
    ],
)
def test_the_language_is_what_the_block_says(tags: str, language: object) -> None:
    assert prepare_vue(f"{tags}\n</script>\n".encode()).language is language


@pytest.mark.parametrize(
    ("template", "uses"),
    [
        ("{{ a }}{{ b(c) }}", ["( a )", "( b(c) )"]),
        ('<p :a="b" @c="d()" v-if="e > 1"/>', ["(b)", "d()", "(e > 1)"]),
        ("<p v-for='(a, b) of c' />", ["(c)"]),
        (
            '<p @a="b = 1; c()" @d="() => { e() }" @f="function () {}"/>',
            ["b = 1", "c()", "() => { e() }", "(function () {})"],
        ),
        ('<p :a="b(" :c="d"/>', ["b", "(d)"]),
        ('<p :a="b &amp;&amp; c" title="{{ no }}" :[d]="e"/>', ["(b &    &     c)", "(d)", "(e)"]),
        ("<!-- {{ a }} --><p>{{ b </p>", []),
        ("<p :a=b :c/>", ["(b)"]),
    ],
)
def test_expressions_of_vue(template: str, uses: list[str]) -> None:
    assert _used(prepare_vue(f"<template>{template}</template>".encode())) == uses


@pytest.mark.parametrize(
    ("template", "uses"),
    [
        ("{a}{b(c)}", ["a", "b(c)"]),
        ("<p {a} b={c} d='x {e} y' {...f} on:g={() => { h() }}/>", ["(a)", "(c)", "e", "(f)", "(() => { h() })"]),
        ("{#if a}{:else if b}{/if}", ["(a)", "(b)"]),
        ("{#each a as { b, c }, i (b)}{/each}", ["(a)", "(b)"]),
        ("{#await a then b}{:catch c}{/await}{#key d}{/key}", ["(a)", "(d)"]),
        ("{@html a}{@const b = c}{@render d(e)}", ["(a)", "( c)", "(d(e))"]),
        ("{'}'}{`{`}{a /* } */}", ["'}'", "`{`", "a /* } */"]),
        ("<style>a { b: c }</style>{d", []),
    ],
)
def test_expressions_of_svelte(template: str, uses: list[str]) -> None:
    assert _used(prepare_svelte(f"{template}\n".encode())) == uses


def test_tags_name_what_they_may() -> None:
    prepared = prepare_vue(b"<template><Foo/><my-foo/><ui.Bar/><div/><modal/></template>")
    assert [(name, receiver) for name, receiver, *_ in prepared.named] == [
        (b"Foo", b""),
        (b"ui", b""),
        (b"Bar", b"ui"),
    ]
    assert {name for name, *_ in prepared.guessed} == {b"myFoo", b"MyFoo", b"modal", b"Modal"}


def test_elements_left_open_end_with_what_is_around_them() -> None:
    data = b"<template><div><p v-for='a in b'><br v-for='c in d'>{{ a }}</div>{{ a }}</template>"
    found = {(data[start:end], names) for start, end, names in prepare_vue(data).locals}
    assert found == {
        (b"<p v-for='a in b'><br v-for='c in d'>{{ a }}</div>", frozenset({b"a"})),
        (b"<br v-for='c in d'>", frozenset({b"c"})),
    }


@pytest.mark.parametrize("prepare", [prepare_vue, prepare_svelte])
@pytest.mark.parametrize(
    "piece", [b"{", b"<a ", b"<a b='", b"{{", b"<!--", b"<script>", b"<template>", b"`{", b"<p></b>", b'<a :b="(" ']
)
def test_broken_text_takes_no_time(prepare: object, piece: bytes) -> None:
    """Time that grows with the square of the length would take minutes here."""
    began = time.process_time()
    data = b"<template>" + piece * (200_000 // len(piece))
    assert len(prepare_of(prepare, data).code) == len(data)
    assert time.process_time() - began < 20
