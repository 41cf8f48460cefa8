"""C# as data."""

from __future__ import annotations

from functools import partial

from sightline.languages.spec import LanguageSpec, load_grammar

CSHARP = LanguageSpec(
    name="csharp",
    extensions=(".cs",),
    grammar=partial(load_grammar, "tree_sitter_c_sharp", "language"),
    queries=("csharp.scm",),
    comment="//",
    identifier="csharp",
    extractor="csharp",
    family="csharp",
    preview=True,
)
