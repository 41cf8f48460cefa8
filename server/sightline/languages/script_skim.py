"""How imports of JavaScript and TypeScript are found before a text is parsed, in components too."""

from __future__ import annotations

import re

from sightline.languages.skim import ImportSkim

#: Comments and strings are passed over: "src/**/*.ts" begins no comment. Every way begins with a plain character, among
#: which the engine looks for the next place faster than it tries a pattern.
SCRIPT_SKIM = ImportSkim(
    statement=re.compile(
        rb"""//[^\n]*|/\*(?>(?:[^*]+|\*(?!/))*)(?:\*/|\Z)"""
        rb"""|(?:e(?P<reexport>xport)(?<![\w.$]export)\b[^'"`;()=]{0,4000}?\bfrom\s*"""
        rb"""|import(?<![\w.$]import)\b(?:[^'"`;()=]{0,4000}?\bfrom\b)?\s*"""
        rb"""|i(?P<dynamic>mport)(?<![\w.$]import)\s*\(\s*|require(?<![\w.$]require)\s*\(\s*)['"](?P<module>[^'"\n]+)['"]"""
        rb"""|'(?>(?:[^'\\\n]+|\\.)*)'|"(?>(?:[^"\\\n]+|\\.)*)\"""",
        re.DOTALL,
    ),
    words=(b"import", b"require", b"from"),
)
