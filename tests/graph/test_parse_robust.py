"""Extraction never raises, always ends, and gives rows that hold together, whatever the bytes are."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from sightline.base.text import digest_of
from sightline.graph import extract_text
from sightline.graph.extract_text import EndlessParse
from sightline.graph.facts import DefinitionKind, FileFacts
from sightline.graph.parse import parse
from sightline.languages.registry import LANGUAGES, language_of
from sightline.languages.spec import LanguageSpec
from support.broken_texts import ENDLESS_KOTLIN
from support.facts_cases import case_names, read_case


@functools.cache
def _sources(extractor: str) -> tuple[bytes, ...]:
    """Real texts: the golden cases, and for Python some files of this test suite."""
    found = [read_case(name) for name in case_names()]
    texts = [source.encode() for name, source, _ in found if _extractor_of(name) == extractor]
    if extractor == "python":
        texts += [path.read_bytes() for path in sorted(Path(__file__).parent.glob("test_parse*.py"))]
    return tuple(texts)


def _extractor_of(name: str) -> str:
    language = language_of(name)
    assert language is not None
    return language.extractor


_FRAGMENTS = [
    b"(", b")", b"[", b"]", b"{", b"}", b":", b";", b",", b".", b"=", b"=>", b"->", b"'", b'"', b"`", b"\\",
    b"#", b"//", b"/*", b"\n", b"\r", b"\t", b"    ", b"\n    ", b"@", b"*", b"**", b"...", b"?.", b"<", b">",
    b"</", b"def ", b"class ", b"lambda ", b"import ", b"from ", b"export ", b"default ", b"as ", b"async ",
    b"await ", b"for ", b"in ", b"of ", b"if ", b"else", b"try", b"except ", b"with ", b"case ", b"match ",
    b"global ", b"nonlocal ", b"self", b"self.x", b"this.x", b"__all__", b"super()", b"require('x')",
    b"import('y')", b"module.exports", b"exports.a", b"function ", b"interface ", b"enum ", b"namespace ",
    b"type ", b"const ", b"var ", b"let ", b"x", b"y", b"a.b", b"1", b"\xff", b"\xc3", b"\xc3\xa9", b"\x00",
    b"\xef\xbb\xbf",
]  # fmt: skip


@st.composite
def _spliced(draw: st.DrawFn, extractor: str) -> bytes:
    """A real text with pieces cut out, put in, doubled or broken off."""
    sources = _sources(extractor)
    text = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 300)))
        other = draw(st.sampled_from(sources))
        at = draw(st.integers(0, len(other)))
        new = draw(st.one_of(st.sampled_from(_FRAGMENTS), st.just(other[at : at + 120]), st.binary(max_size=6)))
        text = text[:start] + new + text[end:]
    return text[: draw(st.sampled_from((len(text), len(text), len(text) // 2)))]


def _assert_parents_end(facts: FileFacts, index: int) -> None:
    """Else a qualified name would have no end: it once took all the memory there was."""
    seen: set[int] = set()
    while index >= 0:
        assert index not in seen, "definitions lie in each other"
        seen.add(index)
        index = facts.definitions[index].parent


#: Grammars whose recovery from errors is known to go round in circles; their texts are then "too_broken".
_MAY_BE_ENDLESS = ("kotlin",)


def _check(data: bytes, language: LanguageSpec) -> FileFacts:
    try:
        facts = parse(data, language)
    except EndlessParse:
        if language.name not in _MAY_BE_ENDLESS:
            raise
        reject()
    assert facts.digest == digest_of(data)
    assert facts.language == language.name
    count = len(facts.definitions)
    for index, definition in enumerate(facts.definitions):
        assert -1 <= definition.parent < count and definition.parent != index
        assert definition.name
        assert definition.span.start <= definition.body_start <= definition.span.end <= len(data)
        assert definition.name_span.end <= len(data)
        assert index == 0 or facts.definitions[index - 1].span.start <= definition.span.start
        _assert_parents_end(facts, index)
    assert all(-1 <= reference.enclosing < count for reference in facts.references)
    starts = [reference.span.start for reference in facts.references]
    assert starts == sorted(starts)
    assert all(-1 <= statement.enclosing < count for statement in facts.imports)
    assert all(-1 <= binding.enclosing < count for binding in facts.bindings)
    assert all(call.positional >= 0 for call in (reference.call for reference in facts.references) if call)
    assert len(facts.problems) <= 20 or any(problem.kind != "syntax" for problem in facts.problems)
    return facts


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@given(data=st.binary(max_size=400))
@example(b"<?")  # PHP's short tag: its space was named by five bytes of two
def test_any_bytes(language: LanguageSpec, data: bytes) -> None:
    _check(data, language)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@given(pieces=st.lists(st.sampled_from(_FRAGMENTS), max_size=60))
def test_any_tokens(language: LanguageSpec, pieces: list[bytes]) -> None:
    _check(b"".join(pieces), language)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@given(data=st.data())
@settings(max_examples=60)
def test_broken_real_texts(language: LanguageSpec, data: st.DataObject) -> None:
    _check(data.draw(_spliced(language.extractor)), language)


_DEEP = 3_000
_NESTED = {
    "python": [
        b"(" * _DEEP + b"x" + b")" * _DEEP,
        b"x = " + b"[" * _DEEP,
        b"lambda a: " * _DEEP + b"a",
        b"f(" * 1_000 + b"k=1" + b")" * 1_000,
        b"x" + b".y" * _DEEP,
        b"x" + b".y(1)" * _DEEP,
        b"[" * 800 + b"a" + b" for a in b]" * 800,
        b"\n".join(b" " * depth + b"def f%d(a%d):" % (depth, depth) for depth in range(400))
        + b"\n"
        + b" " * 400
        + b"pass",
        b"\n".join(b" " * depth + b"class C%d(a):" % depth for depth in range(400)) + b"\n" + b" " * 400 + b"x = 1",
        b"a = " * _DEEP + b"1",
        b"not " * _DEEP + b"x",
        b"x if y else " * _DEEP + b"z",
    ],
    "script": [
        b"(" * _DEEP + b"x" + b")" * _DEEP,
        b"a => " * _DEEP + b"a",
        b"{" * _DEEP + b"const x = 1",
        b"f(" * 1_000 + b"x" + b")" * 1_000,
        b"x" + b".y(1)" * _DEEP,
        b"function f() {" * 600 + b"}" * 600,
        b"class A { m() { " * 800,
        b"a = " * _DEEP + b"1",
        b"exports.a = " * _DEEP + b"1",
        b"new " * _DEEP + b"X",
        b"`${" * 800,
        b"export default " * 200,
    ],
}
#: What most languages with braces would read as something deep.
_NESTED_BRACES = [
    b"(" * _DEEP + b"x" + b")" * _DEEP,
    b"{" * _DEEP + b"x = 1",
    b"f(" * 1_000 + b"x" + b")" * 1_000,
    b"x" + b".y(1)" * _DEEP,
    b"x" + b"::y(1)" * _DEEP,
    b"class A { " * 800,
    b"a = " * _DEEP + b"1",
    b"func f() { func() {" * 600,
    b"fn f() { " * 600,
    b"if x { " * 600,
]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_deep_nesting_needs_no_deep_stack(language: LanguageSpec) -> None:
    limit = sys.getrecursionlimit()
    for data in _NESTED.get(language.extractor, _NESTED_BRACES):
        _check(data, language)
    assert sys.getrecursionlimit() == limit


def test_an_identifier_without_a_name_is_no_definition() -> None:
    language = language_of("a.py")
    assert language is not None
    facts = _check(b"def (a):\n    return a\nfor in x: pass\nclass : pass\n", language)
    assert "" not in {definition.name for definition in facts.definitions}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.go", b"package a\nfunc (a A) f() {\n    type A struct{}\n}\n"),
        ("a.go", b"package a\nfunc (a A) f() {\n    type B struct{}\n}\nfunc (b B) g() {\n    type A struct{}\n}\n"),
        ("a.rb", b"class A::B\n  class A\n  end\nend\n"),
        ("a.rb", b"class A::B\n  class C\n  end\nend\nclass C::D\n  class A\n  end\nend\n"),
        ("a.cpp", b"struct A::B {\n    struct A {};\n};\n"),
        ("a.cpp", b"void A::f() {\n    struct A {};\n}\n"),
        ("a.cpp", b"namespace A::B {\nstruct A {};\n}\n"),
    ],
)
def test_nothing_lies_in_itself(path: str, text: bytes) -> None:
    language = language_of(path)
    assert language is not None
    facts = _check(text, language)
    assert {definition.name for definition in facts.definitions} >= {"A"}


def test_a_type_local_to_a_function_owns_no_method_outside() -> None:
    language = language_of("a.go")
    assert language is not None
    facts = _check(b"package a\nfunc f() {\n    type A struct{}\n}\nfunc (a A) g() {}\n", language)
    names = {facts.qualified_name(index): each.kind for index, each in enumerate(facts.definitions)}
    assert names["f.A"] is DefinitionKind.CLASS
    assert names["A.g"] is DefinitionKind.METHOD


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.cs", b"n(e:[s:F].M;"),  # two keywords in one argument
        ("a.rb", b"h(e(a,*,&) =o"),
        ("a.php", b'<?h["$z;ic'),  # a name that holds a name
        ("a.py", b"import\xefT\xae\xa5\xc0m"),  # bytes that no text has, in a name
        ("a.py", b"def g(:\n def r(:\n    1\n (r:et"),  # the inner body before the outer one
    ],
)
def test_broken_texts_that_once_gave_wrong_rows(path: str, text: bytes) -> None:
    language = language_of(path)
    assert language is not None
    _check(text, language)


def test_a_name_that_is_missing_does_not_hide_the_one_before_it() -> None:
    language = language_of("a.py")
    assert language is not None
    text = b"def s(ta):\n siee):\n   d\n , *) odead    rrodelars.u\n"
    assert "d" in {reference.name for reference in _check(text, language).references}


@pytest.mark.parametrize("text", [b"class A\n@Foo", b"val x: Int\n  @Foo(", b"class A {\n    val x = 1\n    @Foo"])
def test_an_annotation_at_the_end_of_kotlin_ends(text: bytes) -> None:
    """Its scanner looks for white space after ``@``, and does not see the end of the text."""
    language = language_of("a.kt")
    assert language is not None
    _check(text, language)


def test_a_grammar_that_goes_round_in_a_circle_is_stopped() -> None:
    language = language_of("a.kt")
    assert language is not None
    with pytest.raises(EndlessParse):
        parse(ENDLESS_KOTLIN.encode(), language)


SIGNATURES = b"""export interface Handlers<E> {
  // get(path)
  <P extends string>(path: P): Base<E, P>

  // get(path, handler)
  /* the
   * usual one */
  <
    P extends string,
  >(path: P, handler: H): Base<E, P>
  named: string
  <P>(path: P): void // the last
}

export const made = <T>(value: T): T => value
"""


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_call_signatures_without_semicolons_are_no_error(ends: bytes) -> None:
    """The grammar of TypeScript takes the type parameters of the next one for arguments of the type before."""
    language = language_of("a.ts")
    assert language is not None
    facts = _check(SIGNATURES.replace(b"\n", ends), language)
    assert facts.problems == ()
    assert [row.name for row in facts.definitions if row.parent < 0] == ["Handlers", "made"]
    broken = _check(SIGNATURES + b"const (\n", language)
    assert broken.problems


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@given(data=st.data())
@settings(max_examples=40)
def test_a_text_read_part_by_part_says_what_it_says_at_once(language: LanguageSpec, data: st.DataObject) -> None:
    text = data.draw(_spliced(language.extractor))
    whole = _check(text, language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extract_text, "PIECE", data.draw(st.sampled_from((64, 300, 1_000))))
        assert parse(text, language) == whole
