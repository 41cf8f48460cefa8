"""Python as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

#: Docstrings hold imports too, as examples: strings in three quotes are passed over. Every way begins with a plain
#: character, among which the engine looks for the next place faster than it tries a pattern.
_SKIM = ImportSkim(
    statement=re.compile(
        rb"""\"\"\"(?:[^\\"]+|\\.|\"(?!\"\"))*+(?:\"\"\"|\Z)|'''(?:[^\\']+|\\.|'(?!''))*+(?:'''|\Z)"""
        rb"""|\n[ \t\f]*(?:from[ \t]*(?P<level>\.*)[ \t]*(?P<module>[\w.\x80-\xff]*)[ \t]+import\b"""
        rb"""(?P<names>\s*\((?>[^()#]+|#[^\n]*)*+\)|(?:[^\n;#\\]|\\\r?\n)*)"""
        rb"""|import[ \t]+(?P<modules>(?:[^\n;#\\]|\\\r?\n)+))""",
        re.DOTALL,
    ),
    from_line_end=True,
)

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
    skim=_SKIM,
)
