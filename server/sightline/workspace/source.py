"""``SourceFile``: the text of one file, and how its bytes become one. It knows no views and reads no disk.

Apart from ``files.py``, so that a parsing process starts without all that a view needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.base.errors import SourceUnavailable
from sightline.base.paths import WorkspacePath
from sightline.base.text import Text
from sightline.workspace.encodings import UTF8, Undecodable, decoded, encoded, has_mark

#: Larger files are listed as unparsed instead of read (bytes). Generated tables are the usual reason.
MAXIMUM_FILE_SIZE = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """The text of one file in one view.

    ``version`` is the editor's document version of an open buffer, ``None`` for a closed file. ``bom``, ``encoding``
    (a name of Python's ``codecs``) and the line ends are part of how a file is written: ``text`` is UTF-8 and holds
    neither a byte order mark nor any other change.
    """

    path: WorkspacePath
    text: Text
    version: int | None = None
    bom: bool = False
    encoding: str = UTF8

    @property
    def digest(self) -> str:
        """Digest of ``text`` (see ``digest_of``)."""
        return self.text.digest

    @property
    def bytes_on_disk(self) -> bytes:
        """What a save of this text writes. Raises as :func:`~sightline.workspace.encodings.encoded`."""
        return encoded(self.path.name, self.text.data, self.encoding, bom=self.bom)


def decode_source(path: WorkspacePath, data: bytes) -> SourceFile:
    """The text of ``data``. Raises :class:`SourceUnavailable` for large, binary and undecodable content.

    Its kind is then ``too_large``, ``binary`` or ``undecodable``.
    """
    if len(data) > MAXIMUM_FILE_SIZE:
        raise SourceUnavailable(f"{path} is larger than {MAXIMUM_FILE_SIZE >> 20} MB.", kind="too_large")
    try:
        found = decoded(path.name, data)
    except Undecodable as error:
        if b"\0" in data[:8192] and not has_mark(data):
            raise SourceUnavailable(f"{path} is a binary file.", kind="binary") from error
        raise SourceUnavailable(f"{path} {error}.", kind="undecodable") from error
    if b"\0" in found.data[:8192]:
        raise SourceUnavailable(f"{path} is a binary file.", kind="binary")
    if len(found.data) > MAXIMUM_FILE_SIZE:
        raise SourceUnavailable(f"{path} is larger than {MAXIMUM_FILE_SIZE >> 20} MB.", kind="too_large")
    return SourceFile(path=path, text=Text(found.data), bom=found.bom, encoding=found.encoding)
