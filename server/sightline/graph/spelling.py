"""How a file would write the module it imports from: relative or absolute, with which alias and which ending.

Decided by precedent: what the file itself does, then the files beside it, then whoever else imports from that module.
A spelling is only given if the import rules lead from it to the wanted module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import relpath

from sightline.base.paths import WorkspacePath
from sightline.graph.exporters import Exporter, neighbours
from sightline.graph.index import MODULE
from sightline.graph.raw_facts import ImportRow
from sightline.graph.view import GraphView
from sightline.languages.python_imports import module_name
from sightline.languages.registry import language_of
from sightline.languages.resolver import is_builtin_module
from sightline.languages.typescript_layout import ScriptLayout

#: Files of other folders that are asked how they write.
_MOST_FARTHER = 40
#: Dots of a relative import beyond which all are alike.
_FAR = 3
_ENDINGS = (".d.mts", ".d.cts", ".d.ts", ".mts", ".cts", ".tsx", ".ts", ".mjs", ".cjs", ".jsx", ".js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """An import of one name as a file would write it.

    ``module`` without the ``level`` leading dots in Python, the specifier elsewhere; ``name`` is what is imported from
    there, "" for the module itself (``import module``).
    """

    module: str
    level: int
    name: str


def spelling_of(view: GraphView, path: WorkspacePath, exporter: Exporter) -> Spelling | None:
    """How ``path`` writes an import of ``exporter``; ``None`` when no spelling leads there."""
    language = language_of(path)
    if language is None or exporter.export.path.root != path.root:
        return None
    if language.extractor == "python":
        return _python_spelling(view, path, exporter)
    return _script_spelling(view, path, exporter)


def is_one_name_each(view: GraphView, path: WorkspacePath) -> bool:
    """Whether each name gets an import statement of its own here: by the file itself, else by those beside it."""
    for files in _precedents(view, path):
        repeated = False
        for file in files:
            rows = [row for row in _top_rows(view, file) if row.names and row.names[0][0] not in ("", "*")]
            if any(len(row.names) > 1 for row in rows):
                return False
            modules = [(row.module, row.level, row.type_only) for row in rows]
            repeated = repeated or len(set(modules)) < len(modules)
        if repeated:
            return True
    return False


def section_of(view: GraphView, path: WorkspacePath, module: str, level: int) -> int:
    """The section of a Python import, in their order: future, standard library, packages, own code, relative."""
    if level:
        return 4
    if module == "__future__":
        return 0
    if is_builtin_module(module, "python"):
        return 1
    top = module.partition(".")[0]
    return 3 if view.module(path, module) is not None or view.module(path, top) is not None else 2


def _farther(view: GraphView, path: WorkspacePath, near: tuple[WorkspacePath, ...]) -> tuple[WorkspacePath, ...]:
    """Some files of the nearest folder above that has any more."""
    language, folder = language_of(path), path.relative.rpartition("/")[0]
    while folder:
        folder = folder.rpartition("/")[0]
        before = f"{folder}/" if folder else ""
        below = (each for each in view.paths() if each.root == path.root and each.relative.startswith(before))
        found = [each for each in below if each != path and each not in near and language_of(each) == language]
        if found:
            return tuple(found[:: max(1, len(found) // _MOST_FARTHER)][:_MOST_FARTHER])
    return ()


# Python --------------------------------------------------------------------------------------------------------------


def _python_spelling(view: GraphView, path: WorkspacePath, exporter: Exporter) -> Spelling | None:
    choices = list(_python_choices(view, path, exporter))
    for spelling, _ in choices:
        if _written_at_top(view, path, spelling.module, spelling.level):
            return spelling
    if len(choices) < 2:
        return choices[0][0] if choices else None
    distance = min(choices[0][0].level, _FAR)
    for files in _precedents(view, path):
        votes = _dotted_votes(view, files, distance)
        if votes:
            return choices[0][0] if votes > 0 else choices[1][0]
    near = exporter.near or exporter.spellings
    dotted = sum(count for (_, level), count in near.items() if level)
    return choices[0][0] if dotted * 2 > near.total() else choices[1][0]


def _python_choices(view: GraphView, path: WorkspacePath, exporter: Exporter) -> Iterator[tuple[Spelling, bool]]:
    """The relative spelling, if there is one, then the absolute one."""
    layout = view.layouts.of(path.root).python
    target = exporter.export.path
    absolute = _absolute(view, path, exporter)
    if absolute is None:
        return
    name = exporter.export.name
    as_module = not name
    parent, _, last = absolute.rpartition(".")
    inner = last if as_module else name
    relative = _dotted(path, target, layout.packages, inside=as_module)
    if relative is not None and _leads_to(view, path, *relative, inner if as_module else "", target):
        yield Spelling(module=relative[0], level=relative[1], name=inner), True
    if not as_module:
        yield Spelling(module=absolute, level=0, name=name), False
    elif not parent or exporter.forms["import"] > exporter.forms["from"]:
        yield Spelling(module=absolute, level=0, name=""), False
    else:
        yield Spelling(module=parent, level=0, name=last), False


def _absolute(view: GraphView, path: WorkspacePath, exporter: Exporter) -> str | None:
    """The dotted name of the module: the one that other files use most, else the one its place gives."""
    target, as_module = exporter.export.path, not exporter.export.name
    own = module_name(target.relative, view.layouts.of(path.root).python)
    written = [own, *(text for (text, level), _ in exporter.spellings.most_common() if not level)]
    stem = target.relative.rpartition(".")[0].removesuffix("/__init__")
    roots = (root for root in view.layouts.of(path.root).python.roots if not root or stem.startswith(f"{root}/"))
    written += [stem.removeprefix(root).lstrip("/").replace("/", ".") for root in roots]  # folders that are no packages
    for text in written:
        for dotted in (f"{text}.{exporter.export.bound}", text) if as_module else (text,):
            if dotted and view.module(path, dotted) == target:
                return dotted
    return None


def _dotted(
    path: WorkspacePath, target: WorkspacePath, packages: frozenset[str], *, inside: bool
) -> tuple[str, int] | None:
    """Text and dots that lead from ``path`` to ``target``, or to what holds it (``inside``); ``None`` without a way."""
    here = path.relative.rpartition("/")[0].split("/")
    there = target.relative.removesuffix(".py").removesuffix(".pyi").removesuffix("/__init__").split("/")
    there = there[:-1] if inside else there
    shared = 0
    for a, b in zip(here, there, strict=False):
        if a != b:
            break
        shared += 1
    if "/".join(here[:shared]) not in packages:
        return None
    return ".".join(there[shared:]), len(here) - shared + 1


def _leads_to(view: GraphView, path: WorkspacePath, module: str, level: int, inner: str, target: WorkspacePath) -> bool:
    text = ".".join(part for part in (module, inner) if part)
    return view.module(path, text, level) == target


def _dotted_votes(view: GraphView, files: Iterable[WorkspacePath], distance: int) -> int:
    """Relative imports over absolute ones that could have been relative, at this distance; zero if they do not tell.

    ``distance`` is one for the own package, two for the one above, three for all beyond.
    """
    votes = 0
    for file in files:
        packages = view.layouts.of(file.root).python.packages
        for row in _top_rows(view, file):
            if row.level:  # who goes far by dots goes near by dots
                votes += min(row.level, _FAR) >= distance
                continue
            target = view.module(file, row.module)
            if target is None or target.root != file.root:
                continue
            relative = _dotted(file, target, packages, inside=False)
            if relative is not None and min(relative[1], _FAR) <= distance:
                votes -= 1
    return votes


# TypeScript and JavaScript -------------------------------------------------------------------------------------------


def _script_spelling(view: GraphView, path: WorkspacePath, exporter: Exporter) -> Spelling | None:
    target, name = exporter.export.path, exporter.export.name
    for row in _top_rows(view, path):
        if not row.dynamic and not row.reexport and view.module(path, row.module) == target:
            return Spelling(module=row.module, level=0, name=name)
    relatives = [text for text in _relative_specifiers(view, path, target) if view.module(path, text) == target]
    layout = view.layouts.of(path.root).script
    others = [text for text in _other_specifiers(path, exporter, layout) if view.module(path, text) == target]
    if not relatives or not others:
        found = relatives or others
        return Spelling(module=found[0], level=0, name=name) if found else None
    outside = relatives[0].startswith("../")
    for files in _precedents(view, path):
        votes = _relative_votes(view, files, outside=outside)
        if votes:
            return Spelling(module=(relatives if votes > 0 else others)[0], level=0, name=name)
    return Spelling(module=relatives[0], level=0, name=name)


def _relative_specifiers(view: GraphView, path: WorkspacePath, target: WorkspacePath) -> list[str]:
    """Relative specifiers, the one in the style of the files around first."""
    text = relpath(target.relative, path.relative.rpartition("/")[0] or ".")
    text = text if text.startswith(".") else f"./{text}"
    ending = next((each for each in _ENDINGS if text.endswith(each)), "")
    bare = text.removesuffix(ending)
    folder = bare.removesuffix("/index") if bare.endswith("/index") else ""
    output = {".ts": ".js", ".tsx": ".js", ".mts": ".mjs", ".cts": ".cjs"}.get(ending, ending)
    styles = _ending_styles(view, path)
    written = next((style for style, _ in styles.most_common()), "")
    full = {"": bare, "source": text}.get(written, bare + output)
    short = [folder] if folder and written == "" else []
    if short and _writes_index(view, path):
        short = [bare]
    return list(dict.fromkeys((*short, full, bare, bare + output, text)))


def _ending_styles(view: GraphView, path: WorkspacePath) -> Counter[str]:
    """How relative specifiers end: with nothing, with the ending of the output, or with that of the source."""
    for files in _precedents(view, path):
        styles: Counter[str] = Counter()
        for file in files:
            for row in _top_rows(view, file):
                if row.module.startswith("."):
                    last = row.module.rpartition("/")[2]
                    output = last.endswith((".js", ".jsx", ".mjs", ".cjs"))
                    source = last.endswith((".ts", ".tsx", ".mts", ".cts"))
                    styles["output" if output else "source" if source else ""] += 1
        if styles:
            return styles
    return Counter()


def _writes_index(view: GraphView, path: WorkspacePath) -> bool:
    for files in _precedents(view, path):
        texts = [row.module for file in files for row in _top_rows(view, file) if row.module.startswith(".")]
        if any(text.endswith("/index") for text in texts):
            return True
    return False


def _other_specifiers(path: WorkspacePath, exporter: Exporter, layout: ScriptLayout) -> Iterator[str]:
    """Specifiers by ``paths``, ``baseUrl`` and package names: those in use first, then what patterns give."""
    yield from (text for (text, _), _ in exporter.spellings.most_common() if not text.startswith("."))
    relative = exporter.export.path.relative
    ending = next((each for each in _ENDINGS if relative.endswith(each)), "")
    bare = relative.removesuffix(ending).removesuffix("/index")
    folder = path.relative
    while folder:
        folder = folder.rpartition("/")[0]
        config = layout.configs.get(folder)
        if config is None:
            continue
        for pattern, targets in config.paths:
            for target in targets:
                before, star, after = target.partition("*")
                if star and not after and bare.startswith(before):
                    yield pattern.replace("*", bare.removeprefix(before))
        if config.base is not None and bare.startswith(config.base):
            yield bare.removeprefix(config.base).lstrip("/")
        return


def _relative_votes(view: GraphView, files: Iterable[WorkspacePath], *, outside: bool) -> int:
    """Relative imports over other imports of the workspace; of other folders if ``outside``, else of the own one."""
    votes = 0
    for file in files:
        folder = file.relative.rpartition("/")[0]
        for row in _top_rows(view, file):
            if row.module.startswith("."):
                votes += row.module.startswith("../") == outside
                continue
            target = view.module(file, row.module)
            if target is not None and (target.relative.startswith(folder + "/") != outside):
                votes -= 1
    return votes


# Both ----------------------------------------------------------------------------------------------------------------


def _precedents(view: GraphView, path: WorkspacePath) -> Iterator[tuple[WorkspacePath, ...]]:
    """Whose habit is asked: the file's own, then that of the files beside it, then that of the files around them."""
    yield (path,)
    beside = neighbours(view, path)
    yield beside
    yield _farther(view, path, beside)


def _top_rows(view: GraphView, path: WorkspacePath) -> Iterator[ImportRow]:
    index = view.index(path)
    for row in index.imports if index else ():
        if row.enclosing == MODULE and not row.dynamic:
            yield row


def _written_at_top(view: GraphView, path: WorkspacePath, module: str, level: int) -> bool:
    """Whether the file has an import of that very text at its top already."""
    rows = _top_rows(view, path)
    return any((row.module, row.level) == (module, level) and row.names[0][0] for row in rows if row.names)
