"""Go as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

GO = LanguageSpec(
    name="go",
    extensions=(".go",),
    grammar=partial(load_grammar, "tree_sitter_go", "language"),
    queries=("go.scm",),
    comment="//",
    identifier="go",
    extractor="go",
    family="go",
)
