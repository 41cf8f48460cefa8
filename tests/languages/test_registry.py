"""Every language of the registry fits: what a new one has to bring, asked of all."""

from __future__ import annotations

import pytest
from tree_sitter import Language, Query

from sightline.base.paths import WorkspacePath
from sightline.graph.parse import parse
from sightline.languages.registry import LANGUAGES, language_named, language_of
from sightline.languages.spec import LanguageSpec, query_source

_EVERY = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)


@_EVERY
def test_the_grammar_loads_once(language: LanguageSpec) -> None:
    assert isinstance(language.grammar(), Language)
    assert language.grammar() is language.grammar()


@_EVERY
def test_the_query_fits_the_grammar(language: LanguageSpec) -> None:
    assert Query(language.grammar(), query_source(language)).pattern_count > 10


@_EVERY
def test_an_empty_text_has_empty_facts(language: LanguageSpec) -> None:
    facts = parse(b"", language)
    assert (facts.definitions, facts.references, facts.imports, facts.problems) == ((), (), (), ())


@_EVERY
def test_a_comment_says_nothing(language: LanguageSpec) -> None:
    facts = parse(f"{language.comment} def class import name\n".encode(), language)
    assert (facts.definitions, facts.references, facts.problems) == ((), (), ())


@_EVERY
def test_names_and_extensions_are_its_own(language: LanguageSpec) -> None:
    assert language_named(language.name) is language
    for extension in language.extensions:
        assert extension == extension.lower() and extension.startswith(".")
        assert language_of(f"folder/name{extension}") is language
    others = [other for other in LANGUAGES if other is not language]
    assert not {extension for other in others for extension in other.extensions} & set(language.extensions)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.py", "python"),
        ("stubs/a.pyi", "python"),
        ("A.PY", "python"),
        ("a.test.js", "javascript"),
        ("a.mjs", "javascript"),
        ("a.jsx", "javascript"),
        ("types.d.ts", "typescript"),
        ("a.cts", "typescript"),
        ("a.tsx", "tsx"),
        ("a.rs", "rust"),
        ("src/App.vue", "vue"),
        ("routes/+page.svelte", "svelte"),
        ("src/A.java", "java"),
        ("src/a.kt", "kotlin"),
        ("build.gradle.kts", "kotlin"),
        ("bin/run.sh", "bash"),
        ("a.c", "c"),
        ("a.h", "cpp"),
        ("a.CC", "cpp"),
        ("test/a.bats", "bash"),
        ("lib/a.rb", "ruby"),
        ("Rakefile", "ruby"),
        ("Gemfile", "ruby"),
        ("src/Cart.cs", "csharp"),
        ("src/Cart.php", "php"),
    ],
)
def test_files_by_extension(path: str, name: str) -> None:
    found = language_of(WorkspacePath("/w", path))
    assert found is not None and found.name == name


@pytest.mark.parametrize("path", ["README.md", "Makefile", "py", "folder.py/file", "a.pyc", ".gitignore"])
def test_files_of_no_language(path: str) -> None:
    assert language_of(path) is None
