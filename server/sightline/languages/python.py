"""Python as data."""

from __future__ import annotations

import re
from functools import partial

from sightline.languages.skim import ImportSkim
from sightline.languages.spec import LanguageSpec, load_grammar

#: Docstrings hold imports too, as examples: strings in three quotes are passed over.
_SKIM = ImportSkim(
    statement=re.compile(
        rb"""\n[ \t\f]*(?:from[ \t]*(?P<level>\.*)[ \t]*(?P<module>[\w.\x80-\xff]*)[ \t]+import\b"""
        rb"""(?P<names>\s*\((?>(?:[^()#]+|#[^\n]*)*)\)|(?:[^\n;#\\]|\\\r?\n)*)"""
        rb"""|import[ \t]+(?P<modules>(?:[^\n;#\\]|\\\r?\n)+))""",
        re.DOTALL,
    ),
    from_line_end=True,
    keyword=b"import",
    passed=re.compile(
        rb"""\"\"\"(?>(?:[^\\"]+|\\.|\"(?!\"\"))*)(?:\"\"\"|\Z)|'''(?>(?:[^\\']+|\\.|'(?!''))*)(?:'''|\Z)""", re.DOTALL
    ),
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
