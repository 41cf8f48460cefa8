"""PHP as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

#: A ``use`` further in names a trait. The underscore stands for one level: a path seen from the file's own folder.
_SKIM = ImportSkim(
    statement=re.compile(
        rb"""/\*.*?(?:\*/|\Z)"""
        rb"""|^(?:use[ \t]+(?:(?:function|const)[ \t]+)?\\?"""
        rb"""|[^\n"'/#*]*\b(?:require|include)(?:_once)?[ \t(]*(?P<level>_)_DIR__[ \t]*\.[ \t]*["']/)"""
        rb"""(?P<module>[\w\\./\x80-\xff-]+)""",
        re.MULTILINE | re.DOTALL,
    )
)

PHP = LanguageSpec(
    name="php",
    extensions=(".php",),
    grammar=partial(load_grammar, "tree_sitter_php", "language_php"),
    queries=("php.scm",),
    comment="//",
    identifier="php",
    extractor="php",
    family="php",
    skim=_SKIM,
    preview=True,
)
