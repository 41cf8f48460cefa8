"""The rules for names by language. A language is added here once it has rules of its own."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.graph.bash_names import BASH_RULES
from sightline.graph.c_names import C_RULES
from sightline.graph.csharp_names import CSHARP_RULES
from sightline.graph.go_names import GO_RULES
from sightline.graph.jvm_names import JAVA_RULES, KOTLIN_RULES
from sightline.graph.meanings import Rules
from sightline.graph.php_names import PHP_RULES
from sightline.graph.python_types import PYTHON_RULES
from sightline.graph.ruby_names import RUBY_RULES
from sightline.graph.rust_names import RUST_RULES
from sightline.graph.script_types import SCRIPT_RULES
from sightline.languages.registry import LANGUAGES

_BY_EXTRACTOR = {
    "python": PYTHON_RULES,
    "script": SCRIPT_RULES,
    "rust": RUST_RULES,
    "go": GO_RULES,
    "csharp": CSHARP_RULES,
    "c": C_RULES,
    "php": PHP_RULES,
    "java": JAVA_RULES,
    "kotlin": KOTLIN_RULES,
    "bash": BASH_RULES,
    "ruby": RUBY_RULES,
}

#: Rules by name of the language.
RULES: Mapping[str, Rules] = {language.name: _BY_EXTRACTOR[language.extractor] for language in LANGUAGES}
