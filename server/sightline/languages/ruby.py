"""Ruby as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

RUBY = LanguageSpec(
    name="ruby",
    extensions=(".rb", ".rake", ".gemspec", ".ru"),
    names=("rakefile", "gemfile"),
    grammar=partial(load_grammar, "tree_sitter_ruby", "language"),
    queries=("ruby.scm",),
    comment="#",
    identifier="ruby",
    extractor="ruby",
    family="ruby",
    preview=True,
)
