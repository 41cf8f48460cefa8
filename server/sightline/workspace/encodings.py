"""How a text file is written in bytes: what it declares, never a guess.

A byte order mark has the first word; then the declaration of a Python or Ruby file (PEP 263); then UTF-8; then the
declaration that Emacs reads in any file. Only encodings in which every character stands for itself are known, and only
bytes that come back as they were: a text that is edited keeps every byte that the edit did not touch.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from sightline.base.errors import SightlineError

UTF8 = "utf-8"

#: The longer marks first: that of UTF-32 begins as that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK_OF = {encoding: mark for mark, encoding in _MARKS}

#: Supersets of ASCII without shift states, as Python's ``codecs`` calls them.
_KNOWN = frozenset((
    *(f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{page}" for page in (437, 850, 852, 855, 866, 874, 932, 936, 949, 950, *range(1250, 1259))),
    "big5", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "koi8-r", "koi8-u", "mac-roman", "shift_jis", "tis-620",
))  # fmt: skip

#: Bytes in which a declaration is looked for; it stands in the first two lines.
_HEAD = 512
_DECLARING = (".py", ".pyi", ".pyw", ".rb", ".rake", ".gemspec")
_COMMENT = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f]*(?:#|$)")
_EMACS = re.compile(rb"-\*-.*?\bcoding:[ \t]*([-\w.]+).*?-\*-")


#: Encodings that every editor knows from the bytes alone.
SELF_EVIDENT = frozenset(encoding for _, encoding in _MARKS)


class Undecodable(ValueError):
    """Bytes that are no text in the encoding they are declared to be in; the message says where."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text as UTF-8 without a byte order mark, and how it was written."""

    data: bytes
    encoding: str = UTF8
    bom: bool = False


def decoded(name: str, data: bytes) -> Decoded:
    """The text in the bytes of a file called ``name``. Raises :class:`Undecodable`."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(_as_utf8(data[len(mark) :], encoding), encoding, bom=True)
    declared = declared_encoding(name, data)
    if declared and not data.isascii():
        return Decoded(_as_utf8(data, declared), declared)
    try:
        return Decoded(_as_utf8(data, UTF8))
    except Undecodable:
        emacs = _emacs_encoding(data)
        if emacs is None:
            raise
        return Decoded(_as_utf8(data, emacs), emacs)


def encoded(name: str, data: bytes, encoding: str, *, bom: bool) -> bytes:
    """The bytes of a file called ``name`` that say the text ``data`` (UTF-8), written as they were before.

    A text whose declaration was edited is written as it declares now. Raises :class:`SightlineError` of kind
    ``not_encodable`` for a text that cannot be written so that it is read again as it is.
    """
    candidates = [encoding] if bom else [encoding, declared_encoding(name, data) or UTF8]
    for candidate in dict.fromkeys(candidates):
        written = _written(data, candidate, bom=bom)
        try:
            if written is not None and decoded(name, written).data == data:
                return written
        except Undecodable:
            continue
    raise SightlineError(
        f"The new text of {name} cannot be written in {candidates[-1]}{_culprit(data, candidates[-1])}.",
        hint="Use characters that the file's encoding has, or change the encoding of the file first.",
        kind="not_encodable",
    )


def has_mark(data: bytes) -> bool:
    """Whether a text begins with a byte order mark."""
    return any(data.startswith(mark) for mark, _ in _MARKS)


def declared_encoding(name: str, data: bytes) -> str | None:
    """What a Python or Ruby file says it is written in; ``None`` for UTF-8, nothing, and what is not known here."""
    head = data[:_HEAD]
    if b"coding" not in head or not name.lower().endswith(_DECLARING):
        return None
    for line in re.split(rb"\r\n|\n|\r", head, maxsplit=2)[:2]:
        found = _COMMENT.match(line)
        if found:
            return _known(found.group(1))
        if not _NO_CODE.match(line):
            return None
    return None


def _emacs_encoding(data: bytes) -> str | None:
    for line in re.split(rb"\r\n|\n|\r", data[:_HEAD], maxsplit=2)[:2]:
        if found := _EMACS.search(line):
            return _known(re.sub(rb"-(?:unix|dos|mac)$", b"", found.group(1)))
    return None


def _known(name: bytes) -> str | None:
    try:
        found = codecs.lookup(name.decode("ascii", "replace")).name
    except LookupError:
        return None
    return found if found in _KNOWN else None


def _as_utf8(data: bytes, encoding: str) -> bytes:
    try:
        text = data.decode(encoding)
        if encoding == UTF8:
            return data
        if text.encode(encoding) == data:
            return text.encode()
    except UnicodeDecodeError as error:
        raise Undecodable(f"is not valid {encoding.upper()} at byte {error.start}") from error
    except UnicodeEncodeError:
        pass
    raise Undecodable(f"is written in {encoding.upper()} in a way that could not be kept")


def _written(data: bytes, encoding: str, *, bom: bool) -> bytes | None:
    mark = _MARK_OF[encoding] if bom else b""
    try:
        return mark + (data if encoding == UTF8 else data.decode().encode(encoding))
    except UnicodeError:
        return None


def _culprit(data: bytes, encoding: str) -> str:
    text = data.decode(errors="replace")
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return f": {text[error.start]!r} in line {line} is not in it"
    return " so that it is read again as it is"
