"""Where a Rust path leads: modules of the own crate and libraries of packages beside it.

The extractor hands on paths with ``crate``, ``self`` or ``super`` in front where it knows better than a bare name, and
``mod name`` (``mod "file.rs"`` for one with a ``path`` attribute) for the declaration of a module. A path leads to the
longest beginning of it that is a file: the rest are items of that module.

Source: the Rust Reference ("Modules", "Paths", "Use declarations", "Extern crate declarations").
"""

from __future__ import annotations

from typing import NamedTuple

from sightline.languages.folders import joined
from sightline.languages.import_rules import MOST_PARTS, ImportCandidates, ImportRequest, ImportRules
from sightline.languages.rust_layout import RustLayout, is_rust_root, rust_layout

_LIBRARIES = frozenset(("std", "core", "alloc", "proc_macro", "test"))
SEPARATOR = "::"


class _Place(NamedTuple):
    """Of which crate a file is: the folder of the crate's root, the roots it may have, its module's path."""

    folder: str
    roots: tuple[str, ...]
    inner: tuple[str, ...]


def place_of(path: str, layout: RustLayout) -> _Place:
    """The crate of a file and its path in there, by where the file lies."""
    own, _, name = path.rpartition("/")
    if path in layout.roots.get(own, ()) or own in layout.discovered:
        return _Place(own, (path,), ())
    folder = own
    while folder and folder not in layout.roots and folder not in layout.discovered:
        folder = folder.rpartition("/")[0]
    stem = path[len(folder) + 1 if folder else 0 :].removesuffix(".rs")
    if name == "mod.rs":
        stem = stem.removesuffix("mod").rstrip("/")
    return _Place(folder, layout.roots.get(folder, ()), tuple(stem.split("/")) if stem else ())


def module_folder(path: str, layout: RustLayout) -> str:
    """The folder in which the modules that a file declares lie."""
    place = place_of(path, layout)
    return "/".join(part for part in (place.folder, *place.inner) if part)


def _along(folder: str, parts: tuple[str, ...], at_least: int = 1) -> list[str]:
    """Files of the module with the path ``parts`` in a crate, then those of the modules around it."""
    found: list[str] = []
    for count in range(len(parts), at_least - 1, -1):
        stem = "/".join(part for part in (folder, *parts[:count]) if part)
        found += (f"{stem}.rs", f"{stem}/mod.rs")
    return found


def _declared(importer: str, text: str, layout: RustLayout) -> tuple[str, ...]:
    if text.startswith('"'):
        path = joined(importer.rpartition("/")[0], text.strip('"'))
        return (path,) if path else ()
    parts = tuple(text.split(SEPARATOR, MOST_PARTS)[:MOST_PARTS])
    return tuple(_along(module_folder(importer, layout), parts, len(parts)))


def _paths(importer: str, module: str, layout: RustLayout) -> tuple[str, ...]:
    if module.startswith("mod "):
        return _declared(importer, module[4:], layout)
    written = module.split(SEPARATOR, MOST_PARTS)[:MOST_PARTS]
    head, *rest = (part.removeprefix("r#") for part in written)
    place = place_of(importer, layout)
    parts = tuple(rest)
    match head:
        case "crate":
            return (*_along(place.folder, parts), *place.roots)
        case "self":
            return (*_along(module_folder(importer, layout), parts), importer)
        case "super":
            above = 1
            while parts[:1] == ("super",):
                parts, above = parts[1:], above + 1
            if above > len(place.inner):
                return ()
            inside = place.inner[: len(place.inner) - above]
            return (*_along(place.folder, (*inside, *parts)), *place.roots)
        case _:
            return _named(importer, place, (head, *parts), layout)


def _named(importer: str, place: _Place, parts: tuple[str, ...], layout: RustLayout) -> tuple[str, ...]:
    """A path that begins with the name of a crate, or (in the edition of 2015) of a module at the crate's root."""
    folder = importer
    while folder:
        folder = folder.rpartition("/")[0]
        package = layout.packages.get(folder)
        if package is not None:
            root = package.crates.get(parts[0])
            if root is not None:
                return (*_along(root.rpartition("/")[0], parts[1:]), root)
            if not package.is_2015:
                return ()
            break
    return tuple(_along(place.folder, parts))


def _candidates(importer: str, request: ImportRequest, layout: RustLayout) -> tuple[ImportCandidates, ...]:
    return (ImportCandidates(paths=_paths(importer, request.module, layout)),)


RUST_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=rust_layout,
    is_configuration=lambda name: name == "Cargo.toml",
    shapes=lambda layout, path: is_rust_root(path),  # noqa: ARG005  the rules' signature
    base=lambda path, layout: path,  # noqa: ARG005  the rules' signature
    by_path=True,
    is_builtin=lambda module: module.partition(SEPARATOR)[0] in _LIBRARIES,
    separator=SEPARATOR,
)
