"""How imports of JavaScript and TypeScript are found before a text is parsed, in components too."""

from __future__ import annotations

import re

from sightline.languages.skim import ImportSkim

#: Comments and strings are passed over: "src/**/*.ts" begins no comment.
SCRIPT_SKIM = ImportSkim(
    statement=re.compile(
        rb"""//[^\n]*|/\*.*?(?:\*/|\Z)"""
        rb"""|(?<![\w.$])(?:(?P<reexport>export)\b[^'"`;()=]{0,4000}?\bfrom\s*|import\b(?:[^'"`;()=]{0,4000}?\bfrom\b)?\s*"""
        rb"""|(?P<dynamic>import)\s*\(\s*|require\s*\(\s*)['"](?P<module>[^'"\n]+)['"]"""
        rb"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""",
        re.DOTALL,
    )
)
