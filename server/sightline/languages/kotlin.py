"""Kotlin as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

KOTLIN = LanguageSpec(
    name="kotlin",
    extensions=(".kt", ".kts"),
    grammar=partial(load_grammar, "tree_sitter_kotlin", "language"),
    queries=("kotlin.scm",),
    comment="//",
    identifier="kotlin",
    extractor="kotlin",
    family="jvm",
    preview=True,
    needs_final_newline=True,
    parses_whole=True,
)
