"""Bash as data; its grammar reads plain shell scripts and Bats tests too."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

#: The blank before a path stands for one level: the script's own folder comes first. Of a path that begins with
#: variables the rest is taken, as the dialect does.
_SKIM = ImportSkim(
    statement=re.compile(
        rb"""^[ \t]*(?:source|load|\.)(?P<level>[ \t])[ \t]*["']?"""
        rb"""(?P<dynamic>(?:[^\s"';&|$]*\$(?:\w+|\{[^}\n]*\}|\([^)\n]*\))["']?)+/)?(?P<module>[\w.+/-]+)""",
        re.MULTILINE,
    )
)

BASH = LanguageSpec(
    name="bash",
    extensions=(".sh", ".bash", ".bats"),
    grammar=partial(load_grammar, "tree_sitter_bash", "language"),
    queries=("bash.scm",),
    comment="#",
    identifier="shellscript",
    extractor="bash",
    family="shell",
    skim=_SKIM,
    preview=True,
)
