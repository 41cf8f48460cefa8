"""Java as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

JAVA = LanguageSpec(
    name="java",
    extensions=(".java",),
    grammar=partial(load_grammar, "tree_sitter_java", "language"),
    queries=("java.scm",),
    comment="//",
    identifier="java",
    extractor="java",
    family="jvm",
    preview=True,
)
