"""``Overview``: what a workspace is made of: where it starts, its layers, its habits. For people and for prompts.

Everything is counted from the graph's edges and a few files at the top of the root; nothing is guessed about a file
that was not read. Work is bounded, whatever the size of the tree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from sightline.base.paths import WorkspacePath
from sightline.base.redact import redact
from sightline.context.conventions import conventions
from sightline.context.entry_points import EntryPoint, entry_points
from sightline.context.project_files import project_texts
from sightline.graph.test_files import is_test
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of
from sightline.workspace.origins import origin_by_name

Permission = Callable[[WorkspacePath], str | None]

#: Files whose imports are followed; of a larger tree the first ones by path, and the overview says so.
MOST_FILES = 100_000
#: A folder that holds more than this share of the files is looked into.
DOMINANT = 0.6
#: Folders of one level that make layers, and arrows told of each.
MOST_LAYERS, MOST_ARROWS = 14, 4
MOST_MODULES = 10
#: Recent changes that are told.
MOST_CHANGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A folder and what it imports of the others, most first. ``rank`` 0 imports none; a cycle shares one rank."""

    folder: str
    files: int
    rank: int
    uses: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a root is made of. ``languages`` counts files; ``cycles`` are layers that import one another.

    ``modules`` are the files that most others import, with how many do; ``recent`` is what was committed last, empty
    where git may not be asked. ``unread`` files were counted and not followed.
    """

    root: str
    languages: tuple[tuple[str, int], ...]
    tests: int
    entries: tuple[EntryPoint, ...]
    layers: tuple[Layer, ...]
    cycles: tuple[tuple[str, ...], ...]
    modules: tuple[tuple[str, int], ...]
    conventions: tuple[str, ...]
    recent: tuple[str, ...] = ()
    unread: int = 0

    def with_recent(self, subjects: Iterable[str]) -> Overview:
        """The same with the subjects of the last commits. Secrets in them are taken out."""
        lines = (" ".join(redact(subject).split()) for subject in subjects)
        return replace(self, recent=tuple(islice((line for line in lines if line), MOST_CHANGES)))


def overview(view: GraphView, root: str, permitted: Permission) -> Overview:
    """What the files under ``root`` are made of. Reads some hundred of them at most; may be called in any thread.

    Files whose names hold control characters, which could pose as other text of a prompt, are left out.
    """
    own = [
        path
        for path in view.paths()
        if path.root == root and origin_by_name(path.relative) is None and path.relative.isprintable()
    ]
    languages = Counter(spec.name for path in own if (spec := language_of(path)))
    code = [path for path in own if not is_test(path)]
    followed = code[:MOST_FILES]
    folders = _folders(followed)
    arrows, used = _arrows(view, followed, folders)
    layers, cycles = _layers(folders, arrows)
    return Overview(
        root=root,
        languages=tuple(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        tests=len(own) - len(code),
        entries=entry_points(view, project_texts(view, root), code, permitted),
        layers=layers,
        cycles=cycles,
        modules=tuple(
            (path.relative, count)
            for path, count in sorted(used.items(), key=lambda item: (-item[1], item[0]))[:MOST_MODULES]
            if count > 1 and path.relative.isprintable() and permitted(path) is None
        ),
        conventions=conventions(view, root, permitted),
        unread=len(code) - len(followed),
    )


def _folders(paths: Iterable[WorkspacePath]) -> dict[WorkspacePath, str]:
    """The layer each file lies in: a folder of the level at which no single one holds most of the files."""
    found = {path: path.relative.split("/")[:-1] for path in paths}
    prefix: list[str] = []
    while found:
        inside = Counter(parts[len(prefix)] for parts in found.values() if parts[: len(prefix)] == prefix != parts)
        if not inside:
            break
        name, count = min(inside.items(), key=lambda item: (-item[1], item[0]))
        if count < DOMINANT * len(found):
            break
        prefix.append(name)
    at = "/".join(prefix)
    names: dict[WorkspacePath, str] = {}
    for path, parts in found.items():
        if parts[: len(prefix)] != prefix:
            names[path] = f"{parts[0]}/" if parts else "."
        elif len(parts) > len(prefix):
            names[path] = f"{at}/{parts[len(prefix)]}/".lstrip("/")
        else:
            names[path] = f"{at}/" if at else "."
    common = {name for name, _ in Counter(names.values()).most_common(MOST_LAYERS)}
    return {path: name for path, name in names.items() if name in common}


def _arrows(
    view: GraphView, paths: Iterable[WorkspacePath], folders: Mapping[WorkspacePath, str]
) -> tuple[Counter[tuple[str, str]], Counter[WorkspacePath]]:
    """Imports between layers, and how many files import each file."""
    table, state = view.state.table, view.state
    arrows: Counter[tuple[str, str]] = Counter()
    used: Counter[WorkspacePath] = Counter()
    for path in paths:
        file = table.id_of(path)
        source = folders.get(path)
        for target in set(state.targets(file)) if file is not None else ():
            other = table.path_of(target)
            if other == path:
                continue
            used[other] += 1
            layer = folders.get(other)
            if source is not None and layer is not None and layer != source:
                arrows[source, layer] += 1
    return arrows, used


def _layers(
    folders: Mapping[WorkspacePath, str], arrows: Counter[tuple[str, str]]
) -> tuple[tuple[Layer, ...], tuple[tuple[str, ...], ...]]:
    sizes = Counter(folders.values())
    uses = {name: {target for source, target in arrows if source == name} for name in sizes}
    groups = _groups(uses)
    ranks: dict[str, int] = {}
    for group in groups:  # what is imported comes before what imports it
        below = {target for name in group for target in uses[name]} - {*group}
        rank = 1 + max((ranks[name] for name in below), default=-1)
        ranks.update(dict.fromkeys(group, rank))
    layers = tuple(
        Layer(
            folder=name,
            files=sizes[name],
            rank=ranks[name],
            uses=tuple(
                sorted(
                    ((target, count) for (source, target), count in arrows.items() if source == name),
                    key=lambda item: (-item[1], item[0]),
                )[:MOST_ARROWS]
            ),
        )
        for name in sorted(sizes, key=lambda name: (-ranks[name], -sizes[name], name))
    )
    return layers, tuple(tuple(sorted(group)) for group in groups if len(group) > 1)


def _groups(uses: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Layers that reach one another, each group after all that it imports. There are only a few layers."""
    reach: dict[str, set[str]] = {}
    for start in uses:
        seen: set[str] = set()
        waiting = [*uses[start]]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += uses[name]
        reach[start] = seen
    groups = {
        tuple(sorted({name, *(other for other in reach[name] if name in reach[other])})): reach[name] for name in uses
    }
    return sorted(groups, key=lambda group: (len(groups[group] | {*group}), group))
