"""The readers of the languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Protocol

from sites.go_sites import go_sites
from sites.python_sites import python_sites
from sites.script_sites import script_sites
from sites.site import DefinitionSite, FileSites


class Reader(Protocol):
    """Reads a file of one language; not ``whole``: its definitions alone."""

    def __call__(self, path: str, data: bytes, *, whole: bool = True) -> FileSites: ...


#: Ending of a file name → reader, by language.
READERS: Mapping[str, tuple[tuple[str, ...], Reader]] = {
    "python": ((".py",), python_sites),
    "typescript": ((".ts", ".tsx", ".mts"), script_sites),
    "go": ((".go",), go_sites),
}


def language_of(path: str) -> str | None:
    """The language of a path, of those that are measured."""
    name = PurePosixPath(path).name
    return next((language for language, (endings, _) in READERS.items() if name.endswith(endings)), None)


def read_sites(path: str, data: bytes, *, whole: bool = True) -> FileSites:
    """The places of a file of a measured language; not ``whole``: its definitions alone."""
    language = language_of(path)
    assert language is not None, path
    return READERS[language][1](path, data, whole=whole)


def definitions_of(path: str | None, data: bytes | None) -> Mapping[str, DefinitionSite]:
    """Definitions of a file by qualified name, those that occur once; none where there is no such file."""
    if path is None or data is None or language_of(path) is None:
        return {}
    rows = read_sites(path, data, whole=False).definitions
    counts = Counter(row.qualified_name for row in rows)
    return {row.qualified_name: row for row in rows if counts[row.qualified_name] == 1}
