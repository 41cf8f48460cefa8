"""Importing a Python module, played through on a graph: does it fail because modules wait for one another?

Only modules that can reach the one in question are played; all others load. Where nobody can tell what a module does
(a star import, ``__getattr__``, an import that need not run) the answer is that nobody can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.checks.module_steps import Step, steps_of
from sightline.checks.modules import names_of_module
from sightline.checks.recall import text_of
from sightline.graph.view import GraphView

#: Modules played for one question.
_MOST_MODULES = 80
_PACKAGE_FILES = ("__init__.py", "__init__.pyi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """``name`` is asked of ``module`` on a one-based ``line`` of ``path``, before ``module`` has bound it."""

    path: WorkspacePath
    line: int
    module: WorkspacePath
    name: str


class _Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


class _Unknown(Exception):
    """Nobody can tell."""


@dataclass(slots=True)
class _Module:
    bound: set[str] = field(default_factory=set[str])
    modules: dict[str, WorkspacePath] = field(default_factory=dict[str, WorkspacePath])
    starred: bool = False  # it has bound names that nobody lists here
    finished: bool = False


class ImportRuns:
    """Answers for one graph; ``played`` are the modules whose code is looked at."""

    def __init__(self, view: GraphView, played: Collection[WorkspacePath]) -> None:
        self._view = view
        self._played = played
        self._known: dict[WorkspacePath, Failure | None] = {}

    def failure(self, path: WorkspacePath) -> Failure | None:
        """Why importing ``path`` first of all fails, if it does for sure; ``None`` if not, or nobody can tell."""
        if path not in self._known:
            self._known[path] = self._failure(path)
        return self._known[path]

    def _failure(self, path: WorkspacePath) -> Failure | None:
        try:
            _Run(self._view, self._played).load(path)
        except _Failed as failed:
            return failed.failure
        except (_Unknown, RecursionError):
            pass
        return None


def packages_around(view: GraphView, path: WorkspacePath) -> Sequence[WorkspacePath]:
    """The files of the packages that are imported before a module is, outermost first."""
    found: list[WorkspacePath] = []
    folder = path.relative.rpartition("/")[0]
    if path.name in _PACKAGE_FILES:
        folder = folder.rpartition("/")[0]
    while folder:
        own = next((each for name in _PACKAGE_FILES if (each := _file(view, path.root, f"{folder}/{name}"))), None)
        if own is None:
            break
        found.append(own)
        folder = folder.rpartition("/")[0]
    return found[::-1]


def module_asked(view: GraphView, path: WorkspacePath, module: str, level: int, name: str) -> WorkspacePath | None:
    """The module that ``from module import name`` takes for ``name``, if there is such a module."""
    return view.module(path, f"{module}.{name}" if module else name, level)


class _Run:
    def __init__(self, view: GraphView, played: Collection[WorkspacePath]) -> None:
        self._view = view
        self._played = played
        self._modules: dict[WorkspacePath, _Module] = {}

    def load(self, path: WorkspacePath) -> None:
        """Imports a module and the packages around it, unless that was begun before."""
        for each in (*packages_around(self._view, path), path):
            if each in self._played and each not in self._modules:
                if len(self._modules) >= _MOST_MODULES:
                    raise _Unknown
                self._play(each)

    def _play(self, path: WorkspacePath) -> None:
        module = self._modules[path] = _Module()
        text = text_of(self._view, path)
        steps = steps_of(text.data) if text is not None else None
        if steps is None:
            raise _Unknown
        for step in steps:
            if step.module is not None:
                self._import(path, module, step)
            elif step.receiver:
                self._ask(path, module, step)
            module.bound.update(step.names)
        module.finished = True

    def _import(self, path: WorkspacePath, module: _Module, step: Step) -> None:
        assert step.module is not None
        target = self._view.module(path, step.module, step.level)
        inner = [(module_asked(self._view, path, step.module, step.level, name), name) for name, _ in step.asked]
        waiting = {each for each in (target, *(each for each, _ in inner)) if each in self._played}
        if (step.maybe or step.caught) and waiting - self._modules.keys():
            raise _Unknown
        if target is not None:
            self.load(target)
        for (each, name), (_, bound) in zip(inner, step.asked, strict=True):
            module.starred = module.starred or name == "*"
            if target is not None and not step.caught and not step.maybe:
                self._need(path, step, target, name, also=each)
            if each is not None:
                self.load(each)
                module.modules[bound] = each
            module.bound.add(bound)
        if not step.asked and target is not None and "." not in step.module:
            module.modules[step.names[0]] = target

    def _ask(self, path: WorkspacePath, module: _Module, step: Step) -> None:
        target = module.modules.get(step.receiver)
        if target is not None and not step.maybe and not step.caught:
            folder = target.relative.rpartition("/")[0] if target.name in _PACKAGE_FILES else ""
            inner = _file(self._view, target.root, f"{folder}/{step.attribute}.py") if folder else None
            self._need(path, step, target, step.attribute, also=inner)

    def _need(
        self, path: WorkspacePath, step: Step, target: WorkspacePath, name: str, *, also: WorkspacePath | None
    ) -> None:
        """Fails if ``target`` is being imported and has not bound ``name`` yet, though it will."""
        asked = self._modules.get(target)
        if asked is None or asked.finished or name in asked.bound or name == "*" or also is not None or target == path:
            return
        names = names_of_module(self._view, target)
        if names is None or asked.starred:
            raise _Unknown
        if name in names and not name.startswith("__"):
            raise _Failed(Failure(path=path, line=step.line, module=target, name=name))


def _file(view: GraphView, root: str, relative: str) -> WorkspacePath | None:
    try:
        path = WorkspacePath(root, relative)
    except SightlineError:
        return None
    return path if view.workspace.exists(path) else None
