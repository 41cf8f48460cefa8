"""Where a required file lies: beside the file, or below a load path of the gems in the workspace.

Source: the Ruby documentation of ``Kernel#require``, ``require_relative``, ``load`` and ``autoload``; RubyGems
("require_paths" is ``lib`` unless said otherwise); Rails guides ("Autoloading and Reloading Constants").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from posixpath import normpath

from sightline.languages.import_rules import ImportCandidates, ImportRequest, ImportRules, Reader

#: Folders of a gem or a project that its runners put on the load path.
_LOAD_PATHS = ("lib", "test", "spec", "")
_RAILS = "config/application.rb"


@dataclass(frozen=True, slots=True, kw_only=True)
class RubyLayout:
    """``gems``: folders with a gemspec, the deepest first; the root is always among them.

    ``rails``: what the paths of an application of Rails begin with. ``roots``: the folders that those load from.
    """

    gems: tuple[str, ...] = ("",)
    rails: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


def ruby_layout(files: Collection[str], read: Reader) -> RubyLayout:  # noqa: ARG001  the rules' signature
    """The layout of a root with these ``files``."""
    gems = {""} | {path.rpartition("/")[0] for path in files if path.endswith(".gemspec")}
    rails = {path[: -len(_RAILS)] for path in files if path == _RAILS or path.endswith("/" + _RAILS)}
    roots = {root for path in files for root in _rails_roots(path, rails)} if rails else set[str]()
    return RubyLayout(
        gems=tuple(sorted(gems, key=lambda each: (-len(each), each))),
        rails=tuple(sorted(rails)),
        roots=tuple(sorted(roots)),
    )


def _rails_roots(path: str, rails: Collection[str]) -> list[str]:
    """The folders directly in ``app/`` of an application that a Ruby file lies in: it is loaded from there."""
    parts = path.split("/")
    return [
        "/".join(parts[: folder.count("/") + 2])
        for folder in rails
        if path.endswith(".rb") and path.startswith(folder + "app/") and len(parts) > folder.count("/") + 2
    ]


def own_gem(path: str, layout: RubyLayout) -> str:
    """The folder of the gem that a file belongs to."""
    return next((folder for folder in layout.gems if not folder or path.startswith(folder + "/")), "")


def required_paths(importer: str, request: ImportRequest, layout: RubyLayout) -> tuple[str, ...]:
    """Paths that a required name may lead to, best first."""
    module = request.module if request.module.endswith(".rb") else f"{request.module}.rb"
    if request.level:
        folders = [importer.rpartition("/")[0]]
    else:
        own = own_gem(importer, layout)
        gems = [own, *(each for each in layout.gems if each != own)]
        folders = ["/".join(part for part in (gem, inner) if part) for gem in gems for inner in _LOAD_PATHS]
        folders += layout.roots
    paths = (normpath(f"{folder}/{module}" if folder else module) for folder in folders)
    return tuple(dict.fromkeys(path for path in paths if not path.startswith(("../", "/"))))


def _candidates(importer: str, request: ImportRequest, layout: RubyLayout) -> tuple[ImportCandidates, ...]:
    return (ImportCandidates(paths=required_paths(importer, request, layout)),)


def _marks(path: str) -> bool:
    """Whether a file tells by its name what its folder is."""
    return path.endswith((".gemspec", "/" + _RAILS)) or path == _RAILS


def _shapes(layout: RubyLayout, path: str) -> bool:
    return _marks(path) or any(root not in layout.roots for root in _rails_roots(path, layout.rails))


def _rests_on(layout: RubyLayout, path: str) -> bool:
    return _marks(path) or bool(_rails_roots(path, layout.rails))


RUBY_IMPORTS = ImportRules(
    candidates=_candidates,
    layout=ruby_layout,
    shapes=_shapes,
    rests_on=_rests_on,
    base=own_gem,
    global_names=True,
    # Methods at the top belong to every object: a name alone does not tell who needs them.
    is_global=lambda name: name[:1].isupper(),
    global_parts=4,
)
