"""The languages Sightline knows. Adding one is one file beside this and one line here."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from sightline.languages.bash import BASH
from sightline.languages.c import CPP, C
from sightline.languages.csharp import CSHARP
from sightline.languages.go import GO
from sightline.languages.java import JAVA
from sightline.languages.javascript import JAVASCRIPT
from sightline.languages.kotlin import KOTLIN
from sightline.languages.php import PHP
from sightline.languages.python import PYTHON
from sightline.languages.ruby import RUBY
from sightline.languages.rust import RUST
from sightline.languages.spec import LanguageSpec
from sightline.languages.svelte import SVELTE
from sightline.languages.typescript import TSX, TYPESCRIPT
from sightline.languages.vue import VUE

LANGUAGES: tuple[LanguageSpec, ...] = (
    PYTHON,
    JAVASCRIPT,
    TYPESCRIPT,
    TSX,
    GO,
    CSHARP,
    RUST,
    PHP,
    JAVA,
    KOTLIN,
    BASH,
    RUBY,
    VUE,
    SVELTE,
    C,
    CPP,
)

_BY_NAME = {language.name: language for language in LANGUAGES}
_BY_EXTENSION = {extension: language for language in LANGUAGES for extension in language.extensions}
_BY_FILE_NAME = {name: language for language in LANGUAGES for name in language.names}


def language_of(path: WorkspacePath | str) -> LanguageSpec | None:
    """The language of a file by its name, ``None`` for a file no language claims."""
    name = (path if isinstance(path, str) else path.relative).rpartition("/")[2]
    found = _BY_EXTENSION.get(name[name.rfind(".") :].lower()) if "." in name else None
    return found or (_BY_FILE_NAME.get(name.lower()) if _BY_FILE_NAME else None)


def family_of(path: WorkspacePath | str) -> str:
    """The family of a file's language, empty for a file no language claims."""
    language = language_of(path)
    return language.family if language is not None else ""


def language_named(name: str) -> LanguageSpec:
    """The language with this :attr:`LanguageSpec.name`. Raises ``KeyError`` for an unknown one."""
    return _BY_NAME[name]
