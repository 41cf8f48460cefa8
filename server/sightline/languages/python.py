"""Python as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

PYTHON = LanguageSpec(
    name="python",
    extensions=(".py", ".pyi"),
    grammar=partial(load_grammar, "tree_sitter_python", "language"),
    queries=("python.scm",),
    comment="#",
    identifier="python",
    extractor="python",
    family="python",
    in_parts=True,
)
