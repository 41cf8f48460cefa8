"""PHP as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

PHP = LanguageSpec(
    name="php",
    extensions=(".php",),
    grammar=partial(load_grammar, "tree_sitter_php", "language_php"),
    queries=("php.scm",),
    comment="//",
    identifier="php",
    extractor="php",
    family="php",
    preview=True,
)
