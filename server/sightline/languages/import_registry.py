"""The import rules by family. A family is added by one file beside this and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.languages.bash_imports import SHELL_IMPORTS
from sightline.languages.c_imports import C_IMPORTS
from sightline.languages.csharp_imports import CSHARP_IMPORTS
from sightline.languages.go_imports import GO_IMPORTS
from sightline.languages.import_rules import ImportRules
from sightline.languages.jvm_imports import JVM_IMPORTS
from sightline.languages.php_imports import PHP_IMPORTS
from sightline.languages.python_imports import PYTHON_IMPORTS
from sightline.languages.ruby_imports import RUBY_IMPORTS
from sightline.languages.rust_imports import RUST_IMPORTS
from sightline.languages.typescript_imports import SCRIPT_IMPORTS

IMPORT_RULES: Mapping[str, ImportRules] = {
    "python": PYTHON_IMPORTS,
    "script": SCRIPT_IMPORTS,
    "rust": RUST_IMPORTS,
    "go": GO_IMPORTS,
    "csharp": CSHARP_IMPORTS,
    "c": C_IMPORTS,
    "php": PHP_IMPORTS,
    "jvm": JVM_IMPORTS,
    "shell": SHELL_IMPORTS,
    "ruby": RUBY_IMPORTS,
}
