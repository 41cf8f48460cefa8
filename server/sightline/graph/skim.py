"""The imports of a file before it is parsed, as bytes between a worker and the server.

They give edges, never facts: a file that was only skimmed counts as unparsed, for the reason :data:`UNREAD`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import msgpack

from sightline.languages.skim import SkimmedImport, skimmed
from sightline.languages.spec import LanguageSpec

#: Why a file has no facts while its definitions are still to be read.
UNREAD = "unread"


def skim_blob(data: bytes, language: LanguageSpec) -> bytes:
    """The imports of a text as :func:`skim_rows` reads them."""
    found = skimmed(data, language.skim) if language.skim is not None else ()
    pack = cast("Callable[..., bytes]", msgpack.packb)  # pyright: ignore[reportUnknownMemberType]  msgpack has no types
    return pack(list(found), unicode_errors="surrogatepass")


def skim_rows(blob: bytes) -> tuple[SkimmedImport, ...]:
    """The imports in what :func:`skim_blob` made; none in no bytes."""
    if not blob:
        return ()
    unpack = cast("Callable[..., object]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]  as above
    rows = cast("Iterable[Any]", unpack(blob, use_list=False, unicode_errors="surrogatepass"))
    return tuple(map(SkimmedImport._make, rows))
