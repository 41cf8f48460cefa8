"""What a text names: paths, folders, symbols, and places in stack traces. Purely textual; ``resolve.py`` looks them up.

Parsing never fails and costs time linear in the text. A name that is marked (``@name``, in backticks, in a stack
trace) is *explicit*: the user pointed at it. Identifiers and paths in running prose are *implied*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

#: A longer text is read up to here (characters): logs are pasted, and their end repeats their beginning.
MAXIMUM_TEXT = 64_000

#: At most so many names of each kind are kept, in order of appearance.
MAXIMUM_NAMES = 40


_PYTHON_FRAME = re.compile(r'File "([^"\n]{1,400})", line (\d{1,7})(?:, in (\S{1,200}))?')
_SCRIPT_FRAME = re.compile(
    r"^\s*at (?:(?:async |new )?([\w$.<>\[\] ]{1,120}?) \()?(?:file://)?([^\s():][^\s()]{0,400}?):(\d{1,7}):\d{1,7}\)?",
    re.M,
)
_PLACE = re.compile(
    r"(?<![\w/\\.@+-])((?:[\w.@+-]+[\\/]){0,20}[\w.@+-]*\w\.[A-Za-z]\w{0,9})(?::(\d{1,7})|\((\d{1,7}),\d{1,7}\))"
)
_AT = re.compile(r"(?<![\w@.])@([\w$./\\+-]*[\w$/\\])")
_BACKTICKS = re.compile(r"`{1,2}([^`\n]{1,200})`{1,2}")
_PLAIN_PATH = re.compile(
    r"(?<![\w/\\.@+-])((?:\.{0,2}[\\/])?(?:[\w.@+-]+[\\/]){0,20}[\w.@+-]*\w\.[A-Za-z]\w{0,9})(?![\w(])"
)
_PLAIN_FOLDER = re.compile(r"(?<![\w/\\.@:+-])((?:[\w.+-]+/){1,20})(?![\w*])")
_DOTTED = re.compile(r"(?<![\w./\\@$-])([A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)+)(?:\(\))?")
_IDENTIFIER = re.compile(
    r"(?<![\w./\\@$-])(?:([A-Za-z_$][\w$]*)\("
    r"|(_*[A-Za-z][A-Za-z0-9]*_\w+|_+[A-Za-z]\w*|[A-Z]+[a-z0-9]+[A-Z]\w*|[a-z]+[A-Z]\w*)\b(?!\.\w))"
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)*\Z")
_PATH_AND_NAME = re.compile(r"[\w./-]+\.\w+::[\w.]+\Z")
_CALLEE = re.compile(r"(?:(?:def|class|function|async) )+([A-Za-z_$][\w$]*)|([A-Za-z_$][\w$]*(?:\.[\w$]+)*)\(")
_EXTENSION = re.compile(r"[\w)]\.([A-Za-z]\w{0,9})\Z")

#: Abbreviations that look like file names.
_NOT_FILES = frozenset({"e.g", "i.e", "a.k.a", "etc.etc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A place in a stack trace or a compiler's message; ``line`` is one-based, ``function`` may be empty."""

    path: str
    line: int
    function: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Everything a text names, without repetition, in order of appearance, spelled as in the text.

    ``explicit`` and ``implied`` hold names that may be paths or symbols: only a look-up can tell ``app.config`` the
    file from ``app.config`` the attribute.
    """

    explicit: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    places: tuple[NamedPlace, ...] = ()


@dataclass(slots=True)
class _Found:
    names: dict[str, None] = field(default_factory=dict[str, None])

    def add(self, name: str) -> None:
        if len(self.names) < MAXIMUM_NAMES:
            self.names.setdefault(name)


def find_mentions(text: str, given: Iterable[str] = ()) -> Mentions:
    """Reads the names in ``text``. ``given`` are names the user chose in the editor; they count as explicit."""
    text = text[:MAXIMUM_TEXT]
    explicit, implied, folders = _Found(), _Found(), _Found()
    for name in given:
        _sort_in(name.strip().removeprefix("@"), explicit, folders)
    for match in _AT.finditer(text):
        _sort_in(match[1], explicit, folders)
    for match in _BACKTICKS.finditer(text):
        for name in _names_in_code(match[1]):
            _sort_in(name, explicit, folders)
    places = _places(text)
    for pattern in (_PLAIN_PATH, _DOTTED, _IDENTIFIER):
        for match in pattern.finditer(text):
            name = match[1] or match[2]
            if name not in explicit.names and name[0] != "@" and name.lower() not in _NOT_FILES:
                implied.add(name)
    for match in _PLAIN_FOLDER.finditer(text):
        folders.add(match[1])
    return Mentions(
        explicit=tuple(explicit.names), implied=tuple(implied.names), folders=tuple(folders.names), places=places
    )


def _sort_in(name: str, names: _Found, folders: _Found) -> None:
    if name.endswith(("/", "\\")):
        folders.add(name.replace("\\", "/"))
    elif name:
        names.add(name)


def _names_in_code(code: str) -> list[str]:
    """The names a piece in backticks points at: the whole of it, or the callee of ``f(x)``, or what stands in it."""
    stripped = code.strip()
    whole = stripped.removesuffix("()").rstrip(";,")
    if _NAME.match(whole) or _PATH_AND_NAME.match(whole) or whole.endswith("/"):
        return [whole]
    if " " not in whole and _EXTENSION.search(whole):
        return [whole]
    callee = _CALLEE.match(stripped)
    names = [callee[1] or callee[2]] if callee else []
    return names + [match[1] or match[2] for match in _IDENTIFIER.finditer(stripped)]


def _places(text: str) -> tuple[NamedPlace, ...]:
    found: dict[tuple[str, int], NamedPlace] = {}

    def add(path: str, line: str, function: str) -> None:
        place = NamedPlace(path=path.replace("\\", "/"), line=int(line), function=function)
        if len(found) < MAXIMUM_NAMES:
            found.setdefault((place.path, place.line), place)

    for match in _PYTHON_FRAME.finditer(text):
        add(match[1], match[2], match[3] or "")
    for match in _SCRIPT_FRAME.finditer(text):
        add(match[2], match[3], (match[1] or "").rpartition(".")[2])
    for match in _PLACE.finditer(text):
        add(match[1], match[2] or match[3], "")
    return tuple(found.values())
