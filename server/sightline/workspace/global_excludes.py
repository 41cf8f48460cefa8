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
_EXCLUDES_KEY = re.compile(r"excludesfile\s*=\s*", re.IGNORECASE)
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}


def read_global_excludes(system: System) -> bytes:
    """Content of the user's global ignore file; empty when there is none."""
    environment = system.environment
    home = (environment.get("HOME") or environment.get("USERPROFILE") or "").replace("\\", "/").rstrip("/")
    settings = (environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")).replace("\\", "/")
    chosen = f"{settings}/git/ignore" if settings else ""
    for configuration in ("/etc/gitconfig", f"{settings}/git/config", f"{home}/.gitconfig"):
        text = read_or_nothing(system, configuration).decode("utf-8", errors="surrogateescape")
        value = excludes_file_of(text)
        if value is not None:
            chosen = f"{home}/{value[2:]}" if value.startswith("~/") else value
    return read_or_nothing(system, chosen) if chosen.startswith("/") or chosen[1:2] == ":" else b""


def read_or_nothing(system: System, path: str) -> bytes:
    """At most :data:`LARGEST_READ` bytes of a regular file; empty for everything that cannot be read as one."""
    try:
        return system.files.read(path, LARGEST_READ) if system.files.stat(path).is_file else b""
    except (OSError, ValueError):
        return b""


def excludes_file_of(configuration: str) -> str | None:
    """The last value of ``core.excludesFile`` in the text of a git configuration; ``None`` when it is not set."""
    section = ""
    found: str | None = None
    for line in re.sub(r"\\\r?\n", "", configuration).split("\n"):
        rest = line.strip()
        while header := _SECTION.match(rest):
            section = header.group().strip("[] \t").lower()
            rest = rest[header.end() :].strip()
        if section == "core" and (key := _EXCLUDES_KEY.match(rest)):
            found = _value(rest[key.end() :])
    return found


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
