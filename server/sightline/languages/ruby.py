"""Ruby as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

#: ``_`` of ``require_relative`` stands for one level: the requirer's folder.
_SKIM = ImportSkim(
    statement=re.compile(
        rb"""^[ \t]*(?:require(?:(?P<level>_)relative)?|load)[ \t(]+["'](?P<module>[^"'#\n]+)["']""", re.MULTILINE
    )
)

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
    skim=_SKIM,
    preview=True,
)
