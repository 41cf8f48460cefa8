"""The names of the definitions that a patch changes, told from the heads of its hunks and from its own lines.

No file is parsed: git prints the line above a hunk that looks like the beginning of a definition (``attributes`` says
which language a file is in, :data:`SCRIPT_HEADS` what that looks like in JavaScript and TypeScript, for which git has
nothing). It is right nearly always and costs nothing; a change between two definitions goes by the upper one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

#: Path → names of changed definitions, without the names of what they stand in.
Definitions = Mapping[str, tuple[str, ...]]

#: Definitions of one file and one commit that are kept, and bytes of a line in which its definition is looked for.
MOST_DEFINITIONS = 60
LONGEST_LINE = 200

#: git's ``diff.*.xfuncname`` for JavaScript and TypeScript: extended regular expressions, one a line. A line that
#: fits one with ``!`` is no head, whatever comes after.
_MODIFIER = r"(public|private|protected|static|readonly|override|abstract|async|get|set)[ \t]+"
_METHOD = r"[*#]?[A-Za-z_$][A-Za-z0-9_$]*[ \t]*(<.*>)?\("
SCRIPT_HEADS = rf"""
!^[ \t]*(if|for|while|switch|catch|return|else|do|try|throw|await|new|super|case|yield|with)[ \t(].*$
^([ \t]*((export|default|declare|abstract|async)[ \t]+)*(function|class|interface|enum|namespace|module|type)[ \t*].*)$
^(((export|default|declare)[ \t]+)*(const|let|var)[ \t]+[A-Za-z_$].*)$
^([ \t]+(const|let|var)[ \t]+[A-Za-z_$][A-Za-z0-9_$]*[ \t]*=[ \t]*(async[ \t]*)?(function.*|\(.*=>.*))$
^([ \t]*[A-Za-z_$][A-Za-z0-9_$.]*[ \t]*[:=][ \t]*(async[ \t]*)?(function.*|\(.*=>.*|\())$
^([ \t]+({_MODIFIER})*{_METHOD}.*\).*\{{)$
^([ \t]+({_MODIFIER})+{_METHOD}.*)$
^((\t|  |    )[A-Za-z_$][A-Za-z0-9_$]*\()$
""".strip()

_NAME = r"[A-Za-z_$\u0080-\uffff][\w$]*"
_RECEIVER = re.compile(rf"\s*func\s*\([^)]*\)\s*({_NAME})")
_VARIABLE = re.compile(
    rf"\s*(?:(?:export|default|declare|pub|public|private|protected)\s+)*(?:const|let|var|static)\s+(?:mut\s+)?"
    rf"({_NAME})\s*[:=]"
)
_PAIR = re.compile(r"<[^<>]*>")
_IMPLEMENTED = re.compile(rf"\s*(?:unsafe\s+)?impl\b(?:.*\bfor\s)?[^{{]*?({_NAME})\s*(?:\{{|where\b|$)")
_STRUCTURES = "class|struct|enum|union"
_KEYWORD = re.compile(
    r"(?:pub\([^)]*\)|[^(=])*?(?<!\w)"
    r"(?:(?:def|interface|trait|func|function\s*\*?|fn|fun|type|namespace|module|mod|record|object|macro_rules!|sub"
    rf"|{_STRUCTURES})\s+)+(?:{_NAME}(?:\.|::))*({_NAME})"
)
#: ``struct point *nearest(``: what comes back, not what is defined.
_RETURNED = re.compile(rf"[^(=]*?\b(?:{_STRUCTURES})\s+\w+[\s*&]+\w+\s*\(")
_ASSIGNED = re.compile(rf"({_NAME})\s*[:=]\s*(?:async\b\s*)?(?:function\b|\(|{_NAME}\s*=>)")
_CALLED = re.compile(rf"({_NAME})\s*(?:<[^()]*>)?\s*\(")
_WORDS = """
    if for while switch catch return else do try throw await new super case yield with sizeof defined function fn func
    pub crate public private protected static async class struct enum template typename decltype __attribute__ attribute
    operator
    """
_NO_NAMES = frozenset(_WORDS.split())
#: A changed line that begins a definition, by a word that only definitions begin with.
_BEGINS = re.compile(
    rb"[ \t]*(?:(?:export|default|declare|abstract|async|public|private|protected|internal|static|final|override|"
    rb"unsafe|const|pub(?:\([^)]*\))?|extern(?:[ \t]+\"[^\"]*\")?|virtual|inline|open|suspend|sealed|data|partial)"
    rb"[ \t]+)*"
    rb"(?:(?:def|class|interface|struct|enum|trait|func|function|fn|fun|namespace|module|record)\b[ \t*]"
    rb"|(?:public|private|protected|internal)[ \t]+[^=;]*\()"
)
_FILLER = re.compile(rb"[ \t]*(?:#|//|/\*|\*|@|$)")
_HUNK = re.compile(rb"@@ [^@]* @@ ?(.*)")
_QUOTED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def defined_name(line: str) -> str:
    """The name that a line, the head of a definition, gives; "" where none can be told."""
    match = _RECEIVER.match(line) or _VARIABLE.match(line)
    if match is None and line.lstrip().startswith(("impl", "unsafe impl")):
        match = _IMPLEMENTED.match(_without_parameters(line))
    if match is None and not _RETURNED.match(line):
        match = _KEYWORD.match(_without_parameters(line))
    return match.group(1) if match else _written_before(line)


def _without_parameters(line: str) -> str:
    """A line without what stands in angle brackets."""
    shorter = _PAIR.sub("", line)
    return shorter if shorter == line else _without_parameters(shorter)


def _written_before(line: str) -> str:
    """The first name that a function is assigned to, or that stands before a parenthesis."""
    called = next((match for match in _CALLED.finditer(line) if match.group(1) not in _NO_NAMES), None)
    assigned = _ASSIGNED.search(line)
    found = min((match for match in (called, assigned) if match), key=lambda match: match.start(), default=None)
    return found.group(1) if found else ""


def defined_in_hunks(patch: bytes) -> Definitions:
    """The names of the definitions that one commit's patch (``-U0``) changes, adds or removes, by path."""
    found: dict[str, dict[str, None]] = {}
    names: dict[str, None] | None = None
    head = b""
    for line in _lines(patch):
        kind = line[:1]
        if kind == b"@":
            match = _HUNK.match(line)
            head = match.group(1) if match else b""
        elif line.startswith(b"diff --git "):
            names, head = None, b""
        elif names is None:
            if line.startswith(b"+++ ") and (path := _path(line[4:])):
                names = found.setdefault(path, {})
        elif kind in b"+-" and len(names) < MOST_DEFINITIONS and not _FILLER.match(line, 1):
            if _BEGINS.match(line[: LONGEST_LINE + 1], 1):
                _add(names, line[1:])
            elif head:
                _add(names, head)
            head = b""
    return {path: tuple(names) for path, names in found.items() if names}


def _add(names: dict[str, None], line: bytes) -> None:
    name = defined_name(line[:LONGEST_LINE].decode("utf-8", "replace"))
    if name:
        names[name] = None


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines of ``data`` one by one: at once, megabytes of them would hold up the other threads."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        yield data[at:end]
        at = end + 1


def _path(written: bytes) -> str:
    """The path behind ``+++``, without its ``b/``; "" for no file."""
    written = written.rstrip(b"\t")
    if written.startswith(b'"') and written.endswith(b'"'):
        written = _QUOTED.sub(_unquoted, written[1:-1])
    return written[2:].decode("utf-8", "surrogateescape") if written.startswith(b"b/") else ""


def _unquoted(match: re.Match[bytes]) -> bytes:
    escaped = match.group(1)
    return bytes((int(escaped, 8) & 0xFF,)) if len(escaped) == 3 else _ESCAPES.get(escaped, escaped)
