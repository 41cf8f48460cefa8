"""The bytes of a lexical index between two runs. Only a shortcut: each file's digest is compared before it is used."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import msgpack

from sightline.base.paths import WorkspacePath
from sightline.context.file_terms import TERMS_VERSION, FileTerms
from sightline.context.lexical_postings import Postings
from sightline.graph.columns import integers
from sightline.graph.indexing import EXTRACTOR

#: Raised whenever the bytes below, or what a posting packs, change.
SAVED_VERSION = 1


class SavedFile(NamedTuple):
    """What is kept of a file: the data of its :class:`~sightline.context.file_terms.FileTerms`."""

    path: WorkspacePath
    digest: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SavedIndex:
    """Files by slot, and the postings that name them by it."""

    files: Sequence[SavedFile]
    postings: Postings


def index_version() -> str:
    """What the saved bytes depend on beside the texts: our versions, the graph's, the machine's byte order."""
    return f"{SAVED_VERSION}.{TERMS_VERSION}.{EXTRACTOR}.{sys.byteorder}"


def pack_index(index: SavedIndex) -> bytes:
    """The bytes of an index without dead slots."""
    roots = sorted({file.path.root for file in index.files})
    values = (
        roots,
        [roots.index(file.path.root) for file in index.files],
        [file.path.relative for file in index.files],
        [file.digest for file in index.files],
        [file.data for file in index.files],
        [table.tobytes() for table in index.postings.tables()],
    )
    pack = cast("Callable[..., bytes]", msgpack.packb)  # pyright: ignore[reportUnknownMemberType]  msgpack has no types
    return pack(values, unicode_errors="surrogatepass")


def unpack_index(data: bytes, count_bits: int) -> SavedIndex | None:
    """What :func:`pack_index` packed; ``None`` for anything else. A posting holds its slot above ``count_bits``."""
    unpack = cast("Callable[..., Any]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
    try:
        roots, owners, relatives, digests, blobs, tables = unpack(data, use_list=False, unicode_errors="surrogatepass")
        rows = zip(owners, relatives, digests, blobs, strict=True)
        files = [SavedFile(WorkspacePath(roots[owner], path), digest, blob) for owner, path, digest, blob in rows]
        for file in files:
            FileTerms(file.digest, file.data)
        keys, offsets, values = cast("Sequence[array[int]]", [integers("I", table) for table in tables])
        if max(values, default=0) >> count_bits >= max(len(files), 1) or len({file.path for file in files}) < len(
            files
        ):
            return None
        return SavedIndex(files, Postings.of_tables(keys, offsets, values))
    except (ValueError, TypeError, LookupError, OverflowError):
        return None  # written by somebody else, or damaged
