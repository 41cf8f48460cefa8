"""Looks up in one view what a request names: files, folders, symbols, places. Decides nothing about their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sightline.base.errors import PathOutsideRoot
from sightline.base.paths import WorkspacePath, confine
from sightline.context.access import may_define
from sightline.context.lexical import LexicalIndex
from sightline.context.mentions import Mentions, NamedPlace
from sightline.graph.answers import Symbol
from sightline.graph.view import GraphView

#: A path that names more files than this says too little.
MOST_FILES = 3

#: A symbol's name with more definitions than this points at none of them.
MOST_SYMBOLS = 12


#: A qualified name is looked up in at most so many files that define its last part.
MOST_FILES_LOOKED_AT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSymbol:
    """A definition the request names; ``share`` is 1 / number of definitions of that name."""

    symbol: Symbol
    written: str
    explicit: bool
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPlace:
    """A line of a stack trace inside the workspace, one-based."""

    path: WorkspacePath
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What the names of a request mean in one view, in order of appearance.

    ``files`` maps a path to how it was written; ``folders`` are relative folders that exist, with a trailing slash.
    """

    files: dict[WorkspacePath, str]
    implied_files: dict[WorkspacePath, str]
    folders: tuple[str, ...]
    symbols: tuple[NamedSymbol, ...]
    places: tuple[ResolvedPlace, ...]


def resolve_mentions(view: GraphView, index: LexicalIndex, mentions: Mentions, roots: tuple[str, ...]) -> Resolved:
    """Looks every name up. Names that mean nothing here are left out without a word."""
    files: dict[WorkspacePath, str] = {}
    implied: dict[WorkspacePath, str] = {}
    symbols: dict[str, NamedSymbol] = {}
    for names, explicit, found in ((mentions.explicit, True, files), (mentions.implied, False, implied)):
        for name in names:
            paths = _files_named(view, index, name, roots)
            for path in paths:
                found.setdefault(path, name)
            for symbol in () if paths else _symbols_named(view, name, explicit):
                symbols.setdefault(symbol.symbol.identifier, symbol)
    return Resolved(
        files=files,
        implied_files={path: name for path, name in implied.items() if path not in files},
        folders=tuple(dict.fromkeys(_folders(index, mentions.folders, roots))),
        symbols=tuple(symbols.values()),
        places=tuple(_places(view, index, mentions.places, roots)),
    )


def _files_named(view: GraphView, index: LexicalIndex, name: str, roots: tuple[str, ...]) -> tuple[WorkspacePath, ...]:
    """Files meant by a path as people write it: from the root, absolute, or the last parts of it."""
    if not _may_be_path(name):
        return ()
    for root in roots:
        try:
            path = confine(root, name)
        except PathOutsideRoot:
            continue
        if view.workspace.exists(path):
            return (path,)
    wanted = "/" + name.replace("\\", "/").lstrip("./")
    found = [path for path in index.files_called(wanted.rpartition("/")[2]) if _ends_with(path, wanted)]
    found = [path for path in found if path.root in roots]
    return tuple(found) if len(found) <= MOST_FILES else ()


def _may_be_path(name: str) -> bool:
    return "/" in name or "\\" in name or "." in name


def _ends_with(path: WorkspacePath, wanted: str) -> bool:
    """Whether one is the end of the other: ``utils/dates.py``, or a trace from another machine's checkout."""
    own = "/" + path.relative
    return own.endswith(wanted) or (wanted.endswith(own) and own.count("/") > 1)


def _symbols_named(view: GraphView, name: str, explicit: bool) -> Iterable[NamedSymbol]:  # noqa: FBT001  carried along, selects nothing
    dotted = name.replace("#", ".")
    if "::" in dotted and "/" not in dotted:
        dotted = dotted.replace("::", ".")
    found = _longest_lookup(view, dotted)
    if not found or len(found) > MOST_SYMBOLS:
        return ()
    share = 1 / len(found)
    return [NamedSymbol(symbol=symbol, written=name, explicit=explicit, share=share) for symbol in found]


def _longest_lookup(view: GraphView, dotted: str) -> tuple[Symbol, ...]:
    """Definitions of ``a.b.c``: as it stands, else without leading modules, else of what ``c`` would be part of.

    Leading parts that are dropped must occur in the path of what is found, so that ``os.path.join`` does not mean
    some other ``join`` of the workspace.
    """
    found = _lookup(view, dotted)
    parts = dotted.split(".")
    if found or len(parts) == 1 or "/" in dotted:
        return found
    for dropped in range(1, len(parts)):
        found = _lookup(view, ".".join(parts[dropped:]))
        matching = tuple(s for s in found if _in_path(s.path, parts[dropped - 1]))
        if matching:
            return matching
    return _lookup(view, ".".join(parts[:-1])) if parts[0][:1].isupper() else ()


def _lookup(view: GraphView, text: str) -> tuple[Symbol, ...]:
    """As ``GraphView.lookup``, but nothing for a name that half the workspace defines: to decode it all takes long."""
    name = text.rpartition(":")[2].rpartition(".")[2]
    return view.lookup(text) if may_define(view, name) <= MOST_FILES_LOOKED_AT else ()


def _in_path(path: WorkspacePath, module: str) -> bool:
    return module in path.relative.rpartition(".")[0].split("/")


def _folders(index: LexicalIndex, names: Iterable[str], roots: tuple[str, ...]) -> Iterable[str]:
    for name in names:
        folder = name.removeprefix("./")
        for root in roots:
            folder = folder.removeprefix(root + "/")
        if folder and index.files_under(folder):
            yield folder


def _places(
    view: GraphView, index: LexicalIndex, places: Iterable[NamedPlace], roots: tuple[str, ...]
) -> Iterable[ResolvedPlace]:
    for place in places:
        for path in _files_named(view, index, place.path, roots)[:1]:
            yield ResolvedPlace(path=path, line=place.line)
