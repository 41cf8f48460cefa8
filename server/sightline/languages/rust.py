"""Rust as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

_SKIM = ImportSkim(
    statement=re.compile(
        rb"""//[^\n]*|/\*.*?(?:\*/|\Z)"""
        rb"""|^[ \t]*(?:(?P<reexport>pub\b(?:\([^)\n]*\))?)[ \t]+)?(?:use[ \t]+(?:::)?(?P<tree>[^;]{1,4000});"""
        rb"""|mod[ \t]+(?P<module>\w+)[ \t]*;)""",
        re.MULTILINE | re.DOTALL,
    ),
    prefix="mod ",
)

RUST = LanguageSpec(
    name="rust",
    extensions=(".rs",),
    grammar=partial(load_grammar, "tree_sitter_rust", "language"),
    queries=("rust.scm",),
    comment="//",
    identifier="rust",
    extractor="rust",
    family="rust",
    skim=_SKIM,
)
