"""Which files git tracks, read from its index: ignore rules do not speak about tracked files.

Follows gitformat-index(5), versions 2 to 4. It is total: what is no index, is damaged or too large, or needs a second
file (a split index) is ``None``, and the ignore rules alone decide then. Git is never run.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

#: Some 500,000 files; a larger index is not read (bytes).
LARGEST_INDEX = 64 << 20

_HEADER = 12
#: Bytes of an entry before its object id: times, device, inode, mode, owner and size.
_STAT = 40
_MODE_LOW = 26
_FOLDER_MODE, _GITLINK_MODE = 0o040000, 0o160000
_TYPE_MASK = 0o170000
_EXTENDED = 0x40


@dataclass(frozen=True, slots=True)
class TrackedFiles:
    """The names in an index as sorted 64-bit hashes: 100,000 of them take 1 MB instead of 15.

    A name that is not tracked is taken for one with a chance of one in 10^14; hashes differ from process to process.
    """

    files: array[int]
    folders: array[int]
    ignore_case: bool = False

    def has_file(self, path: str) -> bool:
        """Whether a file (one character a byte, relative to the top of the repository) is tracked."""
        return _has(self.files, self._hash(path))

    def has_below(self, folder: str) -> bool:
        """Whether any file below a folder is tracked."""
        return _has(self.folders, self._hash(folder))

    def has_submodule(self, folder: str) -> bool:
        """Whether a folder is tracked as another repository."""
        return _has(self.files, self._hash(f"{folder}/"))

    def _hash(self, path: str) -> int:
        data = path.encode("latin-1")
        return hash(data.lower() if self.ignore_case else data)


NOTHING_TRACKED = TrackedFiles(array("q"), array("q"))


def parse_index(data: bytes, *, digest_size: int = 20, ignore_case: bool = False) -> TrackedFiles | None:
    """The tracked files of an index; ``digest_size`` in bytes, 32 in a repository of SHA-256."""
    names = _names(data, digest_size)
    if names is None:
        return None
    if ignore_case:
        names = [name.lower() for name in names]
    return TrackedFiles(_sorted_hashes(names), _sorted_hashes(_folders(names)), ignore_case)


def _names(data: bytes, digest_size: int) -> list[bytes] | None:
    """The names in an index, those of submodules with a slash at the end."""
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if data[:4] != b"DIRC" or version not in (2, 3, 4) or count > len(data) // (_STAT + digest_size):
        return None
    names: list[bytes] = []
    name = b""
    at = _HEADER
    for _ in range(count):
        flags = at + _STAT + digest_size
        if flags + 2 > len(data):
            return None
        start = flags + (4 if data[flags] & _EXTENDED else 2)
        kept = b""
        if version == 4:
            dropped, start = _variable(data, start)
            if dropped > len(name):
                return None
            kept = name[: len(name) - dropped]
        end = data.find(b"\0", start)
        if end < 0:
            return None
        name = kept + data[start:end]
        mode = int.from_bytes(data[at + _MODE_LOW : at + _MODE_LOW + 2], "big") & _TYPE_MASK
        if mode != _FOLDER_MODE:  # a folder that a sparse checkout left out
            names.append(name + b"/" if mode == _GITLINK_MODE else name)
        at = end + 1 if version == 4 else at + ((end - at + 8) & ~7)
    return None if _is_split(data, at, digest_size) else names


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """A number as git writes offsets, and where it ends. No bytes are a huge number, which no name can be cut by."""
    value = -1
    while at < len(data) and value < 1 << 32:
        byte = data[at]
        at += 1
        value = ((value + 1) << 7) | (byte & 0x7F)
        if not byte & 0x80:
            return value, at
    return 1 << 32, at


def _is_split(data: bytes, at: int, digest_size: int) -> bool:
    """Whether the extensions after the entries say that most of the index lies in another file."""
    last = len(data) - digest_size - 8
    while at <= last:
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"link":
            return any(data[at + 8 : at + 8 + digest_size])
        at += 8 + size
    return False


def _folders(names: Iterable[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    last = None
    for name in names:
        folder = name.rstrip(b"/").rpartition(b"/")[0]
        if folder == last:
            continue
        last = folder
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition(b"/")[0]
    return found


def _sorted_hashes(names: Iterable[bytes]) -> array[int]:
    return array("q", sorted(map(hash, names)))


def _has(hashes: array[int], wanted: int) -> bool:
    at = bisect_left(hashes, wanted)
    return at < len(hashes) and hashes[at] == wanted
