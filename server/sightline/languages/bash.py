"""Bash as data; its grammar reads plain shell scripts and Bats tests too."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

BASH = LanguageSpec(
    name="bash",
    extensions=(".sh", ".bash", ".bats"),
    grammar=partial(load_grammar, "tree_sitter_bash", "language"),
    queries=("bash.scm",),
    comment="#",
    identifier="shellscript",
    extractor="bash",
    family="shell",
    preview=True,
)
