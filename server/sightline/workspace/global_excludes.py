"""The user's own ignore files for every repository, found by reading files: git is never run.

Follows git-config(1) and gitignore(5): ``core.excludesFile`` of the system's, the XDG and the home configuration, the
last one winning, else ``$XDG_CONFIG_HOME/git/ignore``. Not followed: ``[include]``, and ``core.excludesFile`` in a
repository's own configuration, because that file is not the user's.
"""

from __future__ import annotations

import re

from sightline.base.system import System

#: More than any ignore or configuration file that people write (bytes).
LARGEST_READ = 1 << 20

_SECTION = re.compile(r"""\[\s*([A-Za-z0-9.-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]""")
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*(=\s*|$|(?=[#;]))")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}


def read_global_excludes(system: System) -> bytes:
    """Content of the user's global ignore file; empty when there is none."""
    home, settings = _homes(system)
    chosen = f"{settings}/git/ignore" if settings else ""
    for text in user_configurations(system):
        value = setting_of(text, "core", "excludesfile")
        if value is not None:
            chosen = f"{home}/{value[2:]}" if value.startswith("~/") else value
    return read_or_nothing(system, chosen) if chosen.startswith("/") or chosen[1:2] == ":" else b""


def user_configurations(system: System) -> list[str]:
    """The texts of the machine's and the user's git configuration, the last one winning."""
    home, settings = _homes(system)
    paths = ("/etc/gitconfig", f"{settings}/git/config", f"{home}/.gitconfig")
    return [read_or_nothing(system, path).decode("utf-8", errors="surrogateescape") for path in paths]


def _homes(system: System) -> tuple[str, str]:
    """The home folder and that of settings in it; empty where there is none."""
    environment = system.environment
    home = (environment.get("HOME") or environment.get("USERPROFILE") or "").replace("\\", "/").rstrip("/")
    settings = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return home, settings.replace("\\", "/")


def read_or_nothing(system: System, path: str, limit: int = LARGEST_READ) -> bytes:
    """At most ``limit`` bytes of a regular file; empty for everything that cannot be read as one."""
    try:
        return system.files.read(path, limit) if system.files.stat(path).is_file else b""
    except (OSError, ValueError):
        return b""


def setting_of(configuration: str, section: str, key: str) -> str | None:
    """The last value of ``section.key`` (lower case) in the text of a git configuration; ``None`` when it is not set.

    A key without a value is ``"true"``, as for git.
    """
    here = ""
    found: str | None = None
    for line in re.sub(r"\\\r?\n", "", configuration).split("\n"):
        rest = line.strip()
        while header := _SECTION.match(rest):
            here = header.group().strip("[] \t").lower()
            rest = rest[header.end() :].strip()
        if here == section and (said := _KEY.match(rest)) and said.group(1).lower() == key:
            found = _value(rest[said.end() :]) if said.group(2) else "true"
    return found


def is_true(value: str | None) -> bool:
    """Whether a value means yes, as git reads it."""
    word = (value or "").lower()
    return word in ("true", "yes", "on") or (word.lstrip("+-").isdecimal() and int(word) != 0)


def _value(text: str) -> str:
    """A value without its quotes, escapes and comment."""
    result: list[str] = []
    quoted = False
    characters = iter(text)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            result.append(_ESCAPES.get(escaped, escaped))
        elif character == '"':
            quoted = not quoted
        elif character in "#;" and not quoted:
            break
        else:
            result.append(character)
    return "".join(result).strip()
