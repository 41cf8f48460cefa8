"""TypeScript and TSX as data: two grammars, one query."""

from __future__ import annotations

from functools import partial

from sightline.languages.script_skim import SCRIPT_SKIM
from sightline.languages.spec import LanguageSpec, load_grammar

TYPESCRIPT = LanguageSpec(
    name="typescript",
    extensions=(".ts", ".mts", ".cts"),
    grammar=partial(load_grammar, "tree_sitter_typescript", "language_typescript"),
    queries=("script.scm", "typescript.scm"),
    comment="//",
    identifier="typescript",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    in_parts=True,
    typed=True,
)

TSX = LanguageSpec(
    name="tsx",
    extensions=(".tsx",),
    grammar=partial(load_grammar, "tree_sitter_typescript", "language_tsx"),
    queries=("script.scm", "typescript.scm", "jsx.scm"),
    comment="//",
    identifier="typescriptreact",
    extractor="script",
    family="script",
    skim=SCRIPT_SKIM,
    in_parts=True,
    typed=True,
)
