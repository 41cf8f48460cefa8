"""The file names in the headers of a diff: prefixes, quoting, time stamps. See git-diff(1), "Generating patch text"."""

from __future__ import annotations

import re

_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
#: Prefixes of the two sides: the usual ones, and those of diff.mnemonicPrefix.
_PREFIX = re.compile(r"^([abiwco])/(.+)$", re.DOTALL)

#: The two names of a ``diff --git`` line without their prefixes, ``None`` where they cannot be told apart.
GitNames = tuple[str, str]


def header_name(line: str) -> str:
    """The name in a ``---`` or ``+++`` line, with its prefix; a time stamp after a tab is dropped."""
    text = line[4:]
    if text.startswith('"'):
        return unquoted(text.rstrip())
    return text.partition("\t")[0].rstrip()


def unquoted(name: str) -> str:
    """A name as git writes it: in C style within double quotes if it holds special characters."""
    name = name.strip()
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    data = bytearray()
    at = 1
    for match in _ESCAPE.finditer(name, 1, len(name) - 1):
        data += name[at : match.start()].encode("utf-8", "replace")
        code = match[1]
        data.append(int(code, 8) & 0xFF if len(code) == 3 else _ESCAPES.get(code, ord(code[0]) & 0x7F))
        at = match.end()
    data += name[at:-1].encode("utf-8", "replace")
    return data.decode("utf-8", "replace")


def quoted(name: str) -> str:
    """``name`` as git writes it (``core.quotePath``)."""
    if name.isascii() and name.isprintable() and '"' not in name and "\\" not in name:
        return name
    by_code = {code: letter for letter, code in _ESCAPES.items()}
    pieces: list[str] = []
    for byte in name.encode("utf-8", "replace"):
        if byte in by_code:
            pieces.append("\\" + by_code[byte])
        else:
            pieces.append(chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}")
    return '"' + "".join(pieces) + '"'


def names_of_git_line(line: str) -> GitNames | None:
    """The names in ``diff --git a/old b/new``. Names with spaces are told apart only when both are the same."""
    text = line.removeprefix("diff --git ").strip()
    if (match := re.fullmatch(r'("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)', text)) is not None:
        return _without_prefixes(unquoted(match[1]), unquoted(match[2]))
    for at in (match.start() for match in re.finditer(" ", text[:2000])):
        old, new = _without_prefixes(text[:at], text[at + 1 :])
        if old == new:
            return old, new
    return None


def plain_names(old: str, new: str, git: GitNames | None) -> GitNames | None:
    """The names of the two sides without prefixes. ``/dev/null`` takes the name of the other side."""
    if not old and not new:
        return git
    if git is not None and git[0] == git[1]:
        return git
    if old == "/dev/null" or new == "/dev/null":
        name = new if old == "/dev/null" else old
        match = _PREFIX.match(name)
        name = match[2] if match else name
        return name, name
    left, right = _without_prefixes(old, new)
    if left != right and git is None:
        # Without a rename header two names are two spellings of one file (a.py.orig, old/a.py and new/a.py).
        _, _, shorter = left.partition("/")
        name = shorter if shorter and shorter == right.partition("/")[2] else right
        return name, name
    return left, right


def _without_prefixes(old: str, new: str) -> GitNames:
    left, right = _PREFIX.match(old), _PREFIX.match(new)
    if left is not None and right is not None and left[1] != right[1]:
        return left[2], right[2]
    return old, new
