"""Rust as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

RUST = LanguageSpec(
    name="rust",
    extensions=(".rs",),
    grammar=partial(load_grammar, "tree_sitter_rust", "language"),
    queries=("rust.scm",),
    comment="//",
    identifier="rust",
    extractor="rust",
    family="rust",
    preview=True,
)
