"""The instruction files of a repository (AGENTS.md and the like), as material for a prompt: bounded, redacted, listed.

For each folder from the root to the files a task is about, the first name of the user's list that is there speaks; one
with the same text as another is left out (many repositories keep a CLAUDE.md that is their AGENTS.md). Rules in folders
(``.cursor/rules/``) speak where their own head says so. Files come in by the same gate as code. Nothing here obeys
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch

from sightline.base.errors import PathOutsideRoot
from sightline.base.paths import WorkspacePath, confine
from sightline.context.candidates import Gate, Permission
from sightline.context.exact import CountTokens
from sightline.context.render import Form, Shown, render_block
from sightline.context.slices import Slice
from sightline.context.source import SourceLines, source_lines
from sightline.graph.view import GraphView

#: Names in the order in which they are looked for in a folder; those that end in ``/`` are folders of rules.
USUAL_NAMES = (
    "AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md", ".cursorrules", "CONVENTIONS.md",
    ".cursor/rules/", ".github/instructions/",
)  # fmt: skip

#: Files, and tokens of them together.
MOST_FILES, MOST_TOKENS = 6, 2_000
#: The share of a context's budget that they may have beside it: a small window is for code.
BUDGET_SHARE = 0.25
#: Files of a task whose folders are looked through.
_MOST_TARGETS = 8

_HEAD = re.compile(r"\A---\n(.*?)\n---(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(globs|applyTo|alwaysApply)\s*:\s*(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryNotes:
    """What instruction files say, ready for a prompt, the widest first. ``text`` is empty where there are none."""

    text: str = ""
    slices: tuple[Slice, ...] = ()


NO_NOTES = RepositoryNotes()


@dataclass(frozen=True, slots=True)
class _Found:
    source: SourceLines
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesRequest:
    """``targets`` are the files of a task, the weightiest first; ``names`` the user's list of instruction files.

    ``budget`` is the tokens of the task's context, ``root`` limits the answer to one root ("": those of the targets).
    """

    targets: tuple[WorkspacePath, ...]
    names: tuple[str, ...] = USUAL_NAMES
    root: str = ""
    budget: int


def repository_notes(
    view: GraphView, request: NotesRequest, permitted: Permission, count_tokens: CountTokens
) -> RepositoryNotes:
    """What the instruction files of the repository say about the files of a task.

    They take at most a share of the budget, and :data:`MOST_TOKENS`; the nearest to the files keep their place where
    that is not enough. Runs in any thread, never raises for what is in the files.
    """
    search = _Search(view, Gate(view.workspace, permitted))
    targets = list(dict.fromkeys(request.targets))[:_MOST_TARGETS]
    found = _without_twins(search.found(targets, request))
    room = min(MOST_TOKENS, int(request.budget * BUDGET_SHARE))
    alone = bool(request.root) or len(view.workspace.roots) == 1
    blocks: dict[WorkspacePath, tuple[str, Slice]] = {}
    for each in sorted(found[:MOST_FILES], key=lambda each: -each.source.path.relative.count("/")):
        shown = _cut(each, each.source.path.relative if alone else each.source.path.absolute, room, count_tokens)
        if shown is not None:
            blocks[each.source.path] = shown
            room -= shown[1].tokens
    ordered = [blocks[each.source.path] for each in found if each.source.path in blocks]
    return RepositoryNotes(text="".join(text for text, _ in ordered), slices=tuple(piece for _, piece in ordered))


@dataclass(frozen=True, slots=True)
class _Search:
    view: GraphView
    gate: Gate

    def found(self, targets: Sequence[WorkspacePath], request: NotesRequest) -> Iterator[_Found]:
        """The files that speak, the widest first, with rules for single files last."""
        own_roots = list(dict.fromkeys(path.root for path in targets)) or [*self.view.workspace.roots[:1]]
        for top in [request.root] if request.root else own_roots:
            own = [path for path in targets if path.root == top]
            for folder in _folders(own):
                if (source := self._speaks(top, folder, request.names)) is not None:
                    yield _Found(source, f"says how to work in `{folder}`" if folder else "says how to work here")
            rules = tuple(name for name in request.names if name.endswith("/"))
            if rules:
                yield from self._rules(own, top, rules)

    def _speaks(self, root: str, folder: str, names: Iterable[str]) -> SourceLines | None:
        for name in names:
            try:
                path = confine(root, f"{folder}{name}")
            except PathOutsideRoot:  # a name of the settings
                continue
            if not name.endswith("/") and self.view.workspace.exists(path):
                source = source_lines(self.view, path, self.gate)
                if source is not None and any(line.strip() for line in source.lines):
                    return source
        return None

    def _rules(self, targets: Sequence[WorkspacePath], root: str, folders: tuple[str, ...]) -> Iterator[_Found]:
        for path in self.view.workspace.known_below(root, folders):
            source = source_lines(self.view, path, self.gate)
            head = _HEAD.match("\n".join(source.lines)) if source is not None else None
            if source is None or head is None:
                continue
            fields = {name: value.strip() for name, value in _FIELD.findall(head[1])}
            patterns = re.split(r"[,\[\]\"'\s]+", fields.get("globs") or fields.get("applyTo") or "")
            meant = [each for each in targets if any(_fits(each.relative, pattern) for pattern in patterns if pattern)]
            if fields.get("alwaysApply", "").lower() == "true" or "**" in patterns:
                yield _Found(source, "is a rule for every task")
            elif meant:
                yield _Found(source, f"is a rule for `{meant[0].relative}`")


def _folders(targets: Iterable[WorkspacePath]) -> list[str]:
    """The root, and every folder around a target, with a trailing slash; the widest first."""
    folders = {"": None}
    for path in targets:
        parts = path.relative.split("/")[:-1]
        folders.update((("/".join(parts[: depth + 1]) + "/"), None) for depth in range(len(parts)))
    return sorted(folders, key=lambda folder: (folder.count("/"), folder))


def _fits(relative: str, pattern: str) -> bool:
    return fnmatch(relative, pattern) or fnmatch(relative, pattern.removeprefix("**/"))


def _without_twins(found: Iterable[_Found]) -> list[_Found]:
    kept: dict[str, _Found] = {}
    for each in found:
        kept.setdefault(each.source.text.digest, each)
    return list(kept.values())


def _cut(found: _Found, name: str, room: int, count_tokens: CountTokens) -> tuple[str, Slice] | None:
    """The block of a file, called ``name``, cut where it is longer than ``room``; ``None`` if nothing fits."""
    source = replace(found.source, language="markdown")
    least, most = 0, len(source.lines)
    while least < most:
        middle = (least + most + 1) // 2
        if count_tokens(render_block(source, name, [Shown(first=1, last=middle)]), "prose") <= room:
            least = middle
        else:
            most = middle - 1
    if not least:
        return None
    text = render_block(source, name, [Shown(first=1, last=least)])
    piece = Slice(
        path=source.path,
        name="",
        kind="module",
        first=1,
        last=least,
        form=Form.FULL,
        tokens=count_tokens(text, "prose"),
        reasons=(found.reason,),
        digest=source.text.digest,
        version=source.version,
    )
    return text, piece
