"""JavaScript (with JSX) as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.script_skim import SCRIPT_SKIM
from sightline.languages.spec import LanguageSpec, load_grammar

JAVASCRIPT = LanguageSpec(
    name="javascript",
    extensions=(".js", ".jsx", ".mjs", ".cjs"),
    grammar=partial(load_grammar, "tree_sitter_javascript", "language"),
    queries=("script.scm", "javascript.scm", "jsx.scm"),
    comment="//",
    identifier="javascript",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    in_parts=True,
)
