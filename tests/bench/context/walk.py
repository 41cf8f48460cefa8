"""The development cases one after another, each as an engine sees it: a real tree, indexed, and the task as a request.

    async for asked in walk(clone, cases, scratch): ...

One engine serves a repository; the tree moves under it from parent to parent and it is told to look at the disk again,
as with an editor that watches no files. So what is indexed is kept, and brought up to date for each case. Settings
are the defaults, no matter what this user's are, and the tree is trusted: git may be used.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from case_file import Case
from trees import Tree

from sightline.base.system import real_system
from sightline.cli.task import turn_request
from sightline.cli.workspace import given_settings, opened, resolve_root
from sightline.config.locations import locations
from sightline.config.trust import set_trust
from sightline.context.candidates import Permission
from sightline.context.history.index import HistoryIndex
from sightline.context.lexical import LexicalIndex
from sightline.context.pack import ContextPack
from sightline.context.request import ContextRequest
from sightline.engine.engine import Engine
from sightline.graph.view import GraphView
from sightline.tasks.preparing import prepare_prompt
from sightline.tasks.result import TurnEvent, TurnRequest

#: Stores that are compared with what they were made of before they are used, by the digest of each text. All others
#: are made anew for each walk: what one remembers of the last case must not be known in the first.
_KEPT = "cache/graph"
#: Vectors are known by the digests of texts.
_VECTORS = "vectors.sqlite3*"


@dataclass(frozen=True)
class Asked:
    """One case in its engine. ``turn`` is what :meth:`Engine.build_prompt` takes, with the budget of the settings.

    All is of now: it holds until the next case is asked for.
    """

    case: Case
    tree: Tree
    engine: Engine
    turn: TurnRequest
    history: HistoryIndex

    async def build(self, budget: int) -> ContextPack:
        """The context of the task within ``budget`` tokens. Past commits are read already: an editor waits for none."""
        # What the engine itself does before a prompt, with a history of the bench's own.
        given = self.engine._dependencies(self.view, _tell_nobody, self.history)  # pyright: ignore[reportPrivateUsage]
        prepared = await prepare_prompt(replace(self.turn, budget=budget), given)
        return prepared.pack

    @property
    def view(self) -> GraphView:
        """The graph of the tree."""
        return self.engine.view

    @property
    def index(self) -> LexicalIndex:
        """The words of the tree, all read."""
        return self.engine._index  # pyright: ignore[reportPrivateUsage]  nothing else needs it from outside

    @property
    def permitted(self) -> Permission:
        """Why a path must not be shown."""
        return self.engine._permissions.why_not_shown  # pyright: ignore[reportPrivateUsage]  as above

    @property
    def request(self) -> ContextRequest:
        """What is asked of :func:`sightline.context.build.build_context`."""
        return ContextRequest(
            task=self.turn.task, root=self.turn.root, budget=self.turn.budget, task_type=self.turn.task_type
        )

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        """The lines of the files that the commit changed, at its parent."""
        return {path: self.tree.lines(path) for path in self.case.changed}


async def walk(clone: Path, cases: Sequence[Case], scratch: Path, settings: str = "") -> AsyncGenerator[Asked]:
    """The ``cases`` of one repository in their order; ``scratch`` is a folder of its own, kept for the next time.

    ``settings`` are those of a user, as in ``sightline.toml``.
    """
    tree = Tree(clone, scratch / "tree")
    if not cases:
        return
    with own_stores(scratch / "stores", settings):
        tree.check_out(cases[0].parent)
        system = real_system()
        set_trust(system, locations(system), resolve_root(system, str(tree.folder)))
        async with opened(str(tree.folder), given_settings()) as engine:
            for number, case in enumerate(cases):
                if number:
                    tree.check_out(case.parent)
                    await engine.rescan()
                yield await ready(case, tree, engine)


async def ready(case: Case, tree: Tree, engine: Engine) -> Asked:
    """A case once the words of its tree and what git knows of its past are read."""
    await engine._past()  # pyright: ignore[reportPrivateUsage]  what the engine itself does before a prompt
    await engine.history_read()  # a machine under load reads for longer than a question waits
    past = await engine._past()  # pyright: ignore[reportPrivateUsage]  as above
    asked = Asked(case, tree, engine, turn_request(engine, case.text), past)
    await asyncio.to_thread(asked.index.follow, asked.view)
    return asked


def _tell_nobody(_: TurnEvent) -> None:
    pass


@contextmanager
def own_stores(folder: Path, settings: str = "") -> Generator[None]:
    """Everything Sightline writes goes to ``folder``, and no settings are read but the defaults and ``settings``."""
    for made in (folder / "state", *(folder / "cache").glob("*")):
        if made not in (folder / _KEPT, *(folder / "cache").glob(_VECTORS)):
            shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.toml").write_text(settings, "utf-8")
    own = {"SIGHTLINE_CACHE_DIR": str(folder), "SIGHTLINE_CONFIG": str(folder / "settings.toml")}
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
