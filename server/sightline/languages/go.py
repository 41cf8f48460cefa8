"""Go as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

_SKIM = ImportSkim(
    statement=re.compile(
        rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*`"""
        rb"""|^import\s*(?:[\w.]+[ \t]+)?"(?P<module>[^"\n]+)"|^import\s*\((?P<block>[^)]{0,100000})\)""",
        re.MULTILINE | re.DOTALL,
    ),
    item=re.compile(rb"""^[ \t]*(?:[\w.]+[ \t]+)?"([^"\n]+)\"""", re.MULTILINE),
    words=(b"import",),
)

GO = LanguageSpec(
    name="go",
    extensions=(".go",),
    grammar=partial(load_grammar, "tree_sitter_go", "language"),
    queries=("go.scm",),
    comment="//",
    identifier="go",
    extractor="go",
    family="go",
    skim=_SKIM,
)
