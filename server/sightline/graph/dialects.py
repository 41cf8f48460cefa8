"""The dialects by name of an extractor. A language is added by one file beside this and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.graph.dialect import Dialect
from sightline.graph.dialect_bash import BASH_DIALECT
from sightline.graph.dialect_c import C_DIALECT
from sightline.graph.dialect_csharp import CSHARP_DIALECT
from sightline.graph.dialect_go import GO_DIALECT
from sightline.graph.dialect_java import JAVA_DIALECT
from sightline.graph.dialect_kotlin import KOTLIN_DIALECT
from sightline.graph.dialect_php import PHP_DIALECT
from sightline.graph.dialect_ruby import RUBY_DIALECT
from sightline.graph.dialect_rust import RUST_DIALECT

DIALECTS: Mapping[str, Dialect] = {
    "rust": RUST_DIALECT,
    "go": GO_DIALECT,
    "csharp": CSHARP_DIALECT,
    "c": C_DIALECT,
    "php": PHP_DIALECT,
    "java": JAVA_DIALECT,
    "kotlin": KOTLIN_DIALECT,
    "bash": BASH_DIALECT,
    "ruby": RUBY_DIALECT,
}
