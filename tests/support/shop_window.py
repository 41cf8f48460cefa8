"""An editor joined to a session over the real engine, with a scripted model: whole journeys in one process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sightline.engine.engine import Engine
from sightline.features.registry import FEATURES
from sightline.lsp.opening import engine_maker
from sightline.lsp.options import ServerOptions
from support.editor import Editor
from support.link import Link, linked
from support.positions import uri_of
from support.shop import shop_system, write_workspace


@dataclass
class ShopWindow:
    """Everything a journey looks at. ``root`` is the workspace, its files are those of ``support.shop``."""

    root: Path
    editor: Editor
    link: Link
    initialized: Any
    opened: list[str] = field(default_factory=list[str])

    @property
    def engine(self) -> Engine:
        """The real engine."""
        return self.link.session.engine

    def file(self, name: str) -> Path:
        """A file of the workspace."""
        return self.root / name

    def uri(self, name: str) -> str:
        """Its address."""
        return uri_of(self.root / name)

    def open(self, *names: str) -> None:
        """Opens files."""
        for name in names:
            self.editor.open(self.root / name)

    def text(self, name: str) -> str | None:
        """What a file says in the editor, else on disk."""
        return self.editor.text(self.root / name)

    def stages(self, turn: str) -> list[str]:
        """Stages of a turn as they were streamed, repeated ones once."""
        named = [event.stage for event in self.editor.events if event.turn == turn]
        return [stage for index, stage in enumerate(named) if index == 0 or named[index - 1] != stage]


@asynccontextmanager
async def shop_window(folder: Path, replies: str = "", **given: Any) -> AsyncGenerator[ShopWindow]:
    """A ready window on ``folder/work``. ``files`` overrides its files, ``more`` are other roots, ``environment`` adds
    to the server's, ``no_root`` opens no folder,
    ``wait=False`` does not wait for the index; the rest is handed to :meth:`Editor.initialize`.
    """
    root = (folder / "work").resolve()
    files = given.pop("files", None)
    if not root.exists():
        write_workspace(root, files)
    editor = Editor()
    system = shop_system(folder, replies)
    system = replace(system, environment={**system.environment, **given.pop("environment", {})})
    make_engine = engine_maker(system)
    more: tuple[Path, ...] = given.pop("more", ())
    waits = given.pop("wait", True)
    roots = () if given.pop("no_root", False) else (root,)
    async with linked(editor, make_engine, FEATURES, ServerOptions(log_level="warning")) as link:
        initialized = await editor.initialize(*roots, *more, **given)
        if waits:
            await editor.ready()
        yield ShopWindow(root=root, editor=editor, link=link, initialized=initialized)
