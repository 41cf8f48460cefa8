"""Whether a name that a TypeScript file does not bind may come from a library or a declaration for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.checks.recall import facts_of, text_of
from sightline.checks.script_family_names import FAMILY_NAMES
from sightline.checks.script_global_names import FAMILIES, NAMES
from sightline.checks.script_packages import is_declared
from sightline.graph.unbound import is_bound_at_top, unbound_names, used_only_as_type
from sightline.graph.view import GraphView

#: Packages that bring names into files with no import; and into the templates of components alone.
_BRINGING = ("nuxt", "unplugin-auto-import")
_BRINGING_COMPONENTS = "unplugin-vue-components"
#: Names that the types of React and its like declare for all; where no such package is declared, an import bound them.
_OF_REACT = frozenset({"JSX", "React"})
_REACT = ("react", "@types/react", "preact", "react-native", "next", "vue", "solid-js")
_FOR_ALL = re.compile(rb"\bdeclare\s+global\b")
#: Files that are looked at for other uses of a name that nothing binds.
_MOST_FILES = 8


def is_global(before: GraphView, after: GraphView, path: WorkspacePath, name: str) -> bool:
    """Whether a name may mean something in ``path`` although the file does not bind it.

    A file that bound it before the edit had reason to: a newer browser may have it, but it is not known to.
    """
    index = before.index(path)
    was_bound = index is not None and is_bound_at_top(index, name)
    if was_bound and name in _OF_REACT and not any(is_declared(after, path, each) for each in _REACT):
        return False
    if name in NAMES or name in FAMILY_NAMES or (not was_bound and FAMILIES.fullmatch(name) is not None):
        return True
    if not name.replace("$", "_").isidentifier():
        return True
    if any(declares_for_all(after, each, name) for each in after.files_defining(name)):
        return True
    if may_be_brought(after, path) or _is_package_type(after, path, name):
        return True
    return any(_is_unbound(before, each, name) for each in islice(_other(before, path, name), _MOST_FILES))


def may_be_brought(view: GraphView, path: WorkspacePath) -> bool:
    """Whether a package that the file's project declares may give it names that it does not import."""
    packages = (*_BRINGING, _BRINGING_COMPONENTS) if path.name.endswith(".vue") else _BRINGING
    return any(is_declared(view, path, package) for package in packages)


def is_library_name(name: str) -> bool:
    """Whether the language, its hosts or the usual runners of tests give a name a meaning."""
    return name in NAMES or FAMILIES.fullmatch(name) is not None


def declares_for_all(view: GraphView, path: WorkspacePath, name: str) -> bool:
    """Whether a file declares the name for the whole program: in a script, or under ``declare global``."""
    facts = facts_of(view, path)
    if facts is None:
        return True
    if not any(each.name == name and each.parent < 0 for each in facts.definitions):
        return False  # it is in a module, a namespace or a function there
    if path.name.endswith((".d.ts", ".d.mts", ".d.cts")):
        return True
    if not facts.imports and not any(each.exported for each in facts.definitions):
        return True
    text = text_of(view, path)
    block = _FOR_ALL.search(text.data) if text is not None else None
    if text is None or block is None:
        return False
    # What such a block holds is told by where it stands: behind the beginning, and without an ``export`` of its own.
    own = (each.span.start for each in facts.definitions if each.name == name and each.parent < 0)
    return any(block.start() < start and not text.data.startswith(b"export", start) for start in own)


def _is_package_type(view: GraphView, path: WorkspacePath, name: str) -> bool:
    """Whether a package gives types to all by its own name (``export as namespace React``), and only they are used.

    As a value TypeScript refuses such a name in a module.
    """
    index = view.index(path)
    only_type = index is not None and name[:1].isupper() and used_only_as_type(index, name)
    return only_type and is_declared(view, path, name.lower())


def _other(view: GraphView, path: WorkspacePath, name: str) -> Sequence[WorkspacePath]:
    return [each for each in view.files_referencing(name) if each != path]


def _is_unbound(view: GraphView, path: WorkspacePath, name: str) -> bool:
    index = view.index(path)
    return index is not None and name in unbound_names(index)
