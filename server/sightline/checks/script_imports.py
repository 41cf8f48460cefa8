"""Which imports of a JavaScript or TypeScript file lead nowhere, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.base.text import Span
from sightline.checks.check import Certainty
from sightline.checks.import_rules import BrokenImport
from sightline.checks.language import is_typed_script
from sightline.checks.node_modules import is_no_node_module, is_node_module
from sightline.checks.recall import facts_of, text_of
from sightline.checks.script_packages import folder_withholding, is_declared, is_unheard_of
from sightline.graph.facts import Import, ImportedName
from sightline.graph.view import GraphView

#: What a module may hold besides what its facts list.
_OPEN_ENDED = re.compile(rb"\bmodule\s*\.\s*exports\b|\bexports\s*[.\[]|\bexport\s*=|\bdeclare\s+(module|global)\b")
_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", ".json", ".vue", ".svelte", ".node")
_MOST_MODULES = 50


def broken_script_imports(view: GraphView, path: WorkspacePath, rows: Sequence[Import]) -> Iterator[BrokenImport]:
    """Those of a file's imports that lead to no file of the workspace, and names that others ask for in vain."""
    unresolved = {row.span for row in view.unresolved_imports(path)} if rows else frozenset[Span]()
    for row in rows:
        if row.span in unresolved:
            yield row, None
            continue
        module = view.module(path, row.module, row.level)
        if module is not None and not is_made_anew(row):
            yield from ((row, name) for name in row.names if _is_missing(view, module, name))


def is_made_anew(row: Import) -> bool:
    """Whether a query asks a bundler for another module made of the file (``./worker?worker``), with other exports."""
    return "?" in row.module


def certainty_of_missing_script(view: GraphView, path: WorkspacePath, row: Import) -> Certainty | None:
    """How sure it is that an unresolved specifier leads nowhere; ``None`` when nothing speaks for it.

    A bare name is a package or an alias that a bundler knows: at most a possible problem, unless nothing that the
    workspace says of packages and aliases holds the name.
    """
    specifier = row.module.partition("?")[0].partition("!")[2] or row.module.partition("?")[0]
    if specifier.startswith("."):
        return _relative(view, path, specifier, guarded=row.guarded)
    if specifier.startswith(("/", "#", "~", "@/", "virtual:", "data:", "http:", "https:", "bun:", "deno:", "npm:")):
        return None
    package = "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])
    if is_node_module(specifier):
        return None
    inner = specifier[len(package) + 1 :]
    if inner and not row.guarded and is_typed_script(path) and _is_withheld(view, path, package, inner):
        return Certainty.CERTAIN
    if is_declared(view, path, package):
        return None
    if is_no_node_module(specifier):
        return Certainty.POSSIBLE if row.guarded else Certainty.CERTAIN
    unheard = is_typed_script(path) and not row.guarded and is_unheard_of(view, path, package)
    return Certainty.CERTAIN if unheard else Certainty.POSSIBLE


def _is_withheld(view: GraphView, path: WorkspacePath, package: str, inner: str) -> bool:
    """Whether a package of the workspace, found by its name alone, lists what it exports, and not ``inner``.

    An older compiler does not read the list, but looks for the file.
    """
    if view.module(path, package) is None:
        return False
    folder = folder_withholding(view, path, package, inner)
    if folder is None:
        return False
    stems = [f"{folder}{inner}", f"{folder}src/{inner}"]
    return not any(_is_there(view, path.root, stem) or _is_made_by_a_build(view, path.root, stem) for stem in stems)


def _relative(view: GraphView, path: WorkspacePath, specifier: str, *, guarded: bool) -> Certainty | None:
    parts = path.relative.split("/")[:-1]
    for part in specifier.split("/"):
        if part == "..":
            if not parts:
                return None  # outside the root, where nobody looks
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    stem = "/".join(parts)
    if not stem or _is_there(view, path.root, stem):
        return None
    if _is_made_by_a_build(view, path.root, stem):
        return Certainty.POSSIBLE
    has_ending = "." in specifier.rpartition("/")[2] and not specifier.endswith(_ENDINGS)
    return Certainty.POSSIBLE if guarded or has_ending else Certainty.CERTAIN


def _is_there(view: GraphView, root: str, stem: str) -> bool:
    """Whether any file goes by the name: with an ending the graph does not read, or ignored (made by a build)."""
    bare = re.sub(r"\.(js|mjs|cjs|jsx)$", "", stem)
    names = [stem, *(base + ending for base in {stem, bare} for ending in _ENDINGS)]
    # A folder with a manifest is a package, whose entry may be what a build makes.
    names += [f"{stem}/package.json", *(f"{stem}/index{ending}" for ending in _ENDINGS)]
    for name in names:
        try:
            path = WorkspacePath(root, name)
        except SightlineError:
            continue
        if view.workspace.exists(path) or text_of(view, path) is not None:
            return True
    prefix = stem + "."
    return any(each.root == root and each.relative.startswith(prefix) for each in view.workspace.paths())


def _is_made_by_a_build(view: GraphView, root: str, stem: str) -> bool:
    """Whether git is told to ignore the file, or its folder: its authors expect it to come and go.

    Not asked of the endings that a compiler gives: those are ignored although their sources are not.
    """
    try:
        return view.workspace.is_ignored(WorkspacePath(root, re.sub(r"\.(js|mjs|cjs|jsx)$", "", stem)))
    except SightlineError:
        return False


def _is_missing(view: GraphView, module: WorkspacePath, name: ImportedName) -> bool:
    if name.name in ("", "*"):
        return False
    names = exported_names(view, module)
    return names is not None and name.name not in names


def exported_names(view: GraphView, module: WorkspacePath) -> frozenset[str] | None:
    """The names a module exports; ``None`` when they cannot all be known."""
    found: set[str] = set()
    waiting, seen = [module], {module}
    while waiting:
        path = waiting.pop()
        facts = facts_of(view, path)
        text = text_of(view, path)
        if facts is None or text is None or len(seen) > _MOST_MODULES or _OPEN_ENDED.search(text.data):
            return None
        if any(problem.kind == "syntax" for problem in facts.problems):
            return None
        found.update(each.name for each in facts.definitions if each.parent < 0 and each.exported)
        for row in facts.imports:
            for name in row.names if row.reexport else ():
                if name.name == "*" and name.alias in ("", "*"):
                    target = view.module(path, row.module, row.level)
                    if target is None:
                        return None
                    if target not in seen:
                        seen.add(target)
                        waiting.append(target)
                else:
                    found.add(name.alias)
    return frozenset(found)
